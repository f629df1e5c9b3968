"""``data/rules/notices.yaml`` → how long a notice may stay unseen, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, read


def unseen_minutes(day: date, *, path: Path = RULES / "notices.yaml") -> int:
    """Minutes after which somebody must phone, as in force on ``day``."""
    begun = _values(path)
    return next((value for start, value in reversed(begun) if start <= day), begun[0][1])


@lru_cache(maxsize=4)
def _values(path: Path) -> tuple[tuple[date, int], ...]:
    root = read(path, kind="notice-policy").only("kind", "schema", "values")
    node = root.node("values").only("unseen-minutes").node("unseen-minutes").only("description", "unit", "values")
    node.text("description")
    found = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source").text("source")
        found.append((entry.day("from"), entry.integer("value", least=1)))
    return tuple(sorted(found))
