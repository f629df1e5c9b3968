"""``data/rules/dispatch.yaml`` → the times of offers in force on a day, or an error naming file and key."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPolicy:
    """How long a vendor may think, how near to loading it may still be asked, and which change it must hear about."""

    answer: timedelta
    before_loading: timedelta
    least_answer: timedelta
    material_shift: timedelta


def policy_on(day: date, *, path: Path = RULES / "dispatch.yaml") -> OfferPolicy:
    """The figures in force on a service day. Raises RulebookError."""
    found = {}
    for name, begun in _values(path).items():
        in_force = [minutes for start, minutes in begun if start <= day]
        found[name] = timedelta(minutes=in_force[-1] if in_force else begun[0][1])
    return OfferPolicy(**found)


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    root = read(path, kind="dispatch-policy").only("kind", "schema", "values")
    values = root.node("values")
    values.only(*(_key(name) for name in OfferPolicy.__slots__))
    return {name: _begun(values.node(_key(name))) for name in OfferPolicy.__slots__}


def _key(name: str) -> str:
    return f"{name.replace('_', '-')}-minutes"


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    return sorted((entry.day("from"), entry.integer("value", least=1)) for entry in node.nodes("values"))
