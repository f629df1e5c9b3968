"""What the map of a plan draws, as JSON for Leaflet: our own road lines, the routes, the stops, the unassigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mealroute.adapters.networks import road_lines
from mealroute.adapters.roads_lines import RoadLine, as_json, within
from mealroute.adapters.travel import Travel
from mealroute.areas import queries as areas
from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.drafting import queries as drafting
from mealroute.drafting.records import DraftView
from mealroute.drafting.records import RouteView as DraftRoute
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanVersionId
from mealroute.vendors import queries as vendors
from web import here
from web.formatters import clock_at
from web.plan.board import Board, RouteView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MARGIN_DEG = 0.006
"""Roads are sent this far beyond the outermost stop: about half a kilometre."""


def map_of(db: Session, board: Board, lines: Mapping[int, Sequence[Sequence[LonLat]]]) -> Mapping[str, Any]:
    """The whole map of a board; ``lines``: the legs along roads by route number. Points are ``[lat, lon]`` as Leaflet writes them."""
    kitchens = vendors.kitchens(db, scope=Scope.everything())
    routes = [route_of(view, lines.get(view.number, ())) for view in board.routes]
    places = [{"lat": kitchen.point.lat, "lon": kitchen.point.lon, "name": kitchen.name} for kitchen in kitchens]
    centre = next((street.point for street in areas.streets(db) if street.point), LonLat(116.41, 39.92))
    spots = [(point[0], point[1]) for route in routes for line in route["lines"] for point in line]
    spots += [(place["lat"], place["lon"]) for place in places]
    return {
        "routes": routes, "kitchens": places, "unassigned": left_of(board), "shown": shown_of(board),
        "centre": [centre.lat, centre.lon], "roads": roads_around(tuple(spots)), "attribution": _("Roads: OpenStreetMap data, our own drawing"),
    }  # fmt: skip


def left_of(board: Board) -> list[dict[str, Any]]:
    """The unassigned that have a point, as marks on the map."""
    return [
        {
            "mark": one.mark,
            "key": one.key,
            "lat": one.line.lat,
            "lon": one.line.lon,
            "reason": f"{one.mark} {one.reason}",
        }
        for one in board.left
        if one.line.lat is not None
    ]


def shown_of(board: Board) -> dict[str, list[int]] | None:
    """What the filter lets through, by route number and stop key; None without a filter."""
    if board.matches is None:
        return None
    return {"routes": [view.number for view in board.shown], "stops": sorted(board.matches)}


def route_of(view: RouteView, legs: Sequence[Sequence[LonLat]]) -> dict[str, Any]:
    """One route: its way, its stops, the place of its number."""
    lane = view.lane
    stops = [step for step in lane.jobs if step.lat is not None]
    drawn = [[[round(point.lat, 5), round(point.lon, 5)] for point in leg] for leg in legs if len(leg) > 1]
    return {
        "number": lane.number,
        "vehicle": lane.vehicle_code,
        "label": route_label(lane.number),
        "title": _("Route %(n)s", n=route_label(lane.number)),
        "lines": drawn,
        "tag": [stops[0].lat, stops[0].lon] if stops else (drawn[0][0] if drawn else None),
        "stops": [
            {"key": step.key, "sequence": step.number, "lat": step.lat, "lon": step.lon, "title": f"{step.number} · {clock_at(step.begin_s)}"}
            for step in stops
        ],
    }  # fmt: skip


def lines_of_version(db: Session, version_id: PlanVersionId) -> dict[int, Sequence[Sequence[LonLat]]]:
    """The legs along roads of a stored version, by route number."""
    return {line.number: line.legs for line in planning.geometry(db, version_id)}


def roads_around(spots: tuple[tuple[float, float], ...]) -> Sequence[Any]:
    """Our own road lines as far as these points reach and a little beyond."""
    """Our own road lines around some places (lat, lon)."""
    if not spots:
        return ()
    lats, lons = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return _roads_within(
        round(min(lons) - MARGIN_DEG, 3),
        round(min(lats) - MARGIN_DEG, 3),
        round(max(lons) + MARGIN_DEG, 3),
        round(max(lats) + MARGIN_DEG, 3),
    )


@lru_cache(maxsize=8)
def _roads_within(west: float, south: float, east: float, north: float) -> Sequence[Any]:
    found: Sequence[Any] = as_json(within(_all_lines(), west, south, east, north))["roads"]
    return found


@lru_cache(maxsize=1)
def _all_lines() -> tuple[RoadLine, ...]:
    return road_lines(here.settings())


def lines_of_draft(
    db: Session, view: DraftView, travel: Travel, *, only: Sequence[int] = ()
) -> dict[int, Sequence[Sequence[LonLat]]]:
    """The legs of a draft by route number. A route that is still driven as its version has it keeps the stored way; the others are
    looked for on the roads.
    """
    stored = lines_of_version(db, view.base_version)
    opened = {route.number: route for route in drafting.opened_routes(db, view.id)}
    found: dict[int, Sequence[Sequence[LonLat]]] = {}
    changed = []
    for route in view.routes:
        if only and route.number not in only:
            continue
        before = opened.get(route.number)
        if before is not None and _driven(before) == _driven(route) and route.number in stored:
            found[route.number] = stored[route.number]
        else:
            changed.append(route.vehicle)
    return found | {line.number: line.legs for line in drafting.lines(db, view.id, changed, travel)}


def _driven(route: DraftRoute) -> tuple[object, ...]:
    return (route.vehicle, *((visit.kind, visit.lines) for visit in route.visits))
