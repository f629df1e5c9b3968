"""Meals that come back are counted by the kitchen, once a trip, and mended with a word."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.checks.returns_reading import returned_on
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.kitchen import returns
from mealroute.kitchen.return_models import ReturnedMeals
from mealroute.kitchen.return_records import ReturnInput
from tests.integration import settlement_world
from tests.integration.planning_world import DAY, build_world

COOK = Actor(account_id=1, name="赵厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K1"))
OTHER = Actor(account_id=2, name="钱厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K2"))
CLOCK = FixedClock(datetime(2026, 3, 9, 6, 30, tzinfo=UTC))


@pytest.fixture
def planned(db: Session) -> None:
    build_world(db, doors=3, stations=0)


def _count(db: Session, client: str, portions: int, *, note: str = "", by: Actor = COOK) -> bool:
    entry = ReturnInput(
        client_id=client, day=DAY, slot="lunch", kitchen_code="K1", vehicle_code="E11", trip=1, portions=portions, note=note
    )  # fmt: skip
    return returns.count_returned(db, entry, by=by, clock=CLOCK)


@pytest.mark.usefixtures("planned")
def test_a_count_sent_twice_is_one(db: Session) -> None:
    assert _count(db, "back-1", 2)
    assert not _count(db, "back-1", 2)
    (row,) = returns.returned(db, DAY, "lunch", scope=COOK.scope).values()
    assert (row.portions, row.by_name, row.counts) == (2, "赵厨师", 1)


@pytest.mark.usefixtures("planned")
def test_another_number_needs_a_word_and_both_stay(db: Session) -> None:
    _count(db, "back-1", 2)
    with pytest.raises(MealrouteError, match="note-missing"):
        _count(db, "back-2", 3)
    assert _count(db, "back-2", 3, note="冷箱里还有一份")
    (row,) = returns.returned(db, DAY, "lunch", scope=COOK.scope).values()
    assert (row.portions, row.counts) == (3, 2)


@pytest.mark.usefixtures("planned")
def test_another_kitchen_counts_and_sees_nothing_of_it(db: Session) -> None:
    with pytest.raises(NotFound):
        _count(db, "back-1", 2, by=OTHER)
    _count(db, "back-1", 2)
    assert returns.returned(db, DAY, "lunch", scope=OTHER.scope) == {}


@pytest.mark.usefixtures("planned")
def test_a_number_that_cannot_be_is_refused(db: Session) -> None:
    with pytest.raises(MealrouteError, match="returned-out-of-range"):
        _count(db, "back-1", returns.MOST + 1)


@pytest.mark.usefixtures("planned")
def test_a_count_without_a_run_says_nothing(db: Session) -> None:
    _count(db, "back-1", 2)
    assert returned_on(db, DAY, ()) == {}


def test_only_the_kitchen_that_the_run_left_from_says_what_came_back_with_it(db: Session) -> None:
    world = settlement_world.make_world(db)
    book = world.book(DAY)
    run = world.publish(DAY, [world.line(book, world.order(world.resident(), DAY))])
    for kitchen, portions in (("K01", 1), ("K02", 40)):
        row = {
            "client_id": f"back-{kitchen}", "day": DAY, "slot": "lunch", "kitchen_code": kitchen, "vehicle_code": "E01", "trip": 1,
            "portions": portions, "note": "", "by_name": "赵厨师", "at": CLOCK.now(),
        }  # fmt: skip
        db.add(ReturnedMeals(**row))
    db.flush()
    assert returned_on(db, DAY, ())[run].portions == 1
