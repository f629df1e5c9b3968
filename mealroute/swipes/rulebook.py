"""``data/rules/swipes.yaml``: which time of day is which meal, and how long an upload is kept that nobody brings in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.core.slots import MealSlot


@dataclass(frozen=True, slots=True)
class Window:
    """From a day on: meal → the seconds of the day between which it is eaten, both inclusive."""

    valid_from: date
    slots: Mapping[MealSlot, tuple[int, int]]
    source: str


@dataclass(frozen=True, slots=True)
class SwipeRules:
    """The windows oldest first, and the hours for which a file waits between look and entry."""

    windows: tuple[Window, ...]
    keep_upload_hours: int

    def slot_at(self, day: date, second: int) -> MealSlot | None:
        """The meal that is eaten at this second of this day; None between meals."""
        begun = [window for window in self.windows if window.valid_from <= day]
        if not begun:
            return None
        slots = begun[-1].slots
        return next((slot for slot, (begins, ends) in slots.items() if begins <= second <= ends), None)


@lru_cache(maxsize=2)
def swipe_rules(path: Path = RULES / "swipes.yaml") -> SwipeRules:
    """The rules in the file. Raises RulebookError with file and key."""
    root = read(path, kind="swipes").only("kind", "schema", "windows", "keep_upload_hours")
    windows: list[Window] = []
    for node in root.nodes("windows"):
        node.only("from", "source", *map(str, MealSlot))
        begins = node.day("from")
        if windows and begins <= windows[-1].valid_from:
            node.fail("from", _("must be later than the entry before it"))
        slots = {slot: _span(node.node(str(slot))) for slot in MealSlot if node.has(str(slot))}
        windows.append(Window(begins, slots, node.text("source")))
    return SwipeRules(tuple(windows), root.integer("keep_upload_hours", least=1))


def _span(node: Node) -> tuple[int, int]:
    node.only("begins", "ends")
    found = []
    for key in ("begins", "ends"):
        try:
            found.append(parse_clock(node.text(key)))
        except ValueError:
            node.fail(key, _("expected a time such as 10:30"))
    if found[0] >= found[1]:
        node.fail("ends", _("must be later than its beginning"))
    return found[0], found[1]
