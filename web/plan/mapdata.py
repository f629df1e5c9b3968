"""What the map of a plan draws, as JSON for Leaflet: our own road lines, the routes, the stops, the unassigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mealroute.adapters.networks import road_lines
from mealroute.adapters.roads_lines import RoadLine, as_json, within
from mealroute.areas import queries as areas
from mealroute.core.actor import Scope
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.planning import queries as planning
from mealroute.vendors import queries as vendors
from web import here
from web.formatters import clock_at
from web.plan.board import Board

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MARGIN_DEG = 0.006
"""Roads are sent this far beyond the outermost stop: about half a kilometre."""


def map_of(db: Session, board: Board) -> Mapping[str, Any]:
    """The whole map of one version. Points are ``[lat, lon]`` as Leaflet writes them."""
    kitchens = vendors.kitchens(db, scope=Scope.everything())
    lines = {line.number: line for line in planning.geometry(db, board.version.id)}
    routes = [
        _route(board, view.number, lines[view.number].legs if view.number in lines else ()) for view in board.routes
    ]
    left = [
        {"mark": one.mark, "lat": one.line.lat, "lon": one.line.lon, "reason": f"{one.mark} {one.record.reason}"}
        for one in board.left
        if one.line.lat is not None
    ]
    places = [{"lat": kitchen.point.lat, "lon": kitchen.point.lon, "name": kitchen.name} for kitchen in kitchens]
    centre = next((street.point for street in areas.streets(db) if street.point), LonLat(116.41, 39.92))
    spots = [(point[0], point[1]) for route in routes for line in route["lines"] for point in line]
    spots += [(place["lat"], place["lon"]) for place in places]
    return {
        "routes": routes, "kitchens": places, "unassigned": left, "centre": [centre.lat, centre.lon],
        "roads": _roads(tuple(spots)), "attribution": _("Roads: OpenStreetMap data, our own drawing"),
    }  # fmt: skip


def _route(board: Board, number: int, legs: Sequence[Sequence[LonLat]]) -> dict[str, Any]:
    stops = [stop for stop in board.stops(number) if stop.visit.lat is not None]
    drawn = [[[round(point.lat, 5), round(point.lon, 5)] for point in leg] for leg in legs if len(leg) > 1]
    tag = stops[0].visit if stops else None
    return {
        "number": number,
        "label": route_label(number),
        "title": _("Route %(n)s", n=route_label(number)),
        "lines": drawn,
        "tag": [tag.lat, tag.lon] if tag else (drawn[0][0] if drawn else None),
        "stops": [
            {
                "visit": stop.visit.id, "sequence": stop.number, "lat": stop.visit.lat, "lon": stop.visit.lon,
                "title": f"{stop.number} · {clock_at(stop.visit.begin_s)}",
            }
            for stop in stops
        ],
    }  # fmt: skip


def _roads(spots: tuple[tuple[float, float], ...]) -> Sequence[Any]:
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
