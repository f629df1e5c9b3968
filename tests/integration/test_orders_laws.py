"""Laws that hold for any ledger: materialising twice changes nothing, a day adds up, money never runs away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.orders import queries, service
from mealroute.orders.models import Order, Payment
from mealroute.orders.records import OrderState
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

EVERYTHING = Scope.everything()


@dataclass(frozen=True)
class Person:
    """What is random about somebody: state, pause around Monday, diets, weekly pattern, means, what happens to the order."""

    state: str
    pause: tuple[int, int] | None
    diets: frozenset[str]
    strict: bool
    point: bool
    portions: tuple[int, ...] | None
    means: str
    fate: str


people = st.builds(
    Person,
    state=st.sampled_from(["active", "active", "active", "pending", "stopped", "deceased"]),
    pause=st.none() | st.tuples(st.integers(-2, 2), st.integers(0, 3)),
    diets=st.frozensets(st.sampled_from(["low-sugar", "halal", "puree", "no-peanut", "soft"]), max_size=2),
    strict=st.booleans(),
    point=st.booleans(),
    portions=st.none() | st.lists(st.integers(0, 2), min_size=7, max_size=7).filter(any).map(tuple),
    means=st.sampled_from(["card", "monthly", "cash-at-door"]),
    fate=st.sampled_from(["keep", "keep", "cancel", "more", "extra", "pause-later"]),
)
LAWS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _build(db: Session, ledger: list[Person]) -> World:
    world = World(db)
    for n, person in enumerate(ledger):
        code = f"R{n}"
        strict = person.diets if person.strict else ()
        world.resident(code, state=person.state, diets=sorted(person.diets), strict=sorted(strict), point=person.point)
        if person.portions:
            world.standing(code, portions=person.portions, pay_means=person.means)
        if person.pause:
            first = MONDAY + timedelta(days=person.pause[0])
            world.pause(code, first, first + timedelta(days=person.pause[1]))
    return world


def _live(db: Session, world: World, ledger: list[Person], clock: FixedClock) -> None:
    """Everything that people do between the first materialising and the closing."""
    who = {"by": SYSTEM, "clock": clock}
    placed = {order.resident_id: order for order in queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)}
    for n, person in enumerate(ledger):
        resident_id = world.people[f"R{n}"].id
        order = placed.get(resident_id)
        if order is not None and person.fate == "cancel":
            service.cancel_order(db, order.id, reason="不用", **who)
        if order is not None and person.fate == "more" and order.state is OrderState.PLACED:
            service.change_quantity(db, order.id, order.quantity + 1, pricing=FIVE, **who)
        if order is not None and person.fate == "extra":
            more = {"resident_id": resident_id, "channel": "phone", "pay_means": person.means}
            service.place_order(db, day=MONDAY, slot=LUNCH, pricing=FIVE, **more, **who)
        if person.fate == "pause-later":
            world.pause(f"R{n}", MONDAY)


@LAWS
@given(ledger=st.lists(people, max_size=6))
def test_any_ledger_keeps_the_laws_of_a_day(sqlite_db: Session, clock: FixedClock, ledger: list[Person]) -> None:
    db = sqlite_db
    db.rollback()
    world = _build(db, ledger)
    who = {"by": SYSTEM, "clock": clock, "pricing": FIVE}
    service.materialise(db, MONDAY, LUNCH, **who)
    _live(db, world, ledger, clock)
    first = service.materialise(db, MONDAY, LUNCH, **who)
    before = _counts(db)

    assert service.materialise(db, MONDAY, LUNCH, **who) == first
    assert _counts(db) == before

    roll = queries.day_roll(db, MONDAY, LUNCH, scope=EVERYTHING)
    orders = queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)
    placed = [order for order in orders if order.state is OrderState.PLACED]
    assert roll.active == sum(person.state == "active" for person in ledger)
    assert roll.ordered_portions == sum(order.quantity for order in placed)
    for order in orders:
        due = order.resident_part_fen if order.state is OrderState.PLACED else 0
        assert order.paid_fen == (due if order.pay_means.prepaid else 0)
        assert order.resident_part_fen + order.expected_subsidy_fen == order.unit_price_fen * order.quantity
    subsidised = [order.resident_id for order in placed if order.expected_subsidy_fen]
    assert len(subsidised) == len(set(subsidised))

    book = service.close_book(db, MONDAY, LUNCH, **who)
    assert {line.order_id for line in book.lines} == {order.id for order in placed}
    assert queries.day_roll(db, MONDAY, LUNCH, scope=EVERYTHING) == roll
    for line in book.lines:
        assert line.flag_owner
        assert (line.dish_code is None) == ("no-dish" in line.flags)
        assert (line.lon is None) == ("no-point" in line.flags)
    db.rollback()


def _counts(db: Session) -> list[int]:
    return [db.scalar(select(func.count()).select_from(model)) or 0 for model in (Order, Payment, AuditEvent)]
