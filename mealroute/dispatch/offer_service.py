"""Use-cases of offers: ask vendors for the runs of a plan, take their answers, go on by itself, end what is over.

A run waits for one vendor or is held by one, never by two: the database's partial unique index and a compare-and-set on the
offer's state decide, whoever comes first. Nothing here waits for a person to open a page.
"""

from collections.abc import Mapping
from datetime import date, datetime
from secrets import token_hex

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.dispatch import offer_facts, offer_keep, offer_queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_facts import Register
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import LIVE, EventKind, OfferId, OfferRecord, OffersDone, OfferState
from mealroute.dispatch.offer_round import Round, live_offers, lock, note, settle
from mealroute.dispatch.records import RunState


def open_offers(
    db: Session, version_id: int, *, replaced: Mapping[int, int] | None = None, by: Actor, clock: Clock
) -> OffersDone:
    """Offer every run of a published version to the first vendor in order; runs that have been offered are left alone.

    ``replaced``: new run → the run that it takes the place of. Where that one was held and nothing material changes for its
    vendor, or it is on the road, the acceptance carries over; else the same vendor is asked first.
    """
    runs = db.scalars(
        select(Run)
        .where(Run.version_id == version_id, Run.state == RunState.PUBLISHED)
        .where(~select(RunOffer.id).where(RunOffer.run_id == Run.id).exists())
        .order_by(Run.number)
    ).all()
    if not runs:
        return OffersDone()
    asking = Round.of(db, runs[0], by=by, clock=clock)
    needs = offer_facts.needs_of(db, [run.id for run in runs], asking.register)
    for run in runs:
        before = (replaced or {}).get(run.id)
        held_by = offer_keep.last_holder(db, before) if before is not None else ""
        if before is not None and offer_keep.carry_over(asking, run, needs[run.id], before):
            continue
        asking.ask_next(run, needs[run.id], first=held_by)
    done = asking.done
    audit.record(
        db, by=by, clock=clock, action="dispatch.offers-opened", subject=f"plan/{version_id}", rows=len(runs),
        detail={"offered": done.offered, "carried_over": done.carried_over, "nobody": done.nobody},
    )  # fmt: skip
    return done


def close_offers(db: Session, version_id: int, reason: str, *, by: Actor, clock: Clock) -> int:
    """End what is still live of a version that is withdrawn or replaced. Returns how many offers ended."""
    query = (
        select(RunOffer, Run).join(Run, Run.id == RunOffer.run_id).where(Run.version_id == version_id, RunOffer.state.in_(LIVE))
    )  # fmt: skip
    rows = db.execute(query.order_by(Run.id)).tuples().all()
    for offer, run in rows:
        if settle(db, offer, OfferState.ENDED, at=clock.now(), by_name=by.name, reason=reason):
            note(db, run, EventKind.ENDED, by=by, now=clock.now(), offer=offer, reason=reason)
    return len(rows)


def accept(db: Session, offer_id: int, *, by: Actor, clock: Clock) -> OfferRecord:
    """A vendor takes the run; doing it twice is the same as once.

    Raises
    ------
    MealrouteError
        ``offer-not-found``, ``offer-over`` (the time has run out, it went on, or it was taken back), ``vendor-blocked``.
    """
    offer, run = own_offer(db, offer_id, by=by)
    if offer.state == OfferState.ACCEPTED:
        return offer_queries.offer_record(offer)
    refuse_blocked(db, run, offer.vendor_code)
    may = offer.state == OfferState.OPEN and run.state == RunState.PUBLISHED
    if not may or not settle(db, offer, OfferState.ACCEPTED, at=clock.now(), by_name=by.name, before_deadline=True):
        raise over(offer, clock=clock)
    hold(db, run, offer, known=offer_facts.register(db), by=by, now=clock.now())
    audit.record(
        db, by=by, clock=clock, action="dispatch.offer-accepted", subject=f"run/{run.id}", detail={"vendor": offer.vendor_code}
    )  # fmt: skip
    return offer_queries.offer_record(offer)


def decline(db: Session, offer_id: int, reason: str, *, by: Actor, clock: Clock) -> OfferRecord:
    """A vendor does not take the run, or gives one back before it loads; it goes on to the next by itself.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``offer-not-found``, ``offer-over``, ``run-under-way``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why you cannot take this run."))
    offer, run = own_offer(db, offer_id, by=by)
    if offer.state == OfferState.DECLINED:
        return offer_queries.offer_record(offer)
    open_before = offer.state == OfferState.OPEN
    if run.state != RunState.PUBLISHED or (not open_before and offer.state != OfferState.ACCEPTED):
        raise over(offer, clock=clock)
    needs = offer_facts.needs_of(db, [run.id])[run.id]
    if not open_before and (run.begun_at is not None or clock.now() >= at_seconds(run.day, needs.loads_s, clock.zone)):
        raise Conflict("run-under-way", _("This run is loading or on the road."), _("Phone the dispatcher now."))
    if not settle(
        db,
        offer,
        OfferState.DECLINED,
        at=clock.now(),
        by_name=by.name,
        reason=reason.strip(),
        before_deadline=open_before,
    ):
        raise over(offer, clock=clock)
    run.accepted_at = None
    note(db, run, EventKind.DECLINED, by=by, now=clock.now(), offer=offer, reason=reason.strip())
    db.flush()
    Round.of(db, run, by=SYSTEM, clock=clock).ask_next(run, needs)
    audit.record(
        db, by=by, clock=clock, action="dispatch.offer-declined", subject=f"run/{run.id}", detail={"vendor": offer.vendor_code}
    )  # fmt: skip
    return offer_queries.offer_record(offer)


def sweep(db: Session, *, clock: Clock, by: Actor = SYSTEM) -> OffersDone:
    """Let silent offers lapse and ask the next; take runs from vendors that may not work any more. Safe to run twice at once."""
    from mealroute.dispatch import offer_block

    late = (RunOffer.state == OfferState.OPEN, RunOffer.deadline_at <= clock.now())
    blocked = offer_block.blocked_vendors(db, clock)
    # Every run is locked before the first event is written: the audit trail's own lock comes last for everybody.
    lock(
        db,
        [run.id for _offer, run in live_offers(db, or_(and_(*late), RunOffer.vendor_code.in_(blocked)), locked=False)],
    )
    for vendor, why in blocked.items():
        offer_block.vendor_blocked(db, vendor, reason=why, by=by, clock=clock)
    rows = live_offers(db, *late)
    needs = offer_facts.needs_of(db, [run.id for _offer, run in rows])
    rounds: dict[tuple[date, str], Round] = {}
    for offer, run in rows:
        asking = rounds.get((run.day, run.slot)) or Round.of(db, run, by=by, clock=clock)
        rounds[run.day, run.slot] = asking
        if settle(db, offer, OfferState.LAPSED, at=clock.now(), by_name=by.name):
            note(db, run, EventKind.LAPSED, by=by, now=clock.now(), offer=offer)
            asking.release(offer.vendor_code, needs[run.id])
            asking.done = asking.done.plus(OffersDone(lapsed=1, day=run.day))
            asking.ask_next(run, needs[run.id])
    done = OffersDone()
    for asking in rounds.values():
        done = done.plus(asking.done)
    if done.lapsed:
        audit.record(
            db, by=by, clock=clock, action="dispatch.offers-lapsed", subject=f"day/{done.day}", rows=done.lapsed,
            detail={"offered": done.offered, "nobody": done.nobody},
        )  # fmt: skip
    return done


def hold(
    db: Session, run: Run, offer: RunOffer, *, known: Register, by: Actor, now: datetime, by_name: str = ""
) -> None:
    """The vendor of an accepted offer has the run. A driver of somebody else leaves it, and their link closes."""
    run.vendor_code, run.accepted_at = offer.vendor_code, now
    if offer.driver_code:
        put_crew(run, offer.driver_code, "")
    elif run.driver_code and known.employer(run.driver_code) != offer.vendor_code:
        put_crew(run, "", "")
    db.flush()
    note(db, run, EventKind.ACCEPTED, by=by, now=now, offer=offer, by_name=by_name)


def put_crew(run: Run, driver_code: str, vehicle_code: str) -> None:
    """Another driver: the link of the former one closes, a new one opens the run."""
    if run.driver_code != driver_code:
        run.driver_code, run.link_nonce = driver_code, token_hex(6)
    run.vehicle_code = vehicle_code


def own_offer(db: Session, offer_id: int, *, by: Actor) -> tuple[RunOffer, Run]:
    """An offer within reach with its run, which is locked. Raises NotFound, also where it is another vendor's."""
    query = select(RunOffer).where(RunOffer.id == offer_id)
    if by.scope.vendor is not None:
        query = query.where(RunOffer.vendor_code == by.scope.vendor)
    found = db.scalar(query)
    if found is None:
        raise NotFound("offer-not-found", _("There is no such offer."))
    run = lock(db, [found.run_id])[found.run_id]
    db.refresh(found)
    return found, run


def refuse_blocked(db: Session, run: Run, vendor_code: str) -> None:
    """Raises Conflict where the vendor may not work on the run's day, with the paper or state that forbids it."""
    sentences = offer_facts.blocks_of(db, vendor_code, run.day)
    if sentences:
        raise Conflict("vendor-blocked", sentences[0], _("The run goes on to another vendor."))


def over(offer: RunOffer, *, clock: Clock) -> Conflict:
    """Why an offer cannot be answered any more, in a sentence for whoever was too late."""
    hint = _("Phone the dispatcher if you can still take it.")
    match OfferState(offer.state):
        case OfferState.OPEN | OfferState.LAPSED:
            at = f"{clock.local(offer.deadline_at):%H:%M}"
            return Conflict("offer-over", _("The time to answer ended at %(at)s; the run has gone on.", at=at), hint)
        case OfferState.DECLINED:
            return Conflict("offer-over", _("You have declined this run already; it has gone on."), hint)
        case OfferState.ACCEPTED:
            return Conflict("offer-over", _("You hold this run already."))
        case OfferState.TAKEN_BACK | OfferState.ENDED:
            return Conflict("offer-over", _("This offer was taken back."), hint)


__all__ = ["OfferId", "accept", "close_offers", "decline", "open_offers", "sweep"]
