"""``data/rules/follow-up.yaml`` → the plan for each outcome without a meeting, or an error naming file and key."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.i18n import _, language
from mealroute.core.rulebook import RULES, read
from mealroute.delivery.records import FollowUpPlan, Outcome

OWNERS = frozenset({"dispatcher", "station"})


@lru_cache(maxsize=4)
def load_follow_ups(folder: Path = RULES) -> dict[Outcome, FollowUpPlan]:
    """One plan for every outcome but ``handed-over``; a missing one is an error."""
    root = read(folder / "follow-up.yaml", kind="follow-up-rules").only("kind", "schema", "source", "rules")
    root.text("source")
    rules = root.node("rules")
    wanted = [outcome for outcome in Outcome if outcome is not Outcome.HANDED_OVER]
    rules.only(*(str(outcome) for outcome in wanted))
    found: dict[Outcome, FollowUpPlan] = {}
    for outcome in wanted:
        node = rules.node(str(outcome)).only("kind", "owner", "within_minutes", "first_step", "first_step_en")
        found[outcome] = FollowUpPlan(
            kind=node.text("kind"),
            owner=node.choice("owner", OWNERS),
            within_minutes=node.integer("within_minutes", least=1),
            first_step=node.text("first_step"),
            first_step_en=node.text("first_step_en"),
        )
    return found


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
    return next((plan.first_step_en for plan in load_follow_ups().values() if plan.first_step == step), step)
