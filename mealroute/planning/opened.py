"""Routes that are opened on the road beside a published version, for drivers who had none. Times are seconds since local midnight."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.geo import LonLat
from mealroute.planning import queries
from mealroute.planning.models import PlanRoute, PlanVisit
from mealroute.planning.opened_models import OpenedRoute
from mealroute.planning.records import RouteRecord, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A route to be opened. ``start``: where its first food is got, from ``begins_s`` to ``leaves_s``; ``kitchen`` is where it ends.

    ``portions``: what it was opened for; ``eat_by_s`` of that food. ``travel_s`` and ``distance_m``: to that door and back.
    """

    version_id: int
    driver_code: str
    vehicle_code: str
    kitchen_code: str
    boxes: int
    portions: int
    start: LonLat
    kitchen: LonLat
    begins_s: int
    leaves_s: int
    ends_s: int
    eat_by_s: int
    travel_s: int
    distance_m: int


def open_route(
    db: Session, opening: Opening, *, agreed_by: str, reason: str, by: Actor, clock: Clock
) -> tuple[int, int]:
    """Write the route; its id and the number that people call it by, the next free one of the version.

    The caller holds the version's row, so that two people never take the same number.
    """
    number = next_number(db, opening.version_id)
    route = PlanRoute(
        version_id=opening.version_id, number=number, vehicle_code=opening.vehicle_code, driver_code=opening.driver_code,
        kitchen_code=opening.kitchen_code, trips=1, portions=opening.portions, stops=1, boxes=opening.boxes, most_aboard=opening.portions,
        distance_m=opening.distance_m, travel_s=opening.travel_s, starts_s=opening.begins_s, ends_s=opening.ends_s,
        eat_by_s=opening.eat_by_s, late_margin_s=None,
    )  # fmt: skip
    db.add(route)
    db.flush()
    ends = (
        (VisitKind.START, opening.begins_s, opening.leaves_s - opening.begins_s, opening.portions, opening.start),
        (VisitKind.END, opening.ends_s, 0, 0, opening.kitchen),
    )
    db.add_all(
        PlanVisit(
            route_id=route.id, position=position, trip=1, kind=str(kind), stop_id=None, arrival_s=at, waiting_s=0, setup_s=0, service_s=lasts,
            portions=portions, lon=point.lon, lat=point.lat, window_from_s=None, window_to_s=None, food_margin_s=None, station_code="",
        )
        for position, (kind, at, lasts, portions, point) in enumerate(ends)
    )  # fmt: skip
    db.add(
        OpenedRoute(
            route_id=route.id,
            agreed_by=agreed_by.strip()[:80],
            reason=reason.strip(),
            by_name=by.name[:80],
            at=clock.now(),
        )
    )
    db.flush()
    return route.id, number


def next_number(db: Session, version_id: int) -> int:
    """The number that the next opened route of a version gets."""
    return (db.scalar(select(func.max(PlanRoute.number)).where(PlanRoute.version_id == version_id)) or 0) + 1


def opened(db: Session, version_ids: Iterable[int]) -> tuple[RouteRecord, ...]:
    """The routes that were opened beside these versions, by version and number. One statement where there are none."""
    wanted = sorted(set(version_ids))
    has = (
        select(PlanRoute.version_id)
        .join(OpenedRoute, OpenedRoute.route_id == PlanRoute.id)
        .where(PlanRoute.version_id.in_(wanted))
    )
    return tuple(route for one in sorted(set(db.scalars(has))) for route in queries.routes(db, one, opened=True))
