"""One service day of the checks, read from the tables: doors with plan, phone, money and claims. Columns, never ORM objects."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from mealroute.checks.counts_reading import (
    Closed,
    Conditions,
    Footed,
    boxes_of,
    closings_on,
    counts_of,
    logged_on,
    packed_on,
    photos_of,
    ready_of,
    received_on,
    sampled_on,
    sheets_on,
)
from mealroute.checks.facts import Claim, Day, Meal, MoneyMoved, Packed, PhotoSeen
from mealroute.checks.hands_facts import Returned
from mealroute.checks.returns_reading import returned_on
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is the same for whoever looks at a day: counts of other hands, by the keys that meals have."""

    day: date
    serves: bool
    packed: Mapping[tuple[int, int], Packed]
    ready_s: Mapping[tuple[str, str], int]
    received: Mapping[tuple[str, str], int]
    logged: frozenset[str]
    sampled: Mapping[str, frozenset[str]]
    boxes: Mapping[str, int]
    sheets: Sequence[Footed]
    closed: Closed
    prices: Mapping[tuple[str, str], int]
    returned: Mapping[int, Returned]
    swiped: Swiped
    midnight: datetime
    next_midnight: datetime
    clock: Clock


def around_of(db: Session, day: date, *, clock: Clock, swiped: Swiped | None = None) -> Around:
    """The counts of one day."""
    sheets = sheets_on(db, day)
    return Around(
        day=day, serves=menus.is_service_day(db, day), packed=packed_on(db, day, clock), ready_s=ready_of(db), received=received_on(db, day),
        logged=logged_on(db, day), sampled=sampled_on(db, day), boxes=boxes_of(db), sheets=sheets, returned=returned_on(db, day, sheets), closed=closings_on(db, day), prices=_list_prices(db, day),
        swiped=swiped or Swiped(), midnight=at_seconds(day, 0, clock.zone), next_midnight=at_seconds(day + timedelta(days=1), 0, clock.zone), clock=clock,
    )  # fmt: skip


def read_days(
    db: Session, around: Sequence[Around], *, periods: Collection[int], closed_at: datetime | None = None,
    logs_kept: frozenset[str] = frozenset(), differing: Mapping[int, str] | None = None, of_lines: Conditions = (),
) -> Iterator[Day]:  # fmt: skip
    """Everything of some days that follow one another, in order; all of them are held at once.

    ``differing`` are lines of the month that came out differently when computed again. ``of_lines``: only what belongs to these book lines.
    """
    if not around:
        return
    span = around[0].day, around[-1].day
    claims, money = _claims(db, periods, *span), _money(db, *span, closed_at, of_lines)
    meals: dict[date, list[Meal]] = defaultdict(list)
    for meal in _meals(db, {one.day: one for one in around}, claims, money, of_lines):
        meals[meal.day].append(meal)
    photos: dict[date, list[PhotoSeen]] = defaultdict(list)
    for photo in photos_of(db, *span, {meal.proof: meal for several in meals.values() for meal in several}, of_lines):
        photos[photo.day].append(photo)
    for one in around:
        own = meals.pop(one.day, [])
        lines = {meal.line for meal in own} if differing else set()
        yield Day(
            day=one.day, serves=one.serves, meals=own, packed=one.packed, ready_s=one.ready_s, received=one.received, logged=one.logged,
            logs_kept=logs_kept, sampled=one.sampled, boxes=one.boxes, returned=one.returned, counts=(*counts_of(one.day, own, one.sheets, one.closed), *one.swiped.counts),
            elsewhere=one.swiped.elsewhere, photos=photos.pop(one.day, []), money=money,
            differing={line: why for line, why in (differing or {}).items() if line in lines},
        )  # fmt: skip


def _meals(
    db: Session, around: Mapping[date, Around], claims: Mapping[int, tuple[Claim, ...]], money: Mapping[int, list[MoneyMoved]],
    of_lines: Conditions,
) -> Iterable[Meal]:  # fmt: skip
    first, last = min(around), max(around)
    transferred = dict(
        db.execute(
            select(StopTransfer.visit_id, func.max(StopTransfer.cooked_by))
            .join(Run, Run.id == StopTransfer.from_run_id).where(Run.day >= first, Run.day <= last).group_by(StopTransfer.visit_id)
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
            BookLine.size, PlanVisit.route_id == Run.route_id, Run.withdrawn_at, Order.created_at, Proof.cash_collected_fen, Run.day, Run.state,
        )
        .join(Run, Run.id == Proof.run_id)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .join(recorded, recorded.id == Run.route_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .join(Order, Order.id == BookLine.order_id)
        .where(Run.day >= first, Run.day <= last, current(), *of_lines)
        .order_by(Run.day, Run.slot, Run.number, PlanVisit.position, BookLine.id)
    )  # fmt: skip
    rows = db.execute(query).tuples().all()
    carried = _carried(db, first, last) if any(row[-1] == "withdrawn" for row in rows) else frozenset()
    for row in rows:
        (line, proof, run, visit, order, resident, slot, street, vendor, brought, kitchen, driver, vehicle, number, trip, position, arrival,
         starts, ends, station, place, handover, ordered, quantity, outcome, left_with, seen, source, made, phone, server, device, lon, lat,
         door_lon, door_lat, window_from, window_to, price, dish, size, same_route, withdrawn, created, cash, day, state) = row  # fmt: skip
        midnight = around[day].midnight
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
            price, around[day].prices.get((slot, dish)) if size == "normal" and dish else None, _paid(money.get(order, ())), bool(same_route) or moved,
            int((withdrawn - midnight).total_seconds()) if gone and withdrawn else None, claims.get(line, ()), int((created - midnight).total_seconds()),
            dish or "", 0 if server < around[day].next_midnight else (around[day].clock.local(server).date() - day).days, cash,
        )  # fmt: skip


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


def _claims(db: Session, periods: Collection[int], first: date, last: date) -> dict[int, tuple[Claim, ...]]:
    """Book line → its claims; claims that are alike are one object."""
    if not periods:
        return {}
    shares: Any = cast(ClaimLine.shares, Text)
    query = select(
        ClaimLine.book_line_id, ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.beneficiary, ClaimLine.amount_fen, shares,
        ClaimLine.resident_paid_fen, ClaimLine.copay_fen, ClaimLine.unit_price_fen,
    ).where(
        ClaimLine.period_id.in_(periods), ClaimLine.day >= first, ClaimLine.day <= last, ClaimLine.book_line_id.is_not(None)
    )  # fmt: skip
    alike: dict[tuple[Any, ...], tuple[Claim, ...]] = {}
    found: dict[int, tuple[Claim, ...]] = {}
    for line, *of_claim in db.execute(query.order_by(ClaimLine.id)).tuples():
        key = tuple(of_claim)
        one = alike.get(key)
        if one is None:
            rule, version, beneficiary, amount, text, paid, copay, price = key
            divided = json.loads(text)
            one = alike[key] = (
                Claim(
                    rule, version, beneficiary, amount, sum(divided.values()) if divided else amount, paid, copay, price
                ),
            )
        assert line is not None
        before = found.get(line)
        if before is None:
            found[line] = one
        else:
            several = (before, one)
            together = alike.get(several)
            if together is None:
                together = alike[several] = before + one
            found[line] = together
    return found


def _money(
    db: Session, first: date, last: date, closed_at: datetime | None, of_lines: Conditions
) -> dict[int, list[MoneyMoved]]:
    of_orders = (Order.id.in_(select(BookLine.order_id).where(*of_lines)),) if of_lines else ()
    query = (
        select(
            Payment.id, Payment.order_id, Payment.kind, Payment.amount_fen, Payment.means, Payment.reference,
            *((Payment.at,) if closed_at is not None else ()),
        )
        .join(Order, Order.id == Payment.order_id)
        .where(Order.day >= first, Order.day <= last, *of_orders)
        .order_by(Payment.id)
    )  # fmt: skip
    found: dict[int, list[MoneyMoved]] = {}
    for number, order, kind, amount, means, reference, *at in db.execute(query):
        late = closed_at is not None and at[0] > closed_at
        moved = MoneyMoved(number, order, kind, amount, means, reference, late)
        if order in found:
            found[order].append(moved)
        else:
            found[order] = [moved]
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
