"""What stopped the reading of a YAML file: the line that a person has to look at, which is often not the one where the reader gave up."""

import re
from dataclasses import dataclass
from typing import Any

from mealroute.core.i18n import _
from mealroute.core.rule_yaml import FULL_WIDTH, full_width_colon, key_of

_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODD_BLANK = re.compile(r"[\t ]*[\u00a0\u2000-\u200b\u3000]")
_NO_BLANK = re.compile(r"[\s-]*[A-Za-z_][\w-]*:[^\s:/]")
_INSIDE = ("flow mapping", "flow sequence", "quoted scalar")


@dataclass(frozen=True, slots=True)
class Slip:
    """Line (from 1) and key of a slip of the keyboard, and what is wrong."""

    line: int
    key: str
    reason: str


def slip_of(text: str, error: Any) -> Slip:
    """The likeliest slip behind an error of the YAML reader."""
    lines = text.rstrip("\n").split("\n")
    at = _stopped(lines, error)
    if at and _joined(lines[at - 1]):
        at -= 1  # it makes one text of its line and the next, where reading stops
    twice = getattr(error, "twice", None)
    if twice is not None:
        return Slip(at + 1, str(twice), _("this key stands twice"))
    opened = _opened(error)
    if opened is not None and opened < at:
        return Slip(opened + 1, key_of(lines[opened]), _("a bracket or a quotation mark that opens here is not closed"))
    return Slip(at + 1, key_of(lines[at]), _reason(lines, at, error))


def _stopped(lines: list[str], error: Any) -> int:
    """The compiled reader finds what is never closed on the line after the last, and does not tell the line of a control character."""
    mark = getattr(error, "problem_mark", None)
    return min(mark.line, len(lines) - 1) if mark else next((n for n, one in enumerate(lines) if _ODD.search(one)), 0)


def _joined(line: str) -> bool:
    return full_width_colon(line) or bool(_NO_BLANK.match(line) or _ODD_BLANK.match(line))


def _opened(error: Any) -> int | None:
    """Where the bracket or the quotation mark stands within which reading stopped."""
    inside = str(getattr(error, "context", "")).endswith(_INSIDE)
    mark = getattr(error, "context_mark", None)
    return int(mark.line) if inside and mark else None


def _reason(lines: list[str], at: int, error: Any) -> str:
    here = lines[at]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return _("a tab stands at the beginning; indent with blanks")
    if _ODD_BLANK.match(here):
        return _("a full-width or non-breaking blank stands at the beginning; indent with ordinary blanks")
    if any(sign in here for sign in FULL_WIDTH):
        return _("the file is not readable as YAML; full-width signs such as “：” or “，” do not count")
    if _NO_BLANK.match(here):
        return _("a blank is missing behind the colon")
    if _unfit(lines, at, error):
        return _("is not indented as the lines above it")
    return _("the file is not readable as YAML")


def _unfit(lines: list[str], at: int, error: Any) -> bool:
    above = [one for one in lines[:at] if one.strip()] or [""]
    if str(getattr(error, "problem", "")).startswith("mapping values are not allowed"):
        return _indent(lines[at]) > _indent(above[-1])
    begun = {_indent(one) for one in above} | {len(one) - len(one.lstrip(" -")) for one in above}
    return _indent(lines[at]) <= _indent(above[-1]) and _indent(lines[at]) not in begun


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
