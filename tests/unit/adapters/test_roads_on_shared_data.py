"""Real networks: Beijing inside the ring roads, and a mountain valley."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.straight_line import great_circles_m
from mealroute.core.geo import LonLat

ROADS = Path(__file__).resolve().parents[4] / "shared" / "data" / "roads"


@pytest.mark.parametrize(
    ("name", "frame"),
    [("beijing-2013", (116.36, 39.86, 116.46, 39.97)), ("liechtenstein-2015", (9.48, 47.06, 9.56, 47.24))],
)
def test_a_real_network_connects_every_covered_point_and_no_way_is_shorter_than_the_air_line(
    name: str, frame: tuple[float, float, float, float]
) -> None:
    random = Random(3)
    network = RoadNetwork(ROADS / f"{name}.osm.pbf")
    points = [LonLat(random.uniform(frame[0], frame[2]), random.uniform(frame[1], frame[3])) for _n in range(150)]
    near = [point for point, covered in zip(points, network.covers(points, "van"), strict=True) if covered]
    assert len(near) > 60
    matrix = network.matrix(near, "van")
    air = great_circles_m(near, near)
    apart = air > 500
    assert (matrix.durations[apart] > 0).all()
    assert (matrix.distances + matrix.snap_m[:, None] + matrix.snap_m + 5 >= air * 0.99).all()
    asymmetry = np.abs(matrix.durations - matrix.durations.T)[apart] / matrix.durations[apart]
    assert 0.001 < (asymmetry > 0.2).mean() < 0.3
