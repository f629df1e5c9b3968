"""Reads of cases, whatever began them: the open ones with the reddest first, one with its history, those of some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.delivery import fragility, ladder_rules, queries, street_rules
from mealroute.delivery.fragility import Fragile
from mealroute.delivery.ladder_models import CaseStep
from mealroute.delivery.ladder_records import CaseRecord, Rung, StepKind, StepMeans, StepRecord, StepResult
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import CaseState, FollowUpId, Outcome
from mealroute.delivery.rulebook import step_text
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.residents import queries as residents
from mealroute.residents.build import building_address
from mealroute.residents.records import ResidentId


def open_cases(db: Session, *, scope: Scope, clock: Clock, steps: bool = True) -> tuple[CaseRecord, ...]:
    """Every open case within reach, of any day, the reddest first (``ladder_rules.reddest``)."""
    return _cases(db, [FollowUp.state == CaseState.OPEN], scope=scope, clock=clock, steps=steps)


def open_count(db: Session, *, scope: Scope) -> int:
    """How many cases are open within reach."""
    return len(db.scalars(_query([FollowUp.state == CaseState.OPEN], scope).with_only_columns(FollowUp.id)).all())


def open_case_of(db: Session, resident_id: int) -> int | None:
    """The open case about a resident that is due first. For callers that already hold the resident within their scope."""
    query = select(FollowUp.id).where(FollowUp.resident_id == resident_id, FollowUp.state == CaseState.OPEN)
    return db.scalar(query.order_by(FollowUp.due_at, FollowUp.id).limit(1))


def case(db: Session, case_id: int, *, scope: Scope, clock: Clock) -> CaseRecord:
    """One case with its history. Raises NotFound, also beyond the scope."""
    found = _cases(db, [FollowUp.id == case_id], scope=scope, clock=clock, steps=True)
    if not found:
        raise NotFound("follow-up-not-found", _("There is no such case."))
    return found[0]


def between(
    db: Session, first: date, last: date, *, scope: Scope, clock: Clock, steps: bool = False
) -> tuple[CaseRecord, ...]:
    """Cases that were opened, or still open, or closed on these days (both included); the newest first."""
    begins, ends = at_seconds(first, 0, clock.zone), at_seconds(last + timedelta(days=1), 0, clock.zone)
    return within(db, begins, ends, scope=scope, clock=clock, steps=steps)


def within(
    db: Session, begins: datetime, ends: datetime, *, scope: Scope, clock: Clock, steps: bool = False
) -> tuple[CaseRecord, ...]:
    """The same between two moments."""
    wanted = and_(FollowUp.opened_at < ends, or_(FollowUp.closed_at.is_(None), FollowUp.closed_at >= begins))
    found = _cases(db, [wanted], scope=scope, clock=clock, steps=steps)
    return tuple(sorted(found, key=lambda each: (each.opened_at, each.id), reverse=True))


def _query(wanted: Sequence[ColumnElement[bool]], scope: Scope) -> Select[FollowUp, str, int, date, str]:
    return (
        select(FollowUp, Proof.outcome, Run.number, Run.day, Run.slot)
        .outerjoin(Proof, Proof.id == FollowUp.proof_id)
        .outerjoin(BookLine, BookLine.id == FollowUp.book_line_id)
        .outerjoin(Run, Run.id == Proof.run_id)
        .where(*wanted, *queries.cases_in_scope(scope))
        .order_by(FollowUp.due_at, FollowUp.id)
    )


def _cases(
    db: Session, wanted: Sequence[ColumnElement[bool]], *, scope: Scope, clock: Clock, steps: bool
) -> tuple[CaseRecord, ...]:
    rows = db.execute(_query(wanted, scope)).tuples().all()
    if not rows:
        return ()
    today = clock.today()
    people = residents.by_ids(db, {ResidentId(row[0].resident_id) for row in rows}, day=today)
    history = _steps(db, [row[0].id for row in rows]) if steps else {}
    ladders, fragile = street_rules.ladders(db, today), fragility.of(db, set(people), today)
    found = []
    for held, outcome, number, day, slot in rows:
        person = people.get(ResidentId(held.resident_id))
        about = fragile.get(held.resident_id, Fragile((), (), must_serve=False))
        open_ = held.state == CaseState.OPEN
        rung = Rung(held.rung) if held.rung else None
        found.append(
            CaseRecord(
                id=FollowUpId(held.id), resident_id=held.resident_id, resident_name=mask_name(person.name) if person else "",
                street_code=held.street_code, address=building_address(person.address, person.building) if person else "",
                run_number=number, day=day or clock.local(held.opened_at).date(), slot=slot or "", kind=held.kind,
                outcome=None if outcome is None else Outcome(outcome), owner=held.owner, due_at=held.due_at, opened_at=held.opened_at,
                state=CaseState(held.state), rung=rung,
                ladder=ladder_rules.states(ladders.of(held.street_code).minutes(held.kind), rung, open_=open_),
                last_step=step_text(held.last_step), marks=about.marks, must_serve=about.must_serve, weights=about.weights,
                steps=tuple(history.get(held.id, ())), closed_by=held.closed_by, closed_how=held.closed_how, closed_at=held.closed_at,
            )
        )  # fmt: skip
    return ladder_rules.reddest(found, clock.now())


def _steps(db: Session, case_ids: Iterable[int]) -> Mapping[int, list[StepRecord]]:
    found: dict[int, list[StepRecord]] = defaultdict(list)
    wanted = sorted(set(case_ids))
    for start in range(0, len(wanted), 10_000):
        query = select(CaseStep).where(CaseStep.case_id.in_(wanted[start : start + 10_000])).order_by(CaseStep.id)
        for row in db.scalars(query):
            found[row.case_id].append(
                StepRecord(
                    kind=StepKind(row.kind), rung=Rung(row.rung) if row.rung else None, means=StepMeans(row.means),
                    result=StepResult(row.result), person=row.person, note=row.note, by_name=row.by_name, at=row.at,
                )
            )  # fmt: skip
    return found
