"""Findings are kept once, go when their cause is mended, are cleared with a reason, and open again with other evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from mealroute.checks import queries, service
from mealroute.checks.models import CheckStep
from mealroute.checks.records import Act, FindingState, Severity
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.residents.models import Pause, Resident, StateChange
from mealroute.subsidy import queries as money
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.settlement_world import STREET, World, make_world

DAY = date(2026, 2, 2)
MONTH = "2026-02"
NOON = datetime(2026, 2, 2, 3, 30, tzinfo=UTC)
LATER = FixedClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
CHECKER = Actor(account_id=None, name="周航", role=Role.STREET_CHECKER, scope=Scope(streets=frozenset({STREET})))
REASON = "电话核对：当日家属代办，已补登记"


def _month(db: Session) -> World:
    """Four residents, each with a lunch that was handed over and paid."""
    world = make_world(db)
    people = [world.resident() for _ in range(4)]
    for person in people:  # that world's numbers are no real ones, which is a finding of its own
        db.get_one(Resident, person).id_number = None
    book = world.book(DAY)
    lines = [world.line(book, world.order(person, DAY)) for person in people]
    run = world.publish(DAY, lines)
    for n, line in enumerate(lines):
        entry = ProofInput(
            client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=Outcome.HANDED_OVER, phone_at=NOON + timedelta(minutes=3 * n),
            by_name="刘司机",
        )  # fmt: skip
        delivery.record_proof(db, entry, by=SYSTEM, clock=FixedClock(NOON + timedelta(hours=1)))
    subsidy.build_month(db, load_rulebook().payer, MONTH, by=SYSTEM, clock=LATER)
    return world


def _look(db: Session) -> None:
    service.check_month(db, MONTH, by=SYSTEM, clock=LATER, complaints=())


def _dies(db: Session, resident: int, day: date = date(2026, 1, 30)) -> None:
    db.add(
        StateChange(resident_id=resident, state="deceased", since=day, reason="", by_name="殡葬名单", at=LATER.now())
    )
    db.flush()


def _open(db: Session, code: str) -> list[str]:
    return [found.subject for found in queries.open_findings(db, MONTH, scope=Scope.everything()) if found.code == code]


def _period(db: Session) -> int:
    period = money.period(db, load_rulebook().payer, MONTH)
    assert period is not None
    return period.id


def test_an_honest_day_has_no_finding(db: Session) -> None:
    _month(db)
    _look(db)
    assert queries.open_findings(db, MONTH, scope=Scope.everything()) == ()


def test_the_claims_of_somebody_dead_are_blocked_and_named(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    assert _open(db, "deceased") == [f"resident/{world.residents[0]}"]
    assert len(queries.blocked_lines(db, _period(db))) == 2  # the resident's and the operator's
    assert queries.open_sum(db, MONTH, scope=Scope.everything()).blocked_fen == 800


def test_looking_twice_changes_nothing(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    first = queries.open_findings(db, MONTH, scope=Scope.everything())
    _look(db)
    second = queries.open_findings(db, MONTH, scope=Scope.everything())
    assert [found.id for found in first] == [found.id for found in second]
    assert db.query(CheckStep).count() == len(first)


def test_a_finding_goes_when_its_cause_is_mended_and_its_history_stays(db: Session) -> None:
    world = _month(db)
    world.pause(world.residents[1], DAY, DAY)
    db.flush()
    _look(db)
    (found,) = [
        each
        for each in queries.open_findings(db, MONTH, scope=Scope.everything())
        if each.code == "away-or-in-hospital"
    ]
    pause = next(row for row in db.query(Pause) if row.resident_id == world.residents[1])
    pause.cancelled_at = LATER.now()
    db.flush()
    _look(db)
    assert queries.finding(db, found.id, scope=Scope.everything()).state is FindingState.GONE
    assert [step.act for step in queries.history(db, found.id)] == [Act.GONE, Act.FOUND]


def test_clearing_needs_a_reason_and_keeps_the_name(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    (found,) = queries.open_findings(db, MONTH, scope=Scope.everything(), severity=Severity.BLOCK)[:1]
    with pytest.raises(MealrouteError, match="reason-needed"):
        service.clear(db, found.id, reason=" ", by=CHECKER, clock=LATER)
    for each in queries.open_findings(db, MONTH, scope=Scope.everything(), severity=Severity.BLOCK):
        service.clear(db, each.id, reason=REASON, by=CHECKER, clock=LATER)
    assert queries.blocked_lines(db, _period(db)) == frozenset()
    step = queries.history(db, found.id)[0]
    assert (step.act, step.reason, step.by_name) == (Act.CLEARED, REASON, "周航")


def test_a_cleared_finding_stays_cleared_until_its_evidence_changes(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    (found,) = [each for each in queries.open_findings(db, MONTH, scope=Scope.everything()) if each.code == "deceased"]
    service.clear(db, found.id, reason=REASON, by=CHECKER, clock=LATER)
    _look(db)
    assert queries.finding(db, found.id, scope=Scope.everything()).state is FindingState.CLEARED
    book = world.book(DAY + timedelta(days=1))
    line = world.line(book, world.order(world.residents[0], DAY + timedelta(days=1)))
    run = world.publish(DAY + timedelta(days=1), [line])
    entry = ProofInput(
        client_id=str(uuid4()),
        run_id=run,
        book_line_id=line,
        outcome=Outcome.HANDED_OVER,
        phone_at=NOON + timedelta(days=1),
        by_name="刘司机",
    )
    delivery.record_proof(db, entry, by=SYSTEM, clock=FixedClock(NOON + timedelta(days=1, hours=1)))
    _look(db)
    assert queries.finding(db, found.id, scope=Scope.everything()).state is FindingState.OPEN
    assert queries.history(db, found.id)[0].act is Act.REOPENED


def test_a_finding_cleared_twice_is_refused(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    (found, *_more) = queries.open_findings(db, MONTH, scope=Scope.everything())
    service.clear(db, found.id, reason=REASON, by=CHECKER, clock=LATER)
    with pytest.raises(Conflict):
        service.clear(db, found.id, reason=REASON, by=CHECKER, clock=LATER)


def test_another_street_and_a_vendor_see_nothing(db: Session) -> None:
    world = _month(db)
    _dies(db, world.residents[0])
    _look(db)
    (found, *_more) = queries.open_findings(db, MONTH, scope=CHECKER.scope)
    for scope in (Scope(streets=frozenset({"110101017"})), Scope(streets=frozenset(), vendor="V01")):
        assert queries.open_findings(db, MONTH, scope=scope) == ()
        with pytest.raises(NotFound):
            queries.finding(db, found.id, scope=scope)


def test_lines_that_are_no_longer_due_are_blocked_until_the_month_is_built_anew(db: Session) -> None:
    world = _month(db)
    world.pause(world.residents[3], DAY, DAY)
    db.flush()
    _look(db)
    assert len(queries.blocked_lines(db, _period(db))) == 2
    subsidy.build_month(db, load_rulebook().payer, MONTH, by=SYSTEM, clock=LATER)  # nobody is paid for who was paused
    assert queries.blocked_lines(db, _period(db)) == frozenset()
