"""The ladder: a case climbs by the clock, each rung once, whatever stops in between, and closes only with a named person."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mealroute.core import outbox
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.outbox import Channel, OutState
from mealroute.delivery import case_queries, case_steps, duty, ladder, queries, service, street_rules
from mealroute.delivery.ladder_models import CaseStep
from mealroute.delivery.ladder_records import Cover, Rung, StepKind, StepMeans, StepResult
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState, Outcome, Source
from mealroute.residents.models import Contact
from tests.integration.settlement_world import STREET
from tests.integration.test_settlement_doors import Doors

ALL = Scope.everything()
RUNGS = [Rung.DRIVER, Rung.STATION, Rung.FAMILY, Rung.COMMUNITY, Rung.RESCUE]


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def no_answer(db: Session, doors: Doors, clock: FixedClock, number: int = 0) -> int:
    """Nobody opened; the case's id, committed."""
    service.record_proof(db, doors.record(number, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    (found,) = db.scalars(select(FollowUp.id).where(FollowUp.book_line_id == doors.lines[number]))
    db.commit()
    return found


def rungs_of(db: Session, case_id: int) -> list[str]:
    query = select(CaseStep.rung).where(CaseStep.case_id == case_id, CaseStep.kind == StepKind.CLIMBED)
    return list(db.scalars(query.order_by(CaseStep.id)))


def test_the_driver_knocks_again_first_then_one_after_the_other_is_asked(
    any_engine: Engine, db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    seen = []
    for minutes in (0, 2, 2, 15, 15, 20, 60):
        clock.at += timedelta(minutes=minutes)
        ladder.tick(clock=clock)
        db.expire_all()
        seen.append(case_queries.case(db, number, scope=ALL, clock=clock).rung)
        db.rollback()
    assert seen == [Rung.DRIVER, Rung.DRIVER, *RUNGS[1:], Rung.RESCUE]
    assert rungs_of(db, number) == [str(rung) for rung in RUNGS[1:]]


def test_after_a_day_without_the_program_every_rung_is_asked_and_each_once(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    clock.at += timedelta(days=1)
    for _again in range(3):
        ladder.tick(clock=clock)
    assert rungs_of(db, number) == [str(rung) for rung in RUNGS[1:]]
    told = outbox.messages(db, scope=ALL, subject=f"follow-up/{number}")
    assert len({each.natural_key for each in told}) == len(told) == 4
    assert case_queries.case(db, number, scope=ALL, clock=clock).state is CaseState.OPEN


def test_two_processes_at_once_ask_each_rung_once(
    any_engine: Engine, db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    clock.at += timedelta(minutes=20)
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        ladder.tick(clock=clock)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rungs_of(db, number) == ["station", "family"]
    assert len(outbox.messages(db, scope=ALL, subject=f"follow-up/{number}")) == 2


def test_a_driver_who_knocks_again_in_vain_hands_the_case_to_the_station_at_once(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    clock.at += timedelta(minutes=1)
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    found = case_queries.case(db, number, scope=ALL, clock=clock)
    assert (found.rung, found.due_at) == (Rung.STATION, clock.now() + timedelta(minutes=15))
    assert [step.kind for step in found.steps] == [StepKind.OPENED, StepKind.RECORDED, StepKind.CLIMBED]


def test_a_record_from_paper_finds_no_driver_at_the_door(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER, source=Source.PAPER), by=SYSTEM, clock=clock)
    (found,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert found.rung is Rung.STATION


def test_a_phone_that_was_out_of_reach_starts_the_timer_when_nobody_opened(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    happened = clock.now() - timedelta(hours=2)
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER, phone_at=happened), by=SYSTEM, clock=clock)
    db.commit()
    (found,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert (found.opened_at, found.rung) == (happened, Rung.STATION)
    db.rollback()
    ladder.tick(clock=clock)
    db.expire_all()
    (found,) = case_queries.open_cases(db, scope=ALL, clock=clock)
    assert found.rung is Rung.RESCUE


def test_whoever_was_told_hears_that_it_is_over_and_what_was_not_sent_is_taken_back(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    resident = doors.world.residents[0]
    db.add(
        Contact(resident_id=resident, position=1, name="李芳", relation="女儿", phone="13900001111", phone_index="x")
    )
    db.flush()
    number = no_answer(db, doors, clock)
    clock.at += timedelta(minutes=20)
    ladder.tick(clock=clock)
    with unit_of_work() as other:
        (claimed,) = outbox.claim(other, now=clock.now(), limit=5)
        outbox.answered(other, claimed.id, by_name="test", result="sent", now=clock.now())
    db.expire_all()
    service.close_follow_up(db, number, named_person="李芳", how="在我家", by=SYSTEM, clock=clock)
    states = {each.to_role: each.state for each in outbox.messages(db, scope=ALL, subject=f"follow-up/{number}")}
    assert states == {"station": OutState.NOT_NEEDED, "family": OutState.SENT}
    (over,) = outbox.messages(db, scope=ALL, subject=f"follow-up/{number}/clear")
    assert (over.to_name, over.state) == ("女儿 李芳", OutState.WAITING)
    assert "李芳" in over.text
    assert "王玉兰" not in over.text


def test_at_night_whoever_has_night_duty_is_rung_up(db: Session, doors: Doors, clock: FixedClock) -> None:
    clock.at = clock.at.replace(hour=13, minute=0)  # 21:00 in Beijing
    for cover, name in ((Cover.DAY, "白班"), (Cover.NIGHT, "夜班")):
        duty.name_person(
            db, STREET, Rung.COMMUNITY, cover, name=name, phone="01064001234", from_day=clock.today(), by=SYSTEM, clock=clock
        )  # fmt: skip
    number = no_answer(db, doors, clock)
    clock.at += timedelta(minutes=40)
    ladder.tick(clock=clock)
    found = {each.to_role: each for each in outbox.messages(db, scope=ALL, subject=f"follow-up/{number}")}
    assert (found["community"].to_name, found["community"].channel) == ("夜班", Channel.PHONE)


def test_a_rung_on_which_nobody_is_named_is_the_desks(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = no_answer(db, doors, clock)
    clock.at += timedelta(minutes=20)
    ladder.tick(clock=clock)
    for told in outbox.messages(db, scope=ALL, subject=f"follow-up/{number}"):
        assert (told.channel, told.has_phone) == (Channel.DESK, False)


def test_a_street_sets_its_own_minutes_from_a_day_on(db: Session, doors: Doors, clock: FixedClock) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    minutes = {"no-answer": {Rung.STATION: 5, Rung.FAMILY: 15}}
    given_: dict[str, object] = {"from_day": tomorrow, "reason": "电梯停运", "by": SYSTEM, "clock": clock}
    assert street_rules.set_minutes(db, STREET, minutes, **given_)  # type: ignore[arg-type]
    assert not street_rules.set_minutes(db, STREET, minutes, **given_)  # type: ignore[arg-type]
    today = street_rules.ladders(db, clock.today()).of(STREET).minutes("no-answer")
    then = street_rules.ladders(db, tomorrow).of(STREET).minutes("no-answer")
    assert (today[Rung.STATION], then[Rung.STATION], then[Rung.FAMILY]) == (15, 5, 15)
    (kept,) = street_rules.history(db, street_rules.LADDER, STREET)
    assert kept.content == {"no-answer": {"station": 5}}
    with pytest.raises(MealrouteError, match="rule-in-the-past"):
        street_rules.set_minutes(db, STREET, minutes, **(given_ | {"from_day": date(2026, 1, 1)}))  # type: ignore[arg-type]


def test_one_tap_is_one_line_however_often_it_is_sent(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = no_answer(db, doors, clock)
    values: dict[str, object] = {
        "means": StepMeans.PHONE, "result": StepResult.NO_ANSWER, "client_id": "tap-1", "by": SYSTEM, "clock": clock,
    }  # fmt: skip
    assert case_steps.record(db, number, **values)  # type: ignore[arg-type]
    assert not case_steps.record(db, number, **values)  # type: ignore[arg-type]
    found = case_queries.case(db, number, scope=ALL, clock=clock)
    assert [(step.means, step.result) for step in found.steps if step.kind is StepKind.TRIED] == [
        (StepMeans.PHONE, StepResult.NO_ANSWER)
    ]
    assert found.state is CaseState.OPEN


def test_having_spoken_to_somebody_does_not_close_the_case_by_itself(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    case_steps.record(
        db, number, means=StepMeans.PHONE, result=StepResult.SPOKE, client_id="tap-2", by=SYSTEM, clock=clock
    )
    assert case_queries.case(db, number, scope=ALL, clock=clock).state is CaseState.OPEN


def test_the_next_rung_is_asked_at_once_with_a_reason_until_the_ladder_ends(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    number = no_answer(db, doors, clock)
    with pytest.raises(MealrouteError, match="reason-needed"):
        case_steps.climb_now(db, number, reason=" ", by=SYSTEM, clock=clock)
    reached = [case_steps.climb_now(db, number, reason="门里有声音", by=SYSTEM, clock=clock) for _ in RUNGS[1:]]
    assert reached == RUNGS[1:]
    with pytest.raises(Conflict, match="ladder-ends"):
        case_steps.climb_now(db, number, reason="门里有声音", by=SYSTEM, clock=clock)


def test_a_case_of_another_street_is_not_there(db: Session, doors: Doors, clock: FixedClock) -> None:
    number = no_answer(db, doors, clock)
    elsewhere = Actor(account_id=None, name="x", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    assert case_queries.open_cases(db, scope=elsewhere.scope, clock=clock) == ()
    with pytest.raises(NotFound):
        case_steps.take(db, number, by=elsewhere, clock=clock)


def test_a_station_sees_a_case_of_its_street_once_it_has_climbed_to_it(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    clerk = Scope(streets=frozenset({STREET}), station="S01")
    service.record_proof(db, doors.record(0, Outcome.REFUSED), by=SYSTEM, clock=clock)
    (case,) = db.scalars(select(FollowUp))
    assert case_queries.open_cases(db, scope=clerk, clock=clock) == ()
    case_steps.climb_now(db, case.id, reason="没人接", by=SYSTEM, clock=clock)
    assert [each.id for each in case_queries.open_cases(db, scope=clerk, clock=clock)] == [case.id]


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from(list(Outcome))),
        st.tuples(st.just("clock"), st.integers(min_value=1, max_value=1500)),
        st.tuples(st.just("close"), st.sampled_from(["", "李敏"])),
        st.tuples(st.just("up"), st.just("")),
    ),
    max_size=12,
)


@pytest.fixture
def sqlite_doors(sqlite_db: Session) -> Doors:
    return Doors(sqlite_db)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_happens_there_is_one_case_it_never_goes_down_and_a_name_closes_it(
    sqlite_db: Session, sqlite_doors: Doors, moves: list[tuple[str, object]]
) -> None:
    sqlite_db.rollback()
    clock = FixedClock(datetime(2026, 2, 2, 4, tzinfo=UTC))
    height, unseen = 0, False
    for move, value in moves:
        _move(sqlite_db, sqlite_doors, move, value, clock)
        unseen = value is not Outcome.HANDED_OVER if move == "record" else unseen
        cases = sqlite_db.scalars(select(FollowUp)).all()
        assert len(cases) <= 1
        assert cases or not unseen
        for each in cases:
            assert Rung(each.rung).height >= height
            height = Rung(each.rung).height
            assert each.state == CaseState.OPEN or (each.closed_by and each.closed_how)
            climbed = rungs_of(sqlite_db, each.id)
            assert len(climbed) == len(set(climbed))
    sqlite_db.rollback()


def _move(db: Session, doors: Doors, move: str, value: object, clock: FixedClock) -> None:
    case = db.scalar(select(FollowUp.id))
    with suppress(MealrouteError):
        if move == "record":
            service.record_proof(db, doors.record(0, Outcome(str(value))), by=SYSTEM, clock=clock)
        elif move == "clock":
            clock.at += timedelta(minutes=int(str(value)))
            for number in ladder.due(db, clock.now(), street_rules.ladders(db, clock.today())):
                ladder.climb_due(db, number, clock=clock)
        elif case is not None and move == "close":
            service.close_follow_up(db, case, named_person=str(value), how="看见了", by=SYSTEM, clock=clock)
        elif case is not None:
            case_steps.climb_now(db, case, reason="急", by=SYSTEM, clock=clock)


def test_every_line_without_a_seen_person_has_exactly_one_case(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proofs(
        db,
        [doors.record(0, Outcome.REFUSED), doors.record(1), doors.record(0, Outcome.NO_ANSWER)],
        by=SYSTEM,
        clock=clock,
    )
    service.close_day(db, date(2026, 2, 2), "lunch", by=SYSTEM, clock=clock)
    unseen = {line.book_line_id for line in queries.outcomes(db, date(2026, 2, 2), "lunch", scope=ALL) if not line.seen}
    assert (
        sorted(db.scalars(select(FollowUp.book_line_id))) == sorted(unseen) == sorted([doors.lines[0], doors.lines[2]])
    )
