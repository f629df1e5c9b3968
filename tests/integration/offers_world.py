"""The small district of planning_world with a third vendor that has drivers, its plan published at nine, offers open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunEvent, RunOffer
from mealroute.planning import service as planning
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from mealroute.vendors.models import Driver, Kitchen, Vehicle, Vendor
from tests.integration.planning_world import DAY, HOUR, build_world
from tests.planted import planted

NINE = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
LUNCH = MealSlot.LUNCH
ANSWER = timedelta(minutes=15)


def person(vendor: str, name: str = "赵敏") -> Actor:
    return Actor(account_id=None, name=name, role=Role.VENDOR, scope=Scope(streets=frozenset(), vendor=vendor))


def desk(name: str = "李敏") -> Actor:
    return Actor(account_id=None, name=name, role=Role.DISPATCHER, scope=Scope.everything())


def spare_vendor(db: Session, code: str = "V3", drivers: int = 4) -> None:
    """A vendor whose drivers and vehicles the plan does not use: they are on duty, their kitchen cooks nothing."""
    db.add(Vendor(code=code, name=f"餐饮 {code}"))
    db.flush()
    db.add(Kitchen(code=f"K{code}", vendor_code=code, name=f"备用厨房 {code}", lon=116.41, lat=39.94, daily_capacity=0))
    db.flush()
    for n in range(1, drivers + 1):
        db.add(
            Driver(
                code=f"D{code}{n}", name=f"备用司机{n}", kitchen_code=f"K{code}", vendor_code=code, shift_start_s=9 * HOUR,
                shift_end_s=14 * HOUR,
            )
        )  # fmt: skip
        db.flush()
        db.add(
            Vehicle(
                code=f"E{code}{n}", plate=f"T{code}{n}", kind="e-bike", profile="ebike", kitchen_code=f"K{code}", hot_boxes=30, cold_boxes=0,
                halal_marked=True, driver_code=f"D{code}{n}", max_trips=2,
            )
        )  # fmt: skip
    db.flush()


def publish(db: Session, clock: FixedClock) -> PlanVersionId:
    given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    dispatch.publish(db, version, by=SYSTEM, clock=clock, secret_key="test")
    return version


def build(db: Session, *, spare: bool = True) -> FixedClock:
    """Publish at nine; everything loads from a quarter past ten on. Returns the clock."""
    planted(db, ("offers_world", spare), lambda: _built(db, spare=spare))
    return FixedClock(NINE)


def _built(db: Session, *, spare: bool) -> None:
    build_world(db, doors=60)
    if spare:
        spare_vendor(db)
    publish(db, FixedClock(NINE))


def run_with_must_serve(db: Session) -> Run:
    """The run that carries the one person who must be served."""
    from mealroute.dispatch.offer_facts import needs_of

    runs = db.scalars(select(Run).order_by(Run.id)).all()
    needs = needs_of(db, [run.id for run in runs])
    return next(run for run in runs if needs[run.id].must_serve and run.state == "published")


def offers(db: Session, run_id: int) -> list[RunOffer]:
    query = select(RunOffer).where(RunOffer.run_id == run_id).order_by(RunOffer.id)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def live(db: Session, run_id: int) -> RunOffer:
    (found,) = [offer for offer in offers(db, run_id) if offer.state in {"open", "accepted"}]
    return found


def kinds(db: Session, run_id: int) -> list[str]:
    return list(db.scalars(select(RunEvent.kind).where(RunEvent.run_id == run_id).order_by(RunEvent.id)))
