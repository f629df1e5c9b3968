"""A week ahead: who clashes, what the rules propose, what people decide; nobody left out, never a wrong dish."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, Forbidden, NotFound
from mealroute.menus import queries as menus
from mealroute.menus import rules as menu_rules
from mealroute.menus.timetable import diet_table
from mealroute.orders import ahead, call_list, choosing, queries, service
from mealroute.orders.clashes import MealClashes, Standing
from mealroute.orders.late import late_changes
from mealroute.orders.records import Channel, ChoiceKind, DishChoiceRecord, Flag, OrderState, Voice
from mealroute.residents.models import ResidentDiet
from mealroute.residents.records import ResidentId
from tests.conftest import MONDAY as MOMENT
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

EVERYTHING = Scope.everything()


@pytest.fixture
def world(db: Session) -> World:
    return World(db)


def meal(db: Session, scope: Scope = EVERYTHING) -> MealClashes:
    found = ahead.meal_clashes(db, MONDAY, LUNCH, scope=scope)
    assert found is not None
    return found


def person(world: World, code: str, **given: object) -> ResidentId:
    row = world.resident(code, **given)  # type: ignore[arg-type]
    world.standing(code)
    return ResidentId(row.id)


def decide(
    db: Session, who: ResidentId, kind: ChoiceKind, by: Actor, clock: FixedClock, dish: str | None = None
) -> DishChoiceRecord:
    return choosing.choose(
        db, who, MONDAY, LUNCH, kind, dish_code=dish, means=Channel.PHONE, voice=Voice.RESIDENT, by=by, clock=clock
    )  # fmt: skip


def dishes(db: Session, by: Actor, clock: FixedClock) -> dict[str, str | None]:
    service.materialise(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    found = queries.orders_on(db, MONDAY, LUNCH, scope=EVERYTHING)
    return {order.resident_code: order.dish_code for order in found if order.state is OrderState.PLACED}


def test_everybody_who_clashes_is_settled_by_rule_or_by_a_person_or_open(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    person(world, "R1")
    person(world, "R2", strict=["halal"])
    person(world, "R3", diets=["soft"])
    person(world, "R4", strict=["soft"])
    asked = person(world, "R5", diets=["soft"])
    decide(db, asked, ChoiceKind.DISH, by, clock, "D2")
    found = meal(db)
    standings = {case.person.code: str(case.standing) for case in found.cases}
    assert standings == {"R2": "by-rule", "R3": "open", "R4": "open", "R5": "chosen"}
    assert found.due == 5
    assert found.clashing == sum(found.count(standing) for standing in Standing)


def test_an_open_case_has_an_owner_a_reason_and_what_the_rules_would_give(world: World, db: Session) -> None:
    person(world, "R3", diets=["soft"])
    (case,) = meal(db).cases
    assert case.proposed is not None
    assert (case.waived, [clash.diet for clash in case.reasons]) == ({"soft"}, ["soft"])


def test_a_choice_chooses_the_dish_and_its_price(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    who = person(world, "R3", diets=["soft"])
    decide(db, who, ChoiceKind.DISH, by, clock, "D2")
    assert dishes(db, by, clock) == {"R3": "D2"}
    assert dishes(db, by, clock) == {"R3": "D2"}


def test_a_choice_never_goes_against_a_strict_need(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    who = person(world, "R2", strict=["halal"])
    with pytest.raises(Conflict) as refused:
        decide(db, who, ChoiceKind.DISH, by, clock, "D1")
    assert refused.value.code == "choice-against-strict"


def test_a_choice_that_became_harmful_lapses_and_is_open_again(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    who = person(world, "R3", diets=["soft"])
    decide(db, who, ChoiceKind.DISH, by, clock, "D4")
    db.add(ResidentDiet(resident_id=int(who), diet="no-peanut", strict=True, valid_from=MONDAY))
    db.flush()
    (case,) = meal(db).cases
    assert (case.lapsed, case.standing) == (True, Standing.OPEN)
    assert dishes(db, by, clock) == {"R3": "D1"}


def test_who_wants_no_meal_gets_none_and_no_late_change_brings_it_back(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    who = person(world, "R3", diets=["soft"])
    person(world, "R1")
    decide(db, who, ChoiceKind.NO_MEAL, by, clock)
    book = service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    assert len(book.lines) == 1
    assert late_changes(db, MONDAY, LUNCH, scope=EVERYTHING) == ()


def test_no_meal_taken_back_brings_the_order_in_again(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    who = person(world, "R3", diets=["soft"])
    assert dishes(db, by, clock) == {"R3": "D1"}
    decide(db, who, ChoiceKind.NO_MEAL, by, clock)
    assert dishes(db, by, clock) == {}
    decide(db, who, ChoiceKind.BY_RULE, by, clock)
    assert dishes(db, by, clock) == {"R3": "D1"}


def test_cooked_by_hand_is_flagged_for_the_kitchen_with_its_owner(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    who = person(world, "R4", strict=["soft"])
    decide(db, who, ChoiceKind.BY_HAND, by, clock)
    book = service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    assert [(line.dish_code, line.flags) for line in book.lines] == [(None, (Flag.NO_DISH,))]


def test_after_closing_the_order_is_changed_not_the_choice(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    who = person(world, "R3", diets=["soft"])
    service.close_book(db, MONDAY, LUNCH, by=by, clock=clock, pricing=FIVE)
    with pytest.raises(Conflict) as refused:
        decide(db, who, ChoiceKind.NO_MEAL, by, clock)
    assert refused.value.code == "choice-after-closing"


def test_saying_the_same_twice_is_one_decision(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    who = person(world, "R3", diets=["soft"])
    twice = [decide(db, who, ChoiceKind.DISH, by, clock, "D2").id for _n in range(2)]
    assert twice[0] == twice[1]


def test_another_street_s_people_are_neither_listed_nor_decided_for(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    who = person(world, "R3", diets=["soft"])
    person(world, "R4", diets=["soft"], street="110101002")
    other = Actor(account_id=1, name="李", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101002"})))
    assert [case.person.code for case in meal(db, other.scope).cases] == ["R4"]
    with pytest.raises(NotFound):
        decide(db, who, ChoiceKind.NO_MEAL, other, clock)


def test_the_call_list_prints_people_with_numbers_and_records_who_took_it(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    person(world, "R3", diets=["soft"], phone="13900001234")
    file = call_list.call_list(db, MONDAY, reason="询问下周菜单", by=by, clock=clock)
    assert (file.content[:4], file.rows) == (b"%PDF", 1)
    counter = Actor(account_id=1, name="站", role=Role.STATION, scope=EVERYTHING)
    with pytest.raises(Forbidden):
        call_list.call_list(db, MONDAY, reason="x", by=counter, clock=clock)


def test_a_week_lists_the_meals_of_its_served_days(world: World, db: Session) -> None:
    person(world, "R3", diets=["soft"])
    found = ahead.week_clashes(db, MONDAY, scope=EVERYTHING)
    assert [one.day for one in found] == [MONDAY + timedelta(days=n) for n in range(5)]


DIETS = sorted(diet_table().diets)


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(DIETS), max_size=3),
            st.sets(st.sampled_from(DIETS), max_size=2),
            st.sampled_from(["D1", "D2", "D3", "D4", None, "by-hand"]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_people_decide_no_order_has_a_dish_against_a_strict_need(
    sqlite_db: Session, people: list[tuple[set[str], set[str], str | None]]
) -> None:
    db, clock = sqlite_db, FixedClock(MOMENT)
    with db.begin_nested() as nested:
        world = World(db)
        for n, (wishes, strict, choice) in enumerate(people):
            who = person(world, f"R{n}", diets=sorted(wishes), strict=sorted(strict))
            kind = ChoiceKind.BY_HAND if choice == "by-hand" else ChoiceKind.DISH if choice else None
            if kind is not None:
                with suppress(Conflict):  # a dish against a strict need is refused
                    decide(db, who, kind, SYSTEM, clock, None if choice == "by-hand" else choice)
        found = meal(db)
        assert found.clashing == sum(found.count(standing) for standing in Standing)
        given_dishes = dishes(db, SYSTEM, clock)
        context = {entry.dish.code: entry.dish for entry in menus.menu(db, MONDAY, LUNCH).entries}
        for n, (wishes, strict, _choice) in enumerate(people):
            dish = given_dishes[f"R{n}"]
            never = menu_rules.strict_of(wishes | strict, strict, diet_table())
            assert dish is None or menu_rules.clashes(context[dish], never, diet_table()) == ()
        nested.rollback()
