"""Reading dated parameters from YAML so that every mistake names its file and key.

Numbers from a regulation live in ``data/rules/*.yaml``, never in code. ``read`` gives a ``Node``; its methods take one key
each, check the type and say where the trouble is: ``beijing-2022.yaml, line 31, rules[0].versions[1].from: expected a date``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from mealroute.core.config import CHECKOUT
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan

RULES = CHECKOUT / "data" / "rules"


class RulebookError(MealrouteError):
    """A rule file that cannot be used; ``facts`` hold ``file``, ``key``, ``line`` (None where unknown) and ``trouble``."""


class Block(dict[str, Any]):
    """A mapping as it stands in a file: ``line`` where it begins, ``lines`` where each key stands, counted from 1."""

    __slots__ = ("line", "lines")

    def __init__(self) -> None:
        super().__init__()
        self.line = 0
        self.lines: dict[str, int] = {}


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
        The file is missing, is not YAML, has a key twice, or is of another kind or schema.
    """
    try:
        return read_text(path.read_text("utf-8"), path.name, kind=kind, schema=schema)
    except FileNotFoundError:
        _refuse(path.name, "", None, _("the file is missing"))
    except UnicodeDecodeError:
        _refuse(path.name, "", None, _("the file is not readable as YAML"))


def read_text(text: str, name: str, *, kind: str, schema: int = 1) -> Node:
    """The same for the text of a file called ``name``, which need not stand on this machine's disk."""
    import yaml

    try:
        content = yaml.load(text, _loader())  # noqa: S506 -- a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        twice = getattr(error, "twice", None)
        # the compiled reader finds what is never closed on the line after the last
        line = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else None
        if twice is not None:
            _refuse(name, str(twice), line, _("this key stands twice"))
        _refuse(name, "", line, _("the file is not readable as YAML"))
    except (ValueError, RecursionError):  # 2022-13-45 is no date
        _refuse(name, "", None, _("the file is not readable as YAML"))
    if not isinstance(content, dict):
        _refuse(name, "", None, _("expected a block of keys"))
    node = Node(name, "", content)
    if content.get("kind") != kind:
        node.fail("kind", _("expected %(kind)s", kind=kind))
    if content.get("schema") != schema:
        node.fail("schema", _("expected %(kind)s", kind=str(schema)))
    return node


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


@lru_cache(maxsize=1)
def _loader() -> Any:
    """A safe loader whose mappings remember their lines and that refuses a key which stands twice."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """The compiled one, ten times as quick, where the library has it."""

    def mapping(loader: Any, node: Any) -> Iterator[Block]:
        block = Block()
        block.line = node.start_mark.line + 1
        yield block
        for key_node, _value in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = loader.construct_object(key_node, deep=True)
            if str(key) in block.lines:
                error = yaml.constructor.ConstructorError(None, None, "twice", key_node.start_mark)
                error.twice = key  # type: ignore[attr-defined]
                raise error
            block.lines[str(key)] = key_node.start_mark.line + 1
        loader.flatten_mapping(node)
        block.update(loader.construct_mapping(node))

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    return Loader
