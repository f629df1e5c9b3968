"""Avoided foods choose the dish, travel with the book in a sealed column, and are noticed after closing."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import FixedClock
from mealroute.orders import queries, service
from mealroute.orders.late import late_changes
from mealroute.orders.records import Flag
from mealroute.residents import avoiding
from mealroute.residents.records import Consent, ResidentId
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

EVERYTHING = Scope.everything()


def avoids(world: World, code: str, *needs: str, by: Actor, clock: FixedClock) -> None:
    resident = ResidentId(world.people[code].id)
    avoiding.note_consent(world.db, resident, Consent.GIVEN, by=by, clock=clock)
    avoiding.change_avoids(world.db, resident, needs, [], by=by, clock=clock)


def dish_of(db: Session, by: Actor, clock: FixedClock) -> str | None:
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    return queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)[0].dish_code


def test_somebody_who_avoids_the_main_dish_gets_the_other_one(db: Session, by: Actor, clock: FixedClock) -> None:
    world = World(db)
    world.resident("R1")
    world.standing("R1")
    avoids(world, "R1", "avoid:pork", by=by, clock=clock)
    assert dish_of(db, by, clock) == "D4"


def test_somebody_allergic_to_everything_on_the_menu_gets_no_dish_and_an_owner(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    world = World(db)
    world.resident("R1", strict=["low-sugar"])
    world.standing("R1")
    avoids(world, "R1", "allergen:fish", by=by, clock=clock)
    assert dish_of(db, by, clock) is None
    assert queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)[0].flags == (Flag.NO_DISH,)


def test_the_closed_book_carries_the_foods_sealed(db: Session, by: Actor, clock: FixedClock) -> None:
    world = World(db)
    world.resident("R1")
    world.standing("R1")
    avoids(world, "R1", "avoid:pork", "allergen:milk", by=by, clock=clock)
    book = service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    assert book.lines[0].avoids == ("allergen:milk", "avoid:pork")
    assert book.lines[0].strict_avoids == {"allergen:milk"}
    for table in ("meal_order", "book_line"):
        assert "pork" not in db.execute(text(f"select cast(avoids as text) from {table}")).scalar_one()


def test_a_food_that_is_named_after_closing_is_a_late_change(db: Session, by: Actor, clock: FixedClock) -> None:
    world = World(db)
    world.resident("R1")
    world.standing("R1")
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    avoids(world, "R1", "avoid:pork", by=by, clock=clock)
    assert [change.code for change in late_changes(db, MONDAY, LUNCH, scope=EVERYTHING)] == ["diet-changed"]
    book, _changes = service.absorb_late_changes(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    assert [(line.dish_code, line.avoids) for line in book.lines] == [("D4", ("avoid:pork",))]
