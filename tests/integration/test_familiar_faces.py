"""Faces and hours from the door to the next plan, and what streets pay for them; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.slots import MealSlot
from mealroute.planning import queries, service, street_prices
from mealroute.planning.price_models import StreetPrice
from mealroute.planning.rules import FacePrice
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, HOUR, OTHER_STREET, STREET, build_world

LUNCH = MealSlot.LUNCH


def test_a_plan_says_how_many_people_meet_whom(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    given = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = service.save_draft(db, given, plan_quick(given), by=by, clock=clock)

    found = queries.faces(db, version)

    assert found is not None
    figures = found.figures
    assert figures.residents == figures.closest + figures.known + figures.new_faces == 30
    assert figures.first_ever == 29
    assert figures.with_hour == 1
    assert found.cost is None


def test_the_book_knows_the_resident_s_faces_and_usual_hour(db: Session, by: Actor, clock: FixedClock) -> None:
    lines = build_world(db)

    fact = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix).lines[lines[0]]

    assert fact.faces == {"D11": 120}
    assert fact.usual_s == 11 * HOUR + 360


def test_a_street_s_own_price_begins_on_its_day_and_nothing_is_rewritten(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    today = clock.today()
    for day, seconds in ((today, 300), (today + timedelta(7), 0), (today, 240), (today, 240)):
        street_prices.set_price(
            db, STREET, FacePrice(seconds, 1), from_day=day, reason="居民议事会", by=by, clock=clock
        )

    assert street_prices.on(db, today) == {STREET: FacePrice(240, 1)}
    assert street_prices.on(db, today + timedelta(6)) == {STREET: FacePrice(240, 1)}
    assert street_prices.on(db, today + timedelta(7)) == {STREET: FacePrice(0, 1)}
    assert len(db.scalars(select(StreetPrice)).all()) == len(street_prices.history(db, STREET)) == 3
    assert audit.verify(db) is None


def test_a_street_sets_its_own_price_and_no_other_one(db: Session, clock: FixedClock) -> None:
    build_world(db)
    one = Actor(account_id=1, name="李敏", role=Role.DISPATCHER, scope=Scope(streets=frozenset({STREET})))

    with pytest.raises(Forbidden, match="street-not-yours"):
        street_prices.set_price(
            db, OTHER_STREET, FacePrice(60, 1), from_day=clock.today(), reason="x", by=one, clock=clock
        )


@pytest.mark.parametrize(
    ("price", "ahead", "reason", "code"),
    [
        (FacePrice(3601, 1), 0, "x", "price-out-of-range"), (FacePrice(60, 61), 0, "x", "price-out-of-range"),
        (FacePrice(60, 1), -1, "x", "price-in-the-past"), (FacePrice(60, 1), 0, " ", "reason-needed"),
    ],
)  # fmt: skip
def test_a_price_that_makes_no_sense_is_refused(
    db: Session, by: Actor, clock: FixedClock, price: FacePrice, ahead: int, reason: str, code: str
) -> None:
    build_world(db)
    with pytest.raises(MealrouteError, match=code):
        street_prices.set_price(
            db, STREET, price, from_day=clock.today() + timedelta(ahead), reason=reason, by=by, clock=clock
        )
