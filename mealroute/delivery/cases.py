"""Follow-ups: who was not seen at the door, who finds out, and who says how they know."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.delivery import queries, rules
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import CaseState, FollowUpPlan, LoadedLine, ProofId, ProofInput
from mealroute.delivery.rulebook import load_follow_ups
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.vendors.models import Station


def follow(db: Session, written: Sequence[tuple[ProofInput, LoadedLine, ProofId]], *, now: datetime) -> None:
    """Open, change or close the follow-up of each recorded line. A case that a person has closed stays closed."""
    lines = [line.book_line_id for _entry, line, _proof in written]
    open_cases = _cases(db, lines)
    table = load_follow_ups()
    unseen = any(not rules.seen(entry.outcome) for entry, _line, _proof in written)
    streets = street_names(db) if unseen else {}
    stations = dict(db.execute(select(Station.code, Station.name)).tuples().all()) if unseen else {}
    rows = []
    for entry, line, proof in written:
        plan = rules.follow_up(entry.outcome, table.at(station=bool(line.station_code)))
        case = open_cases.get(line.book_line_id)
        due = now + timedelta(minutes=plan.within_minutes) if plan else now
        if plan and case is None:
            rows.append({
                "book_line_id": line.book_line_id, "proof_id": proof, "kind": plan.kind, "due_at": due,
                "owner": _owner(plan, line, streets, stations), "state": str(CaseState.OPEN), "last_step": plan.first_step,
            })  # fmt: skip
        elif plan and case is not None and case.state == CaseState.OPEN:
            case.kind, case.proof_id, case.last_step = plan.kind, proof, plan.first_step
            case.due_at = rules.earlier(case.due_at, due)
        elif case is not None and case.state == CaseState.OPEN:
            case.proof_id = proof
            _close(
                case,
                named_person=entry.by_name.strip() or _("Driver"),
                now=now,
                how=_("Seen in person at the counter.") if line.station_code else _("Seen in person at the door."),
            )
    if rows:
        db.execute(insert(FollowUp), rows)
    db.flush()


def _cases(db: Session, line_ids: Sequence[int]) -> dict[int, FollowUp]:
    found: dict[int, FollowUp] = {}
    for start in range(0, len(line_ids), 10_000):
        query = select(FollowUp).where(FollowUp.book_line_id.in_(line_ids[start : start + 10_000]))
        found |= {case.book_line_id: case for case in db.scalars(query)}
    return found


def _owner(plan: FollowUpPlan, line: LoadedLine, streets: Mapping[str, str], stations: Mapping[str, str]) -> str:
    if plan.owner == "station" and line.station_code in stations:
        return stations[line.station_code][:80]
    street = streets.get(line.street_code, line.street_code)
    return (
        _("%(street)s station", street=street) if plan.owner == "station" else _("%(street)s dispatcher", street=street)
    )


def _close(case: FollowUp, *, named_person: str, how: str, now: datetime) -> None:
    case.state, case.closed_by, case.closed_how, case.closed_at = CaseState.CLOSED, named_person[:80], how, now


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
    cases = _reach(db, follow_up_ids, by=by)
    for case in cases:
        if case.state == CaseState.CLOSED:
            raise Conflict("follow-up-closed", _("%(name)s has closed this case already.", name=case.closed_by or ""))
        _close(case, named_person=named_person.strip(), how=how.strip(), now=clock.now())
    first = cases[0]
    audit.record(
        db, by=by, clock=clock, action="delivery.case-closed", subject=f"follow-up/{first.id}", rows=len(cases),
        detail={"kind": first.kind, "cases": [case.id for case in cases]},
    )  # fmt: skip


def _reach(db: Session, follow_up_ids: Sequence[int], *, by: Actor) -> Sequence[FollowUp]:
    """The cases of these ids, all within reach of the person, locked. Raises NotFound where one is not."""
    wanted = sorted(set(follow_up_ids))
    found = db.scalars(
        select(FollowUp)
        .join(BookLine, BookLine.id == FollowUp.book_line_id)
        .join(Proof, Proof.id == FollowUp.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .where(FollowUp.id.in_(wanted), *queries.cases_in_scope(by.scope))
        .order_by(FollowUp.id)
        .with_for_update(of=FollowUp)
        .execution_options(populate_existing=True)
    ).all()
    if not wanted or len(found) != len(wanted):
        raise NotFound("follow-up-not-found", _("There is no such case."))
    return found


def note_step(db: Session, follow_up_id: int, *, step: str, by: Actor, clock: Clock) -> None:
    """Write down the last step that was taken on an open case."""
    (case,) = _reach(db, [follow_up_id], by=by)
    if case.state == CaseState.CLOSED:
        raise Conflict("follow-up-closed", _("%(name)s has closed this case already.", name=case.closed_by or ""))
    case.last_step = step.strip()
    audit.record(db, by=by, clock=clock, action="delivery.case-step", subject=f"follow-up/{follow_up_id}")
