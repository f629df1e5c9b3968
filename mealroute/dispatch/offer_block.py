"""A vendor that may not work any more: its open offers and unloaded runs go on, its runs on the road wait for a person's word."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.dispatch import offer_facts, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunEvent, RunOffer
from mealroute.dispatch.offer_records import LIVE, EventKind, OfferState
from mealroute.dispatch.offer_round import Round, live_offers, lock, note, settle
from mealroute.dispatch.offer_service import put_crew
from mealroute.dispatch.records import RunState


def vendor_blocked(db: Session, vendor_code: str, *, reason: str = "", by: Actor, clock: Clock) -> dict[str, int]:
    """Take a vendor's work of today and later from it, as far as that helps people.

    Open offers and accepted runs that have not begun to load go to the next vendor; a run on the road stays with its driver
    and is listed until a dispatcher decides. Doing it again changes nothing. Returns counts by ``offered-on``, ``on-the-road``.
    """
    counts = {"offered-on": 0, "on-the-road": 0}
    for offer, run in _live_of(db, vendor_code, clock):
        needs = offer_facts.needs_of(db, [run.id])[run.id]
        loading_at = at_seconds(run.day, needs.loads_s, clock.zone)
        if offer.state == OfferState.ACCEPTED and (run.begun_at is not None or clock.now() >= loading_at):
            if not _noted(db, run, offer):
                note(db, run, EventKind.VENDOR_BLOCKED, by=by, now=clock.now(), offer=offer, reason=reason)
                counts["on-the-road"] += 1
            continue
        if not settle(db, offer, OfferState.TAKEN_BACK, at=clock.now(), by_name=by.name, reason=reason):
            continue
        run.accepted_at = None
        put_crew(run, "", "")
        db.flush()
        note(db, run, EventKind.VENDOR_BLOCKED, by=by, now=clock.now(), offer=offer, reason=reason)
        Round.of(db, run, by=SYSTEM, clock=clock).ask_next(run, needs)
        counts["offered-on"] += 1
    if any(counts.values()):
        audit.record(
            db, by=by, clock=clock, action="dispatch.vendor-blocked", subject=f"vendor/{vendor_code}", reason=reason, detail=counts
        )  # fmt: skip
    return counts


def anybody_blocked(db: Session, *, clock: Clock) -> bool:
    """Whether a vendor has live work that it may not do, and that nobody has been told of."""
    return any(_untold(db, code, clock) for code in blocked_vendors(db, clock))


def blocked_vendors(db: Session, clock: Clock) -> dict[str, str]:
    """Vendors with live work of today or later that their papers or their state no longer allow, each with the reason."""
    pairs = db.execute(
        select(RunOffer.vendor_code, Run.day)
        .join(Run, Run.id == RunOffer.run_id)
        .where(
            Run.day >= clock.today(),
            Run.state == RunState.PUBLISHED,
            RunOffer.state.in_(LIVE),
            RunOffer.driver_code == "",
        )
        .distinct()
    ).tuples()
    return {code: why[0] for code, day in sorted(pairs) if (why := offer_facts.blocks_of(db, code, day))}


def _untold(db: Session, vendor_code: str, clock: Clock) -> bool:
    return any(not _noted(db, run, offer) for offer, run in _live_of(db, vendor_code, clock, locked=False))


def stays(db: Session, run_id: int, reason: str, *, by: Actor, clock: Clock) -> None:
    """A dispatcher decides that a run on the road stays with its driver although the vendor is blocked.

    Raises
    ------
    MealrouteError
        ``run-not-found``, ``reason-needed``, ``nothing-to-decide``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why it stays, and who answers for it."))
    queries.run(db, run_id, scope=by.scope)
    run = lock(db, [run_id]).get(run_id)
    offer = db.scalar(select(RunOffer).where(RunOffer.run_id == run_id, RunOffer.state == OfferState.ACCEPTED))
    if run is None or offer is None or not _noted(db, run, offer):
        raise Conflict("nothing-to-decide", _("Nothing is to be decided about this run."))
    note(db, run, EventKind.STAYS, by=by, now=clock.now(), offer=offer, reason=reason.strip())
    audit.record(
        db,
        by=by,
        clock=clock,
        action="dispatch.run-stays",
        subject=f"run/{run_id}",
        detail={"vendor": offer.vendor_code},
    )


def _noted(db: Session, run: Run, offer: RunOffer) -> bool:
    query = select(RunEvent.id).where(
        RunEvent.run_id == run.id, RunEvent.offer_id == offer.id, RunEvent.kind == EventKind.VENDOR_BLOCKED
    )
    return db.scalar(query.limit(1)) is not None


def _live_of(db: Session, vendor_code: str, clock: Clock, *, locked: bool = True) -> list[tuple[RunOffer, Run]]:
    mine = (RunOffer.vendor_code == vendor_code, RunOffer.driver_code == "", Run.day >= clock.today())
    rows = live_offers(db, *mine, locked=locked)
    return [(offer, run) for offer, run in rows if offer_facts.blocks_of(db, vendor_code, run.day)]
