"""What becomes of an acceptance when a plan is published again: it carries over where nothing material changes for the vendor."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.dispatch import offer_rules
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import LIVE, EventKind, OffersDone, OfferState, RunNeeds
from mealroute.dispatch.offer_round import Round, note, settle
from mealroute.dispatch.offer_rulebook import policy_on
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanRoute, PlanVisit


def last_holder(db: Session, run_id: int) -> str:
    """The vendor that held a run last, or was being asked when it ended; empty where nobody was."""
    query = select(RunOffer.vendor_code).where(RunOffer.run_id == run_id, RunOffer.state.in_([*LIVE, OfferState.ENDED]))
    return db.scalar(query.order_by(RunOffer.id.desc()).limit(1)) or ""


def carry_over(asking: Round, run: Run, needs: RunNeeds, before_id: int) -> bool:
    """Give the new run to the vendor of the old one, if it held that and nothing material changes, or it is on the road."""
    db, now = asking.db, asking.clock.now()
    before = db.get(Run, before_id)
    if before is None:
        return False
    run.begun_at = before.begun_at
    if before.accepted_at is None:
        return False
    if before.begun_at is None and (asking.blocked(before.vendor_code) or _changed(db, before, run)):
        return False
    _end_old(asking, before)
    offer = asking.write(run, needs, before.vendor_code, until=now, silent=True)
    settle(db, offer, OfferState.ACCEPTED, at=now, by_name=asking.by.name)
    planned_before = db.scalar(select(PlanRoute.driver_code).where(PlanRoute.id == before.route_id))
    if before.driver_code != planned_before or before.begun_at is not None:  # a person named this driver, or is driving
        run.driver_code, run.vehicle_code = before.driver_code, before.vehicle_code
    run.vendor_code, run.accepted_at = before.vendor_code, before.accepted_at
    db.flush()
    note(db, run, EventKind.CARRIED_OVER, by=asking.by, now=now, offer=offer, detail={"from_run": before_id})
    asking.done = asking.done.plus(OffersDone(carried_over=1))
    return True


def _end_old(asking: Round, before: Run) -> None:
    query = select(RunOffer).where(RunOffer.run_id == before.id, RunOffer.state.in_(LIVE))
    for offer in asking.db.scalars(query):
        settle(asking.db, offer, OfferState.ENDED, at=asking.clock.now(), by_name=asking.by.name)


def _changed(db: Session, before: Run, run: Run) -> bool:
    old, new = (db.get(PlanRoute, each.route_id) for each in (before, run))
    if old is None or new is None or (old.vehicle_code, old.kitchen_code) != (new.vehicle_code, new.kitchen_code):
        return True
    return not offer_rules.unchanged(_stops(db, old.id), _stops(db, new.id), policy_on(run.day).material_shift)


def _stops(db: Session, route_id: int) -> list[offer_rules.StopFact]:
    """The stops of a route in order: which orders with how many portions, and when they are reached."""
    rows = db.execute(
        select(PlanVisit.id, PlanVisit.arrival_s + PlanVisit.waiting_s, BookLine.order_id, BookLine.quantity)
        .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .where(PlanVisit.route_id == route_id)
        .order_by(PlanVisit.position)
    ).tuples()
    found: dict[int, tuple[set[tuple[int, int]], int]] = {}
    for visit_id, begin_s, order_id, quantity in rows:
        found.setdefault(visit_id, (set(), begin_s))[0].add((order_id, quantity))
    return [(frozenset(orders), begin_s) for orders, begin_s in found.values()]
