"""Reads of delivery: what is aboard, what the doors said, who still has to be seen. A handful of statements each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from mealroute.core.actor import Scope
from mealroute.core.text import mask_name
from mealroute.delivery import carried, fragility, receipts
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.carried import Carried
from mealroute.delivery.fragility import Fragile
from mealroute.delivery.ladder_records import Rung
from mealroute.delivery.models import FollowUp, Proof, StationReceipt
from mealroute.delivery.records import (
    CaseState,
    DeliveryTotals,
    FollowUpId,
    FollowUpRecord,
    LineOutcome,
    LiveBoard,
    LoadedLine,
    Outcome,
    ProofId,
    ProofRecord,
    RunProgress,
    Source,
    StationReceiptRecord,
)
from mealroute.delivery.rulebook import load_follow_ups, step_text
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit
from mealroute.residents.models import Resident
from mealroute.vendors.models import Driver

ABOARD = ("published", "done")


@cache
def current() -> ColumnElement[bool]:
    """The condition under which a proof is the current one of its line: no other supersedes it and it was not set aside."""
    later = aliased(Proof)
    superseded = select(later.id).where(later.supersedes_id == Proof.id).exists()
    return and_(~superseded, ~select(ProofAside.id).where(ProofAside.proof_id == Proof.id).exists())


def in_scope(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a loaded line is within reach; the one place that turns a scope into SQL here."""
    found: list[ColumnElement[bool]] = []
    scope = scope.through_runs()
    if scope.streets is not None and scope.station is None:  # who collects at a station may live in another street
        found.append(BookLine.street_code.in_(sorted(scope.streets)))
    if scope.vendor is not None:  # a run that its vendor has not promised is an offer, without anybody's name
        found.append(and_(Run.vendor_code == scope.vendor, Run.accepted_at.is_not(None)))
    if scope.kitchen is not None:
        found.append(Run.kitchen_code == scope.kitchen)
    if scope.driver is not None:
        found.append(Run.driver_code == scope.driver if scope.driver else false())
    if scope.station is not None:
        found.append(BookLine.station_code == scope.station)
    return tuple(found)


def cases_in_scope(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """The same for cases, which may hang on no meal: a station looks after those at its own counter, after those at home doors of
    its street that the follow-up rules give to the station, and after those that have climbed to its rung or above.
    """
    if scope.station is None:
        found = (
            [FollowUp.street_code.in_(sorted(scope.streets))]
            if scope.through_runs().streets is not None and scope.streets is not None
            else []
        )
        return (*found, *in_scope(replace(scope, streets=None)))
    doors = [str(outcome) for outcome, plan in load_follow_ups().doors.items() if plan.owner == "station"]
    higher = [str(rung) for rung in Rung if rung.height >= Rung.STATION.height]
    at_home = and_(
        BookLine.station_code.is_(None), FollowUp.street_code.in_(sorted(scope.streets or ())),
        or_(Proof.outcome.in_(doors), FollowUp.rung.in_(higher)),
    )  # fmt: skip
    return (or_(BookLine.station_code == scope.station, at_home),)


@cache
def _aboard() -> Select[Run, PlanVisit, BookLine]:
    return (
        select(Run, PlanVisit, BookLine)
        .join(PlanRoute, PlanRoute.id == Run.route_id)
        .join(PlanVisit, PlanVisit.route_id == PlanRoute.id)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
    )


_LOADED = (
    BookLine.id, BookLine.order_id, BookLine.resident_id, Run.id, Run.state, PlanVisit.id, PlanVisit.arrival_s,
    PlanVisit.station_code, Run.day, Run.slot, BookLine.street_code, Run.vendor_code, Run.driver_code, BookLine.quantity,
    BookLine.cash_due_fen, BookLine.handover, BookLine.lon, BookLine.lat,
)  # fmt: skip


@cache
def _replaced() -> ColumnElement[bool]:
    """The condition under which a run is withdrawn while another plan is in force for its meal."""
    standing = aliased(Run)
    there = select(standing.id).where(
        standing.day == Run.day, standing.slot == Run.slot, standing.state.in_(ABOARD)
    )  # fmt: skip
    return and_(Run.state == "withdrawn", there.exists())


@cache
def counts() -> ColumnElement[bool]:
    """The condition under which a line on a run counts for the day, given its current proof (or none) beside it.

    It is aboard a run in force; or its meal was recorded at a stop of a plan that has been withdrawn since, whichever run had that stop
    then, and no run in force carries it: what stayed at a door was loaded, whatever became of the plan.
    """
    run, visit, line = aliased(Run), aliased(PlanVisit), aliased(PlanLine)
    carried = (
        select(line.id)
        .join(visit, visit.id == line.visit_id)
        .join(run, run.route_id == visit.route_id)
        .where(line.book_line_id == BookLine.id, run.state.in_(ABOARD))
    )
    return or_(Run.state.in_(ABOARD), and_(Run.state == "withdrawn", Proof.visit_id == PlanVisit.id, ~carried.exists()))


def loaded_lines(
    db: Session,
    *,
    scope: Scope,
    day: date | None = None,
    slot: str = "",
    run_ids: Iterable[int] = (),
    line_ids: Iterable[int] = (),
) -> tuple[LoadedLine, ...]:
    """Lines aboard runs: those of a day and slot (withdrawn runs left out) on the run that carries them now, or the given lines on the
    given runs, by the plan or because the run took their stop.
    """
    if day is not None:
        hands = carried.on_day(db, day, slot)
        wanted = [and_(Run.day == day, Run.slot == slot, Run.state.in_(ABOARD))]
        rows = _loaded(db, wanted, scope)
        return tuple(_carried_line(line, hands) for line in rows if _theirs(line.visit_id, hands, scope))
    runs = sorted(set(run_ids))
    lines = sorted(set(line_ids))
    some = [BookLine.id.in_(lines)] if len(lines) <= 500 else []
    found = _loaded(db, [Run.id.in_(runs), *some], scope)
    taken = carried.taken_by(db, runs)
    if not taken:
        return found
    took = carried.run_records(db, {run for by in taken.values() for run in by})
    more = _loaded(db, [PlanVisit.id.in_(sorted(taken)), *some], scope)
    return (*found, *(_on_run(line, took[run]) for line in more for run in sorted(taken[line.visit_id])))


def _loaded(db: Session, wanted: Sequence[ColumnElement[bool]], scope: Scope) -> tuple[LoadedLine, ...]:
    query = (
        _aboard()
        .where(*wanted, *carried.reach(scope, in_scope(scope)))
        .with_only_columns(*_LOADED, _replaced())
        .order_by(Run.number, PlanVisit.position, BookLine.id)
    )
    return tuple(
        LoadedLine(
            book_line_id=row[0], order_id=row[1], resident_id=row[2], run_id=row[3], run_state=row[4], visit_id=row[5],
            arrival_s=row[6], station_code=row[7], day=row[8], slot=row[9], street_code=row[10], vendor_code=row[11],
            driver_code=row[12], quantity=row[13], cash_due_fen=row[14], handover=row[15], lon=row[16], lat=row[17],
            replaced=bool(row[18]),
        )
        for row in db.execute(query)
    )  # fmt: skip


def _theirs(visit_id: int, hands: Carried, scope: Scope) -> bool:
    """What a run gave away is its vendor's and driver's no more."""
    run = hands.run(visit_id)
    return run is None or not carried.bound_to_runs(scope) or carried.still_theirs(run, scope)


def _carried_line(line: LoadedLine, hands: Carried) -> LoadedLine:
    run, station = hands.run(line.visit_id), hands.station(line.visit_id)
    moved = line if run is None else _on_run(line, run)
    return replace(moved, station_code=station) if station else moved


def _on_run(line: LoadedLine, run: RunRecord) -> LoadedLine:
    return replace(
        line, run_id=run.id, run_state=str(run.state), vendor_code=run.vendor_code, driver_code=run.driver_code,
    )  # fmt: skip


def outcomes(db: Session, day: date, slot: str, *, scope: Scope) -> tuple[LineOutcome, ...]:
    """Every loaded line of a day with its current record, by the run that carries it now and visit; names masked."""
    hands = carried.on_day(db, day, slot)
    found = [line for line in _outcomes(db, day, slot, scope) if _theirs(line.visit_id, hands, scope)]
    if not hands.standing:
        return tuple(found)
    return tuple(sorted((_held(line, hands) for line in found), key=lambda line: line.run_number))


def _held(line: LineOutcome, hands: Carried) -> LineOutcome:
    run = hands.run(line.visit_id)
    moved = line if run is None else replace(line, run_id=run.id, run_number=run.number)
    person = hands.person(line.visit_id)
    return replace(moved, held_by=person) if person else moved


def _outcomes(db: Session, day: date, slot: str, scope: Scope) -> tuple[LineOutcome, ...]:
    query = (
        _aboard()
        .join(Resident, Resident.id == BookLine.resident_id)
        .outerjoin(Proof, and_(Proof.book_line_id == BookLine.id, current()))
        .outerjoin(FollowUp, and_(FollowUp.book_line_id == BookLine.id, FollowUp.state == CaseState.OPEN))
        .where(Run.day == day, Run.slot == slot, counts(), *carried.reach(scope, in_scope(scope)))
        .order_by(Run.number, PlanVisit.position, BookLine.id)
        .with_only_columns(
            BookLine.id, BookLine.order_id, BookLine.resident_id, Resident.name, BookLine.street_code, Run.id, Run.number,
            PlanVisit.id, BookLine.quantity, BookLine.cash_due_fen, Proof.id, Proof.outcome, Proof.reason, Proof.seen,
            Proof.quantity, Proof.cash_collected_fen, Proof.server_at, Proof.by_name, Proof.source, FollowUp.id, Proof.made_at,
            Proof.lon, Proof.lat,
        )
    )  # fmt: skip
    return tuple(
        LineOutcome(
            book_line_id=row[0], order_id=row[1], resident_id=row[2], resident_name=mask_name(row[3]), street_code=row[4],
            run_id=row[5], run_number=row[6], visit_id=row[7], quantity=row[8], cash_due_fen=row[9],
            proof_id=None if row[10] is None else ProofId(row[10]), outcome=None if row[11] is None else Outcome(row[11]),
            reason=row[12] or "", seen=bool(row[13]), delivered=row[14] or 0, cash_collected_fen=row[15] or 0,
            recorded_at=row[16], by_name=row[17] or "", source=None if row[18] is None else Source(row[18]),
            case_open=row[19] is not None, made_at=row[20], lon=row[21], lat=row[22],
        )
        for row in db.execute(query)
    )  # fmt: skip


def totals_of(lines: Iterable[LineOutcome]) -> DeliveryTotals:
    """Portions by what became of them; of a line delivered in part the rest counts under ``part-returned``."""
    loaded = delivered = missing = unrecorded = met = 0
    by_outcome: Counter[str] = Counter()
    for line in lines:
        loaded += line.quantity
        if line.outcome is None:
            unrecorded += line.quantity
            continue
        delivered += line.delivered
        missing += line.quantity - line.delivered
        met += line.delivered if line.seen else 0
        if line.outcome.delivered:
            by_outcome[line.outcome] += line.delivered
            by_outcome["part-returned"] += line.quantity - line.delivered
        else:
            by_outcome[line.outcome] += line.quantity
    return DeliveryTotals(
        portions_loaded=loaded, delivered=delivered, not_delivered=missing, open=unrecorded, seen=met,
        by_outcome={key: count for key, count in sorted(by_outcome.items()) if count},
    )  # fmt: skip


def totals(db: Session, day: date, slot: str, *, scope: Scope | None = None) -> DeliveryTotals:
    """The day's identity in portions: loaded = delivered + not delivered + open."""
    return totals_of(outcomes(db, day, slot, scope=scope or Scope.everything()))


def follow_ups(
    db: Session, *, scope: Scope, day: date | None = None, slot: str = "", only_open: bool = True
) -> tuple[FollowUpRecord, ...]:
    """Cases that began at a door, by due time, all days unless one is named; names masked. All cases: ``case_queries``."""
    query = (
        select(
            FollowUp, BookLine.id, BookLine.resident_id, Resident.name, BookLine.street_code, Run.number, Proof.outcome
        )
        .join(Proof, Proof.id == FollowUp.proof_id)
        .join(BookLine, BookLine.id == FollowUp.book_line_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .join(Run, Run.id == Proof.run_id)
        .where(*cases_in_scope(scope))
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    if only_open:
        query = query.where(FollowUp.state == CaseState.OPEN)
    if day is not None:
        query = query.where(Run.day == day, Run.slot == slot)
    rows = db.execute(query.add_columns(Run.day)).tuples().all()
    waiting = {resident_id for case, _line, resident_id, *_rest in rows if case.state == CaseState.OPEN}
    fragile = fragility.of(db, waiting, max(row[-1] for row in rows)) if waiting else {}
    unknown = Fragile((), (), must_serve=False)
    return tuple(
        FollowUpRecord(
            id=FollowUpId(case.id), book_line_id=line_id, resident_id=resident_id, resident_name=mask_name(name),
            street_code=street, run_number=number, kind=case.kind, outcome=Outcome(outcome), owner=case.owner,
            due_at=case.due_at, state=CaseState(case.state), last_step=step_text(case.last_step), closed_by=case.closed_by,
            closed_how=case.closed_how, closed_at=case.closed_at, must_serve=fragile.get(resident_id, unknown).must_serve,
            weights=fragile.get(resident_id, unknown).weights,
        )
        for case, line_id, resident_id, name, street, number, outcome, _day in rows
    )  # fmt: skip


def live_board(
    db: Session, day: date, slot: str, scope: Scope, lines: Sequence[LineOutcome] | None = None
) -> LiveBoard:
    """Open cases first, then every run's progress. Five statements whatever the number of runs, four where ``lines`` are at hand."""
    lines = outcomes(db, day, slot, scope=scope) if lines is None else lines
    runs = _runs(db, day, slot, lines)
    return LiveBoard(
        day=day, slot=slot, totals=totals_of(lines), cases=follow_ups(db, scope=scope, day=day, slot=slot), runs=runs
    )


def _runs(db: Session, day: date, slot: str, lines: Sequence[LineOutcome]) -> tuple[RunProgress, ...]:
    of_run: dict[int, list[LineOutcome]] = defaultdict(list)
    for line in lines:
        of_run[line.run_id].append(line)
    query = (
        select(Run, Driver.name)
        .outerjoin(Driver, Driver.code == Run.driver_code)
        .where(Run.day == day, Run.slot == slot, or_(Run.state.in_(ABOARD), Run.id.in_(list(of_run))))
        .order_by(Run.number)
    )
    return tuple(_progress(run, name or "", of_run[run.id]) for run, name in db.execute(query) if of_run[run.id])


def _progress(run: Run, driver_name: str, lines: Sequence[LineOutcome]) -> RunProgress:
    open_visits = {line.visit_id for line in lines if line.outcome is None}
    visits = {line.visit_id for line in lines}
    return RunProgress(
        run_id=run.id, number=run.number, driver_code=run.driver_code, driver_name=driver_name,
        vehicle_code=run.vehicle_code, vendor_code=run.vendor_code, state=run.state, stops=len(visits),
        stops_done=len(visits - open_visits), portions=sum(line.quantity for line in lines),
        recorded=sum(line.quantity for line in lines if line.outcome is not None),
        delivered=sum(line.delivered for line in lines), open_cases=sum(line.case_open for line in lines),
        last_record_at=max((line.recorded_at for line in lines if line.recorded_at is not None), default=None),
    )  # fmt: skip


def line_ids(db: Session, version_id: int) -> tuple[int, ...]:
    """Every line that has a place in a version."""
    query = select(PlanLine.book_line_id).where(PlanLine.version_id == version_id, PlanLine.visit_id.is_not(None))
    return tuple(db.scalars(query))


def current_proofs(db: Session, line_ids: Iterable[int]) -> dict[int, Proof]:
    """The current proof of each of the given lines that has one."""
    wanted = sorted(set(line_ids))
    found: dict[int, Proof] = {}
    for start in range(0, len(wanted), 10_000):  # SQLite allows 32,766 parameters
        part = wanted[start : start + 10_000]
        found |= {
            proof.book_line_id: proof
            for proof in db.scalars(select(Proof).where(Proof.book_line_id.in_(part), current()))
        }
    return found


def trace(db: Session, book_line_id: int, *, scope: Scope) -> tuple[ProofRecord, ...]:
    """Every record of one line, oldest first: what was said, and what superseded it."""
    query = (
        select(Proof, ProofAside.kind)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .outerjoin(ProofAside, ProofAside.proof_id == Proof.id)
        .where(Proof.book_line_id == book_line_id, *in_scope(scope))
        .order_by(Proof.id)
    )
    return tuple(
        ProofRecord(
            id=ProofId(row.id), run_id=row.run_id, outcome=Outcome(row.outcome), reason=row.reason, note=row.note, seen=row.seen,
            left_with=row.left_with, quantity=row.quantity, cash_collected_fen=row.cash_collected_fen, phone_at=row.phone_at,
            server_at=row.server_at, by_name=row.by_name, source=Source(row.source),
            supersedes_id=None if row.supersedes_id is None else ProofId(row.supersedes_id), made_at=row.made_at, device=row.device,
            aside=aside or "",
        )
        for row, aside in db.execute(query)
    )  # fmt: skip


def station_receipts(db: Session, visit_ids: Iterable[int]) -> dict[int, StationReceiptRecord]:
    """The newest signature for each of the given bulk stops, also one given for the same box under an earlier plan."""
    wanted = sorted(set(visit_ids))
    carried = receipts.earlier_visits(db, wanted)
    ids = sorted({*wanted, *(visit for earlier in carried.values() for visit in earlier)})
    query = select(StationReceipt).where(StationReceipt.visit_id.in_(ids)).order_by(StationReceipt.id)
    signed = {
        row.visit_id: StationReceiptRecord(
            visit_id=row.visit_id, station_code=row.station_code, portions=row.portions, signed_by=row.signed_by, at=row.at,
            tenths=row.tenths, shortfall=row.shortfall, note=row.note,
        )
        for row in db.scalars(query)
    }  # fmt: skip
    found = {visit: [signed[each] for each in (visit, *carried.get(visit, ())) if each in signed] for visit in wanted}
    return {visit: records[0] for visit, records in found.items() if records}
