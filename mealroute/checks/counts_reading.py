"""The counts and pictures of one day that doors are held against: packed, loaded, received, logged, keyed, photographed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from mealroute.checks.facts import BY_HAND, Meal, Packed, PhotoSeen, SheetCount
from mealroute.core.clock import Clock, seconds_of_day
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.delivery.models import Proof, StationReceipt
from mealroute.delivery.station_models import StationClosing
from mealroute.dispatch.models import Run
from mealroute.kitchen.models import PackedTrip, RetainedSample, TemperatureReading
from mealroute.orders.models import BookLine
from mealroute.paper.keying_models import KeyedSheet
from mealroute.planning.models import PlanVisit
from mealroute.vendors.models import KitchenBatch, Vehicle

Conditions = tuple[ColumnElement[bool], ...]
"""Which book lines are looked at; empty: all."""


def packed_on(db: Session, day: date, clock: Clock) -> dict[tuple[int, int], Packed]:
    """(run, trip) → the kitchen's tick and the driver's own count, where somebody counted."""
    runs = {
        (slot, vehicle): run
        for run, slot, vehicle in db.execute(
            select(Run.id, Run.slot, Run.vehicle_code).where(Run.day == day, Run.state != "withdrawn")
        ).tuples()
    }
    kitchen: dict[tuple[int, int], int] = {}
    ticks = select(
        PackedTrip.slot, PackedTrip.vehicle_code, PackedTrip.trip, PackedTrip.portions, PackedTrip.packed
    ).where(PackedTrip.day == day)
    for slot, vehicle, trip, portions, packed in db.execute(ticks.order_by(PackedTrip.number)).tuples():
        run = runs.get((slot, vehicle))
        if run is not None:
            kitchen[run, trip] = portions
            if not packed:
                del kitchen[run, trip]
    counted: dict[tuple[int, int], tuple[int | None, int]] = {}
    sums = (
        select(
            LoadingCheck.id,
            LoadingCheck.run_id,
            LoadingCheck.trip,
            LoadingCheck.phone_at,
            LoadingCheck.at,
            func.sum(LoadingCount.counted),
        )
        .join(Run, Run.id == LoadingCheck.run_id)
        .outerjoin(LoadingCount, (LoadingCount.check_id == LoadingCheck.id) & (LoadingCount.kind == "portions"))
        .where(Run.day == day)
        .group_by(LoadingCheck.id, LoadingCheck.run_id, LoadingCheck.trip, LoadingCheck.phone_at, LoadingCheck.at)
        .order_by(LoadingCheck.id)
    )
    for _check, run, trip, phone, at, portions in db.execute(sums).tuples():
        first = counted.get((run, trip))
        left = min(first[1] if first else 86_400, seconds_of_day(phone or at, clock.zone))
        counted[run, trip] = (None if portions is None else int(portions), left)
    return {
        key: Packed(
            by_kitchen=kitchen.get(key),
            by_driver=counted[key][0] if key in counted else None,
            left_s=counted[key][1] if key in counted else None,
        )
        for key in {*kitchen, *counted}
    }


def ready_of(db: Session) -> dict[tuple[str, str], int]:
    """(kitchen, slot) → when its first batch is ready."""
    query = select(KitchenBatch.kitchen_code, KitchenBatch.slot, func.min(KitchenBatch.ready_at_s))
    return {
        (kitchen, slot): ready
        for kitchen, slot, ready in db.execute(query.group_by(KitchenBatch.kitchen_code, KitchenBatch.slot)).tuples()
    }


def received_on(db: Session, day: date) -> dict[tuple[str, str], int]:
    """(station, slot) → portions signed for; the newest signature of each box stands."""
    newest = select(func.max(StationReceipt.id)).group_by(StationReceipt.visit_id)
    query = (
        select(StationReceipt.station_code, Run.slot, func.sum(StationReceipt.portions))
        .join(PlanVisit, PlanVisit.id == StationReceipt.visit_id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .where(Run.day == day, StationReceipt.id.in_(newest))
        .group_by(StationReceipt.station_code, Run.slot)
    )
    return {(station, slot): int(portions) for station, slot, portions in db.execute(query).tuples()}


def logged_on(db: Session, day: date) -> frozenset[str]:
    """Kitchens that wrote anything into their log for the day."""
    samples = select(RetainedSample.kitchen_code).where(RetainedSample.day == day)
    return frozenset(
        db.scalars(union(samples, select(TemperatureReading.kitchen_code).where(TemperatureReading.day == day)))
    )


def sampled_on(db: Session, day: date) -> dict[str, frozenset[str]]:
    """Kitchen → dishes of which it kept a sample."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(RetainedSample.kitchen_code, RetainedSample.dish_code).where(RetainedSample.day == day)
    for kitchen, dish in db.execute(query).tuples():
        if dish:
            found[kitchen].add(dish)
    return {kitchen: frozenset(dishes) for kitchen, dishes in found.items()}


def kitchens_that_log(db: Session, first: date, last: date, days: int) -> frozenset[str]:
    """Kitchens that wrote into their log on at least half of the served days: their silence says something."""
    samples = select(RetainedSample.kitchen_code, RetainedSample.day).where(RetainedSample.day.between(first, last))
    readings = select(TemperatureReading.kitchen_code, TemperatureReading.day).where(
        TemperatureReading.day.between(first, last)
    )
    held: dict[str, set[date]] = defaultdict(set)
    for kitchen, day in db.execute(union(samples, readings)).tuples():
        held[kitchen].add(day)
    return frozenset(kitchen for kitchen, written in held.items() if len(written) * 2 >= days)


def boxes_of(db: Session) -> dict[str, int]:
    """Vehicle → portions that it carries at once."""
    return {
        code: hot + cold
        for code, hot, cold in db.execute(select(Vehicle.code, Vehicle.hot_boxes, Vehicle.cold_boxes)).tuples()
    }


def photos_of(
    db: Session, first: date, last: date, meals: Mapping[int, Meal], of_lines: Conditions = ()
) -> tuple[PhotoSeen, ...]:
    """The photos of the standing records of some days; ``meals`` by proof."""
    query = (
        select(Evidence.digest, Evidence.proof_id)
        .join(Proof, Proof.id == Evidence.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .where(Run.day >= first, Run.day <= last, Evidence.kind == "photo", Evidence.digest != "", *_among(of_lines))
        .order_by(Evidence.id)
    )
    return tuple(
        PhotoSeen(digest, proof, meal.line, meal.resident, meal.place, meal.day, meal.vendor)
        for digest, proof in db.execute(query).tuples()
        if (meal := meals.get(proof)) is not None
    )


def _among(of_lines: Conditions) -> Conditions:
    return (Proof.book_line_id.in_(select(BookLine.id).where(*of_lines)),) if of_lines else ()


class Footed(NamedTuple):
    """The foot of a keyed sheet."""

    run: int
    sheet: int
    seen: int
    left: int
    back: int
    missing: int


Closed = Mapping[tuple[str, str], tuple[int, int]]
"""(station, slot) → portions handed out by the counter's closing, and the closing's number."""


def counts_of(day: date, meals: Sequence[Meal], sheets: Sequence[Footed], closed: Closed) -> tuple[SheetCount, ...]:
    """Counts that other hands made: the foot of keyed sheets, the closing of counters."""
    return (*_sheets(meals, sheets), *_counters(day, meals, closed))


def sheets_on(db: Session, day: date) -> tuple[Footed, ...]:
    """The newest foot of each sheet that was keyed."""
    newest = select(func.max(KeyedSheet.id)).group_by(KeyedSheet.version_id, KeyedSheet.number)
    query = (
        select(Run.id, KeyedSheet.id, KeyedSheet.seen, KeyedSheet.left, KeyedSheet.back, KeyedSheet.missing)
        .join(Run, (Run.version_id == KeyedSheet.version_id) & (Run.number == KeyedSheet.number))
        .where(Run.day == day, KeyedSheet.id.in_(newest))
    )
    return tuple(Footed(*row) for row in db.execute(query).tuples())


def _sheets(meals: Sequence[Meal], sheets: Sequence[Footed]) -> list[SheetCount]:
    """Only sheets whose every record was keyed: where a phone recorded too, the two are not of the same thing."""
    if not sheets:
        return []
    of: dict[int, list[Meal]] = defaultdict(list)
    for meal in meals:
        of[meal.run].append(meal)
    found = []
    for run, sheet, seen, left, _back, _missing in sheets:
        own = of.get(run, [])
        if own and all(meal.source in BY_HAND for meal in own):
            given = [meal for meal in own if meal.delivered]
            found.append(
                SheetCount(
                    kind="sheet", subject=f"run/{run}", ours=sum(meal.quantity for meal in given), theirs=seen + left,
                    lines=tuple(meal.line for meal in given), vendor=own[0].vendor, evidence=(("run", str(run)), ("sheet", str(sheet))),
                )
            )  # fmt: skip
    return found


def closings_on(db: Session, day: date) -> Closed:
    """The newest closing of each counter."""
    query = select(
        StationClosing.station_code, StationClosing.slot, StationClosing.handed_out, StationClosing.id
    ).where(StationClosing.day == day)
    return {
        (station, slot): (handed, number)
        for station, slot, handed, number in db.execute(query.order_by(StationClosing.number)).tuples()
    }


def _counters(day: date, meals: Sequence[Meal], closed: Closed) -> list[SheetCount]:
    if not closed:
        return []
    of: dict[tuple[str, str], list[Meal]] = defaultdict(list)
    for meal in meals:
        if meal.station and meal.delivered:
            of[meal.station, meal.slot].append(meal)
    return [
        SheetCount(
            kind="counter", subject=f"{key[0]}/{day}/{key[1]}", ours=sum(meal.quantity for meal in of.get(key, ())), theirs=handed,
            lines=tuple(meal.line for meal in of.get(key, ())), vendor=of[key][0].vendor if key in of else "",
            evidence=(("station", key[0]), ("closing", str(number))),
        )
        for key, (handed, number) in closed.items()
    ]  # fmt: skip
