"""Use-cases of dispatch: hand a plan's routes out, put a new version in the place of the published one, take a plan back."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.dispatch import notices, offer_facts, offer_service, papers, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.notice_rules import notices_of, withdrawals_of
from mealroute.dispatch.records import Manifest, RunState
from mealroute.dispatch.replacing import Replacement, replacement
from mealroute.dispatch.under_way import Doors
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.models import PlanVersion
from mealroute.planning.publishing import NONE
from mealroute.planning.records import PlanVersionId, PlanVersionSummary, RouteRecord


def publish(
    db: Session,
    version_id: PlanVersionId,
    *,
    overrides: Mapping[str, str] = NONE,
    outdated_reason: str = "",
    by: Actor,
    clock: Clock,
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """Publish a draft: it becomes the day's plan, each route a run with its sheet.

    Refuses what ``planning.publishing.publish_version`` refuses: broken rules without a reason each (``overrides`` by key),
    an outdated book without ``outdated_reason``, another published version; and vendors or drivers that may not work on that
    day (``papers``). ``link_base`` puts the driver's signed link on each sheet.
    """
    summary = plans.publish_version(
        db, version_id, by=by, clock=clock, overrides=overrides, outdated_reason=outdated_reason
    )
    routes = planning.version(db, version_id).routes
    papers.refuse_without(db, summary.day, routes)
    _hand_out(db, summary, routes, {}, clock=clock)
    offer_service.open_offers(db, version_id, by=by, clock=clock)
    audit.record(db, by=by, clock=clock, action="dispatch.published", subject=f"plan/{version_id}", rows=summary.routes)
    return queries.manifests(db, version_id, link_base=link_base, secret_key=secret_key)


def republish(
    db: Session,
    new_version_id: PlanVersionId,
    *,
    replaces: PlanVersionId,
    reason: str,
    doors: Doors,
    overrides: Mapping[str, str] = NONE,
    outdated_reason: str = "",
    by: Actor,
    clock: Clock,
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """Put a draft in the place of the published version in one step, and tell everybody whose work changes.

    ``doors`` is what the road has reported (``delivery.replacing.republish`` gathers it): done stops that would be dropped
    or moved and loaded trips that would carry something else are violations of the kind ``under-way``, to be answered for
    like the others; whoever is on the road drives on, also where papers are over since. Each new run knows the run that it goes on with; records made on that one stay. Raises as ``publish``.
    """
    old_runs = lock_runs(db, replaces)
    found = replacement(db, replaces, new_version_id, doors=doors, clock=clock)
    summary = plans.publish_version(
        db, new_version_id, by=by, clock=clock, overrides=overrides, outdated_reason=outdated_reason, more=found.under_way,
        replaces=replaces, reason=reason,
    )  # fmt: skip
    papers.refuse_without(db, summary.day, found.newly_given)
    _end(old_runs, clock, (RunState.PUBLISHED, RunState.DONE))
    before = {run.route_id: run for run in old_runs}
    goes_on = {
        route.new.id: before[route.old.id].id
        for route in found.changes.routes
        if route.new is not None and route.old is not None and route.old.id in before
    }
    new_runs = _hand_out(db, summary, found.new.routes, goes_on, clock=clock)
    goes_on_from = {run.id: run.replaces_run_id for run in new_runs if run.replaces_run_id is not None}
    offer_service.open_offers(db, new_version_id, replaced=goes_on_from, by=by, clock=clock)
    offer_service.close_offers(db, replaces, reason.strip(), by=by, clock=clock)
    _tell(db, found, [*old_runs, *new_runs], reason, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="dispatch.republished", subject=f"plan/{new_version_id}", reason=reason.strip(),
        rows=summary.routes, detail={"replaces": int(replaces), "routes_changed": len(found.changes.touched)},
    )  # fmt: skip
    return queries.manifests(db, new_version_id, link_base=link_base, secret_key=secret_key)


def withdraw(db: Session, version_id: PlanVersionId, reason: str, *, by: Actor, clock: Clock) -> None:
    """Take a published plan back: its runs end and every driver, vendor and kitchen is told. What doors reported stays."""
    runs = lock_runs(db, version_id)  # before the audit trail's own lock, which comes last for everybody
    summary = plans.withdraw_version(db, version_id, reason, by=by, clock=clock)
    _end(runs, clock, (RunState.PUBLISHED,))
    offer_service.close_offers(db, version_id, reason.strip(), by=by, clock=clock)
    drafts = withdrawals_of([(run.id, run.driver_code, run.vendor_code, run.kitchen_code) for run in runs])
    notices.write(db, drafts, version_id=version_id, reason=reason, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="dispatch.withdrawn", subject=f"plan/{version_id}", reason=reason.strip(), rows=summary.routes
    )  # fmt: skip


def _hand_out(
    db: Session, version: PlanVersionSummary, routes: Sequence[RouteRecord], goes_on: Mapping[int, int], *, clock: Clock
) -> list[Run]:
    """One run for each route; ``goes_on`` gives the run that it takes the place of, by route."""
    known = offer_facts.register(db)
    runs = [
        Run(
            version_id=version.id, route_id=route.id, number=route.number, day=version.day, slot=str(version.slot),
            kitchen_code=route.kitchen_code, driver_code=route.driver_code, cooked_by=known.owner_of(route.kitchen_code),
            vendor_code=known.employer(route.driver_code) or known.owner_of(route.kitchen_code),
            vehicle_code=route.vehicle_code, state=RunState.PUBLISHED, link_nonce=secrets.token_hex(6), published_at=clock.now(),
            replaces_run_id=goes_on.get(route.id),
        )
        for route in routes
    ]  # fmt: skip
    db.add_all(runs)
    db.flush()
    return runs


def lock_runs(db: Session, version_id: PlanVersionId) -> list[Run]:
    """The version's runs, held against records that come in at the same moment; the version first, so that no run is opened meanwhile."""
    hold_version(db, version_id)
    query = select(Run).where(Run.version_id == version_id).order_by(Run.id).with_for_update()
    return list(db.scalars(query.execution_options(populate_existing=True)))


def hold_version(db: Session, version_id: PlanVersionId | int) -> str:
    """Keep everybody else from opening runs beside a version, or from taking it back, until this is committed; its state."""
    query = select(PlanVersion.state).where(PlanVersion.id == version_id).with_for_update()
    return db.scalar(query) or ""


def _end(runs: Sequence[Run], clock: Clock, states: tuple[RunState, ...]) -> None:
    for run in runs:
        if run.state in states:
            run.state, run.withdrawn_at = RunState.WITHDRAWN, clock.now()


def _tell(db: Session, found: Replacement, runs: Sequence[Run], reason: str, *, by: Actor, clock: Clock) -> None:
    drafts = notices_of(
        found.changes,
        runs={run.route_id: run.id for run in runs},
        vendors={run.route_id: run.vendor_code for run in runs},
    )
    notices.write(
        db, drafts, version_id=found.new.id, replaces=found.old.id, reason=reason, by=by, clock=clock
    )  # fmt: skip
