"""One-off orders, changes, money, and amendments of a closed book, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import speaking
from mealroute.orders import queries, service
from mealroute.orders.late import late_changes
from mealroute.orders.models import BookLine, StandingOrder
from mealroute.orders.records import (
    AmendmentKind,
    Channel,
    Flag,
    OrderBookRecord,
    OrderRecord,
    OrderState,
    PayMeans,
    PaymentKind,
)
from mealroute.residents.models import ResidentDiet
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

EVERYTHING = Scope.everything()
STREET_TWO = Actor(
    account_id=None, name="景山调度", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101002"}))
)


@pytest.fixture
def world(db: Session) -> World:
    world = World(db)
    for code in ("R1", "R2"):
        world.resident(code)
    return world


def _place(db: Session, world: World, by: Actor, clock: FixedClock, **more: object) -> OrderRecord:
    asked = {"channel": Channel.PHONE, "pay_means": PayMeans.CARD, "resident_id": world.people["R1"].id, **more}
    return service.place_order(db, day=MONDAY, slot=LUNCH, by=by, clock=clock, pricing=FIVE, **asked)  # type: ignore[arg-type]


def _close(db: Session, by: Actor, clock: FixedClock) -> OrderBookRecord:
    return service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)


def test_an_order_for_one_day_is_priced_paid_and_in_the_book(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    order = _place(db, world, by, clock, quantity=2)

    assert (order.resident_part_fen, order.paid_fen, order.channel) == (2700, 2700, Channel.PHONE)
    assert [line.order_id for line in _close(db, by, clock).lines] == [order.id]


def test_a_form_sent_twice_orders_once(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    first = _place(db, world, by, clock, request_id="abc")
    assert _place(db, world, by, clock, request_id="abc").id == first.id
    assert _place(db, world, by, clock).id != first.id


def test_a_second_order_of_the_day_has_no_second_subsidy(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.standing("R1")
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    extra = _place(db, world, by, clock)
    assert (extra.expected_subsidy_fen, extra.resident_part_fen) == (0, 1600)
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    parts = sorted(order.resident_part_fen for order in queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING))
    assert parts == [1100, 1600]


def test_after_the_cut_off_an_order_is_refused_with_a_way_out(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    clock.at += timedelta(hours=2)  # 10:00 in Beijing, the cut-off is 09:30
    with pytest.raises(MealrouteError) as refused, speaking("en"):
        _place(db, world, by, clock)
    assert refused.value.code == "order-after-cutoff"
    assert refused.value.sentence == "The Lunch book for 2026-03-09 closed at 09:30."
    assert "2026-03-10" in refused.value.hint
    assert _place(db, world, by, clock, late=True).state is OrderState.PLACED


def test_nobody_cancels_after_the_book_is_closed(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    order = _place(db, world, by, clock)
    _close(db, by, clock)
    with pytest.raises(MealrouteError, match="order-after-cutoff"):
        service.cancel_order(db, order.id, reason="不用了", by=by, clock=clock, late=True)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"quantity": 0}, "quantity-out-of-range"),
        ({"delivery": "station", "station_code": "S9"}, "station-not-found"),
        ({"window_from_s": 43_000, "window_to_s": 42_000}, "window-reversed"),
    ],
)
def test_an_impossible_order_is_refused(
    world: World, db: Session, by: Actor, clock: FixedClock, more: dict[str, object], code: str
) -> None:
    with pytest.raises(MealrouteError, match=code):
        _place(db, world, by, clock, **more)


def test_a_paused_resident_cannot_order(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.pause("R1", MONDAY)
    with pytest.raises(MealrouteError, match="resident-paused"):
        _place(db, world, by, clock)


def test_another_quantity_moves_the_difference_and_stays(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.standing("R1")
    (order_id,) = service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)

    more = service.change_quantity(db, order_id, 3, by=by, clock=clock, pricing=FIVE)
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    fewer = service.change_quantity(db, order_id, 1, by=by, clock=clock, pricing=FIVE)

    assert (more.paid_fen, fewer.paid_fen) == (4300, 1100)
    kinds = [payment.kind for payment in queries.payments_of(db, [order_id])[order_id]]
    assert kinds == [PaymentKind.PAYMENT, PaymentKind.PAYMENT, PaymentKind.REFUND]


def test_money_never_exceeds_what_is_due_nor_what_was_paid(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    order = _place(db, world, by, clock, pay_means=PayMeans.CASH_AT_DOOR)
    with pytest.raises(MealrouteError, match="payment-more-than-due"):
        service.record_payment(db, order.id, amount_fen=1200, means=PayMeans.CASH_AT_DOOR, by=by, clock=clock)
    paid = service.record_payment(
        db, order.id, amount_fen=1100, means=PayMeans.CASH_AT_DOOR, by=by, clock=clock, natural_key="door/1"
    )
    again = service.record_payment(
        db, order.id, amount_fen=1100, means=PayMeans.CASH_AT_DOOR, by=by, clock=clock, natural_key="door/1"
    )
    assert paid == again
    with pytest.raises(MealrouteError, match="refund-more-than-paid"):
        service.refund(db, order.id, amount_fen=1101, reason="错收", by=by, clock=clock)
    service.refund(db, order.id, amount_fen=100, reason="错收", by=by, clock=clock)
    assert queries.paid_of(db, [order.id]) == {order.id: 1000}


def test_a_street_reaches_only_its_own_orders(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    order = _place(db, world, by, clock)
    assert queries.orders_on(db, MONDAY, LUNCH, scope=STREET_TWO.scope) == ()
    with pytest.raises(NotFound):
        queries.order(db, order.id, scope=STREET_TWO.scope)
    with pytest.raises(NotFound):
        service.cancel_order(db, order.id, reason="试", by=STREET_TWO, clock=clock)
    with pytest.raises(NotFound):
        _place(db, world, STREET_TWO, clock)


def _portions(db: Session) -> int:
    book = queries.book(db, MONDAY, LUNCH)
    assert book is not None
    return book.portions


def test_amendments_add_cancel_and_change_and_the_frozen_lines_stay(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    order = _place(db, world, by, clock)
    closed = _close(db, by, clock)
    asked = {"channel": Channel.PHONE, "pay_means": PayMeans.CASH_AT_DOOR, "resident_id": world.people["R2"].id}

    service.amend_add(
        db,
        day=MONDAY,
        slot=LUNCH,
        reason="家属来电",
        request_id="x",
        by=by,
        clock=clock,
        pricing=FIVE,
        **asked,  # type: ignore[arg-type]
    )
    added = _portions(db)
    service.amend_add(
        db,
        day=MONDAY,
        slot=LUNCH,
        reason="家属来电",
        request_id="x",
        by=by,
        clock=clock,
        pricing=FIVE,
        **asked,  # type: ignore[arg-type]
    )
    again = _portions(db)
    service.amend_change(db, order.id, quantity=2, reason="来客", by=by, clock=clock, pricing=FIVE)
    changed = _portions(db)
    service.amend_cancel(db, order.id, reason="去医院", by=by, clock=clock, pricing=FIVE)
    left = queries.book(db, MONDAY, LUNCH)

    assert left is not None
    assert [closed.portions, added, again, changed, left.portions] == [1, 2, 2, 3, 1]
    assert [item.kind for item in left.amendments] == [AmendmentKind.ADD, AmendmentKind.CHANGE, AmendmentKind.CANCEL]
    assert (left.amendments[1].before, left.amendments[1].after) == ({"quantity": 1}, {"quantity": 2})
    assert left.lines[0].cash_due_fen == 1100
    assert left.lines[0].amendment_id == left.amendments[0].id
    assert queries.paid_of(db, [order.id]) == {order.id: 0}
    assert len(db.scalars(select(BookLine)).all()) == 3
    with pytest.raises(MealrouteError, match="order-not-in-book"):
        service.amend_cancel(db, order.id, reason="去医院", by=by, clock=clock, pricing=FIVE)


def test_a_frozen_line_cannot_be_edited(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    _place(db, world, by, clock)
    _close(db, by, clock)
    line = db.scalars(select(BookLine)).one()
    line.quantity = 9
    with pytest.raises(ValueError, match="append-only"):
        db.flush()


def test_an_amendment_needs_a_reason_and_a_closed_book(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    order = _place(db, world, by, clock)
    with pytest.raises(MealrouteError, match="book-open"):
        service.amend_cancel(db, order.id, reason="去医院", by=by, clock=clock, pricing=FIVE)
    _close(db, by, clock)
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.amend_cancel(db, order.id, reason="  ", by=by, clock=clock, pricing=FIVE)


def test_keeping_the_money_of_a_meal_that_was_cooked(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    order = _place(db, world, by, clock)
    _close(db, by, clock)
    service.amend_cancel(db, order.id, reason="已出锅", by=by, clock=clock, pricing=FIVE, give_back=False)
    assert queries.paid_of(db, [order.id]) == {order.id: 1100}


def test_what_the_ledger_says_after_closing_becomes_amendments(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    for code in ("R3", "R4", "R5", "R6"):
        world.resident(code, point=code != "R4")
    for code in ("R1", "R3", "R4", "R5"):
        world.standing(code)
    _close(db, by, clock)
    world.pause("R1", MONDAY)
    world.state("R3", "deceased", MONDAY)
    world.people["R4"].lon, world.people["R4"].lat, world.people["R4"].precision = 116.4, 39.9, "door"
    db.add(ResidentDiet(resident_id=world.people["R5"].id, diet="halal", strict=True, valid_from=MONDAY))
    world.standing("R6")

    found = {
        change.resident_code: (str(change.kind), change.code)
        for change in late_changes(db, MONDAY, LUNCH, scope=EVERYTHING)
    }
    book, _changes = service.absorb_late_changes(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)

    assert found == {
        "R1": ("cancel", "paused"), "R3": ("cancel", "not-in-service"), "R4": ("change", "point-found"),
        "R5": ("change", "diet-changed"), "R6": ("add", "not-in-book"),
    }  # fmt: skip
    lines = {line.resident_id: line for line in book.lines}
    assert set(lines) == {world.people[code].id for code in ("R4", "R5", "R6")}
    assert Flag.NO_POINT not in lines[world.people["R4"].id].flags
    assert lines[world.people["R5"].id].dish_code == "D3"
    assert late_changes(db, MONDAY, LUNCH, scope=EVERYTHING) == ()


def test_a_standing_order_by_phone_and_its_end(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    asked = {
        "resident_id": world.people["R1"].id, "slot": LUNCH, "portions": (1, 0, 0, 0, 0, 0, 0), "channel": Channel.PHONE,
        "pay_means": PayMeans.MONTHLY, "valid_from": MONDAY,
    }  # fmt: skip
    made = service.add_standing_order(db, by=by, clock=clock, **asked)  # type: ignore[arg-type]
    with pytest.raises(MealrouteError, match="standing-order-twice"):
        service.add_standing_order(db, by=by, clock=clock, **asked)  # type: ignore[arg-type]
    assert len(service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)) == 1

    service.end_standing_order(db, made.code, last_day=MONDAY - timedelta(days=1), reason="搬走", by=by, clock=clock)

    assert service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE) == ()
    assert db.scalars(select(StandingOrder)).one().portions == [0] * 7
