"""What the live board's map draws: the ways of the routes within reach, their stops, our own roads. Where vehicles are comes with the news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.delivery.progress import LiveRun, LiveView
from mealroute.dispatch import queries as dispatch
from mealroute.planning.records import PlanVersionId
from mealroute.vendors import queries as vendors
from web.formatters import clock_at
from web.plan.mapdata import lines_of_version, roads_around

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def map_of(db: Session, view: LiveView) -> Mapping[str, Any]:
    """The whole map; points are ``[lat, lon]``. Stops say their number and time, nobody's name."""
    board = view.board
    runs = {int(run.id): run for run in dispatch.runs(db, board.day, board.slot, scope=Scope.everything())}
    versions = sorted({runs[live.run.run_id].version_id for live in view.runs})
    lines = {version: lines_of_version(db, PlanVersionId(version)) for version in versions}
    routes = [_route(live, lines[runs[live.run.run_id].version_id].get(live.run.number, ())) for live in view.runs]
    used = {runs[live.run.run_id].kitchen_code for live in view.runs}
    places = [
        {"lat": kitchen.point.lat, "lon": kitchen.point.lon, "name": kitchen.name}
        for kitchen in vendors.kitchens(db, scope=Scope.everything())
        if kitchen.code in used
    ]
    spots = [(stop["lat"], stop["lon"]) for route in routes for stop in route["stops"]]
    spots += [(place["lat"], place["lon"]) for place in places]
    return {
        "routes": routes, "kitchens": places, "unassigned": [], "shown": None, "centre": list(spots[0]) if spots else [39.92, 116.41],
        "roads": roads_around(tuple(spots)), "attribution": _("Roads: OpenStreetMap data, our own drawing"),
    }  # fmt: skip


def _route(live: LiveRun, legs: Sequence[Sequence[LonLat]]) -> dict[str, Any]:
    stops = [
        {"key": stop.number, "sequence": stop.number, "lat": live.points[stop.visit_id][0], "lon": live.points[stop.visit_id][1],
         "title": f"{stop.number} · {clock_at(stop.planned_s)}"}
        for stop in live.route.stops
        if stop.visit_id in live.points
    ]  # fmt: skip
    drawn = [[[round(point.lat, 5), round(point.lon, 5)] for point in leg] for leg in legs if len(leg) > 1]
    return {
        "number": live.run.number, "vehicle": live.run.vehicle_code, "label": route_label(live.run.number),
        "title": _("Route %(n)s", n=route_label(live.run.number)), "lines": drawn, "tag": None, "stops": stops,
    }  # fmt: skip
