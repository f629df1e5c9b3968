"""The figures that the kitchen's work is measured by, as dated parameters: food-safety.yaml and kitchen.yaml."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.kitchen.records import Pace

PRACTICE = ("packing-base", "packing-portion", "fetch-minutes", "box-return-hours", "discard-hours", "holding-minutes")
SAFETY = ("sample-grams", "sample-hours", "sample-coldest", "sample-warmest", "core-least", "hot-least", "cold-most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is in force on a day: seconds, minutes, hours, grams and whole degrees Celsius, as the names say."""

    packing_base: int
    packing_portion: int
    fetch_minutes: int
    box_return_hours: int
    discard_hours: int
    holding_minutes: int
    sample_grams: int
    sample_hours: int
    sample_coldest: int
    sample_warmest: int
    core_least: int
    hot_least: int
    cold_most: int

    @property
    def pace(self) -> Pace:
        return Pace(self.packing_base, self.packing_portion)


def figures_on(day: date, *, folder: Path = RULES) -> Figures:
    """The figures in force on a day. Raises RulebookError naming file and key."""
    found = {}
    for key, begun in _all(folder).items():
        in_force = [value for start, value in begun if start <= day]
        found[key.replace("-", "_")] = in_force[-1] if in_force else begun[0][1]
    return Figures(**found)


@lru_cache(maxsize=4)
def _all(folder: Path) -> dict[str, list[tuple[date, int]]]:
    practice = _values(folder / "kitchen.yaml", "kitchen-practice", PRACTICE)
    return practice | _values(folder / "food-safety.yaml", "food-safety", SAFETY)


def _values(path: Path, kind: str, names: tuple[str, ...]) -> dict[str, list[tuple[date, int]]]:
    values = read(path, kind=kind).only("kind", "schema", "values").node("values").only(*names)
    return {name: _begun(values.node(name)) for name in names}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "document", "values").text("description")
    return sorted((_sourced(entry).day("from"), entry.integer("value")) for entry in node.nodes("values"))


def _sourced(entry: Node) -> Node:
    """No figure without where it comes from."""
    entry.only("from", "value", "source").text("source")
    return entry
