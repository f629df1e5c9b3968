"""``data/rules/paper.yaml`` → the figures of paper in force on a day, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.paper.records import PackPolicy


def policy_on(day: date, *, path: Path = RULES / "paper.yaml") -> PackPolicy:
    """The figures in force on ``day``. Raises RulebookError."""
    found = {}
    for name, begun in _values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[name] = in_force[-1] if in_force else begun[0][1]
    return PackPolicy(**found)


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    values = read(path, kind="paper-practice").only("kind", "schema", "values").node("values")
    keys = {name: name.replace("_", "-") for name in PackPolicy.__slots__}
    values.only(*keys.values())
    return {name: _begun(values.node(key)) for name, key in keys.items()}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    return sorted((entry.day("from"), entry.integer("value")) for entry in node.nodes("values"))
