"""From standing orders to the frozen book, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.menus import service as menus
from mealroute.orders import queries, service
from mealroute.orders.models import Order, Payment
from mealroute.orders.records import BookState, Flag, OrderState
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

EVERYTHING = Scope.everything()


@pytest.fixture
def world(db: Session) -> World:
    return World(db)


def _materialise(db: Session, by: Actor, clock: FixedClock) -> tuple[int, ...]:
    return service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)


def _close(db: Session, by: Actor, clock: FixedClock):
    return service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)


def test_a_standing_order_becomes_one_priced_and_paid_order(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.standing("R1", portions=(2, 0, 0, 0, 0, 0, 0))

    made = _materialise(db, by, clock)

    (order,) = queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)
    assert made == (order.id,)
    assert (order.quantity, order.dish_code, order.unit_price_fen) == (2, "D1", 1600)
    assert (order.resident_part_fen, order.expected_subsidy_fen, order.paid_fen) == (2700, 500, 2700)


def test_materialising_twice_changes_nothing(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    for n in range(5):
        world.resident(f"R{n}", diets=["low-sugar"] if n % 2 else [])
        world.standing(f"R{n}", pay_means="cash-at-door" if n == 3 else "card")
    first = _materialise(db, by, clock)
    before = [_count(db, model) for model in (Order, Payment, AuditEvent)]

    second = _materialise(db, by, clock)

    assert first == second
    assert [_count(db, model) for model in (Order, Payment, AuditEvent)] == before


def test_cash_at_the_door_stays_unpaid_and_is_printed_on_the_line(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.standing("R1", pay_means="cash-at-door")

    book = _close(db, by, clock)

    assert book.lines[0].cash_due_fen == 1100
    assert _count(db, Payment) == 0


def test_a_pause_takes_the_order_out_and_gives_the_money_back_and_its_end_brings_it_in_again(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.standing("R1")
    _materialise(db, by, clock)
    pause = world.pause("R1", MONDAY, MONDAY)

    assert _materialise(db, by, clock) == ()
    (order,) = queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)
    assert (order.state, order.cancel_reason, order.paid_fen) == (OrderState.CANCELLED, "paused", 0)

    pause.cancelled_at = clock.now()
    db.flush()
    assert _materialise(db, by, clock) == (order.id,)
    assert queries.order(db, order.id, scope=EVERYTHING).paid_fen == 1100


def test_what_a_person_cancelled_does_not_come_back(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.resident("R1")
    world.standing("R1")
    (order_id,) = _materialise(db, by, clock)

    cancelled = service.cancel_order(db, order_id, reason="家属来接", by=by, clock=clock)

    assert cancelled.paid_fen == 0
    assert _materialise(db, by, clock) == ()


def test_a_new_strict_diet_changes_the_dish_before_the_book_closes(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.standing("R1", choice="B")
    _materialise(db, by, clock)
    assert queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)[0].dish_code == "D4"

    from mealroute.residents.models import ResidentDiet

    db.add(ResidentDiet(resident_id=world.people["R1"].id, diet="no-peanut", strict=True, valid_from=MONDAY))
    db.flush()
    book = _close(db, by, clock)

    assert book.lines[0].dish_code == "D1"
    assert book.lines[0].strict_diets == {"no-peanut"}


def test_nobody_disappears_without_a_point_or_a_dish(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.resident("R1", point=False)
    world.resident("R2", strict=["puree"], street="110101002")
    for code in ("R1", "R2"):
        world.standing(code)

    book = _close(db, by, clock)

    flags = {line.resident_id: (line.flags, line.flag_owner) for line in book.lines}
    assert flags[world.people["R1"].id] == ((Flag.NO_POINT,), "东华门街道调度")
    assert flags[world.people["R2"].id] == ((Flag.NO_DISH,), "景山街道调度")
    assert all(line.unit_price_fen == 1600 for line in book.lines)


def test_an_order_collected_at_a_station_takes_the_stations_point(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1", point=False)
    world.standing("R1", delivery="station", station_code="S1")

    (line,) = _close(db, by, clock).lines

    assert (line.lon, line.lat, line.place_key, line.flags) == (116.41, 39.92, "station|S1", ())


def test_closing_twice_gives_the_same_book_and_materialising_adds_nothing_after(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.standing("R1")
    book = _close(db, by, clock)
    world.resident("R2")
    world.standing("R2")

    again = _close(db, by, clock)
    made = _materialise(db, by, clock)

    assert (book.state, again.digest, len(made)) == (BookState.CLOSED, book.digest, 1)


def test_an_edited_standing_order_changes_its_order_unless_a_person_has(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    for code in ("R1", "R2"):
        world.resident(code)
    first, second = world.standing("R1"), world.standing("R2")
    orders = dict(zip(("R1", "R2"), _materialise(db, by, clock), strict=True))
    service.change_quantity(db, orders["R2"], 3, by=by, clock=clock, pricing=FIVE)
    for row in (first, second):
        row.portions, row.choice = [2] * 7, "B"
    db.flush()

    _materialise(db, by, clock)

    found = {order.id: order for order in queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)}
    one, two = found[orders["R1"]], found[orders["R2"]]
    assert (one.quantity, one.dish_code, one.resident_part_fen, one.paid_fen) == (2, "D4", 2500, 2500)
    assert (two.quantity, two.dish_code, two.paid_fen) == (3, "D1", 4300)


def test_a_make_up_saturday_has_fridays_pattern(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.resident("R1")
    world.standing("R1", portions=(0, 0, 0, 0, 2, 0, 0))
    saturday = date(2026, 2, 14)

    book = service.close_book(db, saturday, LUNCH, by=by, clock=clock, pricing=FIVE)

    assert book.portions == 2


def test_without_a_menu_the_order_stands_with_a_flag_and_no_price(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    from mealroute.menus.models import MenuEntry

    world.resident("R1")
    world.standing("R1")
    for entry in db.scalars(select(MenuEntry)):
        entry.valid_from = date(2027, 1, 1)
    db.flush()

    (line,) = _close(db, by, clock).lines

    assert (line.flags, line.unit_price_fen, line.dish_code) == ((Flag.NO_DISH,), 0, None)


def test_a_closed_day_has_no_book(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.resident("R1")
    world.standing("R1")
    _materialise(db, by, clock)
    menus.edit_service_day(db, MONDAY, serves=False, note="暴雨", by=by, clock=clock)

    assert _materialise(db, by, clock) == ()
    with pytest.raises(MealrouteError, match="not-a-service-day"):
        _close(db, by, clock)


def test_the_days_roll_adds_up_before_and_after_closing(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    for code in ("R1", "R2", "R3", "R4", "R5"):
        world.resident(code, street="110101002" if code == "R5" else "110101001")
    world.resident("R6", state="pending")
    for code in ("R1", "R2", "R3", "R5"):
        world.standing(code, portions=(2, 0, 0, 0, 0, 0, 0))
    world.pause("R2", MONDAY)
    orders = _materialise(db, by, clock)
    service.cancel_order(db, orders[1], reason="不需要", by=by, clock=clock)

    before = queries.day_roll(db, MONDAY, LUNCH, scope=EVERYTHING)
    _close(db, by, clock)
    after = queries.day_roll(db, MONDAY, LUNCH, scope=EVERYTHING)
    street = queries.day_roll(db, MONDAY, LUNCH, scope=Scope(streets=frozenset({"110101002"})))

    assert before == after
    assert (after.active, after.ordered_residents, after.paused, after.not_due, after.ordered_portions) == (
        5,
        2,
        1,
        2,
        4,
    )
    assert (street.active, street.ordered_portions) == (1, 2)


def test_a_day_costs_the_same_number_of_statements_for_three_people_and_for_thirty(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    from sqlalchemy import event

    counted: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *args: counted.append(args[2]))
    sizes = []
    for people in (3, 30):
        for n in range(people):
            world.resident(f"P{people}-{n}")
            world.standing(f"P{people}-{n}")
        counted.clear()
        _materialise(db, by, clock)
        queries.day_roll(db, MONDAY, LUNCH, scope=EVERYTHING)
        queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)
        sizes.append(len(counted))
    assert sizes[1] <= sizes[0] + 2
    assert sizes[1] <= 44


def _count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0
