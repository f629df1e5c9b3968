"""No silent day on real tables: who was seen counts by what the street says; calls once; overdue ones climb the ladder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery import case_queries, service
from mealroute.delivery.records import CaseState, Outcome
from mealroute.residents.models import Resident
from mealroute.welfare import expected, queries, sweep
from mealroute.welfare import service as welfare
from mealroute.welfare.models import WelfareCall, WelfareContact
from mealroute.welfare.records import CallMeans, Result, Way
from tests.integration.settlement_world import STREET
from tests.integration.test_settlement_doors import Doors

ALL = Scope.everything()


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 2, 2, 4, tzinfo=UTC))  # Monday noon in Beijing


def test_a_handover_counts_as_seen_and_a_meal_that_was_left_does_not(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proofs(db, [doors.record(0), doors.record(1, Outcome.LEFT_WITH_CONTACT)], by=SYSTEM, clock=clock)
    found = {row.resident_id: row.sight for row in queries.last_seen(db, scope=ALL, clock=clock)}
    first, second = doors.world.residents[:2]
    sight = found[first]
    assert sight is not None
    assert (sight.way, sight.by_name, sight.at) == (Way.DOOR, "刘建国", clock.now())
    assert found[second] is None


def test_the_longest_unseen_stand_first(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0), by=SYSTEM, clock=clock)
    rows = queries.last_seen(db, scope=ALL, clock=clock)
    assert rows[-1].resident_id == doors.world.residents[0]


def test_everybody_who_would_go_unseen_gets_one_call_with_an_owner_however_often_it_is_asked(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proofs(db, [doors.record(n) for n in range(3)], by=SYSTEM, clock=clock)
    clock.at += timedelta(days=3)
    assert welfare.plan_calls(db, by=SYSTEM, clock=clock) == 3
    assert welfare.plan_calls(db, by=SYSTEM, clock=clock) == 0
    calls = queries.calls(db, clock.today(), clock.today() + timedelta(days=3), scope=ALL, clock=clock)
    assert len(calls) == 3
    assert all(call.owner and call.open and call.means is CallMeans.KNOCK for call in calls)  # nobody's number is known


def test_somebody_for_whom_a_case_is_open_is_not_called_as_well(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proofs(
        db, [doors.record(0, Outcome.NO_ANSWER), doors.record(1), doors.record(2)], by=SYSTEM, clock=clock
    )
    clock.at += timedelta(days=3)
    assert welfare.plan_calls(db, by=SYSTEM, clock=clock) == 2


def test_a_standing_order_for_the_day_is_meeting_enough_and_a_pause_takes_it_off(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    from mealroute.orders.models import StandingOrder

    resident = doors.world.residents[0]
    db.add(
        StandingOrder(
            code="W1", resident_id=resident, slot="lunch", portions=[1, 1, 1, 1, 1, 0, 0], channel="phone", pay_means="card",
            valid_from=date(2026, 1, 1),
        )
    )  # fmt: skip
    db.flush()
    day = date(2026, 2, 5)
    assert resident in expected.meetings(db, [day])[day]
    doors.world.pause(resident, day, day)
    db.flush()
    assert resident not in expected.meetings(db, [day])[day]


def test_what_nobody_settled_in_time_becomes_a_case_and_a_call_that_reaches_the_person_closes_it(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proofs(db, [doors.record(n) for n in range(3)], by=SYSTEM, clock=clock)
    db.commit()
    clock.at += timedelta(days=3)
    sweep.tick(clock=clock)
    clock.at += timedelta(hours=30)
    for _again in range(2):
        sweep.tick(clock=clock)
    cases = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert [case.kind for case in cases] == ["silent"] * 3
    resident = cases[0].resident_id
    welfare.record_contact(
        db, resident, means=CallMeans.KNOCK, result=Result.SEEN, person="陈洁", client_id="c-1", by=SYSTEM, clock=clock
    )
    closed = case_queries.case(db, cases[0].id, scope=ALL, clock=clock)
    assert (closed.state, closed.closed_by) == (CaseState.CLOSED, "陈洁")


def test_not_reached_leaves_the_call_open_and_reached_ends_it(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proofs(db, [doors.record(n) for n in range(3)], by=SYSTEM, clock=clock)
    clock.at += timedelta(days=3)
    welfare.plan_calls(db, by=SYSTEM, clock=clock)
    call = db.scalars(select(WelfareCall).order_by(WelfareCall.id)).first()
    assert call is not None
    for n, (result, open_) in enumerate(((Result.NOT_REACHED, True), (Result.SPOKE, False))):
        values: dict[str, object] = {
            "means": CallMeans.CALL, "result": result, "person": "李敏", "call_id": call.id, "client_id": f"c-{n}", "by": SYSTEM, "clock": clock,
        }  # fmt: skip
        assert welfare.record_contact(db, call.resident_id, **values)  # type: ignore[arg-type]
        assert not welfare.record_contact(db, call.resident_id, **values)  # type: ignore[arg-type]
        found = queries.calls(db, call.day, call.day, scope=ALL, clock=clock)
        assert next(each.open for each in found if each.id == call.id) is open_
    assert db.scalar(select(func.count()).select_from(WelfareContact)) == 2


def test_a_call_counts_only_where_the_street_says_so(db: Session, doors: Doors, clock: FixedClock) -> None:
    resident = doors.world.residents[0]
    welfare.record_contact(
        db, resident, means=CallMeans.CALL, result=Result.SPOKE, person="李敏", client_id="c-9", by=SYSTEM, clock=clock
    )
    seen = {row.resident_id: row.sight for row in queries.last_seen(db, scope=ALL, clock=clock)}
    assert seen[resident] is not None
    welfare.set_hours(
        db,
        STREET,
        48,
        [Way.DOOR, Way.COUNTER, Way.VISIT],
        from_day=clock.today(),
        reason="须见到本人",
        by=SYSTEM,
        clock=clock,
    )
    rows = {row.resident_id: row for row in queries.last_seen(db, scope=ALL, clock=clock)}
    assert rows[resident].sight is None
    with pytest.raises(MealrouteError, match="hours-out-of-range"):
        welfare.set_hours(db, STREET, 0, [Way.DOOR], from_day=clock.today(), reason="x", by=SYSTEM, clock=clock)


def test_a_street_sees_and_writes_its_own_alone(db: Session, doors: Doors, clock: FixedClock) -> None:
    elsewhere = Actor(account_id=None, name="x", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    assert queries.last_seen(db, scope=elsewhere.scope, clock=clock) == ()
    with pytest.raises(NotFound):
        welfare.record_contact(
            db, doors.world.residents[0], means=CallMeans.CALL, result=Result.SPOKE, person="x", client_id="c", by=elsewhere, clock=clock
        )  # fmt: skip


def test_who_has_left_the_service_is_nobodys_silence(db: Session, doors: Doors, clock: FixedClock) -> None:
    db.get_one(Resident, doors.world.residents[0]).state = "deceased"
    db.get_one(Resident, doors.world.residents[1]).living = "institution"
    db.flush()
    assert [row.resident_id for row in queries.last_seen(db, scope=ALL, clock=clock)] == [doors.world.residents[2]]
