"""A closed road lengthens the ways that led through it and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel_closed import Closed, ClosedTravel
from mealroute.core.config import CHECKOUT
from mealroute.core.geo import LonLat

SAMPLE = CHECKOUT / "data" / "sample" / "dongcheng" / "dongcheng.osm.pbf"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    return RoadNetwork(SAMPLE, tmp_path_factory.mktemp("roads"))


def grid(count: int = 7) -> tuple[LonLat, ...]:
    return tuple(
        LonLat(116.40 + 0.003 * i, 39.915 + 0.003 * j) for i in range(count) for j in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("radius_m", [40, 150])
def test_ways_round_a_closure_are_real_ways_and_never_shorter(network: RoadNetwork, radius_m: int) -> None:
    points = grid()
    middle = points[24]
    usual = network.matrix(points, "ebike")

    closed = ClosedTravel(network, [Closed(lon=middle.lon, lat=middle.lat, radius_m=radius_m)], network)
    found = closed.matrix(points, "ebike")

    assert (found.durations >= usual.durations).all()
    assert (found.durations > usual.durations).any()
    assert (found.durations < 4 * 3600).all()
    assert (np.diag(found.durations) == 0).all()


def test_far_from_the_closure_everything_stays_as_it_is(network: RoadNetwork) -> None:
    points = grid(3)
    closed = ClosedTravel(network, [Closed(lon=116.43, lat=39.95, radius_m=40)], network)
    assert np.array_equal(closed.matrix(points, "ebike").durations, network.matrix(points, "ebike").durations)


def test_the_line_to_draw_keeps_out_of_the_closure(network: RoadNetwork) -> None:
    points = (grid()[21], grid()[27])
    through = network.path(points, "ebike")
    spot = through[0][len(through[0]) // 2]
    place = Closed(lon=spot.lon, lat=spot.lat, radius_m=60)

    (leg,) = ClosedTravel(network, [place], network).path(points, "ebike")

    lon, lat = np.array([p.lon for p in leg[1:-1]]), np.array([p.lat for p in leg[1:-1]])
    assert not place.holds(lon, lat).any()


def test_another_closure_is_another_network(network: RoadNetwork) -> None:
    one, other = (ClosedTravel(network, [Closed(lon=116.41, lat=39.92, radius_m=r)], network) for r in (40, 50))
    assert len({one.network_id("van"), other.network_id("van"), network.network_id("van")}) == 3


def test_where_no_roads_are_known_straight_lines_through_it_become_longer(tmp_path: Path) -> None:
    del tmp_path
    points = (LonLat(116.40, 39.93), LonLat(116.42, 39.93), LonLat(116.40, 39.95))
    usual = StraightLine().matrix(points, "ebike")

    found = ClosedTravel(StraightLine(), [Closed(lon=116.41, lat=39.93, radius_m=100)]).matrix(points, "ebike")

    assert found.durations[0, 1] > 1.5 * usual.durations[0, 1]
    assert found.durations[0, 2] == usual.durations[0, 2]
