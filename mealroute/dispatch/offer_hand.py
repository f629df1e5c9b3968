"""A dispatcher gives a run to a chosen vendor or to a volunteer, with the reason: by offer, or as agreed on the phone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch import offer_facts, offer_queries, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import DISTRICT, LIVE, EventKind, OfferRecord, OfferState, RunNeeds
from mealroute.dispatch.offer_round import Round, lock, note, settle
from mealroute.dispatch.offer_rulebook import policy_on
from mealroute.dispatch.offer_service import hold, refuse_blocked
from mealroute.dispatch.records import RunState
from mealroute.residents.records import Diet


def offer_by_hand(
    db: Session,
    run_id: int,
    *,
    vendor_code: str = "",
    volunteer: str = "",
    reason: str,
    agreed_by: str = "",
    under_way_known: bool = False,
    by: Actor,
    clock: Clock,
) -> OfferRecord:
    """Offer a run to this vendor now, taking it back from whoever has it; with ``agreed_by`` it is accepted in that person's name.

    ``volunteer`` is a driver's code: volunteers have no desk, so somebody must have agreed. A run on the road moves only when the
    dispatcher says that they know (``under_way_known``).

    Raises
    ------
    MealrouteError
        ``run-not-found``, ``run-over``, ``reason-needed``, ``run-under-way``, ``vendor-unknown``, ``volunteer-unknown``,
        ``vendor-blocked``, ``diet-not-carried``, ``too-near-to-wait``, ``named-person-missing``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why you choose this vendor."))
    queries.run(db, run_id, scope=by.scope)
    run = lock(db, [run_id]).get(run_id)
    if run is None or run.state != RunState.PUBLISHED:
        raise Conflict("run-over", _("This run is withdrawn or done."))
    if run.begun_at is not None and not under_way_known:
        raise Conflict(
            "run-under-way", _("This run is on the road: doors have been recorded."),
            _("Confirm that you know, and tell the driver who has it now."),
        )  # fmt: skip
    asking = Round.of(db, run, by=by, clock=clock)
    needs = offer_facts.needs_of(db, [run_id], asking.register)[run_id]
    code = _checked(db, asking, run, needs, vendor_code.strip(), volunteer.strip())
    if volunteer and not agreed_by.strip():
        raise MealrouteError(
            "named-person-missing", _("Who agreed? A volunteer is given a run only in person or on the phone.")
        )
    until = _until(run, needs, agreed=bool(agreed_by.strip()), clock=clock)
    _take_back(db, run, reason.strip(), by=by, now=clock.now())
    offer = asking.write(run, needs, code, until=until, hand_reason=reason.strip(), driver=volunteer.strip())
    if agreed_by.strip():
        settle(db, offer, OfferState.ACCEPTED, at=clock.now(), by_name=agreed_by.strip())
        hold(db, run, offer, known=asking.register, by=by, now=clock.now(), by_name=agreed_by.strip())
    audit.record(
        db, by=by, clock=clock, action="dispatch.offered-by-hand", subject=f"run/{run_id}",
        detail={"vendor": code, "agreed": bool(agreed_by.strip()), "under_way": run.begun_at is not None},
    )  # fmt: skip
    return offer_queries.offer_record(offer)


def _checked(db: Session, asking: Round, run: Run, needs: RunNeeds, vendor_code: str, volunteer: str) -> str:
    """The vendor that is to have the run, or the district for a volunteer; refuses who may not, or cannot carry a diet."""
    if volunteer:
        driver = asking.register.drivers.get(volunteer)
        if driver is None or not driver.volunteer or not driver.works_on(run.day):
            raise MealrouteError("volunteer-unknown", _("Nobody on the list of volunteers has this code on that day."))
        return DISTRICT
    facts = asking.facts.get(vendor_code)
    if facts is None:
        raise MealrouteError("vendor-unknown", _("Choose a vendor from the list."))
    refuse_blocked(db, run, vendor_code)
    lacking = set() if facts.diets is None else (needs.diets - {str(Diet.NORMAL)}) - facts.diets
    if lacking:
        raise Conflict(
            "diet-not-carried", _("This vendor may not carry a diet that is on the run."), _("Choose another one.")
        )
    return vendor_code


def _until(run: Run, needs: RunNeeds, *, agreed: bool, clock: Clock) -> datetime:
    """Until when the vendor may answer: by hand as late as loading itself, later only somebody who has agreed."""
    now, loading_at = clock.now(), at_seconds(run.day, needs.loads_s, clock.zone)
    if agreed:
        return now
    if loading_at <= now:
        raise Conflict(
            "too-near-to-wait", _("Loading has begun: nobody can wait for an answer."),
            _("Phone the vendor and enter who agreed."),
        )  # fmt: skip
    return min(now + policy_on(run.day).answer, loading_at)


def _take_back(db: Session, run: Run, reason: str, *, by: Actor, now: datetime) -> None:
    query = select(RunOffer).where(RunOffer.run_id == run.id, RunOffer.state.in_(LIVE))
    live = db.scalar(query.execution_options(populate_existing=True))
    if live is None:
        return
    if settle(db, live, OfferState.TAKEN_BACK, at=now, by_name=by.name, reason=reason):
        note(db, run, EventKind.TAKEN_BACK, by=by, now=now, offer=live, reason=reason)
        run.accepted_at = None
        db.flush()
