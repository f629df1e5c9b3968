from mealroute.core.geo import LonLat
from mealroute.residents.records import Precision
from tests.unit.planning.parts import built, line


def test_neighbours_located_from_different_maps_are_one_stop_at_the_finer_point() -> None:
    rough = line(1, place_key="yard", lon=116.4101, lat=39.9401, precision=Precision.STREET)
    fine = line(2, place_key="yard", lon=116.4100, lat=39.9400, precision=Precision.DOOR)

    (stop,) = built([rough, fine]).stops

    assert stop.point == LonLat(116.4100, 39.9400)
    assert stop.lines == (1, 2)
