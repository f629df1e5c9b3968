"""Preparing and approving a month outside of the request: asked for by a person, carried out in their name, one at a time for a payer and month.

Who may do it is looked at when it is asked for and again, with the account as it is then, when it is carried out. The last transaction
writes the step and ends the job together: interrupted before, the step is not done and can be begun again; nothing is done twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.adapters.job_worker import JobContext
from mealroute.checks.service import MatrixOf
from mealroute.core import audit, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId, JobRecord
from mealroute.settlement import approving, preparing, view_jobs, view_keeping
from mealroute.settlement.asked import Asked, Dropped
from mealroute.settlement.records import Step
from mealroute.settlement.sessions import Sessions
from mealroute.subsidy.payers import Who, payer_of

KINDS: Mapping[Step, str] = {Step.PREPARE: "prepare-month", Step.APPROVE: "approve-month"}
NEEDS: Mapping[Step, Permission] = {
    Step.PREPARE: Permission.SUBSIDY_CLOSE, Step.CHECK: Permission.SETTLEMENT_CHECK, Step.APPROVE: Permission.SETTLEMENT_APPROVE,
}  # fmt: skip
STAGES: Mapping[Step, tuple[str, ...]] = {
    Step.PREPARE: ("corrections", "lines", "checks", "signing"), Step.APPROVE: ("lines", "checks", "closing"),
}  # fmt: skip
"""What a step goes through, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Asked):
    """The last preparing, signing or approving of a month that was asked for."""

    step: Step


def key(payer: str, month: str) -> str:
    """What is open once: work on this month of this payer."""
    return f"settlement/{payer}/{month}"


def ask(db: Session, payer: Who, month: str, step: Step, *, by: Actor, clock: Clock) -> tuple[JobId, bool]:
    """Queue the step; while it is under way already that work is meant, and ``False`` comes with it.

    Raises
    ------
    MealrouteError
        ``not-permitted``, ``month-under-way`` (the other step is being carried out), ``payer-unknown``, and what ``preparing.may_prepare`` or
        ``approving.may_approve`` say.
    """
    who = payer_of(db, payer)
    _allowed(db, who.code, month, step, by=by, clock=clock)
    found = last(db, who.code, month)
    if found is not None and found.open and found.step is not step:
        raise Conflict(
            "month-under-way",
            _("This month is being worked on: %(name)s has begun another step.", name=found.by_name),
            _("Wait until it is done, or have it dropped."),
        )
    payload = {"payer": who.code, "month": month, "step": str(step), "account_id": by.account_id, "name": by.name}
    number, new = jobs.enqueue(db, KINDS[step], key(who.code, month), payload, by=by, clock=clock)
    if new:
        audit.record(
            db, by=by, clock=clock, action="settlement.asked", subject=f"period/{who.code}/{month}", detail={"step": str(step), "job": number}
        )  # fmt: skip
    return number, new


def last(db: Session, payer: str, month: str) -> Work | None:
    """The newest work on a month, under way or over."""
    return work_of(jobs.latest(db, key(payer, month)))


def work_of(found: JobRecord | None) -> Work | None:
    """A job as work on a month."""
    if found is None:
        return None
    return Work(job=found, step=Step(found.payload["step"]), by_name=str(found.payload["name"]))


def drop(db: Session, payer: str, month: str, step: Step, *, by: Actor, clock: Clock) -> bool:
    """Stop the step that is under way; nothing of it is kept. False: it was over already."""
    found = last(db, payer, month)
    if found is None or not found.open or found.step is not step:
        return False
    jobs.stop(db, found.job.id, keep=False, by=by, clock=clock)
    return True


def run(job: JobContext) -> None:
    """The handler of both kinds."""
    from mealroute.adapters.networks import travel_of  # builds road networks; not needed to start a worker

    carry_out(job, matrix_of=travel_of().matrix)


def carry_out(job: JobContext, *, matrix_of: MatrixOf | None) -> None:
    """Carry the step out as the account is now. Raises MealrouteError: the job ends with its sentence."""
    step, payer, month = Step(job.payload["step"]), str(job.payload["payer"]), str(job.payload["month"])

    def tell(stage: str, done: int = 0, of: int = 0) -> None:
        if job.cancelled():
            raise Dropped
        job.report(stage=stage, done=done, of=of)

    with unit_of_work(read_only=True) as db:
        by = actor_of(db, job)
        _allowed(db, payer, month, step, by=by, clock=job.clock)
    try:
        match step:
            case Step.PREPARE:
                at = Sessions.short(lambda db: _end(db, job, step))
                preparing.prepare(at, payer, month, by=by, clock=job.clock, matrix_of=matrix_of, tell=tell)
            case Step.APPROVE:
                at = Sessions.short(lambda db: _end(db, job, step))
                approving.approve(at, payer, month, by=by, clock=job.clock, matrix_of=matrix_of, tell=tell)
            case Step.CHECK | Step.PAY:
                raise ValueError(f"{step} is no long work")
    except Dropped:
        return


def _end(db: Session, job: JobContext, step: Step) -> None:
    """The person may still do it in the very transaction that does it; the job ends with it."""
    by = actor_of(db, job)
    permitted(by, step)
    job.finish(db, {"step": str(step), "month": job.payload["month"]})
    if view_keeping.big(db, str(job.payload["month"])):  # whoever takes the next step looks at the page
        view_jobs.ask(db, str(job.payload["payer"]), str(job.payload["month"]), by=by, clock=job.clock)


def actor_of(db: Session, job: JobContext) -> Actor:
    """Whoever asked for a job, as their account is now. Raises ``account-off``."""
    found = accounts.actor(db, int(job.payload["account_id"]))
    if found is None:
        raise Forbidden("account-off", _("The account that asked for this has been switched off."))
    return found


def _allowed(db: Session, payer: str, month: str, step: Step, *, by: Actor, clock: Clock) -> None:
    permitted(by, step)
    who = payer_of(db, payer)
    match step:
        case Step.PREPARE:
            preparing.may_prepare(db, who, month, by=by, clock=clock)
        case Step.APPROVE:
            approving.may_approve(db, who, month, by=by)
        case Step.CHECK | Step.PAY:
            raise MealrouteError("not-long-work", _("This step is done at once, on the page of the month."))


def permitted(by: Actor, step: Step) -> None:
    """Raises ``not-permitted`` where the actor's role does not take this step as a job."""
    if not may(by, NEEDS[step]):
        raise Forbidden(
            "not-permitted", _("Your role does not take this step."), _("Ask the administrator if your work needs it.")
        )
