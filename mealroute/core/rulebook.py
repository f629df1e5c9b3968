"""Reading dated parameters from YAML so that every mistake names its file and key.

Numbers from a regulation live in ``data/rules/*.yaml``, never in code. ``read`` gives a ``Node``; its methods take one key
each, check the type and say where the trouble is: ``meal-subsidy.yaml, rules[0].versions[1].from: expected a date``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from mealroute.core.config import CHECKOUT
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan

RULES = CHECKOUT / "data" / "rules"


class RulebookError(MealrouteError):
    """A rule file that cannot be used; ``facts`` hold ``file`` and ``key``."""


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping inside a rule file, with its place in the file."""

    file: str
    path: str
    value: dict[str, Any]

    def fail(self, key: str, message: str) -> NoReturn:
        where = f"{self.path}.{key}" if self.path and key else self.path or key
        raise RulebookError(
            "rulebook-invalid",
            _("%(file)s, %(key)s: %(trouble)s", file=self.file, key=where or "–", trouble=message),
            _("Mend the file in data/rules and start again; docs/rules.md explains every key."),
            file=self.file,
            key=where,
        )

    def only(self, *keys: str) -> "Node":
        """Refuse keys that nobody reads: a misspelt condition must not be ignored."""
        for key in self.value:
            if key not in keys:
                self.fail(str(key), _("this key is not known"))
        return self

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        found = self.value.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            self.fail(key, _("expected text"))
        return found.strip()

    def choice(self, key: str, allowed: frozenset[str]) -> str:
        found = self.text(key)
        if found not in allowed:
            self.fail(key, _("expected one of %(allowed)s", allowed=", ".join(sorted(allowed))))
        return found

    def choices(self, key: str, allowed: frozenset[str]) -> frozenset[str]:
        found = self.value.get(key)
        if not isinstance(found, list) or not found or any(entry not in allowed for entry in found):
            self.fail(key, _("expected a list of %(allowed)s", allowed=", ".join(sorted(allowed))))
        return frozenset(found)

    def flag(self, key: str) -> bool:
        found = self.value.get(key)
        if not isinstance(found, bool):
            self.fail(key, _("expected true or false"))
        return found

    def integer(self, key: str, *, least: int = 0) -> int:
        found = self.value.get(key)
        if isinstance(found, bool) or not isinstance(found, int) or found < least:
            self.fail(key, _("expected a whole number from %(least)d", least=least))
        return found

    def day(self, key: str) -> date:
        found = self.optional_day(key)
        if found is None:
            self.fail(key, _("expected a date like 2022-03-14"))
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
            self.fail(key, _("expected an amount in yuan with at most two decimals"))

    def node(self, key: str) -> "Node":
        found = self.value.get(key)
        where = f"{self.path}.{key}" if self.path else key
        if not isinstance(found, dict):
            self.fail(key, _("expected a block of keys"))
        return Node(self.file, where, found)

    def nodes(self, key: str) -> tuple["Node", ...]:
        found = self.value.get(key)
        where = f"{self.path}.{key}" if self.path else key
        if not isinstance(found, list) or not found:
            self.fail(key, _("expected a list with at least one entry"))
        for position, entry in enumerate(found):
            if not isinstance(entry, dict):
                Node(self.file, f"{where}[{position}]", {}).fail("", _("expected a block of keys"))
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
        The file is missing, is not YAML, or is of another kind or schema.
    """
    import yaml

    root = Node(path.name, "", {})
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        root.fail("", _("the file is missing"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        root.fail(f"line {mark.line + 1}" if mark else "", _("the file is not readable as YAML"))
    if not isinstance(content, dict):
        root.fail("", _("expected a block of keys"))
    node = Node(path.name, "", content)
    if content.get("kind") != kind:
        node.fail("kind", _("expected %(kind)s", kind=kind))
    if content.get("schema") != schema:
        node.fail("schema", _("expected %(kind)s", kind=str(schema)))
    return node
