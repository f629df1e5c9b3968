"""Use-cases of a bad day: who has no meal, a call for each with somebody who owns it, what came of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.core.slots import MealSlot
from mealroute.dispatch import fallback_rules
from mealroute.dispatch.fallback_models import CallCase, CallStep
from mealroute.dispatch.fallback_records import CallRecord, CallResult, CallStepRecord, WithoutMeal
from mealroute.drafting import queries as drafting
from mealroute.experience import queries as experience
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId
from mealroute.planning import queries as planning
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import ResidentId


def without_meal(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> tuple[WithoutMeal, ...]:
    """Everybody whose meal has no place in the open draft, else in the standing plan, the most fragile first; within the scope's streets."""
    left = _left(db, day, slot)
    lines = orders.lines(db, left)
    found: dict[int, WithoutMeal] = {}
    people = residents.by_ids(db, {ResidentId(line.resident_id) for line in lines.values()}, day=day)
    seen = experience.last_met(db, people, day)
    table = category_table()
    cases = _case_ids(db, day, slot)
    for line_id, (code, owner) in left.items():
        line = lines.get(line_id)
        person = people.get(ResidentId(line.resident_id)) if line is not None else None
        if line is None or person is None or not scope.sees_street(person.street_code):
            continue
        if person.id in found:
            found[person.id] = replace(found[person.id], portions=found[person.id].portions + line.quantity)
            continue
        marks, weights, must = fallback_rules.marks_of(person.categories, table)
        last = seen.get(person.id)
        found[person.id] = WithoutMeal(
            resident_id=person.id, street_code=person.street_code, portions=line.quantity, reason_code=code, owner=owner, marks=marks,
            must_serve=must, weights=weights, unseen_days=(day - last).days if last is not None else None, case_id=cases.get(person.id),
        )  # fmt: skip
    return fallback_rules.by_fragility(found.values())


def open_calls(db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock) -> int:
    """A call for everybody without a meal who has none yet, each owned by whoever answers for the meal; how many are new.

    Doing it again opens those that have come since. Due within ``call-within`` minutes, the more fragile no later than the others.
    """
    people = without_meal(db, day, slot, scope=by.scope)
    due = clock.now() + timedelta(minutes=planning.policy_on(day, slot).prices.call_within)
    rows = [
        {
            "day": day, "slot": str(slot), "resident_id": one.resident_id, "street_code": one.street_code, "rank": rank, "marks": list(one.marks),
            "reason_code": one.reason_code, "owner": one.owner[:80], "due_at": due, "opened_by": by.name, "opened_at": clock.now(),
        }
        for rank, one in enumerate(people, 1)
        if one.case_id is None
    ]  # fmt: skip
    new = insert_new(db, CallCase, rows, CallCase.id)
    if new:
        audit.record(
            db, by=by, clock=clock, action="dispatch.calls-opened", subject=f"calls/{day.isoformat()}/{slot}", rows=len(new)
        )  # fmt: skip
    return len(new)


def record_call(
    db: Session, case_id: int, result: CallResult, *, person: str, note: str = "", by: Actor, clock: Clock
) -> None:
    """What came of a call, and who says so. *Not reached* keeps it open and needs a word on who goes there.

    Raises MealrouteError ``named-person-missing``, ``how-missing``; NotFound beyond the scope; Conflict ``call-settled``.
    """
    row = db.get(CallCase, case_id)
    if row is None or not by.scope.sees_street(row.street_code):
        raise NotFound("call-not-found", _("There is no such call."))
    if not person.strip():
        raise MealrouteError("named-person-missing", _("Who says so? A call ends only with a person's name."))
    if result is not CallResult.WELL and not note.strip():
        raise MealrouteError("how-missing", _("Write down how: who goes there, what meal comes, where the person is."))
    (record,) = _records(db, [row])
    if not record.open:
        raise Conflict("call-settled", _("%(name)s has settled this call already.", name=record.steps[-1].person))
    db.add(
        CallStep(
            case_id=case_id, result=str(result), person=person.strip()[:80], note=note.strip(), by_name=by.name, at=clock.now()
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db,
        by=by,
        clock=clock,
        action="dispatch.call-recorded",
        subject=f"call/{case_id}",
        detail={"result": str(result)},
    )


def calls(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> tuple[CallRecord, ...]:
    """The calls of a day and slot in the scope's streets: open ones first, each in the order of fragility."""
    query = select(CallCase).where(CallCase.day == day, CallCase.slot == str(slot)).order_by(CallCase.rank, CallCase.id)
    rows = [row for row in db.scalars(query) if scope.sees_street(row.street_code)]
    return tuple(sorted(_records(db, rows), key=lambda record: (not record.open, record.rank, record.id)))


def open_count(db: Session, day: date, slot: MealSlot, *, scope: Scope) -> int:
    """How many calls nobody has settled."""
    return sum(record.open for record in calls(db, day, slot, scope=scope))


def _left(db: Session, day: date, slot: MealSlot) -> dict[BookLineId, tuple[str, str]]:
    """Book line → (reason, owner) of what has no place now."""
    draft_id = drafting.open_draft(db, day, slot)
    if draft_id is not None:
        view = drafting.view(db, draft_id)
        return {line: (left.code, left.owner) for left in view.unplaced for line in left.lines}
    standing = planning.latest(db, day, slot)
    if standing is None:
        return {}
    return {left.book_line_id: (left.reason_code, left.owner) for left in planning.unassigned(db, standing.id)}


def _case_ids(db: Session, day: date, slot: MealSlot) -> dict[int, int]:
    query = select(CallCase.resident_id, CallCase.id).where(CallCase.day == day, CallCase.slot == str(slot))
    return dict(db.execute(query).tuples().all())


def _records(db: Session, rows: Iterable[CallCase]) -> tuple[CallRecord, ...]:
    held = list(rows)
    steps: dict[int, list[CallStepRecord]] = defaultdict(list)
    query = select(CallStep).where(CallStep.case_id.in_([row.id for row in held])).order_by(CallStep.id)
    for step in db.scalars(query):
        steps[step.case_id].append(
            CallStepRecord(
                result=CallResult(step.result), person=step.person, note=step.note, by_name=step.by_name, at=step.at
            )
        )
    return tuple(
        CallRecord(
            id=row.id, day=row.day, slot=MealSlot(row.slot), resident_id=row.resident_id, street_code=row.street_code, rank=row.rank,
            marks=tuple(row.marks), reason_code=row.reason_code, owner=row.owner, due_at=row.due_at, opened_by=row.opened_by,
            opened_at=row.opened_at, steps=tuple(steps[row.id]),
        )
        for row in held
    )  # fmt: skip
