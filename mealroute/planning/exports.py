"""The routing problem and plan of a stored version as JSON for other tools, with the travel times put back in."""

import json

from sqlalchemy.orm import Session

from mealroute.adapters.travel import Travel
from mealroute.core.errors import Conflict
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.planning import queries
from mealroute.planning.digests import matrix_digest
from mealroute.planning.records import PlanVersionId


def problem_json(db: Session, version_id: PlanVersionId, travel: Travel) -> str:
    """The problem as it was searched, in the JSON of docs/solver-json.md.

    Raises Conflict ``network-changed`` where ``travel`` no longer gives the times that the plan was made with.
    """
    data, _plan = queries.stored_json(db, version_id)
    points = tuple(LonLat(*point) for point in data.pop("points"))
    profiles = sorted({vehicle["profile"] for vehicle in data["vehicles"]})
    matrices = {profile: travel.matrix(points, profile) for profile in profiles}
    if matrix_digest(points, matrices) != queries.summary(db, version_id).matrix_digest:
        raise Conflict(
            "network-changed",
            _("The travel times are no longer those of this plan."),
            _("Bring back the road network that it was made with."),
        )
    data["matrices"] = {
        profile: {"durations": matrix.durations.tolist(), "distances": matrix.distances.tolist()}
        for profile, matrix in matrices.items()
    }
    return json.dumps(data, ensure_ascii=False) + "\n"


def plan_json(db: Session, version_id: PlanVersionId) -> str:
    """The plan as the solver gave it."""
    _problem, plan = queries.stored_json(db, version_id)
    return json.dumps(plan, ensure_ascii=False) + "\n"
