"""A bad day: the most fragile first, a call for each without a meal, and somebody who owns it; on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch import fallback, fallback_rules
from mealroute.dispatch.fallback_records import CallResult, WithoutMeal
from mealroute.dispatch.fallback_sheet import callers_pdf
from mealroute.drafting import queries as drafting
from mealroute.drafting import service as drafts
from mealroute.drafting.changes import TakeOff
from mealroute.planning import service as plans
from mealroute.planning.solving import plan_quick
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.models import Resident
from mealroute.residents.records import ResidentId
from tests.integration.planning_world import DAY, OTHER_STREET, STREET, build_world

LUNCH = MealSlot.LUNCH
EVERYTHING = Scope.everything()


@pytest.fixture
def bad_day(db: Session, by: Actor, clock: FixedClock) -> None:
    """Ten stops have lost their route; resident 3 is a hundred, 4 lives with a partner, all others are 86 and alone."""
    build_world(db)
    db.get_one(Resident, 3).birth_date = date(1925, 1, 1)
    db.get_one(Resident, 4).living = "couple"
    db.get_one(Resident, 4).birth_date = date(1960, 1, 1)
    db.flush()
    given = plans.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = plans.save_draft(db, given, plan_quick(given), by=by, clock=clock)
    draft = drafts.open_draft(db, version, matrix_of=StraightLine().matrix, by=by, clock=clock)
    view = drafting.view(db, draft)
    stop_of = {line: v.stop for r in view.routes for v in r.visits for line in v.lines if v.stop is not None}
    wanted = {stop_of[line] for line in stop_of if int(line) in {1, 3, 4, 5, 7}}
    drafts.edit(db, draft, TakeOff(stops=tuple(sorted(wanted))), seen=0, by=by, clock=clock)


@pytest.mark.usefixtures("bad_day")
def test_the_centenarian_is_called_before_those_alone_and_they_before_the_others(db: Session) -> None:
    people = fallback.without_meal(db, DAY, LUNCH, scope=EVERYTHING)

    assert people[0].resident_id == 3
    assert people[0].marks[0] == "centenarian"
    assert people[-1].resident_id == 4
    assert all(one.must_serve for one in people[:-1])
    alone = people[1:-1]
    assert [one.unseen_days for one in alone if one.resident_id == 1] == [1]
    assert alone[-1].resident_id == 1


def test_of_two_alike_the_one_whom_nobody_has_seen_for_longer_comes_first() -> None:
    def one(number: int, unseen: int | None, weights: tuple[int, ...] = (95,)) -> WithoutMeal:
        return WithoutMeal(
            resident_id=number, street_code=STREET, portions=1, reason_code="no_room", owner="李敏", marks=(), must_serve=True,
            weights=weights, unseen_days=unseen,
        )  # fmt: skip

    people = [one(1, 2), one(2, None), one(3, 9), one(4, 1, (95, 70)), one(5, 0, (100,))]
    assert [each.resident_id for each in fallback_rules.by_fragility(people)] == [5, 4, 2, 3, 1]


@pytest.mark.usefixtures("bad_day")
def test_everybody_without_a_meal_gets_one_call_with_an_owner_however_often_it_is_asked(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    people = fallback.without_meal(db, DAY, LUNCH, scope=EVERYTHING)

    assert fallback.open_calls(db, DAY, LUNCH, by=by, clock=clock) == len(people)
    assert fallback.open_calls(db, DAY, LUNCH, by=by, clock=clock) == 0

    calls = fallback.calls(db, DAY, LUNCH, scope=EVERYTHING)
    assert [call.resident_id for call in calls] == [one.resident_id for one in people]
    assert all(call.owner for call in calls)
    assert {call.due_at for call in calls} == {clock.now() + timedelta(minutes=30)}
    assert audit.verify(db) is None


@pytest.mark.usefixtures("bad_day")
def test_a_call_ends_only_when_somebody_by_name_says_how_they_know(db: Session, by: Actor, clock: FixedClock) -> None:
    fallback.open_calls(db, DAY, LUNCH, by=by, clock=clock)
    call = fallback.calls(db, DAY, LUNCH, scope=EVERYTHING)[0]

    with pytest.raises(MealrouteError, match="named-person-missing"):
        fallback.record_call(db, call.id, CallResult.WELL, person=" ", by=by, clock=clock)
    with pytest.raises(MealrouteError, match="how-missing"):
        fallback.record_call(db, call.id, CallResult.NOT_REACHED, person="王芳", by=by, clock=clock)
    fallback.record_call(db, call.id, CallResult.NOT_REACHED, person="王芳", note="驿站李姐上门", by=by, clock=clock)
    assert fallback.open_count(db, DAY, LUNCH, scope=EVERYTHING) == len(
        fallback.calls(db, DAY, LUNCH, scope=EVERYTHING)
    )
    fallback.record_call(db, call.id, CallResult.WELL, person="李姐", by=by, clock=clock)
    with pytest.raises(Conflict, match="call-settled"):
        fallback.record_call(db, call.id, CallResult.WELL, person="王芳", by=by, clock=clock)


@pytest.mark.usefixtures("bad_day")
def test_a_street_sees_and_settles_its_own_calls_alone(db: Session, by: Actor, clock: FixedClock) -> None:
    fallback.open_calls(db, DAY, LUNCH, by=by, clock=clock)
    street = Scope(streets=frozenset({OTHER_STREET}))
    mine = fallback.calls(db, DAY, LUNCH, scope=street)
    others = [call for call in fallback.calls(db, DAY, LUNCH, scope=EVERYTHING) if call.street_code == STREET]

    assert {call.street_code for call in mine} <= {OTHER_STREET}
    assert {one.street_code for one in fallback.without_meal(db, DAY, LUNCH, scope=street)} <= {OTHER_STREET}
    one = Actor(account_id=1, name="李敏", role=Role.DISPATCHER, scope=street)
    with pytest.raises(NotFound, match="call-not-found"):
        fallback.record_call(db, others[0].id, CallResult.WELL, person="李敏", by=one, clock=clock)


@pytest.mark.usefixtures("bad_day")
def test_the_callers_sheet_holds_every_open_call_and_is_the_same_each_time(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    fallback.open_calls(db, DAY, LUNCH, by=by, clock=clock)
    calls = fallback.calls(db, DAY, LUNCH, scope=EVERYTHING)
    people = residents.by_ids(db, {ResidentId(call.resident_id) for call in calls}, day=DAY)
    named = {int(number): person for number, person in people.items()}

    once, again = (callers_pdf(DAY, calls, named, category_table(), zh=True) for _time in range(2))

    assert once == again
    assert once.startswith(b"%PDF")
    assert callers_pdf(DAY, (), {}, category_table(), zh=True).startswith(b"%PDF")
