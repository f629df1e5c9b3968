"""``data/rules/exports.yaml`` → how files are kept; or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.exporting.records import Policy

FILE = RULES / "exports.yaml"


def policy_on(day: date, *, path: Path = FILE) -> Policy:
    """What is in force on ``day``. Raises RulebookError."""
    found = {}
    for name, begun in _values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[name] = in_force[-1] if in_force else begun[0][1]
    return Policy(**found)


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    values = read(path, kind="exports").only("kind", "schema", "values").node("values")
    keys = {name: name.replace("_", "-") for name in Policy.__slots__}
    values.only(*keys.values())
    return {name: _begun(values.node(key)) for name, key in keys.items()}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    found = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source").text("source")
        found.append((entry.day("from"), entry.integer("value", least=1)))
    return sorted(found)
