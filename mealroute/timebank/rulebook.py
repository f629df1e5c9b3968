"""``data/rules/time-bank.yaml`` → minutes in force on a day, outcomes that count, columns of the export; or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.records import Outcome
from mealroute.timebank.records import FIELDS, Column, TimeRule

FILE = RULES / "time-bank.yaml"


def rule_on(day: date, *, path: Path = FILE) -> TimeRule:
    """The minutes in force on ``day``. Raises RulebookError."""
    found = {}
    for name, begun in _values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[name] = in_force[-1] if in_force else begun[0][1]
    return TimeRule(**found)


@lru_cache(maxsize=4)
def counted(path: Path = FILE) -> frozenset[Outcome]:
    """Outcomes after which the volunteer was at the door."""
    return frozenset(map(Outcome, _root(path).choices("counted", frozenset(map(str, Outcome)))))


@lru_cache(maxsize=4)
def columns(path: Path = FILE) -> tuple[Column, ...]:
    """The columns of the file for 京彩时光, in their order."""
    nodes = _root(path).nodes("columns")
    return tuple(
        Column(node.only("field", "title").choice("field", frozenset(FIELDS)), node.text("title")) for node in nodes
    )


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    values = _root(path).node("values")
    keys = {name: name.replace("_", "-") for name in TimeRule.__slots__}
    values.only(*keys.values())
    return {name: _begun(values.node(key)) for name, key in keys.items()}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    return sorted((entry.day("from"), entry.integer("value")) for entry in node.nodes("values"))


def _root(path: Path) -> Node:
    return read(path, kind="time-bank").only("kind", "schema", "values", "counted", "columns")
