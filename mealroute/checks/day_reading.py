"""One service day of the checks, read from the tables: doors with plan, phone, money and claims. Columns, never ORM objects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from mealroute.checks.counts_reading import (
    boxes_of,
    counts_of,
    logged_on,
    packed_on,
    photos_on,
    ready_of,
    received_on,
    sampled_on,
)
from mealroute.checks.facts import Claim, Day, Meal, MoneyMoved
from mealroute.checks.swipe_reading import Swiped
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.slots import MealSlot
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.menus import queries as menus
from mealroute.orders.models import BookLine, Order, Payment
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit
from mealroute.subsidy.models import ClaimLine


def days_of(db: Session, first: date, last: date) -> tuple[date, ...]:
    """The days of the span with any record of a door, in order."""
    query = select(Run.day).join(Proof, Proof.run_id == Run.id).where(Run.day >= first, Run.day <= last).distinct()
    return tuple(sorted(db.scalars(query)))


def read_day(
    db: Session, day: date, *, period_id: int | None, clock: Clock, closed_at: datetime | None = None,
    logs_kept: frozenset[str] = frozenset(), differing: Mapping[int, str] | None = None,
    swiped: Swiped | None = None,
) -> Day:  # fmt: skip
    """Everything of one day. ``differing`` are lines of the month that came out differently when computed again."""
    claims = _claims(db, period_id, day)
    money = _money(db, day, closed_at)
    meals = tuple(_meals(db, day, claims, money, clock))
    own = {meal.line for meal in meals}
    return Day(
        day=day, serves=menus.is_service_day(db, day), meals=meals, packed=packed_on(db, day, clock), ready_s=ready_of(db),
        received=received_on(db, day), logged=logged_on(db, day), logs_kept=logs_kept, sampled=sampled_on(db, day), boxes=boxes_of(db),
        counts=(*counts_of(db, day, meals), *(swiped.counts if swiped else ())), elsewhere=swiped.elsewhere if swiped else (), photos=photos_on(db, day, {meal.proof: meal for meal in meals}), money=money,
        differing={line: why for line, why in (differing or {}).items() if line in own},
    )  # fmt: skip


def _meals(
    db: Session, day: date, claims: Mapping[int, tuple[Claim, ...]], money: Mapping[int, list[MoneyMoved]], clock: Clock
) -> Iterable[Meal]:
    midnight = at_seconds(day, 0, clock.zone)
    prices = _list_prices(db, day)
    transferred = dict(
        db.execute(
            select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by))
            .join(Run, Run.id == StopTransfer.from_run_id).where(Run.day == day).group_by(StopTransfer.visit_id)
        )
        .tuples()
        .all()
    )  # fmt: skip
    recorded = aliased(PlanRoute)
    query = (
        select(
            BookLine.id, Proof.id, Run.id, PlanVisit.id, BookLine.order_id, BookLine.resident_id, Run.slot, BookLine.street_code,
            func.coalesce(Run.cooked_by, Run.vendor_code), Run.vendor_code, Run.kitchen_code, Run.driver_code, Run.vehicle_code, Run.number,
            PlanVisit.trip, PlanVisit.position, PlanVisit.arrival_s, recorded.starts_s, recorded.ends_s, BookLine.station_code,
            BookLine.place_key, BookLine.handover, BookLine.quantity, Proof.quantity, Proof.outcome, Proof.left_with, Proof.seen,
            Proof.source, func.coalesce(Proof.made_at, Proof.phone_at), Proof.phone_at, Proof.server_at, Proof.device, Proof.lon, Proof.lat,
            BookLine.lon, BookLine.lat, BookLine.window_from_s, BookLine.window_to_s, BookLine.unit_price_fen, BookLine.dish_code,
            BookLine.size, PlanVisit.route_id == Run.route_id, Run.withdrawn_at, Order.created_at, Run.state,
        )
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(recorded, recorded.id == Run.route_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .join(Order, Order.id == BookLine.order_id)
        .where(Run.day == day, current())
        .order_by(Run.slot, Run.number, PlanVisit.position, BookLine.id)
    )  # fmt: skip
    rows = db.execute(query).tuples().all()
    carried = _carried(db, day) if any(row[-1] == "withdrawn" for row in rows) else frozenset()
    for row in rows:
        (line, proof, run, visit, order, resident, slot, street, vendor, brought, kitchen, driver, vehicle, number, trip, position, arrival,
         starts, ends, station, place, handover, ordered, quantity, outcome, left_with, seen, source, made, phone, server, device, lon, lat,
         door_lon, door_lat, window_from, window_to, price, dish, size, same_route, withdrawn, created, state) = row  # fmt: skip
        moved = visit in transferred
        # A record without a phone's time has only the server's: that says when it was typed, not when the door opened.
        made = made if phone is not None else None
        gone = (
            state == "withdrawn"
            and withdrawn is not None
            and line not in carried
            and made is not None
            and made > withdrawn
        )
        yield Meal(
            line, proof, run, visit, order, resident, day, slot, street, transferred.get(visit) or vendor, brought, kitchen, driver, vehicle,
            number, 0 if moved else trip, position, arrival, starts, ends, station or "", place, handover, ordered, quantity, outcome,
            left_with, seen, source, None if made is None else int((made - midnight).total_seconds()),
            None if phone is None else int((server - phone).total_seconds()), device, lon, lat, door_lon, door_lat, window_from, window_to,
            price, prices.get((slot, dish)) if size == "normal" and dish else None, _paid(money.get(order, ())), bool(same_route) or moved,
            int((withdrawn - midnight).total_seconds()) if gone and withdrawn else None, claims.get(line, ()), int((created - midnight).total_seconds()),
            dish or "", max((clock.local(server).date() - day).days, 0),
        )  # fmt: skip


def _carried(db: Session, day: date) -> frozenset[int]:
    """Lines that a plan in force carries."""
    query = (
        select(PlanLine.book_line_id)
        .join(PlanVersion, PlanVersion.id == PlanLine.version_id)
        .where(PlanVersion.day == day, PlanVersion.state == "published", PlanLine.visit_id.is_not(None))
    )
    return frozenset(db.scalars(query))


def _claims(db: Session, period_id: int | None, day: date) -> dict[int, tuple[Claim, ...]]:
    if period_id is None:
        return {}
    query = select(
        ClaimLine.book_line_id, ClaimLine.id, ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.beneficiary, ClaimLine.amount_fen,
        ClaimLine.shares, ClaimLine.resident_paid_fen, ClaimLine.copay_fen, ClaimLine.unit_price_fen,
    ).where(and_(ClaimLine.period_id == period_id, ClaimLine.day == day, ClaimLine.book_line_id.is_not(None)))  # fmt: skip
    found: dict[int, list[Claim]] = defaultdict(list)
    for line, number, rule, version, beneficiary, amount, shares, paid, copay, price in db.execute(
        query.order_by(ClaimLine.id)
    ).tuples():
        if line is not None:
            whole = sum(shares.values()) if shares else amount
            found[line].append(Claim(number, rule, version, beneficiary, amount, whole, paid, copay, price))
    return {line: tuple(several) for line, several in found.items()}


def _money(db: Session, day: date, closed_at: datetime | None) -> dict[int, list[MoneyMoved]]:
    query = (
        select(
            Payment.id, Payment.order_id, Payment.kind, Payment.amount_fen, Payment.means, Payment.reference, Payment.at
        )
        .join(Order, Order.id == Payment.order_id)
        .where(Order.day == day)
        .order_by(Payment.id)
    )
    found: dict[int, list[MoneyMoved]] = defaultdict(list)
    for number, order, kind, amount, means, reference, at in db.execute(query).tuples():
        late = closed_at is not None and at > closed_at
        found[order].append(MoneyMoved(number, order, kind, amount, means, reference, late))
    return found


def _paid(moved: Iterable[MoneyMoved]) -> int:
    return sum(one.amount_fen if one.kind == "payment" else -one.amount_fen for one in moved)


def _list_prices(db: Session, day: date) -> dict[tuple[str, str], int]:
    """(slot, dish) → the highest price at which the day's menu offers it, or the dish's dated price."""
    found: dict[tuple[str, str], Any] = {}
    dated = menus.prices_on(db, day)
    for slot in MealSlot:
        for entry in menus.menu(db, day, slot).entries:
            price = max(entry.price_fen, dated[entry.dish.code][1] if entry.dish.code in dated else 0)
            found[str(slot), entry.dish.code] = max(found.get((str(slot), entry.dish.code), 0), price)
    return found
