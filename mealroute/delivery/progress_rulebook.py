"""``data/rules/live.yaml`` → the figures of the live board in force on a day, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.progress_records import LiveFigures

KEYS = (
    "silent-minutes", "tight-minutes", "spread-percent", "least-spread-minutes", "meeting-minutes", "called-minutes", "undo-minutes",
)  # fmt: skip


def figures_on(day: date, *, path: Path = RULES / "live.yaml") -> LiveFigures:
    """The figures in force on a service day. Raises RulebookError."""
    found = {}
    for key, begun in _values(path).items():
        in_force = [value for start, value in begun if start <= day]
        found[key] = in_force[-1] if in_force else begun[0][1]
    return LiveFigures(
        silent_s=60 * found["silent-minutes"], tight_s=60 * found["tight-minutes"], spread_percent=found["spread-percent"],
        least_spread_s=60 * found["least-spread-minutes"], meeting_s=60 * found["meeting-minutes"],
        called_s=60 * found["called-minutes"], undo_s=60 * found["undo-minutes"],
    )  # fmt: skip


@lru_cache(maxsize=4)
def _values(path: Path) -> dict[str, list[tuple[date, int]]]:
    values = read(path, kind="live-policy").only("kind", "schema", "values").node("values").only(*KEYS)
    return {key: _begun(values.node(key)) for key in KEYS}


def _begun(node: Node) -> list[tuple[date, int]]:
    node.only("description", "unit", "values").text("description")
    found = []
    for entry in node.nodes("values"):
        entry.only("from", "value", "source").text("source")
        found.append((entry.day("from"), entry.integer("value")))
    return sorted(found)
