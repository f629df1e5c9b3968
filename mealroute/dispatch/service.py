"""Use-cases of dispatch: hand a plan's routes out, and take them back."""

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.dispatch import papers, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import Manifest, RunState
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.records import PlanVersionId
from mealroute.vendors import queries as vendors


def publish(
    db: Session,
    version_id: PlanVersionId,
    *,
    by: Actor,
    clock: Clock,
    override_reason: str = "",
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """Publish a draft: it becomes the day's plan, each route a run with its sheet.

    Refuses what ``planning.service.publish_version`` refuses (violations, an outdated book, another published version), and
    vendors or drivers that may not work on that day (``papers``).
    ``link_base`` puts the driver's signed link on each sheet.
    """
    summary = plans.publish_version(db, version_id, by=by, clock=clock, override_reason=override_reason)
    papers.refuse_without(db, summary.day, planning.version(db, version_id).routes)
    cooks = {kitchen.code: kitchen.vendor_code for kitchen in vendors.kitchens(db)}
    for route in planning.version(db, version_id).routes:
        db.add(
            Run(
                version_id=version_id, route_id=route.id, number=route.number, day=summary.day, slot=str(summary.slot),
                kitchen_code=route.kitchen_code, vendor_code=cooks[route.kitchen_code], driver_code=route.driver_code,
                vehicle_code=route.vehicle_code, state=RunState.PUBLISHED, link_nonce=secrets.token_hex(6), published_at=clock.now(),
            )
        )  # fmt: skip
    db.flush()
    audit.record(db, by=by, clock=clock, action="dispatch.published", subject=f"plan/{version_id}", rows=summary.routes)
    return queries.manifests(db, version_id, link_base=link_base, secret_key=secret_key)


def withdraw(db: Session, version_id: PlanVersionId, reason: str, *, by: Actor, clock: Clock) -> None:
    """Take a published plan back: its runs end, their links open nothing any more. What doors reported stays."""
    summary = plans.withdraw_version(db, version_id, reason, by=by, clock=clock)
    db.execute(
        update(Run)
        .where(Run.version_id == version_id, Run.state == RunState.PUBLISHED)
        .values(state=RunState.WITHDRAWN, withdrawn_at=clock.now())
    )
    audit.record(
        db, by=by, clock=clock, action="dispatch.withdrawn", subject=f"plan/{version_id}", reason=reason.strip(), rows=summary.routes
    )  # fmt: skip
