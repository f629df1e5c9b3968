"""What doors teach beside the handover: how long they take, meals left untouched, a person who seems changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.delivery import case_queries, reopening, service
from mealroute.delivery.ladder_records import Rung, StepKind
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState, LastMeal, Outcome, Seems, Source
from mealroute.delivery.reopening import ReopenInput
from mealroute.experience import queries as experience
from mealroute.experience.models import DoorTime
from mealroute.experience.records import DoorSource
from mealroute.planning import doors as plan_doors
from mealroute.planning import service as planning
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, build_world
from tests.integration.test_settlement_doors import Doors

ALL = Scope.everything()


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def known_door(db: Session, resident: int, seconds: int, *, visits: int = 6, stairs: int | None = None) -> None:
    """A door that was measured so often, at noon of the days before."""
    for n in range(visits):
        day = date(2026, 1, 20) + timedelta(days=n)
        db.add(
            DoorTime(
                resident_id=resident, seconds=seconds, at=datetime(2026, 1, 20 + n, 4, tzinfo=UTC), stairs_s=stairs, met_s=43200,
                day=day, book_line_id=-1000 * resident - n,
            )
        )  # fmt: skip
    db.flush()


def seen_after(doors: Doors, clock: FixedClock, number: int, wait_s: int, **more: object):  # type: ignore[no-untyped-def]
    knocked = clock.now() - timedelta(seconds=wait_s)
    return doors.record(
        number, phone_at=clock.now(), knocked_at=knocked, arrived_at=knocked - timedelta(seconds=40), **more
    )


def test_a_handover_teaches_how_long_the_door_took_and_a_correction_forgets_it(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proof(db, seen_after(doors, clock, 0, 75), by=SYSTEM, clock=clock)
    (row,) = db.scalars(select(DoorTime))
    assert (row.seconds, row.stairs_s, row.book_line_id) == (75, 40, doors.lines[0])
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    assert db.scalars(select(DoorTime)).all() == []


def test_a_paper_sheet_measures_nothing(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, seen_after(doors, clock, 0, 75, source=Source.PAPER), by=SYSTEM, clock=clock)
    assert db.scalars(select(DoorTime)).all() == []


def test_a_door_much_slower_than_itself_becomes_one_case(db: Session, doors: Doors, clock: FixedClock) -> None:
    known_door(db, doors.world.residents[0], 60)
    known_door(db, doors.world.residents[1], 300)
    service.record_proofs(
        db, [seen_after(doors, clock, 0, 420), seen_after(doors, clock, 1, 420)], by=SYSTEM, clock=clock
    )
    (case,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert (case.kind, case.resident_id, case.rung) == ("slow-door", doors.world.residents[0], Rung.DESK)
    assert "420" in case.steps[0].note


def test_two_untouched_meals_raise_one_case_and_a_third_no_other(db: Session, doors: Doors, clock: FixedClock) -> None:
    world = doors.world
    lines = []
    for n in range(3):
        day = date(2026, 2, 3) + timedelta(days=n)
        book = world.book(day)
        line = world.line(book, world.order(world.residents[0], day))
        lines.append((world.publish(day, [line]), line, day))
    for run, line, day in lines:
        clock.at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        entry = doors.record(0, run_id=run, book_line_id=line, last_meal=LastMeal.UNTOUCHED)
        service.record_proof(db, entry, by=SYSTEM, clock=clock)
        kinds = [case.kind for case in case_queries.open_cases(db, scope=ALL, clock=clock)]
        assert kinds == ([] if day.day == 3 else ["not-eaten"])


def test_somebody_who_needs_help_becomes_a_case_at_once(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0, seems=Seems.NEEDS_HELP), by=SYSTEM, clock=clock)
    (case,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert (case.kind, case.due_at) == ("needs-help", clock.now() + timedelta(minutes=15))


def test_a_meeting_that_is_corrected_opens_the_case_again_that_it_closed(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    service.record_proof(db, doors.record(0), by=SYSTEM, clock=clock)
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    (case,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    kinds = [step.kind for step in case.steps]
    assert kinds[:3] == [StepKind.OPENED, StepKind.CLOSED, StepKind.REOPENED]
    assert case.closed_by is None


def test_a_meeting_that_is_taken_back_opens_the_case_again(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    met = doors.record(0)
    service.record_proof(db, met, by=SYSTEM, clock=clock)
    assert case_queries.open_cases(db, scope=ALL, clock=clock) == ()
    entry = ReopenInput(client_id="again-0001", proof=met.client_id, reason="按错了", by_name="刘建国")
    reopening.reopen(db, entry, run_ids=[doors.run], by=SYSTEM, clock=clock)
    assert len(case_queries.open_cases(db, scope=ALL, clock=clock)) == 1


def test_what_a_person_closed_stays_closed_whatever_the_phone_sends(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    (case,) = db.scalars(select(FollowUp))
    service.close_follow_up(db, case.id, named_person="李敏", how="女儿在她身边", by=SYSTEM, clock=clock)
    service.record_proof(db, doors.record(0, Outcome.NOT_REACHED), by=SYSTEM, clock=clock)
    assert db.get_one(FollowUp, case.id).state == CaseState.CLOSED


def test_a_slow_door_gets_its_time_in_the_plan_and_the_plan_says_by_whose_figures(
    db: Session, clock: FixedClock
) -> None:
    build_world(db)
    plain = planning.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
    known_door(db, 4, 200, stairs=70)
    given = planning.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
    line = next(number for number, fact in given.lines.items() if fact.resident == 4)
    stop = given.built.problem.stops[next(n for n, each in enumerate(given.built.stops) if line in each.lines)]
    usual = plain.built.problem.stops[next(n for n, each in enumerate(plain.built.stops) if line in each.lines)]
    assert stop.service - usual.service == 180 + 2 * 70 - 2 * 25
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    (found,) = plan_doors.learnt(db, version, scope=ALL)
    assert (found.resident_id, found.use.source, found.use.extra_s, found.use.visits) == (4, DoorSource.OWN, 180, 6)
    assert plan_doors.learnt(db, version, scope=Scope(streets=frozenset())) == ()


def test_a_door_that_is_hardly_known_has_the_time_of_people_who_need_as_long(db: Session) -> None:
    build_world(db)
    for resident in range(4, 10):
        known_door(db, resident, 140)
    found = experience.door_uses(db, [20], date(2026, 2, 1), second_of_day=43200)
    assert (found[20].source, found[20].extra_s) == (DoorSource.CLASS, 120)
