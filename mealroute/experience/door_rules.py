"""What a door's visits add up to: how long it usually takes, by whose figures, and whether it is slower than its own normal. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from mealroute.experience.door_rulebook import DoorRules
from mealroute.experience.records import DoorProfile, DoorSource, DoorUse, DoorVisit


def profile(visits: Sequence[DoorVisit], rules: DoorRules, *, second_of_day: int | None = None) -> DoorProfile | None:
    """How a door opens, from its last visits (newest first); those of the same part of the day where there are enough of them."""
    kept = list(visits)[: rules.most_visits]
    band = rules.band(second_of_day)
    same = [each for each in visits if band is not None and rules.band(each.met_s) == band][: rules.most_visits]
    used = same if len(same) >= rules.least_visits else kept
    if not used:
        return None
    waits = [each.seconds for each in used]
    climbs = [each.stairs_s for each in used if each.stairs_s is not None]
    return DoorProfile(
        usual_s=-int(-median(waits) // 1), slow_s=max(waits), samples=len(waits),
        stairs_s=-int(-median(climbs) // 1) if len(climbs) >= rules.least_visits else None,
    )  # fmt: skip


def use_of(own: DoorProfile | None, of_class: int | None, rules: DoorRules) -> DoorUse:
    """What a plan reckons with: the door's own figures, else its class's, else what the door times hold already. Never optimistic:
    a quick door takes no time off.
    """
    if own is not None and own.samples >= rules.least_visits:
        extra = max(0, own.usual_s - rules.included_s)
        return DoorUse(extra_s=extra, stairs_s=own.stairs_s, source=DoorSource.OWN, visits=own.samples)
    visits = own.samples if own is not None else 0
    if of_class is not None:
        return DoorUse(
            extra_s=max(0, of_class - rules.included_s), stairs_s=None, source=DoorSource.CLASS, visits=visits
        )
    return DoorUse(extra_s=0, stairs_s=None, source=DoorSource.DEFAULT, visits=visits)


def class_medians(waits: Iterable[tuple[int, bool, int]], rules: DoorRules) -> Mapping[bool, int]:
    """Frail or not → the median of the doors' own medians, from (resident, frail, seconds); a class with few doors says nothing."""
    doors: dict[tuple[bool, int], list[int]] = {}
    for resident, frail, seconds in waits:
        doors.setdefault((frail, resident), []).append(seconds)
    found: dict[bool, list[float]] = {}
    for (frail, _resident), times in doors.items():
        found.setdefault(frail, []).append(median(times))
    return {frail: -int(-median(medians) // 1) for frail, medians in found.items() if len(medians) >= rules.class_doors}


def is_slow(wait_s: int, own: DoorProfile | None, rules: DoorRules) -> bool:
    """Whether a door took much longer than it does itself; a door that is hardly known is never slow."""
    if own is None or own.samples < rules.least_visits or wait_s < rules.slow_least_s:
        return False
    return wait_s * 100 > own.usual_s * rules.slow_percent


def frail(born: date, ability_level: int | None, day: date, rules: DoorRules) -> bool:
    """Whether somebody is of the class that is expected to need longer at the door."""
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return age >= rules.frail_age or (ability_level or 0) >= rules.frail_ability
