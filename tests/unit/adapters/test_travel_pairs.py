"""A pair's figures depend on its two points alone: whichever way they are asked, they are the same to the second and the metre."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel import Travel, TravelBlock, TravelMatrix
from mealroute.adapters.travel_cache import CachedTravel
from mealroute.adapters.travel_closed import Closed, ClosedTravel
from mealroute.adapters.travel_composite import CompositeTravel
from mealroute.core.config import CHECKOUT
from mealroute.core.geo import LonLat

SAMPLE = CHECKOUT / "data" / "sample" / "dongcheng" / "dongcheng.osm.pbf"
CLOSED = (Closed(lon=116.409, lat=39.928, radius_m=120), Closed(lon=116.416, lat=39.921, radius_m=60))
PROVIDERS = ("estimates", "roads", "closed roads", "closed estimates")

inside = st.builds(LonLat, st.floats(116.402, 116.422), st.floats(39.918, 39.936))
off_the_roads = st.builds(LonLat, st.floats(116.9, 116.91), st.floats(39.92, 39.93))
at_the_closure = st.builds(LonLat, st.floats(116.4085, 116.4095), st.floats(39.9275, 39.9285))
places = st.one_of(inside, inside, at_the_closure, off_the_roads)
each_law = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Travel]:
    network = RoadNetwork(SAMPLE, tmp_path_factory.mktemp("roads"))
    roads = CompositeTravel(network, StraightLine())
    return {
        "estimates": StraightLine(),
        "roads": roads,
        "closed roads": ClosedTravel(roads, CLOSED, network),
        "closed estimates": ClosedTravel(StraightLine(), CLOSED),
    }


@pytest.mark.parametrize("name", PROVIDERS)
@each_law
@given(origins=st.lists(places, max_size=6), destinations=st.lists(places, max_size=6))
def test_some_pairs_are_that_part_of_the_whole(
    providers: dict[str, Travel], name: str, origins: list[LonLat], destinations: list[LonLat]
) -> None:
    travel = providers[name]
    whole = travel.matrix((*origins, *destinations), "ebike")
    some = travel.between(origins, destinations, "ebike")
    n = len(origins)
    assert same(some, (whole.durations[:n, n:], whole.distances[:n, n:], whole.estimated[:n, n:], whole.snap_m[:n]))


@pytest.mark.parametrize("name", PROVIDERS)
@each_law
@given(known=st.lists(places, min_size=8, max_size=14), new=st.lists(places, max_size=2), data=st.data())
def test_a_matrix_that_was_added_to_is_the_one_searched_whole(
    providers: dict[str, Travel], name: str, known: list[LonLat], new: list[LonLat], data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    travel = CachedTravel(providers[name], tmp_path_factory.mktemp("cache"))
    left = known[data.draw(st.integers(0, 2)) :]
    asked = data.draw(st.permutations((*left, *new)))
    travel.matrix(known, "van")
    found, whole = travel.matrix(asked, "van"), providers[name].matrix(asked, "van")
    assert same(found, (whole.durations, whole.distances, whole.estimated, whole.snap_m))
    assert found.network == whole.network


class Watched(StraightLine):
    """Notes how many pairs it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs = 0

    def between(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], profile: str) -> TravelBlock:
        self.pairs += len(origins) * len(destinations)
        return super().between(origins, destinations, profile)


def test_one_more_door_costs_its_own_ways_alone(tmp_path: Path) -> None:
    watched = Watched()
    day = [LonLat(116.4 + n / 1000, 39.9) for n in range(20)]
    CachedTravel(watched, tmp_path).matrix(day, "van")
    watched.pairs = 0

    # another process, later that day
    CachedTravel(watched, tmp_path).matrix([*day, LonLat(116.41, 39.95)], "van")

    assert watched.pairs == 21 + 20


def test_a_day_less_a_door_costs_nothing(tmp_path: Path) -> None:
    watched = Watched()
    day = [LonLat(116.4 + n / 1000, 39.9) for n in range(20)]
    travel = CachedTravel(watched, tmp_path)
    travel.matrix(day, "van")
    travel.matrix(day[3:], "van")
    assert watched.pairs == 400


def test_mostly_new_doors_are_searched_as_a_whole(tmp_path: Path) -> None:
    watched = Watched()
    travel = CachedTravel(watched, tmp_path)
    travel.matrix([LonLat(116.4 + n / 1000, 39.9) for n in range(10)], "van")
    travel.matrix([LonLat(116.4 + n / 1000, 39.9) for n in range(5, 15)], "van")
    assert watched.pairs == 200


def test_a_kept_matrix_that_is_damaged_is_not_added_to(tmp_path: Path) -> None:
    day = [LonLat(116.4 + n / 1000, 39.9) for n in range(20)]
    travel = CachedTravel(StraightLine(), tmp_path)
    travel.matrix(day, "van")
    (file,) = tmp_path.glob("matrix-*.npz")
    for length in (file.stat().st_size // 2, 0):
        file.write_bytes(file.read_bytes()[:length])
        more = [*day, LonLat(116.41, 39.95 + length / 1e6)]
        assert np.array_equal(travel.matrix(more, "van").durations, StraightLine().matrix(more, "van").durations)


def same(found: TravelBlock | TravelMatrix, wanted: tuple[np.ndarray, ...]) -> bool:
    parts = (found.durations, found.distances, found.estimated)
    return all(map(np.array_equal, parts, wanted)) and np.array_equal(found.snap_m, wanted[3], equal_nan=True)
