"""Signing of a big month outside of the request: asked for by a checker who has seen its figures, carried out in their name.

Who may do it is looked at when it is asked for and again, with the account as it is then, when it is carried out. Signed is what the
checker saw and nothing else: the figures must be of this moment when it is asked for, and the parts still the same when the records
have been computed. The last transaction writes the signatures and ends the job together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit
from mealroute.core import jobs as table
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId
from mealroute.settlement import jobs, signing, view_keeping
from mealroute.settlement.asked import Dropped
from mealroute.settlement.month import month_now
from mealroute.settlement.records import Step
from mealroute.subsidy.payers import Payer, Who, payer_of

KIND = "sign-month"
STAGES = ("reading", "writing-signatures")
"""What the work goes through, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a checker wants to sign: the digests of the parts that they saw, by street; ``turn`` as ``signing.turn_of``."""

    who: Payer
    month: str
    seen: Mapping[str, str]
    turn: int


def key(payer: str, month: str, account: int | None) -> str:
    """What is open once: a person's signing of this month of this payer. Checkers do not wait for each other."""
    return f"{jobs.key(payer, month)}/sign/{account}"


def wish(db: Session, payer: Who, month: str, streets: Collection[str], seen: Mapping[str, str], *, by: Actor) -> Wish:
    """What is to be signed, from the figures that pages show. ``seen``: the digests that the checker's page had, by street. Reads only.

    Raises
    ------
    MealrouteError
        ``not-permitted``, ``figures-dated`` (they are not of this moment, or there are none yet), and what ``signing.may_sign`` and
        ``signing.parts_of`` say.
    """
    who = payer_of(db, payer)
    jobs.permitted(by, Step.CHECK)
    turn = signing.may_sign(db, who, month, by=by)
    dated, found = view_keeping.figures(db, who, month)
    if found is None or not dated.exact:
        raise Conflict(
            "figures-dated",
            _("The figures of the month are not of this moment; nothing is signed."),
            _("Have them reckoned anew, look at them, then sign."),
        )
    parts = signing.parts_of(found.parts, streets, by=by, seen=seen)
    return Wish(who=who, month=month, seen={street: part.digest for street, part in parts.items()}, turn=turn)


def ask(db: Session, wanted: Wish, *, by: Actor, clock: Clock) -> tuple[JobId, bool]:
    """Queue the signing; while the same is under way already that work is meant, and ``False`` comes with it.

    Raises
    ------
    MealrouteError
        ``signing-under-way``: the person has asked for other parts, which are not signed yet.
    """
    who, month = wanted.who, wanted.month
    payload = {
        "payer": who.code, "month": month, "step": str(Step.CHECK), "seen": dict(wanted.seen), "turn": wanted.turn,
        "account_id": by.account_id, "name": by.name,
    }  # fmt: skip
    number, new = table.enqueue(db, KIND, key(who.code, month, by.account_id), payload, by=by, clock=clock)
    if new:
        audit.record(
            db, by=by, clock=clock, action="settlement.asked", subject=f"period/{who.code}/{month}",
            detail={"step": str(Step.CHECK), "streets": sorted(wanted.seen), "job": number},
        )  # fmt: skip
    elif table.job(db, number).payload["seen"] != payload["seen"]:
        raise Conflict(
            "signing-under-way", _("What you signed before is still being checked."), _("Wait until it is done, or drop it.")
        )  # fmt: skip
    return number, new


def last(db: Session, payer: str, month: str, account: int | None) -> jobs.Work | None:
    """The newest signing of this person, under way or over."""
    return jobs.work_of(table.latest(db, key(payer, month, account)))


def drop(db: Session, payer: str, month: str, *, by: Actor, clock: Clock) -> bool:
    """Stop the person's own signing that is under way; nothing of it is kept. False: it was over already."""
    found = last(db, payer, month, by.account_id)
    if found is None or not found.open:
        return False
    table.stop(db, found.job.id, keep=False, by=by, clock=clock)
    return True


@uncollected()
def run(job: JobContext) -> None:
    """The handler. Raises MealrouteError: the job ends with its sentence."""
    payer, month, seen = str(job.payload["payer"]), str(job.payload["month"]), dict(job.payload["seen"])
    try:
        with unit_of_work(read_only=True) as db:
            view_keeping.one_reading(db)
            by, who = jobs.actor_of(db, job), payer_of(db, payer)
            jobs.permitted(by, Step.CHECK)
            signing.may_sign(db, who, month, by=by)
            _tell(job, "reading")
            now = month_now(db, who, month)
        _tell(job, "writing-signatures")
    except Dropped:
        return
    with unit_of_work() as db:
        by = jobs.actor_of(db, job)
        jobs.permitted(by, Step.CHECK)
        signing.sign(db, who, month, seen, by=by, clock=job.clock, now=now, seen=seen, turn=int(job.payload["turn"]))
        job.finish(db, {"step": str(Step.CHECK), "month": month})


def _tell(job: JobContext, stage: str) -> None:
    if job.cancelled():
        raise Dropped
    job.report(stage=stage)
