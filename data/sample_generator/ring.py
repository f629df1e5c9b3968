"""The ring road of two one-way carriageways, and the river and railway that are only crossed on avenues."""

from __future__ import annotations

from data.sample_generator.lanes import RAILWAY_LAT, RIVER_LAT
from data.sample_generator.lattice import (
    METRES_PER_DEGREE_LAT,
    METRES_PER_DEGREE_LON,
    Lattice,
    TownPlan,
    Way,
    metres_between,
)

RING = (116.3868, 39.8739, 116.4337, 39.9487)
CARRIAGEWAY_OFFSET_M = 14.0
LINK_REACH_M = 130.0
POINTS_A_SIDE = 80


def ring_road(lattice: Lattice) -> None:
    """Traffic keeps right: the outer carriageway runs counter-clockwise, the inner one clockwise; links join avenues."""
    plan = lattice.plan
    outer = _carriageway(plan, CARRIAGEWAY_OFFSET_M)
    inner = _carriageway(plan, -CARRIAGEWAY_OFFSET_M)[::-1]
    for name, loop in (("二环路外环", outer), ("二环路内环", inner)):
        plan.ways.append(Way((*loop, loop[0]), {"highway": "trunk", "name": name, "oneway": "yes"}))
        _links(lattice, loop, name)


def _carriageway(plan: TownPlan, offset_m: float) -> list[int]:
    """Nodes of a rectangle grown by the offset, counter-clockwise from the south-west corner."""
    east, north = offset_m / METRES_PER_DEGREE_LON, offset_m / METRES_PER_DEGREE_LAT
    west_lon, south_lat, east_lon, north_lat = RING[0] - east, RING[1] - north, RING[2] + east, RING[3] + north
    corners = [(west_lon, south_lat), (east_lon, south_lat), (east_lon, north_lat), (west_lon, north_lat)]
    nodes = []
    for (a_lon, a_lat), (b_lon, b_lat) in zip(corners, corners[1:] + corners[:1], strict=True):
        for step in range(POINTS_A_SIDE):
            share = step / POINTS_A_SIDE
            nodes.append(plan.add_node(a_lon + (b_lon - a_lon) * share, a_lat + (b_lat - a_lat) * share))
    return nodes


def _links(lattice: Lattice, loop: list[int], name: str) -> None:
    """One link, both ways, wherever an avenue crosses the ring: from the avenue's node beside it to the nearest of the loop."""
    plan = lattice.plan
    nearest: dict[tuple[str, int, bool], tuple[float, int, int]] = {}
    for (row, column), crossing in lattice.at.items():
        here = plan.nodes[crossing]
        sides = []
        if lattice.is_avenue_row(row):
            sides.append(("row", row, here[0] > (RING[0] + RING[2]) / 2))
        if lattice.is_avenue_column(column):
            sides.append(("column", column, here[1] > (RING[1] + RING[3]) / 2))
        if not sides:
            continue
        off, node = min((metres_between(plan.nodes[node], here), node) for node in loop)
        for side in sides:
            nearest[side] = min(nearest.get(side, (LINK_REACH_M, 0, 0)), (off, node, crossing))
    for ends in dict.fromkeys((node, crossing) for _off, node, crossing in nearest.values() if node):
        plan.ways.append(Way(ends, {"highway": "trunk_link", "name": f"{name}辅路"}))


def river_and_railway(plan: TownPlan) -> None:
    """Drawn for the map; no road touches them."""
    for latitude, tags in (
        (RIVER_LAT, {"waterway": "river", "name": "护城河"}),
        (RAILWAY_LAT, {"railway": "rail", "name": "京南联络线"}),
    ):
        nodes = [plan.add_node(116.382 + step * 0.006, latitude) for step in range(12)]
        plan.ways.append(Way(tuple(nodes), tags))
