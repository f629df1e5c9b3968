"""Cases: who was not seen, who finds out, and who says how they know. A case closes only with a named person."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import climbing, ladder_rules, queries, rules, street_rules
from mealroute.delivery.climbing import Step, write_step
from mealroute.delivery.ladder_records import LadderRules, Rung, StepKind, StepMeans, StepResult
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import CaseState, FollowUpPlan, LoadedLine, Outcome, ProofId, ProofInput, Source
from mealroute.delivery.rulebook import load_follow_ups
from mealroute.delivery.street_rules import Ladders
from mealroute.dispatch.models import Run
from mealroute.experience import queries as experience
from mealroute.orders.models import BookLine
from mealroute.vendors.models import Station

STILL_THERE = timedelta(minutes=10)
"""A record that reaches us so soon after it was made finds the driver still at the door, who can knock again."""
REOPENED_MINUTES = 15
"""How long a case that opens again has before it climbs."""
OLDEST_START = timedelta(hours=12)
"""A phone that was out of reach may say when it happened; a phone's clock that says more than this is not believed."""

Written = Sequence[tuple[ProofInput, LoadedLine, ProofId]]


def follow(db: Session, written: Written, *, clock: Clock) -> None:
    """Open, change or close the case of each recorded line. A case that a person has closed stays closed."""
    now = clock.now()
    held = _cases(db, [line.book_line_id for _entry, line, _proof in written])
    unseen = [item for item in written if not rules.seen(item[0].outcome)]
    for entry, line, proof in written:
        case = held.get(line.book_line_id)
        if rules.seen(entry.outcome) and case is not None and case.state == CaseState.OPEN:
            case.proof_id = proof
            how = _("Seen in person at the counter.") if line.station_code else _("Seen in person at the door.")
            _close(
                db, [case], named_person=entry.by_name.strip() or _("Driver"), how=how, by_name=entry.by_name, now=now
            )
    if unseen:
        _unseen(db, unseen, held, clock=clock)
    db.flush()


def _unseen(db: Session, written: Written, held: Mapping[int, FollowUp], *, clock: Clock) -> None:
    """Cases for those who were not seen: new ones, and those that go on with another outcome."""
    ladders, table = street_rules.ladders(db, clock.today()), load_follow_ups()
    closed_at_door = _closed_at_the_door(db, held)
    streets = street_names(db)
    stations = dict(db.execute(select(Station.code, Station.name)).tuples().all())
    at_door = [line.resident_id for entry, line, _proof in written if _at_the_door(entry, line, clock.now())]
    slowest = {number: door.slow_s for number, door in experience.door_profiles(db, at_door).items()} if at_door else {}
    rows, opened = [], {}
    for entry, line, proof in written:
        plan = rules.follow_up(entry.outcome, table.at(station=bool(line.station_code)))
        case = held.get(line.book_line_id)
        if plan is None:
            continue
        if case is not None and case.state != CaseState.OPEN:
            if case.id not in closed_at_door:
                continue
            open_again(
                db, case, by_name=entry.by_name.strip() or _("Driver"), note=rules.reason_of(entry), now=clock.now()
            )
        rung, due = _begin(entry, line, plan, ladders, slowest.get(line.resident_id), now=clock.now())
        if case is not None:
            _goes_on(db, case, entry, proof, plan, rung, due, ladders, clock=clock)
            continue
        to_do = plan.first_step if rung is not Rung.DRIVER else ladders.district.rungs[rung].step_zh
        opened[line.book_line_id] = entry, rung
        rows.append({
            "natural_key": f"line/{line.book_line_id}", "resident_id": line.resident_id, "street_code": line.street_code,
            "book_line_id": line.book_line_id, "proof_id": proof, "kind": plan.kind, "rung": str(rung), "due_at": due,
            "opened_at": _happened(entry, clock.now()), "owner": _owner(plan.owner, line, streets, stations), "state": str(CaseState.OPEN),
            "last_step": to_do,
        })  # fmt: skip
    first = []
    for case_id, line_id in insert_new(db, FollowUp, rows, FollowUp.id, FollowUp.book_line_id):
        entry, rung = opened[line_id]
        step = Step(
            key=f"{case_id}/opened", kind=StepKind.OPENED, rung=str(rung), means=StepMeans.DOOR, result=_result(entry.outcome),
            person=entry.by_name, note=rules.reason_of(entry),
        )  # fmt: skip
        first.append((case_id, step))
    climbing.write_steps(db, first, by_name=_("Driver"), now=clock.now())


def _begin(
    entry: ProofInput, line: LoadedLine, plan: FollowUpPlan, ladders: Ladders, slowest_s: int | None, *, now: datetime
) -> tuple[Rung, datetime]:
    """The first rung and until when it has time, counted from what happened, not from when we heard of it."""
    of_street = ladders.of(line.street_code)
    rung = ladder_rules.first_rung(of_street.minutes(plan.kind), plan.owner, at_the_door=_at_the_door(entry, line, now))
    if rung is Rung.DRIVER:
        minutes = max(of_street.minutes(plan.kind)[rung], ladder_rules.knock_minutes(of_street, slowest_s))
    else:
        minutes = ladders.set_by_street(line.street_code, plan.kind, rung) or plan.within_minutes
    return rung, _happened(entry, now) + timedelta(minutes=minutes)


def _closed_at_the_door(db: Session, held: Mapping[int, FollowUp]) -> set[int]:
    """Cases that a meeting at the door closed, not a person at a desk: what corrects that record opens them again."""
    closed = {case.proof_id: case.id for case in held.values() if case.state == CaseState.CLOSED and case.proof_id}
    if not closed:
        return set()
    return {closed[proof] for proof in db.scalars(select(Proof.id).where(Proof.id.in_(sorted(closed)), Proof.seen))}


def open_again(db: Session, case: FollowUp, *, by_name: str, note: str, now: datetime) -> None:
    """The record that closed the case does not stand any more: nobody has seen the person. The rung stays; its time begins now."""
    case.state, case.closed_by, case.closed_how, case.closed_at = str(CaseState.OPEN), None, None, None
    case.due_at = now + timedelta(minutes=REOPENED_MINUTES)
    step = Step(
        key=f"{case.id}/reopened/{now.isoformat()}", kind=StepKind.REOPENED, rung=case.rung, means=StepMeans.DOOR, note=note
    )  # fmt: skip
    write_step(db, case.id, step, by_name=by_name, now=now)


def taken_back(db: Session, proof_id: int, *, by_name: str, reason: str, now: datetime) -> None:
    """A record was taken back. Where it was the meeting that closed a case, the case is open again."""
    case = db.scalar(select(FollowUp).where(FollowUp.proof_id == proof_id).with_for_update())
    if case is not None and case.state == CaseState.CLOSED and _closed_at_the_door(db, {0: case}):
        open_again(db, case, by_name=by_name, note=reason, now=now)


def _goes_on(
    db: Session, case: FollowUp, entry: ProofInput, proof: ProofId, plan: FollowUpPlan, rung: Rung, due: datetime, ladders: Ladders,
    *, clock: Clock,
) -> None:  # fmt: skip
    """A further record about an open case: its kind and time may change, its rung never goes down."""
    driver_again = case.rung == Rung.DRIVER and rung is Rung.DRIVER and entry.outcome is Outcome.NO_ANSWER
    ladder = ladders.of(case.street_code).minutes(plan.kind)
    higher = ladder_rules.higher(ladder, Rung(case.rung), rung)
    case.kind, case.proof_id, case.rung = plan.kind, proof, str(higher)
    case.due_at = rules.earlier(case.due_at, due)
    if higher is not Rung.DRIVER and plan.first_step:
        case.last_step = plan.first_step
    step = Step(
        key=f"proof/{proof}", kind=StepKind.RECORDED, rung=case.rung, means=StepMeans.DOOR, result=_result(entry.outcome),
        person=entry.by_name, note=rules.reason_of(entry),
    )  # fmt: skip
    write_step(db, case.id, step, by_name=entry.by_name.strip() or _("Driver"), now=clock.now())
    if driver_again:  # the driver has knocked again, and again nobody answers: the next rung need not wait
        case.due_at = min(case.due_at, clock.now())
        climbing.climb(db, case, ladders, clock=clock)


def _at_the_door(entry: ProofInput, line: LoadedLine, now: datetime) -> bool:
    if entry.source is not Source.PHONE or line.station_code or entry.outcome is not Outcome.NO_ANSWER:
        return False
    made = entry.made_at or entry.phone_at
    return made is None or abs(now - made) <= STILL_THERE


def _happened(entry: ProofInput, now: datetime) -> datetime:
    """When nobody was seen: the phone's word where it was at the door, never in the future and never long ago."""
    made = entry.made_at or entry.phone_at
    if entry.source is not Source.PHONE or made is None or not now - OLDEST_START <= made <= now:
        return now
    return made


def _result(outcome: Outcome) -> StepResult:
    return StepResult.NO_ANSWER if outcome is Outcome.NO_ANSWER else StepResult.NONE


def _cases(db: Session, line_ids: Sequence[int]) -> dict[int, FollowUp]:
    """The cases of these lines, locked: the clock may be about to take one of them a rung up."""
    found: dict[int, FollowUp] = {}
    for start in range(0, len(line_ids), 10_000):
        query = (
            select(FollowUp)
            .where(FollowUp.book_line_id.in_(line_ids[start : start + 10_000]))
            .order_by(FollowUp.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found |= {case.book_line_id: case for case in db.scalars(query) if case.book_line_id is not None}
    return found


def _owner(wanted: str, line: LoadedLine, streets: Mapping[str, str], stations: Mapping[str, str]) -> str:
    if wanted == "station" and line.station_code in stations:
        return stations[line.station_code][:80]
    street = streets.get(line.street_code, line.street_code)
    return _("%(street)s station", street=street) if wanted == "station" else _("%(street)s dispatcher", street=street)


def open_case(
    db: Session, *, natural_key: str, kind: str, resident_id: int, street_code: str, note: str, by: Actor, clock: Clock
) -> int | None:
    """A case that no door began (a slow door, meals not eaten, a silent day); None where there is one for this key already."""
    ladders = street_rules.ladders(db, clock.today())
    found: LadderRules = ladders.of(street_code)
    ladder = found.minutes(kind)
    rung = ladder_rules.at_least(ladder, Rung.DESK)
    street = street_names(db).get(street_code, street_code)
    row = {
        "natural_key": natural_key, "resident_id": resident_id, "street_code": street_code, "book_line_id": None, "proof_id": None,
        "kind": kind, "rung": str(rung), "due_at": clock.now() + timedelta(minutes=ladder[rung]), "opened_at": clock.now(),
        "owner": _("%(street)s dispatcher", street=street), "state": str(CaseState.OPEN), "last_step": found.rungs[rung].step_zh,
    }  # fmt: skip
    new = insert_new(db, FollowUp, [row], FollowUp.id, FollowUp.natural_key)
    if not new:
        return None
    case_id = new[0][0]
    step = Step(key=f"{case_id}/opened", kind=StepKind.OPENED, rung=str(rung), means=StepMeans.CLOCK, note=note)
    write_step(db, case_id, step, by_name=by.name, now=clock.now())
    audit.record(
        db, by=by, clock=clock, action="delivery.case-opened", subject=climbing.subject(case_id), detail={"kind": kind}
    )  # fmt: skip
    return int(case_id)


def close_follow_up(db: Session, follow_up_id: int, *, named_person: str, how: str, by: Actor, clock: Clock) -> None:
    """Close a case: a named person says how they know what has become of the resident.

    Raises
    ------
    MealrouteError
        ``follow-up-not-found``, ``follow-up-closed``, ``named-person-missing``, ``how-missing``.
    """
    close_follow_ups(db, [follow_up_id], named_person=named_person, how=how, by=by, clock=clock)


def close_follow_ups(
    db: Session, follow_up_ids: Sequence[int], *, named_person: str, how: str, by: Actor, clock: Clock
) -> None:
    """Close several cases for which the same person says the same."""
    if not named_person.strip():
        raise MealrouteError("named-person-missing", _("Who says so? A case closes only with a person's name."))
    if not how.strip():
        raise MealrouteError("how-missing", _("Write down how they know: seen, phoned, visited, told by whom."))
    cases = reach(db, follow_up_ids, by=by)
    for case in cases:
        refuse_closed(case)
    _close(db, cases, named_person=named_person.strip(), how=how.strip(), by_name=by.name, now=clock.now())
    first = cases[0]
    audit.record(
        db, by=by, clock=clock, action="delivery.case-closed", subject=climbing.subject(first.id), rows=len(cases),
        detail={"kind": first.kind, "cases": [case.id for case in cases]},
    )  # fmt: skip


def _close(db: Session, cases: Sequence[FollowUp], *, named_person: str, how: str, by_name: str, now: datetime) -> None:
    """The cases, a line in each history, and the word to those who were told."""
    steps = []
    for case in cases:
        case.state, case.closed_by, case.closed_how, case.closed_at = CaseState.CLOSED, named_person[:80], how, now
        steps.append((
            case.id,
            Step(
                key=f"{case.id}/closed/{now.isoformat()}", kind=StepKind.CLOSED, rung=case.rung, means=StepMeans.DESK, person=named_person,
                note=how,
            ),
        ))  # fmt: skip
    climbing.write_steps(db, steps, by_name=by_name.strip() or named_person, now=now)
    heard = climbing.told(db, cases)
    for case in cases:
        if case.id in heard:
            climbing.clear(db, case, by_name=by_name.strip() or named_person, now=now)


def refuse_closed(case: FollowUp) -> None:
    """Raises Conflict ``follow-up-closed`` where somebody has closed the case."""
    if case.state == CaseState.CLOSED:
        raise Conflict("follow-up-closed", _("%(name)s has closed this case already.", name=case.closed_by or ""))


def reach(db: Session, follow_up_ids: Sequence[int], *, by: Actor) -> Sequence[FollowUp]:
    """The cases of these ids, all within reach of the person, locked. Raises NotFound where one is not."""
    wanted = sorted(set(follow_up_ids))
    found = db.scalars(
        select(FollowUp)
        .outerjoin(BookLine, BookLine.id == FollowUp.book_line_id)
        .outerjoin(Proof, Proof.id == FollowUp.proof_id)
        .outerjoin(Run, Run.id == Proof.run_id)
        .where(FollowUp.id.in_(wanted), *queries.cases_in_scope(by.scope))
        .order_by(FollowUp.id)
        .with_for_update(of=FollowUp)
        .execution_options(populate_existing=True)
    ).all()
    if not wanted or len(found) != len(wanted):
        raise NotFound("follow-up-not-found", _("There is no such case."))
    return found


def note_step(db: Session, follow_up_id: int, *, step: str, by: Actor, clock: Clock) -> None:
    """Write down in words what was done on an open case."""
    (case,) = reach(db, [follow_up_id], by=by)
    refuse_closed(case)
    case.last_step = step.strip()
    done = Step(
        key=f"{case.id}/note/{clock.now().isoformat()}", kind=StepKind.TRIED, rung=case.rung, means=StepMeans.DESK, note=step
    )  # fmt: skip
    write_step(db, case.id, done, by_name=by.name, now=clock.now())
    audit.record(db, by=by, clock=clock, action="delivery.case-step", subject=climbing.subject(case.id))
