"""A plan published again: a vendor keeps a run that has not changed for it, and is asked first for one that has."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.delivery.replacing import republish
from mealroute.dispatch import offer_service
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.planning import service as planning
from mealroute.planning.models import PlanRoute, PlanVisit
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from tests.integration import offers_world as world
from tests.integration.offers_world import DAY, LUNCH, person


def again(db: Session, clock: FixedClock, *, later_s: int = 0) -> list[Run]:
    """The same plan, each stop so much later, drafted and put in the place of the published one; its runs."""
    given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    routes = select(PlanRoute.id).where(PlanRoute.version_id == version)
    db.execute(update(PlanVisit).where(PlanVisit.route_id.in_(routes)).values(arrival_s=PlanVisit.arrival_s + later_s))
    db.expire_all()
    republish(db, version, replaces=PlanVersionId(1), reason="补单", by=SYSTEM, clock=clock, secret_key="test")
    return list(db.scalars(select(Run).where(Run.version_id == version).order_by(Run.number)))


def accepted(db: Session, clock: FixedClock) -> Run:
    run = db.scalars(select(Run).where(Run.vendor_code == "V1").order_by(Run.number)).first()
    assert run
    offer_service.accept(db, world.live(db, run.id).id, by=person("V1"), clock=clock)
    return run


def test_an_acceptance_carries_over_where_nothing_changes(db: Session) -> None:
    clock = world.build(db)
    before = accepted(db, clock)
    runs = again(db, clock)
    kept = next(run for run in runs if run.replaces_run_id == before.id)
    assert (kept.vendor_code, kept.accepted_at) == ("V1", before.accepted_at)
    assert (world.live(db, kept.id).state, world.kinds(db, kept.id)) == ("accepted", ["carried-over"])
    assert {world.live(db, run.id).state for run in runs if run.id != kept.id} == {"open"}


def test_nothing_of_the_old_plan_stays_live(db: Session) -> None:
    clock = world.build(db)
    accepted(db, clock)
    again(db, clock)
    old = select(RunOffer.state).join(Run, Run.id == RunOffer.run_id).where(Run.version_id == 1)
    assert set(db.scalars(old)) == {"ended"}


def test_a_run_on_the_road_stays_with_its_vendor_whatever_changes(db: Session) -> None:
    clock = world.build(db)
    before = accepted(db, clock)
    before.begun_at = clock.now()
    db.flush()
    kept = next(run for run in again(db, clock) if run.replaces_run_id == before.id)
    assert (kept.accepted_at, kept.begun_at) == (before.accepted_at, before.begun_at)


def test_a_run_that_comes_ten_minutes_later_is_offered_anew_to_its_vendor_first(db: Session) -> None:
    clock = world.build(db)
    before = taken_over(db, clock)
    asked = next(run for run in again(db, clock, later_s=600) if run.replaces_run_id == before.id)
    offer = world.live(db, asked.id)
    assert (offer.vendor_code, offer.state, offer.why[0][0]) == ("V3", "open", "held-before")
    assert asked.accepted_at is None


def test_five_minutes_are_no_news(db: Session) -> None:
    clock = world.build(db)
    before = taken_over(db, clock)
    kept = next(run for run in again(db, clock, later_s=300) if run.replaces_run_id == before.id)
    assert (kept.vendor_code, kept.accepted_at) == ("V3", before.accepted_at)


def taken_over(db: Session, clock: FixedClock) -> Run:
    """A run that V3 holds although the plan counts on a driver of V1."""
    run = db.scalars(select(Run).where(Run.vendor_code == "V1").order_by(Run.number)).first()
    assert run
    offer_service.decline(db, world.live(db, run.id).id, "车坏了", by=person("V1"), clock=clock)
    offer_service.accept(db, world.live(db, run.id).id, by=person("V3"), clock=clock)
    return run
