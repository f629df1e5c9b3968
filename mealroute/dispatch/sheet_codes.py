"""The codes on a printed sheet, by which it is keyed or scanned back in, and the digits that a driver writes beside a stop. Pure.

``19-04-7`` is a sheet: plan version, route, check digit. ``19-04-12-5`` is its twelfth stop. The check digit (Damm, 2004) finds
every single wrong digit and every pair of neighbours that changed places.
"""

import re
from dataclasses import dataclass

from mealroute.core.i18n import _l

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9), (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1), (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5), (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)  # fmt: skip

DIGITS: tuple[tuple[str, str, str], ...] = (
    ("1", "handed-over", _l("handed over in person")),
    ("2", "left-with-contact", _l("left with a contact")),
    ("3", "left-at-door", _l("left at the door")),
    ("4", "refused", _l("refused")),
    ("5", "no-answer", _l("no answer")),
    ("6", "moved", _l("moved away")),
    ("7", "in-hospital", _l("in hospital")),
    ("8", "cancelled-at-door", _l("cancelled at the door")),
    ("9", "not-reached", _l("not reached")),
    ("0", "volunteer-absent", _l("the volunteer did not come")),
)
"""Digit, outcome (``delivery.records.Outcome``), words. What the driver writes; a tick is a 1."""


@dataclass(frozen=True, slots=True)
class SheetCode:
    """What a code says; ``stop`` None = the whole sheet."""

    version_id: int
    number: int
    stop: int | None = None


def sheet_code(version_id: int, number: int) -> str:
    """``19-04-7``."""
    return _checked(f"{version_id}-{number:02d}")


def stop_code(version_id: int, number: int, stop: int) -> str:
    """``19-04-12-5``."""
    return _checked(f"{version_id}-{number:02d}-{stop}")


def read(text: str) -> SheetCode | None:
    """The code as typed or scanned, with any marks between its figures; None where it is none or its check digit is wrong."""
    parts = re.findall(r"[0-9]+", text.strip()) if len(text) <= 40 else []
    if len(parts) not in {3, 4} or any(len(part) > 9 for part in parts) or len(parts[-1]) != 1:
        return None
    if _digit("".join(parts[:-1])) != parts[-1]:
        return None
    version_id, number, *stop = map(int, parts[:-1])
    return SheetCode(version_id, number, stop[0] if stop else None)


def _checked(body: str) -> str:
    return f"{body}-{_digit(body.replace('-', ''))}"


def _digit(figures: str) -> str:
    state = 0
    for figure in figures:
        state = _DAMM[state][int(figure)]
    return str(state)
