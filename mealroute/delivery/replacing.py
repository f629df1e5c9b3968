"""A new plan while drivers are on the road: what the doors have reported decides what may still change."""

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.delivery import queries
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import Manifest
from mealroute.dispatch.replacing import Replacement, replacement
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.dispatch.under_way import Doors
from mealroute.planning.models import PlanVisit
from mealroute.planning.publishing import NONE
from mealroute.planning.records import PlanVersionId


def doors_of(db: Session, version_id: PlanVersionId) -> Doors:
    """What the road has reported about a version's runs, under it or under the plans before it."""
    lines = queries.line_ids(db, version_id)
    to_stations = select(StopTransfer.visit_id).where(StopTransfer.station_code != "")
    bulk = (
        select(PlanVisit.id)
        .join(Run, Run.route_id == PlanVisit.route_id)
        .where(Run.version_id == version_id, or_(PlanVisit.station_code != "", PlanVisit.id.in_(to_stations)))
    )
    signed = queries.station_receipts(db, db.scalars(bulk))
    return Doors(recorded=frozenset(queries.current_proofs(db, lines)), signed=frozenset(signed))


def preview(db: Session, new_id: PlanVersionId, *, replaces: PlanVersionId, clock: Clock) -> Replacement:
    """What publishing ``new_id`` in the place of ``replaces`` would change now, and what of it is under way."""
    return replacement(db, replaces, new_id, doors=doors_of(db, replaces), clock=clock)


def republish(
    db: Session,
    new_id: PlanVersionId,
    *,
    replaces: PlanVersionId,
    reason: str,
    overrides: Mapping[str, str] = NONE,
    outdated_reason: str = "",
    by: Actor,
    clock: Clock,
    link_base: str = "",
    secret_key: str = "",
) -> tuple[Manifest, ...]:
    """Put a draft in the place of the published version, with what the doors have reported up to this moment.

    Records stay with the run on which they were made and count for their order lines: a stop done before is done after.
    Raises as ``dispatch.service.republish``.
    """
    dispatch.lock_runs(db, replaces)  # first: no record comes in between looking and replacing
    return dispatch.republish(
        db, new_id, replaces=replaces, reason=reason, doors=doors_of(db, replaces), overrides=overrides,
        outdated_reason=outdated_reason, by=by, clock=clock, link_base=link_base, secret_key=secret_key,
    )  # fmt: skip
