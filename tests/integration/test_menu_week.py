"""A week's menu: drafted, signed, published, never edited afterwards; a dish replaced after closing with a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.menus import dishes, queries, week, week_queries
from mealroute.menus.records import WeekState
from mealroute.orders import menu_week, service
from mealroute.orders import queries as orders
from mealroute.orders.records import Flag
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

NEXT = MONDAY + timedelta(days=7)
OPEN: week.Frozen = frozenset()
STREET = Actor(account_id=1, name="李", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))


@pytest.fixture
def world(db: Session) -> World:
    return World(db)


def draft(db: Session, by: Actor, clock: FixedClock, day: date = NEXT) -> int:
    return week.open_draft(db, day, by=by, clock=clock).id


def put(db: Session, week_id: int, dish: str, by: Actor, clock: FixedClock, **where: object) -> None:
    place = {"day": NEXT, "slot": LUNCH, "diet": "normal", "choice": "A", "frozen": OPEN, **where}
    week.put_item(db, week_id, dish_code=dish, by=by, clock=clock, **place)  # type: ignore[arg-type]


def served(db: Session, day: date = NEXT) -> dict[tuple[str, str], str]:
    return {(entry.diet, entry.choice): entry.dish.code for entry in queries.menu(db, day, LUNCH).entries}


def test_a_draft_begins_with_the_pattern_and_changes_nothing_until_it_is_published(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    before = served(db)
    week_id = draft(db, by, clock)
    put(db, week_id, "D2", by, clock)
    assert served(db) == before
    menu_week.publish_week(db, week_id, by=by, clock=clock)
    assert served(db) == {**before, ("normal", "A"): "D2"}
    assert served(db, MONDAY) == before


def test_opening_a_draft_twice_gives_the_same_one(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    assert draft(db, by, clock) == draft(db, by, clock, NEXT + timedelta(days=3))


def test_what_is_published_cannot_be_changed_but_followed_by_a_new_version(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    first = draft(db, by, clock)
    menu_week.publish_week(db, first, by=by, clock=clock)
    with pytest.raises(Conflict):
        put(db, first, "D2", by, clock)
    second = draft(db, by, clock)
    put(db, second, "D2", by, clock)
    menu_week.publish_week(db, second, by=by, clock=clock)
    assert served(db)["normal", "A"] == "D2"
    assert [(one.number, one.state) for one in week_queries.versions(db, NEXT)] == [
        (2, WeekState.PUBLISHED),
        (1, WeekState.PUBLISHED),
    ]


def test_a_week_without_a_main_dish_is_not_published(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    week_id = draft(db, by, clock)
    week.remove_item(db, week_id, NEXT, LUNCH, diet="normal", choice="A", frozen=OPEN, by=by, clock=clock)
    with pytest.raises(MealrouteError) as refused:
        menu_week.publish_week(db, week_id, by=by, clock=clock)
    assert refused.value.code == "menu-incomplete"


def test_a_dish_against_the_diet_of_its_line_is_refused(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    with pytest.raises(MealrouteError) as refused:
        put(db, draft(db, by, clock), "D1", by, clock, diet="halal")
    assert refused.value.code == "dish-against-its-line"


def test_a_signature_falls_when_a_dish_changes_after_it(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    week_id = draft(db, by, clock)
    week.sign(db, week_id, "王营养师", clock.today(), by=by, clock=clock)
    assert week_queries.week(db, week_id).signed_by == "王营养师"
    put(db, week_id, "D2", by, clock)
    assert week_queries.week(db, week_id).signed_by == ""


def test_last_week_is_copied_day_by_day(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    first = draft(db, by, clock)
    put(db, first, "D2", by, clock)
    menu_week.publish_week(db, first, by=by, clock=clock)
    after = draft(db, by, clock, NEXT + timedelta(days=7))
    week.copy_week(db, after, NEXT, frozen=OPEN, by=by, clock=clock)
    copied = week_queries.items_of(db, after, NEXT + timedelta(days=7), LUNCH)
    assert copied.ordinary is not None
    assert copied.ordinary.dish.code == "D2"


def test_a_dated_price_reaches_the_menu_from_its_day_on(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    dishes.set_price(db, "D1", 1700, NEXT, by=by, clock=clock)
    assert [queries.menu(db, day, LUNCH).entries[0].price_fen for day in (MONDAY, NEXT)] == [1600, 1700]


def test_a_published_week_keeps_its_prices(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    menu_week.publish_week(db, draft(db, by, clock), by=by, clock=clock)
    dishes.set_price(db, "D1", 9900, NEXT, by=by, clock=clock)
    assert queries.menu(db, NEXT, LUNCH).entries[0].price_fen == 1600


def test_a_meal_whose_book_is_closed_is_frozen(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    week_id = draft(db, by, clock, MONDAY)
    frozen = menu_week.frozen_meals(db, MONDAY)
    with pytest.raises(Conflict) as refused:
        put(db, week_id, "D2", by, clock, day=MONDAY, frozen=frozen)
    assert refused.value.code == "menu-frozen"


def test_a_change_drafted_before_closing_does_not_touch_the_closed_meal(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    week_id = draft(db, by, clock, MONDAY)
    put(db, week_id, "D2", by, clock, day=MONDAY)
    put(db, week_id, "D2", by, clock, day=MONDAY + timedelta(days=1))
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    menu_week.publish_week(db, week_id, by=by, clock=clock)
    assert served(db, MONDAY)["normal", "A"] == "D1"
    assert served(db, MONDAY + timedelta(days=1))["normal", "A"] == "D2"


def test_a_dish_replaced_after_closing_amends_every_line_that_follows(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1")
    world.resident("R2", diets=["no-seafood"])
    world.resident("R3", diets=["low-sugar"])
    world.resident("R4", strict=["no-seafood", "no-peanut", "soft"])
    for code in world.people:
        world.standing(code)
    before = service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    changed = menu_week.replace_dish(
        db, MONDAY, LUNCH, diet="normal", choice="A", dish_code="D2", reason="猪肉没到货", by=by, clock=clock, pricing=FIVE
    )  # fmt: skip
    book = orders.book(db, MONDAY, LUNCH)
    assert book is not None
    dishes_now = {world_code(world, int(line.resident_id)): line.dish_code for line in book.lines}
    assert dishes_now == {"R1": "D2", "R2": "D4", "R3": "D2", "R4": None}
    assert changed == len(book.amendments) == 2
    assert book.portions == before.portions
    assert next(line for line in book.lines if line.dish_code is None).flags == (Flag.NO_DISH,)
    assert {line.unit_price_fen for line in book.lines if world_code(world, int(line.resident_id)) == "R1"} == {1600}
    (told,) = week_queries.amendments(db, MONDAY, LUNCH)
    assert (told.before.code, told.after.code, told.reason) == ("D1", "D2", "猪肉没到货")


def test_replacing_the_same_dish_again_changes_nothing(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    world.resident("R1")
    world.standing("R1")
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    what = {"diet": "normal", "choice": "A", "dish_code": "D2", "reason": "猪肉没到货"}
    counts = [
        menu_week.replace_dish(db, MONDAY, LUNCH, **what, by=by, clock=clock, pricing=FIVE)  # type: ignore[arg-type]
        for _twice in range(2)
    ]
    assert counts == [1, 0]


def test_a_dish_is_replaced_only_in_a_closed_book(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    with pytest.raises(Conflict):
        menu_week.replace_dish(
            db, MONDAY, LUNCH, diet="normal", choice="A", dish_code="D2", reason="缺货", by=by, clock=clock, pricing=FIVE
        )  # fmt: skip


def test_a_street_s_dispatcher_changes_no_menu(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    with pytest.raises(Forbidden):
        draft(db, STREET, clock)
    with pytest.raises(Forbidden):
        dishes.change_dish(db, "D1", {"name_en": "Pork"}, by=STREET, clock=clock)


def test_a_dish_is_changed_by_its_fields_and_an_unknown_one_is_not_found(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    assert dishes.change_dish(db, "D1", {"allergens": ["egg"], "contains": ["pork", "soy"]}, by=by, clock=clock) == (
        "allergens",
    )
    with pytest.raises(NotFound):
        dishes.change_dish(db, "D99", {}, by=by, clock=clock)


def test_a_dish_that_turns_out_to_harm_is_a_late_change_of_the_closed_book(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    world.resident("R1", strict=["no-peanut"])
    world.standing("R1")
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    dishes.change_dish(db, "D1", {"contains": ["pork", "peanut"]}, by=by, clock=clock)
    book, changes = service.absorb_late_changes(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    assert [change.code for change in changes] == ["dish-clashes"]
    assert [line.dish_code for line in book.lines] == ["D3"]


def world_code(world: World, resident: int) -> str:
    return next(code for code, row in world.people.items() if row.id == resident)
