"""Sheets keyed back in: the same records as a phone's, from paper, once; sheets of drafts and of replaced plans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import queries as doors
from mealroute.delivery import service as delivery
from mealroute.delivery.models import Proof, StationReceipt
from mealroute.delivery.records import Outcome, ProofInput, Source
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying
from mealroute.paper.keying_models import KeyedSheet
from mealroute.paper.keying_records import FootText, KeySheet, RowText, SheetStand
from mealroute.planning.records import PlanVersionId
from tests.integration.paper_world import LUNCH, SECRET, drafted, published
from tests.integration.planning_world import DAY

CLERK = Actor(account_id=3, name="李敏", role=Role.DISPATCHER, scope=Scope.everything())


def _sheet(db: Session, version: PlanVersionId, number: int = 1) -> KeySheet:
    return keying.sheet(db, SheetCode(int(version), number), scope=CLERK.scope)


def _all_seen(found: KeySheet) -> tuple[tuple[RowText, ...], FootText]:
    """Every stop ticked, everybody paid what was due."""
    rows, seen, left, cash = [], 0, 0, 0
    for stop in found.stops:
        lines = [line for line in found.lines if line.stop == stop]
        due = sum(line.cash_due_fen for line in lines)
        rows.append(RowText(str(stop), "1", "", f"{due / 100:.2f}" if due else ""))
        cash += due
        portions = sum(line.quantity for line in lines)
        left, seen = (left + portions, seen) if lines[0].station_code else (left, seen + portions)
    return tuple(rows), FootText(seen=str(seen), left=str(left), back="0", cash=f"{cash / 100:.2f}")


def _save(
    db: Session, found: KeySheet, rows: tuple[RowText, ...], foot: FootText, clock: FixedClock, **more: object
) -> object:
    return keying.save(db, found, rows, foot, by=CLERK, clock=clock, **more)  # type: ignore[arg-type]


def test_a_sheet_that_agrees_becomes_records_from_paper_by_the_driver(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    rows, foot = _all_seen(found)
    _save(db, found, rows, foot, clock)
    proofs = db.scalars(select(Proof)).all()
    assert len(proofs) == sum(not line.station_code for line in found.lines)
    assert {(proof.source, proof.by_name, proof.seen) for proof in proofs} == {("paper", found.driver_name, True)}
    (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "papers.sheet-keyed"))
    assert (event.actor, event.subject) == ("李敏", f"sheet/{found.code}")


def test_keying_it_twice_changes_nothing(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    rows, foot = _all_seen(found)
    _save(db, found, rows, foot, clock)
    before = db.scalar(select(func.count(Proof.id)))
    again = _save(db, found, rows, foot, clock)
    assert getattr(again, "again", False)
    assert db.scalar(select(func.count(Proof.id))) == before
    assert db.scalar(select(func.count(KeyedSheet.id))) == 1


def test_a_wrong_total_is_saved_only_with_a_reason(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    rows, foot = _all_seen(found)
    wrong = replace(foot, seen="99")
    with pytest.raises(MealrouteError, match="sheet-differs"):
        _save(db, found, rows, wrong, clock)
    _save(db, found, rows, wrong, clock, reason="司机加错了，已问过")
    kept = keying.keyed(db, found)
    assert kept is not None
    assert kept.reason == "司机加错了，已问过"


def test_missing_stops_stay_open(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    rows, foot = _all_seen(found)
    home = next(
        row for row in rows if not next(line for line in found.lines if str(line.stop) == row.stop).station_code
    )
    _save(db, found, tuple(row for row in rows if row != home), foot, clock, reason="这一行看不清")
    lines = {line.book_line_id for line in found.lines if str(line.stop) == home.stop}
    assert not doors.current_proofs(db, lines)


def test_a_correction_replaces_only_what_changed_and_both_stay(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    rows, foot = _all_seen(found)
    _save(db, found, rows, foot, clock)
    before = db.scalar(select(func.count(Proof.id))) or 0
    target = next(
        line
        for line in found.lines
        if not line.station_code and sum(other.stop == line.stop for other in found.lines) == 1
    )
    fixed = tuple(RowText(row.stop, "5") if row.stop == str(target.stop) else row for row in rows)
    cash = f"{(sum(line.cash_due_fen for line in found.lines) - target.cash_due_fen) / 100:.2f}"
    moved = replace(foot, seen=str(int(foot.seen) - target.quantity), back=str(target.quantity), cash=cash)
    with pytest.raises(Conflict, match="sheet-clashes"):
        _save(db, found, fixed, moved, clock)
    _save(db, found, fixed, moved, clock, replaces=True)
    assert db.scalar(select(func.count(Proof.id))) == before + 1
    assert doors.current_proofs(db, [target.book_line_id])[target.book_line_id].outcome == "no-answer"
    # And back again: a third revision, not a doubled first one.
    _save(db, found, rows, foot, clock, replaces=True)
    assert doors.current_proofs(db, [target.book_line_id])[target.book_line_id].outcome == "handed-over"


def test_what_the_phone_said_otherwise_is_shown_and_replaced_only_on_a_word(db: Session, clock: FixedClock) -> None:
    found = _sheet(db, published(db, clock))
    target = next(line for line in found.lines if not line.station_code)
    phone = ProofInput(client_id="phone-record-1", run_id=target.run_id, book_line_id=target.book_line_id, outcome=Outcome.NO_ANSWER, source=Source.PHONE, by_name="刘建国")  # fmt: skip
    delivery.record_proof(db, phone, by=SYSTEM, clock=clock)
    rows, foot = _all_seen(found)
    checked = keying.check(db, found, rows, foot)
    assert [(clash.entry.line.book_line_id, clash.stands.outcome) for clash in checked.clashes] == [(target.book_line_id, Outcome.NO_ANSWER)]  # fmt: skip
    with pytest.raises(Conflict, match="sheet-clashes"):
        _save(db, found, rows, foot, clock)
    _save(db, found, rows, foot, clock, replaces=True)
    assert doors.current_proofs(db, [target.book_line_id])[target.book_line_id].source == "paper"


def test_a_stations_box_becomes_a_receipt_and_nobody_counts_as_seen(db: Session, clock: FixedClock) -> None:
    version = published(db, clock)
    sheets = [_sheet(db, version, number) for number in range(1, 7) if _exists(db, version, number)]
    found = next(sheet for sheet in sheets if any(line.station_code for line in sheet.lines))
    rows, foot = _all_seen(found)
    _save(db, found, rows, foot, clock)
    (receipt,) = db.scalars(select(StationReceipt))
    at_station = [line for line in found.lines if line.station_code]
    assert receipt.portions == sum(line.quantity for line in at_station)
    assert found.code in receipt.signed_by
    assert not doors.current_proofs(db, [line.book_line_id for line in at_station])


def test_a_sheet_of_a_draft_waits_for_a_plan_and_is_recorded_on_its_runs(db: Session, clock: FixedClock) -> None:
    version = drafted(db, clock)
    with pytest.raises(Conflict, match="sheet-of-draft"):
        _sheet(db, version)
    from mealroute.adapters.straight_line import StraightLine
    from mealroute.planning import service as planning
    from mealroute.planning.solving import plan_quick

    given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    other = PlanVersionId(planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock))
    dispatch.publish(db, other, by=SYSTEM, clock=clock, secret_key=SECRET)
    found = _sheet(db, version)
    assert (found.stand, found.version_id) == (SheetStand.DRAFT, int(version))
    rows, foot = _all_seen(found)
    _save(db, found, rows, foot, clock)
    assert db.scalar(select(func.count(Proof.id))) == sum(not line.station_code for line in found.lines)


def test_a_code_of_nothing_and_a_sheet_out_of_reach_look_the_same(db: Session, clock: FixedClock) -> None:
    version = published(db, clock)
    with pytest.raises(NotFound, match="sheet-not-found"):
        _sheet(db, PlanVersionId(999))
    with pytest.raises(NotFound, match="sheet-not-found"):
        keying.sheet(db, SheetCode(int(version), 1), scope=Scope(streets=frozenset({"110101001"})))


def _exists(db: Session, version: PlanVersionId, number: int) -> bool:
    try:
        _sheet(db, version, number)
    except NotFound:
        return False
    return True
