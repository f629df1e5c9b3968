from hypothesis import given
from hypothesis import strategies as st

from mealroute.adapters.coordinates import Datum, amap_navigation_url, from_wgs84, to_wgs84
from mealroute.core.geo import LonLat, haversine_m

TIANANMEN = LonLat(116.391349, 39.907375)
in_china = st.builds(LonLat, st.floats(73.0, 135.0), st.floats(18.0, 53.0))


def test_gcj02_of_a_known_point_agrees_with_published_converters() -> None:
    lon, lat = from_wgs84(TIANANMEN, Datum.GCJ02)
    assert abs(lon - 116.397590) < 2e-6
    assert abs(lat - 39.908776) < 2e-6


def test_the_offset_in_beijing_is_half_a_kilometre_and_baidus_more_than_one() -> None:
    assert 450 < haversine_m(TIANANMEN, LonLat(*from_wgs84(TIANANMEN, Datum.GCJ02))) < 650
    assert 1000 < haversine_m(TIANANMEN, LonLat(*from_wgs84(TIANANMEN, Datum.BD09))) < 1600


@given(in_china)
def test_going_there_and_back_returns_the_same_point(point: LonLat) -> None:
    for datum in Datum:
        back = to_wgs84(*from_wgs84(point, datum), datum)
        assert abs(back.lon - point.lon) < 1e-9
        assert abs(back.lat - point.lat) < 1e-9


def test_outside_china_gcj02_changes_nothing() -> None:
    paris = LonLat(2.35, 48.85)
    assert from_wgs84(paris, Datum.GCJ02) == (2.35, 48.85)


def test_the_navigation_link_carries_gcj02_and_an_escaped_name() -> None:
    url = amap_navigation_url(TIANANMEN, "3号楼&1")
    assert url == "https://uri.amap.com/navigation?to=116.397590,39.908776,3%E5%8F%B7%E6%A5%BC%261&mode=ride"
