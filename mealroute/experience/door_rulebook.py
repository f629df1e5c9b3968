"""``data/rules/doors.yaml`` → how doors are learnt, or an error naming file and key."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRules:
    """What is in force on a day. ``bands`` are the seconds since midnight at which another band of the day begins."""

    most_visits: int
    least_visits: int
    class_doors: int
    class_days: int
    included_s: int
    bands: tuple[int, ...]
    frail_age: int
    frail_ability: int
    slow_percent: int
    slow_least_s: int

    def band(self, second_of_day: int | None) -> int | None:
        """Which band of the day; None where the time is not known."""
        return None if second_of_day is None else sum(second_of_day >= begins for begins in self.bands)


def door_rules(day: date, *, path: Path = RULES / "doors.yaml") -> DoorRules:
    """What is in force on ``day``; before the first version, the first one."""
    begun = _versions(path)
    return next((rules for first, rules in reversed(begun) if first <= day), begun[0][1])


@lru_cache(maxsize=4)
def _versions(path: Path) -> tuple[tuple[date, DoorRules], ...]:
    root = read(path, kind="door-rules").only("kind", "schema", "versions")
    return tuple(
        sorted(((node.day("from"), _version(node)) for node in root.nodes("versions")), key=lambda pair: pair[0])
    )


def _version(node: Node) -> DoorRules:
    node.only(
        "from", "source", "visits", "class_doors", "class_days", "included_seconds", "bands", "frail", "slow"
    ).text("source")
    visits, frail = node.node("visits").only("most", "least"), node.node("frail").only("age_from", "ability_from")
    slow = node.node("slow").only("times_percent", "least_seconds")
    least, most = visits.integer("least", least=1), visits.integer("most", least=1)
    if most < least:
        visits.fail("most", _("must not be below the least"))
    return DoorRules(
        most_visits=most, least_visits=least, class_doors=node.integer("class_doors", least=1), class_days=node.integer("class_days", least=1),
        included_s=node.integer("included_seconds"), bands=_bands(node), frail_age=frail.integer("age_from"),
        frail_ability=frail.integer("ability_from"), slow_percent=slow.integer("times_percent", least=101),
        slow_least_s=slow.integer("least_seconds", least=1),
    )  # fmt: skip


def _bands(node: Node) -> tuple[int, ...]:
    found = node.value.get("bands")
    try:
        return tuple(sorted(parse_clock(text) for text in found or ()))
    except (ValueError, AttributeError, TypeError):
        node.fail("bands", _('expected a time like "10:30" in quotes'))
