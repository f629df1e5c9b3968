"""Addresses: hutong doors and tower blocks along the invented roads, each with its point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from data.sample_generator.lattice import (
    METRES_PER_DEGREE_LAT,
    METRES_PER_DEGREE_LON,
    Frontage,
    TownPlan,
    metres_between,
)
from data.sample_generator.places import STEMS, STREETS, TOWER_ESTATES, Street

DOOR_ROADS = frozenset({"residential", "living_street", "pedestrian"})
MAX_FROM_CENTRE_M = 1_100.0
TOWERS_A_STREET, HUTONG_DOORS_A_STREET = 11, 31
COMMUNITIES_A_STREET = 7


@dataclass(frozen=True, slots=True)
class Building:
    """A building that somebody lives in: a tower block with units and floors, or one hutong courtyard."""

    street: Street
    community: str
    road: str
    address: str
    name: str
    lon: float
    lat: float
    floors: int
    units: int
    has_lift: bool
    datum: str
    precision: str

    @property
    def is_tower(self) -> bool:
        return self.floors > 1


def communities(random: Random) -> dict[str, tuple[tuple[str, float, float], ...]]:
    """Invented communities of each street with a centre, by street code; no name is used twice."""
    stems = list(STEMS)
    random.shuffle(stems)
    names = iter([f"{stem}社区" for stem in stems] + [f"{stem}里社区" for stem in stems])
    found = {}
    for street in STREETS:
        places = []
        for number in range(COMMUNITIES_A_STREET):
            angle = 2 * math.pi * number / COMMUNITIES_A_STREET
            lon = street.lon + 480 * math.cos(angle) / METRES_PER_DEGREE_LON
            lat = street.lat + 480 * math.sin(angle) / METRES_PER_DEGREE_LAT
            places.append((next(names), lon, lat))
        found[street.code] = tuple(places)
    return found


def build(plan: TownPlan, random: Random, areas: dict[str, tuple[tuple[str, float, float], ...]]) -> list[Building]:
    """Towers and doors of every street, in a fixed order."""
    fronts: dict[str, list[Frontage]] = {street.code: [] for street in STREETS}
    for front in plan.frontages:
        middle = ((front.start[0] + front.end[0]) / 2, (front.start[1] + front.end[1]) / 2)
        street = min(STREETS, key=lambda s: metres_between(middle, (s.lon, s.lat)))
        if front.highway in DOOR_ROADS and metres_between(middle, (street.lon, street.lat)) < MAX_FROM_CENTRE_M:
            fronts[street.code].append(front)
    buildings = []
    for street in STREETS:
        taken: set[str] = set()
        for number in range(TOWERS_A_STREET + HUTONG_DOORS_A_STREET):
            tower = number < TOWERS_A_STREET
            building = None
            while building is None or building.address in taken:
                building = _building(random, street, areas[street.code], random.choice(fronts[street.code]), tower)
            taken.add(building.address)
            buildings.append(building)
    return buildings


def _building(
    random: Random, street: Street, areas: tuple[tuple[str, float, float], ...], front: Frontage, tower: bool
) -> Building:
    share, side = random.uniform(0.1, 0.9), random.choice((-1, 1))
    away_m = side * random.uniform(18, 32) if tower else side * random.uniform(5, 11)
    east = (front.end[0] - front.start[0]) * METRES_PER_DEGREE_LON
    north = (front.end[1] - front.start[1]) * METRES_PER_DEGREE_LAT
    length = math.hypot(east, north)
    lon = front.start[0] + (east * share - north / length * away_m) / METRES_PER_DEGREE_LON
    lat = front.start[1] + (north * share + east / length * away_m) / METRES_PER_DEGREE_LAT
    community = min(areas, key=lambda area: metres_between((lon, lat), area[1:]))[0]
    number = random.randint(1, 119)
    # A building was located once, by somebody with one kind of map: all who live there share the point.
    datum = random.choices(("WGS84", "GCJ02", "BD09"), (70, 25, 5))[0]
    precision = "街道" if random.random() < 0.03 else "楼栋" if tower else "门口"
    if not tower:
        address = f"北京市东城区{front.name}{number}号"
        return Building(
            street,
            community,
            front.name,
            address,
            f"{number}号院",
            lon,
            lat,
            1,
            0,
            has_lift=False,
            datum=datum,
            precision=precision,
        )
    estate = front.name[:-2] if front.name.endswith(("胡同", "夹道")) else front.name[:-1]
    estate += random.choice(TOWER_ESTATES)
    block = random.randint(1, 18)
    floors = random.choice((5, 6, 6, 6, 12, 16, 18, 22))
    address = f"北京市东城区{front.name}{number}号{estate}{block}号楼"
    return Building(
        street, community, front.name, address, f"{block}号楼", lon, lat, floors,
        random.randint(1, 3 if floors < 10 else 2), has_lift=floors > 6 or random.random() < 0.12, datum=datum, precision=precision,
    )  # fmt: skip
