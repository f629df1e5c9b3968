"""The network as lines for the map: class, name and coordinates, light enough for a page without tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mealroute.adapters.roads_osm import OsmRoads
from mealroute.core.geo import LonLat

MAJOR = frozenset(
    kind + link for kind in ("motorway", "trunk", "primary", "secondary", "tertiary") for link in ("", "_link")
)
"""What to draw when a whole district is in view."""


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One road as drawn."""

    highway: str
    name: str
    points: tuple[LonLat, ...]


def lines_of(roads: OsmRoads, highways: frozenset[str] | None = None) -> tuple[RoadLine, ...]:
    """Every way, or those of some classes."""
    found = []
    for way, tags in enumerate(roads.tags):
        if highways is None or tags.get("highway", "") in highways:
            nodes = roads.members[roads.starts[way] : roads.starts[way + 1]]
            shape = zip(roads.lon[nodes].tolist(), roads.lat[nodes].tolist(), strict=True)
            found.append(RoadLine(tags.get("highway", ""), tags.get("name", ""), tuple(LonLat(*p) for p in shape)))
    return tuple(found)


def within(lines: Iterable[RoadLine], west: float, south: float, east: float, north: float) -> tuple[RoadLine, ...]:
    """The lines whose frame touches a view."""
    return tuple(
        line
        for line in lines
        if min(p.lon for p in line.points) <= east
        and max(p.lon for p in line.points) >= west
        and min(p.lat for p in line.points) <= north
        and max(p.lat for p in line.points) >= south
    )


def as_json(lines: Iterable[RoadLine], decimals: int = 5) -> dict[str, Any]:
    """``{"roads": [[class, name, [lat, lon, lat, lon, …]], …]}``: Leaflet's order, one metre exact, no nesting."""
    return {
        "roads": [
            [line.highway, line.name, [round(c, decimals) for p in line.points for c in (p.lat, p.lon)]]
            for line in lines
        ]
    }
