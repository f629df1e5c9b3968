"""What people do at and after the doors: record, sign for bulk boxes, close cases, close the day.

Phone, desk, paper and simulation all come through ``record_proofs``. A record is written once for its ``client_id``, whatever
happens in between; the database's unique constraint decides when two connections send it at the same moment.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import (
    cases,
    cash,
    door_learning,
    queries,
    remembering,
    rules,
    satisfaction,
    spoken,
    streaks,
    wellbeing,
)
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.cases import close_follow_up, close_follow_ups, note_step
from mealroute.delivery.models import Proof, StationReceipt
from mealroute.delivery.records import (
    DayClosed,
    Duplicate,
    LoadedLine,
    Outcome,
    ProofId,
    ProofInput,
    ProofProblem,
    Recorded,
    Source,
)
from mealroute.delivery.standing_rules import Made, moment_made, takes_over
from mealroute.dispatch.models import Run
from mealroute.residents.models import Resident

__all__ = [
    "Answer", "close_day", "close_follow_up", "close_follow_ups", "note_step", "record_for_many", "record_proof", "record_proofs", "station_receipt",
]  # fmt: skip


Answer = Recorded | Duplicate | ProofProblem


def record_proof(db: Session, entry: ProofInput, *, by: Actor, clock: Clock) -> Recorded | Duplicate:
    """Write one record, or say that it is here already.

    A record for a line that has one supersedes it; the earlier one stays and its cash is taken back. Any outcome but
    ``handed-over`` opens a follow-up with an owner and a time.

    Raises
    ------
    MealrouteError
        ``line-not-on-run``, ``run-withdrawn``, ``quantity-out-of-range``, ``cash-out-of-range``, ``proof-id-invalid``,
        ``proof-id-reused``, ``position-invalid``.
    """
    (answer,) = record_proofs(db, [entry], by=by, clock=clock)
    if isinstance(answer, ProofProblem):
        raise Conflict(answer.code, answer.sentence, answer.hint, book_line_id=answer.book_line_id)
    return answer


def record_proofs(db: Session, entries: Sequence[ProofInput], *, by: Actor, clock: Clock) -> tuple[Answer, ...]:
    """Write many records at once, in the order given; one answer for each, and one bad record hides no other."""
    return record_for_many(db, [(entry, by) for entry in entries], scope=by.scope, clock=clock)


def record_for_many(
    db: Session, given: Sequence[tuple[ProofInput, Actor]], *, scope: Scope, clock: Clock
) -> tuple[Answer, ...]:
    """The same for records of several people in one transaction. ``scope`` limits the lines that may be recorded."""
    entries = [entry for entry, _by in given]
    lines = {
        (line.run_id, line.book_line_id): line
        for line in queries.loaded_lines(
            db,
            run_ids=(entry.run_id for entry in entries),
            line_ids=(entry.book_line_id for entry in entries),
            scope=scope,
        )
    }
    hold_residents(db, sorted({line.resident_id for line in lines.values()}))
    known = _known(db, entries)
    answers: dict[int, Answer] = {}
    waiting: list[tuple[int, ProofInput, LoadedLine]] = []
    for position, (entry, by) in enumerate(given):
        line = lines.get((entry.run_id, entry.book_line_id))
        if found := rules.fault(entry, line):
            answers[position] = found
        elif line is not None:
            named = entry if entry.by_name.strip() else replace(entry, by_name=by.name)
            waiting.append((position, named, line))
    while waiting:
        wave, waiting = _one_a_line(waiting)
        answers |= _write(db, wave, known, clock=clock)
    _note(db, given, answers, clock=clock)
    return tuple(answers[position] for position in range(len(entries)))


def _note(
    db: Session, given: Sequence[tuple[ProofInput, Actor]], answers: Mapping[int, Answer], *, clock: Clock
) -> None:
    """One event for each person whose records were written."""
    written: dict[tuple[Actor, int | None], list[ProofInput]] = {}
    one = len({by for _entry, by in given}) == 1
    for position, (entry, by) in enumerate(given):
        if isinstance(answers[position], Recorded):
            written.setdefault((by, None if one else entry.run_id), []).append(entry)
    audit.record_all(
        db, clock=clock,
        events=[
            audit.Event(
                by=by, action="delivery.recorded", subject=_subject(entries if run else [entry for entry, _by in given]), rows=len(entries),
                detail=dict(sorted(Counter(str(entry.outcome) for entry in entries).items())),
            )
            for (by, run), entries in written.items()
        ],
    )  # fmt: skip


def _subject(entries: Sequence[ProofInput]) -> str:
    runs = sorted({entry.run_id for entry in entries})
    return f"run/{runs[0]}" if len(runs) == 1 else f"runs/{runs[0]}-{runs[-1]}"


def _one_a_line(
    waiting: list[tuple[int, ProofInput, LoadedLine]],
) -> tuple[list[tuple[int, ProofInput, LoadedLine]], list[tuple[int, ProofInput, LoadedLine]]]:
    """The first waiting record of each line and of each client id; the others come in the next wave."""
    wave, rest = [], []
    lines: set[int] = set()
    clients: set[str] = set()
    for item in waiting:
        _position, entry, _line = item
        if entry.book_line_id in lines or entry.client_id in clients:
            rest.append(item)
        else:
            wave.append(item)
        lines.add(entry.book_line_id)
        clients.add(entry.client_id)
    return wave, rest


def hold_residents(db: Session, resident_ids: Sequence[int]) -> None:
    """Two records about one person wait for each other (PostgreSQL; SQLite has one writer at a time anyway)."""
    if db.get_bind().dialect.name == "postgresql" and resident_ids:
        query = select(Resident.id).where(Resident.id.in_(resident_ids)).order_by(Resident.id)
        db.execute(query.with_for_update(key_share=True)).all()


def _known(db: Session, entries: Sequence[ProofInput]) -> dict[str, tuple[ProofId, int]]:
    """Client id → (proof, line) of those records that are here already."""
    wanted = sorted({entry.client_id for entry in entries})
    found: dict[str, tuple[ProofId, int]] = {}
    for start in range(0, len(wanted), 10_000):
        query = select(Proof.client_id, Proof.id, Proof.book_line_id).where(
            Proof.client_id.in_(wanted[start : start + 10_000])
        )
        found |= {client: (ProofId(proof), line) for client, proof, line in db.execute(query)}
    return found


def _write(
    db: Session,
    wave: list[tuple[int, ProofInput, LoadedLine]],
    known: dict[str, tuple[ProofId, int]],
    *,
    clock: Clock,
) -> dict[int, Answer]:
    now = clock.now()
    fresh = [item for item in wave if item[1].client_id not in known]
    there = queries.current_proofs(db, (line.book_line_id for _position, _entry, line in fresh)) if fresh else {}
    stand = {line: earlier for line, earlier in there.items() if not _takes_over(fresh, line, earlier, now)}
    before = {line: earlier for line, earlier in there.items() if line not in stand}
    rows = [_row(entry, line, before.get(line.book_line_id), now=now) for _position, entry, line in fresh]
    new = dict(insert_new(db, Proof, rows, Proof.client_id, Proof.id))
    if len(new) < len(rows):  # another connection was first with the same client id
        known |= _known(db, [entry for _position, entry, _line in fresh if entry.client_id not in new])
    kept = [(entry, line, ProofId(new[entry.client_id])) for _position, entry, line in fresh if entry.client_id in new]
    _set_beside(db, [item for item in kept if item[1].book_line_id in stand], stand, now=now)
    written = [item for item in kept if item[1].book_line_id not in stand]
    cash.collect(db, written, before, now=now)
    cases.follow(db, written, clock=clock)
    satisfaction.keep(db, kept, now=now)
    wellbeing.keep(db, kept, now=now)
    spoken.keep(db, kept, now=now)
    streaks.watch(db, kept, clock=clock)
    remembering.learn(db, written, before, zone=clock.zone)
    door_learning.learn(db, written, clock=clock)
    _begin(db, {line.run_id for _entry, line, _proof in written}, now)
    answers: dict[int, Answer] = {}
    for position, entry, _line in wave:
        if entry.client_id in new:
            earlier, other = before.get(entry.book_line_id), stand.get(entry.book_line_id)
            answers[position] = Recorded(
                entry.client_id, ProofId(new[entry.client_id]), None if earlier is None else ProofId(earlier.id),
                None if other is None else ProofId(other.id),
            )  # fmt: skip
        else:
            answers[position] = _not_new(entry, known.get(entry.client_id))
    known |= {entry.client_id: (proof, line.book_line_id) for entry, line, proof in kept}
    return answers


def _takes_over(fresh: list[tuple[int, ProofInput, LoadedLine]], line: int, earlier: Proof, now: datetime) -> bool:
    entry = next(entry for _position, entry, at in fresh if at.book_line_id == line)
    new = Made(
        client_id=entry.client_id, source=entry.source, made_at=entry.made_at or moment_made(entry.phone_at, timedelta(), now),
        device=entry.device, seq=entry.seq, based_on=entry.based_on,
    )  # fmt: skip
    standing = Made(
        client_id=earlier.client_id, source=Source(earlier.source), made_at=earlier.made_at or earlier.phone_at or earlier.server_at,
        device=earlier.device, seq=earlier.seq,
    )  # fmt: skip
    return takes_over(new, standing)


def _set_beside(
    db: Session, kept: Iterable[tuple[ProofInput, LoadedLine, ProofId]], stand: Mapping[int, Proof], *, now: datetime
) -> None:
    """A record that was made before the one that stands is kept beside it: it undoes nothing, and both are shown."""
    rows = [
        {
            "client_id": f"beside:{entry.client_id}"[:64], "proof_id": proof, "kind": "beside", "stands_id": stand[line.book_line_id].id,
            "reason": "", "by_name": entry.by_name[:80], "device": entry.device, "phone_at": entry.phone_at, "at": now,
        }
        for entry, line, proof in kept
    ]  # fmt: skip
    if rows:
        db.execute(insert(ProofAside), rows)


def _not_new(entry: ProofInput, there: tuple[ProofId, int] | None) -> Duplicate | ProofProblem:
    """The answer for a record that was not written: it is here already, or its place was taken at the same moment."""
    if there is None:
        code, sentence = "proof-conflict", _("Somebody else recorded this meal at the same moment.")
    elif there[1] != entry.book_line_id:
        code, sentence = "proof-id-reused", _("This record's id belongs to another meal.")
    else:
        return Duplicate(entry.client_id, there[0])
    return ProofProblem(
        entry.client_id, entry.book_line_id, code, sentence, _("Load the page again and record once more.")
    )


def _row(entry: ProofInput, line: LoadedLine, earlier: Proof | None, *, now: datetime) -> dict[str, Any]:
    return {
        "client_id": entry.client_id, "run_id": line.run_id, "visit_id": line.visit_id, "book_line_id": line.book_line_id,
        "outcome": str(entry.outcome), "reason": rules.reason_of(entry), "note": entry.note.strip(),
        "seen": rules.seen(entry.outcome), "left_with": entry.left_with.strip()[:80],
        "quantity": rules.portions(entry, line.quantity), "cash_collected_fen": entry.cash_collected_fen,
        "phone_at": entry.phone_at, "server_at": now, "lon": entry.lon, "lat": entry.lat,
        "by_name": entry.by_name.strip()[:80], "source": str(entry.source),
        "supersedes_id": None if earlier is None else earlier.id, "device": entry.device, "seq": entry.seq,
        "made_at": entry.made_at or moment_made(entry.phone_at, timedelta(), now),
    }  # fmt: skip


def _begin(db: Session, run_ids: set[int], now: datetime) -> None:
    """The first record of a run says that it is on the road: from then on nobody gives it to another without saying so."""
    if run_ids:
        begun = update(Run).where(Run.id.in_(sorted(run_ids)), Run.begun_at.is_(None)).values(begun_at=now)
        db.execute(begun.execution_options(synchronize_session=False))


def station_receipt(
    db: Session,
    *,
    client_id: str,
    visit_id: int,
    station_code: str,
    portions: int,
    signed_by: str,
    by: Actor,
    clock: Clock,
    tenths: int | None = None,
    shortfall: str = "",
    note: str = "",
) -> bool:
    """A station signs for the boxes of a bulk stop. True = written, False = it was here already.

    ``tenths`` of a degree; why the number differs is known at the counter alone (``stations.sign``).
    """
    if not signed_by.strip():
        raise MealrouteError("named-person-missing", _("Who signed? Boxes are left at a station only with a name."))
    if portions < 0:
        raise MealrouteError("quantity-out-of-range", _("The number of portions cannot be below nothing."))
    row = {
        "client_id": client_id, "visit_id": visit_id, "station_code": station_code, "portions": portions,
        "signed_by": signed_by.strip()[:80], "at": clock.now(), "tenths": tenths, "shortfall": shortfall, "note": note.strip(),
    }  # fmt: skip
    if not insert_new(db, StationReceipt, [row], StationReceipt.client_id, StationReceipt.id):
        return False
    audit.record(
        db, by=by, clock=clock, action="delivery.station-signed", subject=f"visit/{visit_id}", detail={"portions": portions}
    )  # fmt: skip
    return True


def close_day(db: Session, day: date, slot: str, *, by: Actor, clock: Clock) -> DayClosed:
    """End the day's runs: every loaded line without a record becomes ``not-reached`` with a follow-up.

    Somebody who reaches only some streets closes their own lines; a run ends when all of it has a record. May be called
    again; a phone that was out of reach can still send its records afterwards, and they supersede these.
    """
    _hold_runs(db, day, slot)
    lines = queries.loaded_lines(db, scope=by.scope, day=day, slot=slot)
    recorded = queries.current_proofs(db, (line.book_line_id for line in lines))
    missing = [line for line in lines if line.book_line_id not in recorded]
    reopened = _reopened(db, [line.book_line_id for line in missing])
    entries = [
        ProofInput(
            client_id=str(uuid5(NAMESPACE_URL, f"mealroute:close-day/{line.run_id}/{line.book_line_id}{reopened.get(line.book_line_id, '')}")),
            run_id=line.run_id,
            book_line_id=line.book_line_id, outcome=Outcome.NOT_REACHED, source=Source.CLOSING, by_name=by.name,
            reason=_("Not collected at the station") if line.station_code else _("No record by the close of the day"),
        )
        for line in missing
    ]  # fmt: skip
    if entries:
        record_proofs(db, entries, by=by, clock=clock)
    runs = _finished(db, day, slot)
    for run in runs:
        run.state = "done"
    db.flush()
    if runs or entries:
        audit.record(
            db, by=by, clock=clock, action="delivery.day-closed", subject=f"day/{day}/{slot}",
            rows=len(entries), detail={"runs": len(runs)},
        )  # fmt: skip
    return DayClosed(runs=len(runs), not_reached_lines=len(entries), totals=queries.totals(db, day, slot))


def _reopened(db: Session, line_ids: Sequence[int]) -> dict[int, str]:
    """For lines whose record was taken back: how often, so that each closing of the day has its own id."""
    query = (
        select(Proof.book_line_id, func.count())
        .join(ProofAside, ProofAside.proof_id == Proof.id)
        .where(ProofAside.kind == "reopened", Proof.book_line_id.in_(line_ids))
        .group_by(Proof.book_line_id)
    )
    return {line: f"/{count}" for line, count in db.execute(query).tuples()} if line_ids else {}


def _hold_runs(db: Session, day: date, slot: str) -> None:
    """The day's runs first, in the order of their ids, as whoever answers an offer or withdraws a plan takes them; the audit trail's
    own lock comes last for everybody. Records that only name a run are let through.
    """
    query = select(Run.id).where(Run.day == day, Run.slot == slot).order_by(Run.id).with_for_update(key_share=True)
    db.execute(query).all()


def _finished(db: Session, day: date, slot: str) -> list[Run]:
    """Published runs of the day on which every line has a record; lines beyond the closer's reach keep their run open."""
    aboard = queries.loaded_lines(db, scope=Scope.everything(), day=day, slot=slot)
    recorded = queries.current_proofs(db, (line.book_line_id for line in aboard))
    unfinished = {line.run_id for line in aboard if line.book_line_id not in recorded}
    runs = db.scalars(
        select(Run)
        .where(Run.day == day, Run.slot == slot, Run.state == "published")
        .order_by(Run.number)
        .execution_options(populate_existing=True)
    )
    return [run for run in runs if run.id not in unfinished]
