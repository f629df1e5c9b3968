from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel import Leg, TravelMatrix, profile_label
from mealroute.adapters.travel_cache import CachedTravel
from mealroute.adapters.travel_composite import CompositeTravel
from mealroute.adapters.travel_setup import open_travel
from mealroute.core.geo import LonLat
from tests.unit.adapters.conftest import WriteTown, north_of

STREET = {"highway": "residential"}


class Counting(StraightLine):
    """Counts how often it is asked."""

    asked = 0

    def matrix(self, points: Sequence[LonLat], profile: str) -> TravelMatrix:
        self.asked += 1
        return super().matrix(points, profile)


def test_estimates_are_the_great_circle_times_1_3_and_marked() -> None:
    matrix = StraightLine().matrix([north_of(0), north_of(1000)], "ebike")
    assert matrix.distances[0, 1] == 1300
    assert matrix.durations[0, 1] == 335  # 1300 m at 14 km/h
    assert matrix.estimated.tolist() == [[False, True], [True, False]]
    assert np.isnan(matrix.snap_m).all()


def test_a_matrix_of_some_points_keeps_their_order_and_repeats() -> None:
    matrix = StraightLine().matrix([north_of(0), north_of(1000), north_of(3000)], "van")
    some = matrix.take([2, 0, 2])
    assert some.distances[0].tolist() == [0, matrix.distances[2, 0], 0]
    assert len(some) == 3


def test_a_matrix_with_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="durations must be 1 × 1"):
        TravelMatrix(
            np.zeros((2, 2), np.int32),
            np.zeros((1, 1), np.int32),
            np.zeros((1, 1), np.bool_),
            np.zeros(1, np.float32),
            "x",
        )


def composite(write_town: WriteTown) -> CompositeTravel:
    return CompositeTravel(
        RoadNetwork(write_town({1: north_of(0), 2: north_of(1000)}, [((1, 2), STREET)])), StraightLine()
    )


def test_points_off_the_network_get_marked_estimates_and_the_others_roads(write_town: WriteTown) -> None:
    points = [north_of(0), north_of(1000), north_of(500, east=2000)]
    matrix = composite(write_town).matrix(points, "ebike")
    assert matrix.estimated.tolist() == [[False, False, True], [False, False, True], [True, True, False]]
    assert matrix.distances[0, 1] == 1000
    assert matrix.distances[0, 2] == StraightLine().matrix(points, "ebike").distances[0, 2]
    assert np.isnan(matrix.snap_m[2])


def test_with_every_point_off_the_network_all_is_estimated(write_town: WriteTown) -> None:
    matrix = composite(write_town).matrix([north_of(0, east=2000), north_of(0, east=3000)], "ebike")
    assert matrix.estimated_pairs == 2


def test_lines_follow_roads_where_both_ends_are_covered(write_town: WriteTown) -> None:
    travel = composite(write_town)
    off = north_of(500, east=2000)
    legs = travel.path([north_of(0), north_of(400), north_of(800), off, off, north_of(1000), north_of(0)], "ebike")
    assert len(legs) == 6
    assert legs[2] == (north_of(800), off)
    assert legs[3] == (off, off)
    assert legs[4] == (off, north_of(1000))
    assert travel.path([off], "ebike") == ()


def test_the_same_points_are_searched_once(tmp_path: Path) -> None:
    counting = Counting()
    travel = CachedTravel(counting, tmp_path)
    points = [north_of(0), north_of(700)]
    first, second = travel.matrix(points, "van"), travel.matrix(points, "van")
    assert counting.asked == 1
    assert second.durations.tolist() == first.durations.tolist()
    assert second.network == first.network
    travel.matrix(points, "foot")
    travel.matrix(points[::-1], "van")
    assert counting.asked == 2


def test_a_damaged_cache_file_is_searched_again(tmp_path: Path) -> None:
    counting = Counting()
    travel = CachedTravel(counting, tmp_path)
    travel.matrix([north_of(0), north_of(700)], "van")
    (file,) = tmp_path.glob("matrix-*.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert travel.matrix([north_of(0), north_of(700)], "van").distances[0, 1] == 910
    assert counting.asked == 2


def test_the_cache_keeps_a_bounded_number_of_files(tmp_path: Path) -> None:
    travel = CachedTravel(StraightLine(), tmp_path, kept=3)
    for metres in range(1, 7):
        travel.matrix([north_of(0), north_of(metres)], "van")
    assert len(list(tmp_path.glob("matrix-*.npz"))) == 3


def test_without_a_network_there_are_estimates(tmp_path: Path) -> None:
    travel = open_travel(roads_file=tmp_path / "none.osm.pbf")
    legs: tuple[Leg, ...] = travel.path([north_of(0), north_of(5)], "van")
    assert legs == ((north_of(0), north_of(5)),)
    assert travel.matrix([north_of(0), north_of(5)], "van").estimated_pairs == 2


def test_profiles_have_names_that_people_use() -> None:
    assert [profile_label(name) for name in ("ebike", "foot", "cargo-tram")] == ["电三轮", "步行", "cargo-tram"]


@pytest.mark.parametrize("points", [[], [north_of(0)]])
def test_no_point_and_one_point_are_fine(write_town: WriteTown, tmp_path: Path, points: list[LonLat]) -> None:
    file = write_town({1: north_of(0), 2: north_of(1000)}, [((1, 2), STREET)])
    travel = open_travel(roads_file=file, cache_dir=tmp_path / "cache")
    assert travel.matrix(points, "van").durations.shape == (len(points), len(points))
    assert travel.path(points, "van") == ()
