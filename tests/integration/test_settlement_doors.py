"""Records from the doors: once each, whichever way and however often they are sent."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import queries, service
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import (
    CaseState,
    Duplicate,
    Outcome,
    ProofInput,
    ProofProblem,
    Recorded,
    Source,
)
from mealroute.dispatch.models import Run
from mealroute.orders.models import Payment
from tests.integration.settlement_world import World, make_world

DAY = date(2026, 2, 2)
ALL = Scope.everything()


class Doors:
    """One run with three lines, the third paid in cash at the door."""

    def __init__(self, db: Session) -> None:
        self.world: World = make_world(db)
        book = self.world.book(DAY)
        people = [self.world.resident() for _ in range(3)]
        orders = [
            self.world.order(people[0], DAY),
            self.world.order(people[1], DAY, quantity=2, resident_part_fen=2900),
            self.world.order(people[2], DAY, pay_means="cash-at-door"),
        ]
        self.orders = [order.id for order in orders]
        self.lines = [self.world.line(book, order) for order in orders]
        self.run = self.world.publish(DAY, self.lines)
        db.commit()

    def record(self, number: int, outcome: Outcome = Outcome.HANDED_OVER, **changes: object) -> ProofInput:
        values = {
            "client_id": str(uuid4()),
            "run_id": self.run,
            "book_line_id": self.lines[number],
            "outcome": outcome,
            "by_name": "刘建国",
        }
        return ProofInput(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def _count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_record_sent_twice_counts_once(db: Session, doors: Doors, clock: FixedClock) -> None:
    entry = doors.record(0)
    first = service.record_proof(db, entry, by=SYSTEM, clock=clock)
    again = service.record_proof(db, entry, by=SYSTEM, clock=clock)
    assert isinstance(first, Recorded)
    assert again == Duplicate(entry.client_id, first.proof_id)
    assert _count(db, Proof) == 1


def test_two_connections_at_once_give_one_record_and_one_duplicate(
    any_engine: Engine, db: Session, doors: Doors, clock: FixedClock
) -> None:
    entries = [doors.record(number, cash_collected_fen=1200 if number == 2 else 0) for number in range(3)]
    db.rollback()
    start = threading.Barrier(2)
    answers: list[object] = []

    def send() -> None:
        start.wait()
        for entry in entries:
            with unit_of_work() as session:
                answers.append(service.record_proof(session, entry, by=SYSTEM, clock=clock))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer).__name__ for answer in answers) == ["Duplicate"] * 3 + ["Recorded"] * 3
    assert (_count(db, Proof), db.scalar(select(func.count()).where(Payment.natural_key.startswith("proof/")))) == (
        3,
        1,
    )


def test_two_different_records_for_one_door_at_once_stand_one_after_the_other(
    any_engine: Engine, db: Session, doors: Doors, clock: FixedClock
) -> None:
    entries = [doors.record(0, outcome) for outcome in (Outcome.NO_ANSWER, Outcome.HANDED_OVER, Outcome.REFUSED)]
    db.rollback()
    start = threading.Barrier(3)

    def send(entry: ProofInput) -> None:
        start.wait()
        with unit_of_work() as session:
            assert isinstance(service.record_proof(session, entry, by=SYSTEM, clock=clock), Recorded)

    threads = [threading.Thread(target=send, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trace = queries.trace(db, doors.lines[0], scope=ALL)
    assert [proof.supersedes_id for proof in trace] == [None, trace[0].id, trace[1].id]
    assert queries.current_proofs(db, doors.lines)[doors.lines[0]].id == trace[2].id


def test_a_later_record_supersedes_and_leaves_a_trace(db: Session, doors: Doors, clock: FixedClock) -> None:
    first = service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    later = service.record_proof(db, doors.record(0, source=Source.PAPER), by=SYSTEM, clock=clock)
    assert later == Recorded(later.client_id, later.proof_id, first.proof_id)
    (line, *_others) = queries.outcomes(db, DAY, "lunch", scope=ALL)
    assert (line.outcome, line.seen, line.source, line.case_open) == (Outcome.HANDED_OVER, True, Source.PAPER, False)
    case = db.scalars(select(FollowUp)).one()
    assert (case.state, case.closed_by) == (CaseState.CLOSED, "刘建国")


def test_cash_becomes_a_payment_and_is_taken_back_when_the_record_is_superseded(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proof(db, doors.record(2, cash_collected_fen=1200), by=SYSTEM, clock=clock)
    service.record_proof(db, doors.record(2, cash_collected_fen=1000), by=SYSTEM, clock=clock)
    found = db.execute(
        select(Payment.kind, Payment.amount_fen).where(Payment.order_id == doors.orders[2]).order_by(Payment.id)
    )
    assert [tuple(row) for row in found] == [("payment", 1200), ("refund", 1200), ("payment", 1000)]


def test_whoever_was_not_seen_gets_a_case_with_an_owner_and_a_time(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    for outcome in Outcome:
        if outcome is Outcome.HANDED_OVER:
            continue
        service.record_proof(db, doors.record(0, outcome), by=SYSTEM, clock=clock)
        (case,) = queries.follow_ups(db, scope=ALL)
        assert case.outcome is outcome
        assert case.owner.startswith("北新桥街道")
        assert case.due_at > clock.now()
        assert case.resident_name == "王*兰"
        (line, *_others) = queries.outcomes(db, DAY, "lunch", scope=ALL)
        assert not line.seen
        assert line.reason


def test_one_bad_record_hides_no_other(db: Session, doors: Doors, clock: FixedClock) -> None:
    entries = [
        doors.record(0),
        doors.record(1, quantity=3),
        doors.record(1, cash_collected_fen=-1),
        doors.record(1, client_id="x"),
        doors.record(1, run_id=999),
        doors.record(2),
    ]
    answers = service.record_proofs(db, entries, by=SYSTEM, clock=clock)
    codes = [answer.code if isinstance(answer, ProofProblem) else type(answer).__name__ for answer in answers]
    assert codes == [
        "Recorded", "quantity-out-of-range", "cash-out-of-range", "proof-id-invalid", "line-not-on-run", "Recorded",
    ]  # fmt: skip


def test_one_batch_may_hold_the_same_record_twice_and_two_records_of_one_line(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    first, second = doors.record(0, Outcome.NO_ANSWER), doors.record(0)
    answers = service.record_proofs(db, [first, first, second, doors.record(1)], by=SYSTEM, clock=clock)
    assert [type(answer) for answer in answers] == [Recorded, Duplicate, Recorded, Recorded]
    assert queries.current_proofs(db, doors.lines)[doors.lines[0]].client_id == second.client_id


def test_an_id_is_not_taken_for_another_meal(db: Session, doors: Doors, clock: FixedClock) -> None:
    entry = doors.record(0)
    service.record_proof(db, entry, by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="proof-id-reused"):
        service.record_proof(db, doors.record(1, client_id=entry.client_id), by=SYSTEM, clock=clock)


def test_nothing_is_recorded_on_a_withdrawn_run_or_on_another_drivers(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    other = Actor(account_id=None, name="别人", role=Role.DRIVER, scope=Scope(driver="D99"))
    with pytest.raises(Conflict, match="line-not-on-run"):
        service.record_proof(db, doors.record(0), by=other, clock=clock)
    db.get_one(Run, doors.run).state = "withdrawn"
    db.flush()
    with pytest.raises(Conflict, match="run-withdrawn"):
        service.record_proof(db, doors.record(0), by=SYSTEM, clock=clock)


def test_part_of_a_line_handed_over_leaves_the_rest_not_delivered(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(1, quantity=1), by=SYSTEM, clock=clock)
    totals = queries.totals(db, DAY, "lunch")
    assert (totals.portions_loaded, totals.delivered, totals.not_delivered, totals.open) == (4, 1, 1, 2)
    assert totals.by_outcome == {"handed-over": 1, "part-returned": 1}


def test_closing_the_day_gives_every_loaded_line_an_outcome_and_a_late_phone_may_still_speak(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    late = doors.record(1)
    service.record_proof(db, doors.record(0), by=SYSTEM, clock=clock)
    closed = service.close_day(db, DAY, "lunch", by=SYSTEM, clock=clock)
    assert (closed.runs, closed.not_reached_lines) == (1, 2)
    assert (closed.totals.portions_loaded, closed.totals.delivered, closed.totals.not_delivered) == (4, 1, 3)
    assert closed.totals.open == 0
    again = service.close_day(db, DAY, "lunch", by=SYSTEM, clock=clock)
    assert (again.runs, again.not_reached_lines, again.totals) == (0, 0, closed.totals)
    service.record_proof(db, late, by=SYSTEM, clock=clock)
    assert queries.totals(db, DAY, "lunch").delivered == 3


def test_a_case_closes_only_with_a_named_person_who_says_how_they_know(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    (case,) = queries.follow_ups(db, scope=ALL)
    for person, how, code in (("", "看见了", "named-person-missing"), ("李敏", " ", "how-missing")):
        with pytest.raises(MealrouteError, match=code):
            service.close_follow_up(db, case.id, named_person=person, how=how, by=SYSTEM, clock=clock)
    elsewhere = Actor(account_id=None, name="x", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    with pytest.raises(NotFound):
        service.close_follow_up(db, case.id, named_person="李敏", how="来电", by=elsewhere, clock=clock)
    service.close_follow_up(db, case.id, named_person="李敏", how="女儿来电：在医院", by=SYSTEM, clock=clock)
    assert queries.follow_ups(db, scope=ALL) == ()
    with pytest.raises(Conflict, match="follow-up-closed"):
        service.close_follow_up(db, case.id, named_person="李敏", how="x", by=SYSTEM, clock=clock)


def test_the_live_board_shows_open_cases_and_the_progress_of_each_run(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    service.record_proofs(db, [doors.record(0), doors.record(1, Outcome.NO_ANSWER)], by=SYSTEM, clock=clock)
    board = queries.live_board(db, DAY, "lunch", ALL)
    assert len(board.cases) == 1
    (run,) = board.runs
    assert (run.stops, run.stops_done, run.portions, run.recorded, run.delivered, run.open_cases) == (3, 2, 4, 3, 1, 1)
    assert queries.live_board(db, DAY, "lunch", Scope(streets=frozenset())).runs == ()
    assert queries.live_board(db, DAY, "lunch", Scope(vendor="V02")).cases == ()


def test_a_station_signs_once_for_its_boxes(db: Session, doors: Doors, clock: FixedClock) -> None:
    visit = queries.outcomes(db, DAY, "lunch", scope=ALL)[0].visit_id
    values = {"client_id": "s-00000001", "visit_id": visit, "station_code": "S01", "portions": 12}
    assert service.station_receipt(db, **values, signed_by="陈洁", by=SYSTEM, clock=clock)  # type: ignore[arg-type]
    assert not service.station_receipt(db, **values, signed_by="陈洁", by=SYSTEM, clock=clock)  # type: ignore[arg-type]
    assert queries.station_receipts(db, [visit])[visit].portions == 12
    with pytest.raises(MealrouteError, match="named-person-missing"):
        service.station_receipt(db, **values, signed_by=" ", by=SYSTEM, clock=clock)  # type: ignore[arg-type]


def test_a_proof_is_never_edited(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0), by=SYSTEM, clock=clock)
    db.scalars(select(Proof)).one().outcome = "refused"
    with pytest.raises(ValueError, match="append-only"):
        db.flush()


def test_the_first_due_time_stands_when_a_second_record_comes(db: Session, doors: Doors, clock: FixedClock) -> None:
    service.record_proof(db, doors.record(0, Outcome.NO_ANSWER), by=SYSTEM, clock=clock)
    (first,) = queries.follow_ups(db, scope=ALL)
    clock.at += timedelta(minutes=10)
    service.record_proof(db, doors.record(0, Outcome.IN_HOSPITAL), by=SYSTEM, clock=clock)
    (case,) = queries.follow_ups(db, scope=ALL)
    assert (case.outcome, case.due_at) == (Outcome.IN_HOSPITAL, first.due_at)


def test_a_street_closes_its_own_lines_and_leaves_a_shared_run_open(
    db: Session, doors: Doors, clock: FixedClock
) -> None:
    elsewhere = Actor(account_id=None, name="x", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    closed = service.close_day(db, DAY, "lunch", by=elsewhere, clock=clock)
    assert (closed.runs, closed.not_reached_lines, closed.totals.open) == (0, 0, 4)
    assert service.close_day(db, DAY, "lunch", by=SYSTEM, clock=clock).runs == 1
