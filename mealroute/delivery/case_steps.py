"""What people do about an open case: try, take it on, ask the next rung at once, look at the numbers. Each leaves a line."""

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery import climbing, ladder_rules, street_rules
from mealroute.delivery.cases import reach, refuse_closed
from mealroute.delivery.climbing import Step, subject, write_step
from mealroute.delivery.ladder_records import Rung, StepKind, StepMeans, StepResult
from mealroute.delivery.models import FollowUp

TRIED = (StepResult.NO_ANSWER, StepResult.GOING, StepResult.LEFT_WORD, StepResult.SPOKE, StepResult.SEEN)


def record(
    db: Session,
    case_id: int,
    *,
    means: StepMeans,
    result: StepResult,
    person: str = "",
    note: str = "",
    client_id: str,
    by: Actor,
    clock: Clock,
) -> bool:
    """One attempt: by what means, with what result, by whom. True = written, False = this very record was here before.

    It closes nothing: to have spoken to somebody is a reason to close, and ``cases.close_follow_up`` asks who says so and how
    they know. Raises NotFound beyond the scope, Conflict ``follow-up-closed``, MealrouteError ``result-missing``.
    """
    if result not in TRIED:
        raise MealrouteError("result-missing", _("Say what came of it."))
    case = _open(db, case_id, by)
    step = Step(
        key=f"form/{client_id}", kind=StepKind.TRIED, rung=case.rung, means=means, result=result, person=person, note=note
    )  # fmt: skip
    if not write_step(db, case_id, step, by_name=by.name, now=clock.now()):
        return False
    audit.record(
        db, by=by, clock=clock, action="delivery.case-step", subject=subject(case_id),
        detail={"means": str(means), "result": str(result), "rung": case.rung},
    )  # fmt: skip
    return True


def take(db: Session, case_id: int, *, by: Actor, clock: Clock) -> None:
    """The person answers for the case from now on, until it climbs. Taking it twice leaves one line."""
    case = _open(db, case_id, by)
    if case.owner == by.name:
        return
    case.owner = by.name[:80]
    step = Step(
        key=f"{case_id}/taken/{clock.now().isoformat()}", kind=StepKind.TAKEN, rung=case.rung, means=StepMeans.DESK, person=by.name
    )  # fmt: skip
    write_step(db, case_id, step, by_name=by.name, now=clock.now())
    audit.record(db, by=by, clock=clock, action="delivery.case-taken", subject=subject(case_id))


def climb_now(db: Session, case_id: int, *, reason: str, by: Actor, clock: Clock) -> Rung:
    """Ask the next rung at once, without waiting for the clock. Returns the rung that is asked now.

    Raises Conflict ``ladder-ends`` at the top, MealrouteError ``reason-needed``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the next one is asked at once."))
    case = _open(db, case_id, by)
    ladders = street_rules.ladders(db, clock.today())
    following = ladder_rules.after(ladders.of(case.street_code).minutes(case.kind), Rung(case.rung))
    if following is None:
        raise Conflict(
            "ladder-ends",
            _("Nobody higher is left to ask."),
            _("Go there, call 110 and 120, and write down what you find."),
        )
    case.due_at = clock.now()
    climbing.climb(db, case, ladders, clock=clock, by=by, note=reason.strip())
    return following


def revealed(db: Session, case_id: int, *, by: Actor, clock: Clock) -> int:
    """Note that somebody looks at the names and numbers around a case; the resident's id. Open or closed."""
    (case,) = reach(db, [case_id], by=by)
    step = Step(
        key=f"{case_id}/revealed/{by.account_id}/{clock.now().isoformat()}", kind=StepKind.REVEALED, rung=case.rung, means=StepMeans.DESK,
        person=by.name,
    )  # fmt: skip
    write_step(db, case_id, step, by_name=by.name, now=clock.now())
    audit.record(db, by=by, clock=clock, action="delivery.case-revealed", subject=subject(case_id), rows=1)
    return case.resident_id


def _open(db: Session, case_id: int, by: Actor) -> FollowUp:
    (case,) = reach(db, [case_id], by=by)
    refuse_closed(case)
    return case
