"""Vendors' answers for the demo: every open offer is accepted as a vendor's desk would, and the history says so."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.dispatch import offer_facts
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import OfferState
from mealroute.dispatch.offer_round import Round, settle
from mealroute.dispatch.offer_service import hold
from mealroute.dispatch.records import RunState

SIMULATED = "simulation"
"""Who answered, as the history shows it."""


def simulate_answers(db: Session, day: date, slot: str, *, by: Actor, clock: Clock) -> int:
    """Accept what is open; a run that nobody was asked for is taken by the vendor whose driver the plan uses. Returns how many."""
    runs = db.scalars(
        select(Run).where(Run.day == day, Run.slot == str(slot), Run.state == RunState.PUBLISHED, Run.accepted_at.is_(None)).order_by(Run.number)
    ).all()  # fmt: skip
    if not runs:
        return 0
    asking = Round.of(db, runs[0], by=by, clock=clock)
    needs = offer_facts.needs_of(db, [run.id for run in runs], asking.register)
    live = {
        offer.run_id: offer
        for offer in db.scalars(select(RunOffer).where(RunOffer.state == OfferState.OPEN, RunOffer.run_id.in_(needs)))
    }
    for run in runs:
        offer = live.get(run.id) or asking.write(
            run, needs[run.id], needs[run.id].planned_vendor, until=clock.now(), hand_reason=SIMULATED
        )
        settle(db, offer, OfferState.ACCEPTED, at=clock.now(), by_name=SIMULATED)
        hold(db, run, offer, known=asking.register, by=by, now=clock.now(), by_name=SIMULATED)
    audit.record(
        db, by=by, clock=clock, action="dispatch.answers-simulated", subject=f"day/{day}/{slot}", rows=len(runs), reason=SIMULATED
    )  # fmt: skip
    return len(runs)
