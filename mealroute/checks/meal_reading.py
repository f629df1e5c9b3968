"""The doors of some service days with the plan around them, read for the checks. Columns, never ORM objects.

What hangs on the run is read once a run: a city has a million doors and some ten thousand runs.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.checks.around import Around
from mealroute.checks.counts_reading import Conditions
from mealroute.checks.facts import Claim, Meal, MoneyMoved
from mealroute.checks.money_reading import paid_of
from mealroute.core.bulk import chunks, numbered, rows
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import BookLine, Order
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit


class _Run(NamedTuple):
    """What all doors of a run have alike; ``turn`` orders runs by day, meal and number."""

    turn: int
    day: date
    slot: str
    number: int
    vendor: str
    brought: str
    kitchen: str
    driver: str
    vehicle: str
    route: int
    starts_s: int
    ends_s: int
    taken_back: datetime | None


OF_DOORS = (
    Proof.run_id, PlanVisit.position, Proof.book_line_id, Proof.id, PlanVisit.id, PlanVisit.trip, PlanVisit.arrival_s, PlanVisit.route_id,
    Proof.quantity, Proof.outcome, Proof.left_with, Proof.seen, Proof.source, Proof.made_at, Proof.phone_at, Proof.server_at, Proof.device,
    Proof.lon, Proof.lat, Proof.cash_collected_fen,
)  # fmt: skip
OF_LINES = (
    BookLine.order_id, BookLine.resident_id, BookLine.street_code, BookLine.station_code, BookLine.place_key, BookLine.handover,
    BookLine.quantity, BookLine.lon, BookLine.lat, BookLine.window_from_s, BookLine.window_to_s, BookLine.unit_price_fen, BookLine.dish_code,
    BookLine.size, Order.created_at,
)  # fmt: skip
"""What is looked at of a door, and of its line with the order: ``Standing`` has the values of the two together."""
Standing = tuple[Any, ...]


def doors_of(db: Session, first: date, last: date, of_lines: Conditions) -> list[Standing]:
    """The standing records of the days."""
    query = (
        select(*OF_DOORS, *OF_LINES)
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .join(Order, Order.id == BookLine.order_id)
        .where(Run.day >= first, Run.day <= last, current(), *of_lines)
    )
    return rows(db, query)


def meals_of(
    db: Session, around: Mapping[date, Around], doors: Iterable[Standing], claims: Mapping[int, tuple[Claim, ...]],
    money: Mapping[int, list[MoneyMoved]],
) -> Iterator[Meal]:  # fmt: skip
    """Standing records of the days as meals, by day, meal, run and stop."""
    first, last = min(around), max(around)
    runs = _runs(db, {door[0] for door in doors})
    by_turn = sorted(doors, key=lambda door: (runs[door[0]].turn, door[1], door[2]))
    moved_by = _transferred(db, first, last)
    carried = _carried(db, first, last) if any(run.taken_back is not None for run in runs.values()) else frozenset()
    for (run_id, position, line, proof, visit, trip, arrival, route, quantity, outcome, left_with, seen, source, made_at, phone, server, device,
         lon, lat, cash, order, resident, street, station, place, handover, ordered, door_lon, door_lat, window_from, window_to, price, dish,
         size, created) in by_turn:  # fmt: skip
        run = runs[run_id]
        day = around[run.day]
        moved = visit in moved_by
        # A record without a phone's time has only the server's: that says when it was typed, not when the door opened.
        made = None if phone is None else made_at or phone
        gone = (
            run.taken_back
            if line not in carried and made is not None and run.taken_back is not None and made > run.taken_back
            else None
        )
        yield Meal(
            line, proof, run_id, visit, order, resident, run.day, run.slot, street, (moved_by[visit] or run.vendor) if moved else run.vendor,
            run.brought, run.kitchen, run.driver, run.vehicle, run.number, 0 if moved else trip, position, arrival, run.starts_s, run.ends_s,
            station or "", place, handover, ordered, quantity, outcome, left_with, seen, source, _seconds(made, day.midnight),
            None if phone is None else int((server - phone).total_seconds()), device, lon, lat, door_lon, door_lat, window_from, window_to,
            price, day.prices.get((run.slot, dish)) if size == "normal" and dish else None, paid_of(money.get(order, ())),
            moved or route == run.route, _seconds(gone, day.midnight), claims.get(line, ()), _seconds(created, day.midnight), dish or "",
            0 if server < day.next_midnight else (day.clock.local(server).date() - run.day).days, cash,
        )  # fmt: skip


def _seconds(moment: datetime | None, midnight: datetime) -> int | None:
    if moment is None:
        return None
    passed = moment - midnight
    return passed.days * 86_400 + passed.seconds


def _runs(db: Session, wanted: Iterable[int]) -> dict[int, _Run]:
    columns = select(
        Run.id, Run.day, Run.slot, Run.number, func.coalesce(Run.cooked_by, Run.vendor_code), Run.vendor_code, Run.kitchen_code, Run.driver_code,
        Run.vehicle_code, Run.route_id, PlanRoute.starts_s, PlanRoute.ends_s, Run.state, Run.withdrawn_at,
    ).join(PlanRoute, PlanRoute.id == Run.route_id)  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for some in chunks(wanted):
        found += rows(db, columns.where(numbered(Run.id, some)))
    turns = {key: turn for turn, key in enumerate(sorted({run[1:4] for run in found}))}
    return {
        number: _Run(
            turns[day, slot, route], day, slot, route, vendor, brought, kitchen, driver, vehicle, way, starts, ends, withdrawn if state == "withdrawn" else None
        )
        for number, day, slot, route, vendor, brought, kitchen, driver, vehicle, way, starts, ends, state, withdrawn in found
    }  # fmt: skip


def _transferred(db: Session, first: date, last: date) -> dict[int, str]:
    """Visits that another run took over → who cooked."""
    query = (
        select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by))
        .join(Run, Run.id == StopTransfer.from_run_id)
        .where(Run.day >= first, Run.day <= last)
        .group_by(StopTransfer.visit_id)
    )
    return dict(db.execute(query).tuples().all())


def _carried(db: Session, first: date, last: date) -> frozenset[int]:
    """Lines that a plan in force carries."""
    query = (
        select(PlanLine.book_line_id)
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .where(
            PlanVersion.day >= first,
            PlanVersion.day <= last,
            PlanVersion.state == "published",
            PlanLine.visit_id.is_not(None),
        )
    )
    return frozenset(db.scalars(query))
