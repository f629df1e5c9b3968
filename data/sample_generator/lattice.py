"""The invented street plan: a lattice of avenues and hutongs around the street centres, with what makes travel uneven.

A ring road of two one-way carriageways, a river and a railway that only avenues cross, two closed parks, one-way lanes,
dead ends, footpaths and bollards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from data.sample_generator.places import STREETS

METRES_PER_DEGREE_LAT = 111_195.0
METRES_PER_DEGREE_LON = METRES_PER_DEGREE_LAT * math.cos(math.radians(39.917))
WEST, SOUTH, EAST, NORTH = 116.3800, 39.8500, 116.4560, 39.9740
ROW_STEP_M, COLUMN_STEP_M = 72.0, 118.0
AVENUE_EVERY_ROW, AVENUE_EVERY_COLUMN = 10, 7
REACH_M = 1_350.0
PARKS = ((116.3925, 39.9115, 116.4005, 39.9235), (116.4035, 39.8760, 116.4090, 39.8875))


@dataclass(frozen=True, slots=True)
class Way:
    """A road to be written: node ids in the direction of travel, and its tags."""

    nodes: tuple[int, ...]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Frontage:
    """A stretch of road that has doors: its two ends (lon, lat), its name and kind."""

    start: tuple[float, float]
    end: tuple[float, float]
    name: str
    highway: str


@dataclass(slots=True)
class TownPlan:
    """Nodes by id with position and tags, ways, and the stretches that doors stand on."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    frontages: list[Frontage] = field(default_factory=list)

    def add_node(self, lon: float, lat: float) -> int:
        """A new node, to seven decimals as OSM stores it."""
        node = len(self.nodes) + 1
        self.nodes[node] = (round(lon, 7), round(lat, 7))
        return node


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Plane distance in metres; good to a millimetre across one block."""
    return math.hypot((a[0] - b[0]) * METRES_PER_DEGREE_LON, (a[1] - b[1]) * METRES_PER_DEGREE_LAT)


def _near_a_street(lon: float, lat: float) -> bool:
    return min(metres_between((lon, lat), (street.lon, street.lat)) for street in STREETS) < REACH_M


def _in_a_park(lon: float, lat: float) -> bool:
    return any(west < lon < east and south < lat < north for west, south, east, north in PARKS)


class Lattice:
    """Rows run west–east and are numbered from the south, columns south–north from the west."""

    def __init__(self, random: Random, plan: TownPlan) -> None:
        self.random, self.plan = random, plan
        self.rows = int((NORTH - SOUTH) * METRES_PER_DEGREE_LAT / ROW_STEP_M)
        self.columns = int((EAST - WEST) * METRES_PER_DEGREE_LON / COLUMN_STEP_M)
        self.at: dict[tuple[int, int], int] = {}
        for row in range(self.rows):
            for column in range(self.columns):
                self._place(row, column)

    def _place(self, row: int, column: int) -> None:
        wobble_lat = 0.0 if self.is_avenue_row(row) else self.random.uniform(-14, 14)
        wobble_lon = 0.0 if self.is_avenue_column(column) else self.random.uniform(-24, 24)
        lon = WEST + (column * COLUMN_STEP_M + wobble_lon) / METRES_PER_DEGREE_LON
        lat = SOUTH + (row * ROW_STEP_M + wobble_lat) / METRES_PER_DEGREE_LAT
        if _near_a_street(lon, lat) and not _in_a_park(lon, lat):
            self.at[row, column] = self.plan.add_node(lon, lat)

    def is_avenue_row(self, row: int) -> bool:
        return row % AVENUE_EVERY_ROW == 4

    def is_avenue_column(self, column: int) -> bool:
        return column % AVENUE_EVERY_COLUMN == 2

    def position(self, row: int, column: int) -> tuple[float, float]:
        return self.plan.nodes[self.at[row, column]]
