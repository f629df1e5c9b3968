"""What handovers add up to: whom a resident knows, how well, and at what hour they are used to their meal. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from statistics import median

from mealroute.experience.records import DoorMemory, MeetingRecord

LEAST_HOURS = 3
"""Fewer meetings make no habit."""


def remembered(meetings: Iterable[MeetingRecord], day: date, *, weeks: int, half_life_days: int) -> DoorMemory:
    """What one resident remembers on the morning of ``day``: meetings of the last ``weeks``, a day with a driver counts once.

    A meeting weighs half as much for every ``half_life_days`` that it lies back, and faces are measured against the most familiar one, so
    that a driver who came once does not count like the one who comes every day. Meetings on ``day`` itself, or later, are not known yet.
    """
    kept = [each for each in meetings if 0 < (day - each.day).days <= 7 * weeks]
    weights: dict[str, float] = defaultdict(float)
    for driver, met in {(each.driver_code, each.day) for each in kept}:
        weights[driver] += 0.5 ** ((day - met).days / half_life_days)
    heaviest = max(weights.values(), default=1.0)
    hours = [each.met_s for each in kept if each.met_s is not None]
    return DoorMemory(
        faces={driver: round(weight / heaviest, 3) for driver, weight in sorted(weights.items())},
        usual_s=int(median(hours)) if len(hours) >= LEAST_HOURS else None,
        days=len({each.day for each in kept}),
    )
