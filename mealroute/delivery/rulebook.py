"""``data/rules/follow-up.yaml`` → the plan for each outcome without a meeting, or an error naming file and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _, language
from mealroute.core.rulebook import RULES, Node, read
from mealroute.delivery.ladder_rulebook import ladder_on
from mealroute.delivery.records import FollowUpPlan, Outcome

OWNERS = frozenset({"dispatcher", "station"})
FIRST_DAY = date(2022, 1, 1)
"""Any day will do for the words of the rungs: they are not dated."""


@dataclass(frozen=True, slots=True)
class FollowUpTable:
    """What is asked for after each outcome, at doors and (where it differs) at a station's counter."""

    doors: Mapping[Outcome, FollowUpPlan]
    stations: Mapping[Outcome, FollowUpPlan]

    def at(self, *, station: bool) -> Mapping[Outcome, FollowUpPlan]:
        return {**self.doors, **self.stations} if station else self.doors


@lru_cache(maxsize=4)
def load_follow_ups(folder: Path = RULES) -> FollowUpTable:
    """One plan for every outcome but ``handed-over``; a missing one is an error."""
    root = read(folder / "follow-up.yaml", kind="follow-up-rules").only("kind", "schema", "source", "rules", "stations")
    root.text("source")
    wanted = [outcome for outcome in Outcome if outcome is not Outcome.HANDED_OVER]
    names = [str(outcome) for outcome in wanted]
    doors = root.node("rules").only(*names)
    stations = root.node("stations").only(*names)
    return FollowUpTable(
        doors={outcome: _plan(doors.node(str(outcome))) for outcome in wanted},
        stations={Outcome(name): _plan(node) for name, node in stations.entries()},
    )


def _plan(node: Node) -> FollowUpPlan:
    node.only("kind", "owner", "within_minutes", "first_step", "first_step_en")
    return FollowUpPlan(
        kind=node.text("kind"), owner=node.choice("owner", OWNERS), within_minutes=node.integer("within_minutes", least=1),
        first_step=node.text("first_step"), first_step_en=node.text("first_step_en"),
    )  # fmt: skip


@lru_cache(maxsize=64)
def load_every_nth(day: date, folder: Path = RULES) -> int:
    """At every how many meetings a resident is asked whether they are content, on ``day`` (``satisfaction.yaml``)."""
    root = read(folder / "satisfaction.yaml", kind="satisfaction-rules").only("kind", "schema", "versions")
    found: dict[date, int] = {}
    for node in root.nodes("versions"):
        node.only("from", "every_nth", "source").text("source")
        found[node.day("from")] = node.integer("every_nth", least=1)
    begun = [first for first in found if first <= day]
    if not begun:
        root.fail("versions", _("no version is in force on %(day)s", day=day.isoformat()))
    return found[max(begun)]


def step_text(step: str) -> str:
    """A step in the reader's language: the rules' own first steps are known in both, what a person wrote stays as written."""
    if language() == "zh":
        return step
    table = load_follow_ups()
    plans = (*table.doors.values(), *table.stations.values())
    known = {rule.step_zh: rule.step_en for rule in ladder_on(FIRST_DAY).rungs.values()}
    return next((plan.first_step_en for plan in plans if plan.first_step == step), known.get(step, step))
