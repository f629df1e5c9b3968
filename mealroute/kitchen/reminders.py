"""What a kitchen has to do now: samples, temperatures while food is held and before each departure, old samples to throw away,
boxes that have not come back. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mealroute.core.clock import at_seconds
from mealroute.kitchen.box_records import BoxBalance
from mealroute.kitchen.figures import Figures
from mealroute.kitchen.log_records import Due, DueKind, DueState, ReadingKind, ReadingRecord, SampleRecord
from mealroute.kitchen.records import PlannedPortion

ORDER = tuple(DueState)


@dataclass(frozen=True, slots=True)
class _Dish:
    """A dish of one kitchen in one meal: when it is cooked first, when the first and when the last of it is loaded."""

    kitchen_code: str
    code: str
    name: str
    cold: bool
    cooked_s: int
    load_s: int
    last_load_s: int


def due_of_meal(
    rows: Sequence[PlannedPortion],
    samples: Iterable[SampleRecord],
    readings: Iterable[ReadingRecord],
    *,
    day: date,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Due, ...]:
    """What of one meal is not in the log yet, the most urgent first.

    A dish needs its sample and a temperature (core, or cold) before the first of it is loaded; each trip needs a
    temperature of its hot and its cold boxes before it leaves. Samples and readings that were corrected count no more.
    """
    kept = {(each.kitchen_code, each.dish_code) for each in samples if not each.corrected}
    read = {
        (each.kind, each.kitchen_code, each.dish_code or each.vehicle_code, each.trip)
        for each in readings
        if not each.corrected
    }

    def at(seconds: int) -> datetime:
        return at_seconds(day, seconds, zone)

    found: list[Due] = []
    for dish in _dishes(rows):
        common: dict[str, Any] = {"kitchen_code": dish.kitchen_code, "dish_code": dish.code, "dish_name": dish.name}
        begins, ends = at(dish.cooked_s), at(dish.load_s)
        if (dish.kitchen_code, dish.code) not in kept:
            found.append(Due(kind=DueKind.SAMPLE, state=_state(begins, ends, now), due_at=ends, **common))
        kind = ReadingKind.COLD_HOLDING if dish.cold else ReadingKind.COOKED_CORE
        if (kind, dish.kitchen_code, dish.code, 0) not in read:
            what = DueKind.COLD if dish.cold else DueKind.CORE
            found.append(Due(kind=what, state=_state(begins, ends, now), due_at=ends, **common))
    for (vehicle_code, trip), cold, row in _boxes(rows):
        kind = ReadingKind.BOX_COLD if cold else ReadingKind.BOX_HOT
        if (kind, row.kitchen_code, vehicle_code, trip) not in read:
            found.append(
                Due(
                    kind=DueKind.BOX_COLD if cold else DueKind.BOX_HOT, state=_state(at(row.load_at_s), at(row.leave_s), now),
                    due_at=at(row.leave_s), kitchen_code=row.kitchen_code, vehicle_code=vehicle_code, vehicle=row.vehicle,
                    route=row.route, trip=trip,
                )
            )  # fmt: skip
    return sorted_due(found)


def due_discards(kept: Iterable[SampleRecord], figures: Figures, now: datetime) -> tuple[Due, ...]:
    """Samples whose time is over and that nobody has thrown away."""
    return sorted_due(
        Due(
            kind=DueKind.DISCARD, kitchen_code=each.kitchen_code, dish_code=each.dish_code, dish_name=each.dish_name,
            due_at=each.keep_until, sample_id=each.id,
            state=DueState.OVERDUE if now > each.keep_until + timedelta(hours=figures.discard_hours) else DueState.DUE,
        )
        for each in kept
        if not each.corrected and each.discarded_at is None and now >= each.keep_until
    )  # fmt: skip


def due_holdings(
    rows: Sequence[PlannedPortion], readings: Iterable[ReadingRecord], figures: Figures, *, day: date, zone: ZoneInfo, now: datetime
) -> tuple[Due, ...]:  # fmt: skip
    """Hot dishes that wait for their loading longer than they may without being measured again, since the last temperature of the dish.

    Before the first temperature the core's is due (``due_of_meal``); once the last of it is loaded, nothing is.
    """
    measured: dict[tuple[str, str], datetime] = {}
    for each in readings:
        if each.kind in {ReadingKind.COOKED_CORE, ReadingKind.HOT_HOLDING} and not each.corrected:
            key = each.kitchen_code, each.dish_code
            measured[key] = max(each.at, measured.get(key, each.at))
    found = []
    for dish in _dishes(rows):
        last = measured.get((dish.kitchen_code, dish.code))
        loaded = at_seconds(day, dish.last_load_s, zone)
        if dish.cold or last is None or now >= loaded:
            continue
        again = last + timedelta(minutes=figures.holding_minutes)
        if again < loaded:
            found.append(
                Due(
                    kind=DueKind.HOLDING, state=_state(again - EARLY, again, now), due_at=again, kitchen_code=dish.kitchen_code,
                    dish_code=dish.code, dish_name=dish.name,
                )
            )  # fmt: skip
    return sorted_due(found)


EARLY = timedelta(minutes=10)
"""So long before its time a dish may be measured again."""


def due_boxes(balances: Iterable[BoxBalance], figures: Figures) -> tuple[Due, ...]:
    """Boxes that are away longer than they may be, by vehicle."""
    missing: dict[tuple[str, str], tuple[int, datetime]] = {}
    for each in balances:
        if each.missing and each.since is not None:
            count, since = missing.get((each.kitchen_code, each.vehicle_code), (0, each.since))
            missing[each.kitchen_code, each.vehicle_code] = count + each.missing, min(since, each.since)
    return sorted_due(
        Due(
            kind=DueKind.BOXES, state=DueState.OVERDUE, kitchen_code=kitchen, vehicle_code=vehicle, vehicle=vehicle, count=count,
            due_at=since + timedelta(hours=figures.box_return_hours),
        )
        for (kitchen, vehicle), (count, since) in missing.items()
    )  # fmt: skip


def sorted_due(found: Iterable[Due]) -> tuple[Due, ...]:
    """The most urgent first, then by time."""
    return tuple(
        sorted(
            found, key=lambda each: (ORDER.index(each.state), each.due_at, each.kitchen_code, each.kind, each.dish_name)
        )
    )


def _state(begins: datetime, ends: datetime, now: datetime) -> DueState:
    if now >= ends:
        return DueState.OVERDUE
    return DueState.DUE if now >= begins else DueState.AHEAD


def _dishes(rows: Sequence[PlannedPortion]) -> list[_Dish]:
    found: dict[tuple[str, str], _Dish] = {}
    for row in rows:
        key = row.kitchen_code, row.dish_code
        held = found.get(key)
        found[key] = _Dish(
            row.kitchen_code, row.dish_code, row.dish_name, row.cold,
            min(row.cooked_at_s, held.cooked_s) if held else row.cooked_at_s,
            min(row.load_at_s, held.load_s) if held else row.load_at_s,
            max(row.load_at_s, held.last_load_s) if held else row.load_at_s,
        )  # fmt: skip
    return [found[key] for key in sorted(found)]


def _boxes(rows: Sequence[PlannedPortion]) -> list[tuple[tuple[str, int], bool, PlannedPortion]]:
    """Each trip's hot and cold compartments that carry something, with one row of it."""
    found = {((row.vehicle_code, row.trip), row.cold): row for row in rows}
    return [(trip, cold, found[trip, cold]) for trip, cold in sorted(found)]
