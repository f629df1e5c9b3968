"""Reading dated parameters from YAML so that every mistake names its file and key.

Numbers from a regulation live in ``data/rules/*.yaml``, never in code. ``read`` gives a ``Node``; its methods take one key
each, check the type and say where the trouble is: ``beijing-2022.yaml, line 31, rules[0].versions[1].from: expected a date``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from mealroute.core.config import CHECKOUT
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan
from mealroute.core.rule_slips import slip_of
from mealroute.core.rule_yaml import Block, Listed, loader

RULES = CHECKOUT / "data" / "rules"
CODE = re.compile(r"\w[\w.-]*")
MOST = 10**9
"""No count, weight, second or version of a rule file is larger; anything above is a slip of the keyboard."""


class RulebookError(MealrouteError):
    """A rule file that cannot be used; ``facts`` hold ``file``, ``key``, ``line`` (None where unknown) and ``trouble``."""


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping inside a rule file, with its place in the file."""

    file: str
    path: str
    value: dict[str, Any]

    def fail(self, key: str, message: str) -> NoReturn:
        where = f"{self.path}.{key}" if self.path and key else self.path or key
        _refuse(self.file, where, self.line(key), message)

    def line(self, key: str = "") -> int | None:
        """Where the key stands in the file, else where the block begins; None for a block that was never in a file."""
        return (self.value.lines.get(key) or self.value.line) if isinstance(self.value, Block) else None

    def wanted(self, key: str, message: str) -> NoReturn:
        """Refuse what stands under the key; where nothing does, say that it is missing."""
        self.fail(key, message if not key or key in self.value else _("is missing: %(wanted)s", wanted=message))

    def only(self, *keys: str) -> "Node":
        """Refuse keys that nobody reads: a misspelt condition must not be ignored."""
        for key in self.value:
            if key not in keys:
                near = get_close_matches(str(key).lower(), keys, n=1, cutoff=0.75)
                self.fail(
                    str(key),
                    _("this key is not known; “%(near)s” is", near=near[0]) if near else _("this key is not known"),
                )
        return self

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        found = self.value.get(key, default)
        if isinstance(found, bool | int | float | date):
            self.fail(key, _("expected text; write a number, a day, true or false in quotation marks"))
        if not isinstance(found, str) or (default is None and not found.strip()):
            self.wanted(key, _("expected text"))
        return found.strip()

    def code(self, key: str, *, most: int) -> str:
        """A name for machines: letters of any script, digits, ``-``, ``_`` and ``.``, at most so many."""
        found = self.text(key)
        if not CODE.fullmatch(found) or len(found) > most:
            self.fail(key, _("expected at most %(most)d letters, digits, “-”, “_” or “.”, without blanks", most=most))
        return found

    def choice(self, key: str, allowed: frozenset[str]) -> str:
        found = self.value.get(key)
        if not isinstance(found, str) or found.strip() not in allowed:
            self.wanted(key, _("expected one of %(allowed)s", allowed=", ".join(sorted(allowed))))
        return found.strip()

    def choices(self, key: str, allowed: frozenset[str]) -> frozenset[str]:
        found = self.value.get(key)
        if not isinstance(found, list) or not found or any(entry not in allowed for entry in found):
            self.wanted(key, _("expected a list of %(allowed)s", allowed=", ".join(sorted(allowed))))
        return frozenset(found)

    def flag(self, key: str) -> bool:
        found = self.value.get(key)
        if not isinstance(found, bool):
            self.wanted(key, _("expected true or false"))
        return found

    def integer(self, key: str, *, least: int = 0, most: int = MOST) -> int:
        found = self.value.get(key)
        if isinstance(found, bool) or not isinstance(found, int) or found < least:
            self.wanted(key, _("expected a whole number from %(least)d", least=least))
        if found > most:
            self.fail(key, _("expected a whole number from %(least)d to %(most)d", least=least, most=most))
        return found

    def day(self, key: str) -> date:
        found = self.optional_day(key)
        if found is None:
            self.wanted(key, _("expected a date like 2022-03-14"))
        return found

    def optional_day(self, key: str) -> date | None:
        found = self.value.get(key)
        if found is None:
            return None
        if isinstance(found, datetime) or not isinstance(found, date):
            self.fail(key, _("expected a date like 2022-03-14"))
        return found

    def yuan(self, key: str) -> Fen:
        try:
            return parse_yuan(self.value.get(key, ""))
        except ValueError:
            self.wanted(key, _("expected an amount in yuan with at most two decimals"))

    def node(self, key: str) -> "Node":
        found = self.value.get(key)
        where = f"{self.path}.{key}" if self.path else key
        if not isinstance(found, dict):
            self.wanted(key, _("expected a block of keys"))
        return Node(self.file, where, found)

    def nodes(self, key: str) -> tuple["Node", ...]:
        found = self.value.get(key)
        where = f"{self.path}.{key}" if self.path else key
        if not isinstance(found, list) or not found:
            self.wanted(key, _("expected a list with at least one entry"))
        for position, entry in enumerate(found):
            if not isinstance(entry, dict):
                line = found.lines[position] if isinstance(found, Listed) else self.line(key)
                _refuse(self.file, f"{where}[{position}]", line, _("expected a block of keys"))
        return tuple(Node(self.file, f"{where}[{position}]", entry) for position, entry in enumerate(found))

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """The blocks below this one, by their key."""
        for key in self.value:
            yield str(key), self.node(key)


def read(path: Path, *, kind: str, schema: int = 1) -> Node:
    """The root of a rule file, after checking that it is the file that it should be.

    Raises
    ------
    RulebookError
        The file is missing, is not YAML, has a key twice, or is of another kind or schema.
    """
    try:
        return read_text(path.read_text("utf-8"), path.name, kind=kind, schema=schema)
    except FileNotFoundError:
        _refuse(path.name, "", None, _("the file is missing"))
    except UnicodeDecodeError as error:
        _refuse(path.name, "", error.object[: error.start].count(b"\n") + 1, _("the file is not text in UTF-8"))


def read_text(text: str, name: str, *, kind: str, schema: int = 1) -> Node:
    """The same for the text of a file called ``name``, which need not stand on this machine's disk."""
    import yaml

    try:
        content = yaml.load(text, loader())  # noqa: S506 -- a safe loader
    except yaml.YAMLError as error:
        _unreadable(text, name, error)
    except (ValueError, RecursionError):
        _refuse(name, "", 1, _("the file is not readable as YAML"))
    if not isinstance(content, dict):
        _refuse(name, "", 1, _("expected a block of keys"))
    node = Node(name, "", content)
    if content.get("kind") != kind:
        node.fail("kind", _("expected %(kind)s", kind=kind))
    if content.get("schema") != schema or isinstance(content["schema"], bool):
        node.fail("schema", _("expected %(kind)s", kind=str(schema)))
    return node


def _unreadable(text: str, name: str, error: Any) -> NoReturn:
    """The line that is likely to be wrong, its key, and why."""
    slip = slip_of(text, error)
    _refuse(name, slip.key, slip.line, slip.reason)


def _refuse(file: str, key: str, line: int | None, trouble: str) -> NoReturn:
    if line is None:
        sentence = _("%(file)s, %(key)s: %(trouble)s", file=file, key=key or "–", trouble=trouble)
    else:
        sentence = _(
            "%(file)s, line %(line)d, %(key)s: %(trouble)s", file=file, line=line, key=key or "–", trouble=trouble
        )
    raise RulebookError(
        "rulebook-invalid", sentence,
        _("Mend the file in data/rules and start again; docs/rules.md explains every key."),
        file=file, key=key, line=line, trouble=trouble,
    )  # fmt: skip
