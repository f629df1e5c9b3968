import pytest

from mealroute.core.geo import LonLat, haversine_m


def test_one_degree_of_latitude_is_about_111_km() -> None:
    assert haversine_m(LonLat(116.0, 39.0), LonLat(116.0, 40.0)) == pytest.approx(111_195, abs=2)


def test_the_distance_to_itself_is_zero() -> None:
    assert haversine_m(LonLat(116.4, 39.9), LonLat(116.4, 39.9)) == 0


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0), (0, float("inf"))])
def test_a_point_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="longitude"):
        LonLat(lon, lat)
