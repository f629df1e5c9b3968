import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderAuthenticationFailure, GeocoderQuotaExceeded, GeocoderRateLimited, GeocoderServiceError

from mealroute.adapters.coordinates import Datum, from_wgs84
from mealroute.adapters.geocode import GazetteerEntry, Level, entries_of_roads, lookup, normalised
from mealroute.adapters.geocode_online import AMap, Tianditu, lonlat
from mealroute.adapters.roads_lines import RoadLine
from mealroute.core.geo import LonLat, haversine_m
from tests.unit.adapters.conftest import north_of


def entry(name: str, level: Level = Level.ROAD, street: str = "", *aliases: str) -> GazetteerEntry:
    return GazetteerEntry(name=name, level=level, point=north_of(0), street_code=street, aliases=aliases)


GAZETTEER = (
    entry("东四街道", Level.STREET, "110101006"), entry("史家社区", Level.COMMUNITY, "110101007"), entry("东四"), entry("东四北大街"),
    entry("史家胡同", Level.ROAD, "110101007"), entry("史家胡同", Level.ROAD, "110101008"), entry("大栅栏街", Level.ROAD, "", "大石栏街"),
    entry("史家胡同1号", Level.DOOR, "110101007"), entry("史家胡同11号", Level.DOOR, "110101007"),
)  # fmt: skip


def test_the_longest_road_name_in_the_address_wins() -> None:
    hits = lookup("北京市东城区东四北大街 300号", GAZETTEER)
    assert [hit.entry.name for hit in hits] == ["东四北大街"]
    assert hits[0].precision == "street"


def test_a_known_door_beats_its_road_and_numbers_are_read_whole() -> None:
    hits = lookup("东城区史家胡同11号", GAZETTEER)
    assert (hits[0].entry.name, hits[0].precision) == ("史家胡同11号", "door")
    assert "史家胡同1号" not in [hit.entry.name for hit in hits]


def test_equal_names_are_rivals_unless_the_street_is_known() -> None:
    assert lookup("史家胡同", GAZETTEER)[0].rivals == 1
    best = lookup("史家胡同", GAZETTEER, street_code="110101008")[0]
    assert (best.entry.street_code, best.rivals) == ("110101008", 0)


def test_aliases_and_full_width_figures_are_understood() -> None:
    assert lookup("大石栏街７号", GAZETTEER)[0].entry.name == "大栅栏街"
    assert normalised("北京市东城区 史家胡同（５号）") == "史家胡同5号"


def test_an_unknown_address_has_no_proposal() -> None:
    assert lookup("朝阳路8号", GAZETTEER) == ()
    assert lookup("", GAZETTEER) == ()


def test_roads_of_the_network_become_entries_with_their_reach() -> None:
    lines = [
        RoadLine("residential", "史家胡同", (north_of(0), north_of(100), north_of(300))),
        RoadLine("residential", "史家胡同", (north_of(300), north_of(400))),
        RoadLine("service", "", (north_of(0), north_of(9))),
    ]
    (road,) = entries_of_roads(lines)
    assert road.point == north_of(100)
    assert road.spread_m == pytest.approx(300, abs=1)


def answering(answer: object) -> tuple[Callable[..., BaseSyncAdapter], list[str]]:
    """An adapter factory for geopy that never touches the network."""
    asked: list[str] = []

    class Adapter(BaseSyncAdapter):  # type: ignore[misc]
        def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
            asked.append(url)
            assert timeout == 5
            return answer

        def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
            return json.dumps(answer)

    return (lambda *, proxies, ssl_context: Adapter(proxies=proxies, ssl_context=ssl_context)), asked


def test_amap_answers_in_gcj02_and_we_in_wgs84() -> None:
    door = LonLat(116.42, 39.93)
    lon, lat = from_wgs84(door, Datum.GCJ02)
    factory, asked = answering(
        {"status": "1", "geocodes": [{"formatted_address": "史家胡同1号", "location": f"{lon:.6f},{lat:.6f}"}]}
    )
    found = AMap("key", adapter_factory=factory).geocode("史家胡同1号")
    assert haversine_m(lonlat(found), door) < 0.2
    assert parse_qs(urlsplit(asked[0]).query)["address"] == ["史家胡同1号"]


def test_amap_finding_nothing_is_none() -> None:
    factory, _asked = answering({"status": "1", "geocodes": []})
    assert AMap("key", adapter_factory=factory).geocode("无此地") is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("10003", GeocoderQuotaExceeded),
        ("10021", GeocoderRateLimited),
        ("10001", GeocoderAuthenticationFailure),
        ("30001", GeocoderServiceError),
    ],
)
def test_amaps_refusals_become_geopys(code: str, error: type[Exception]) -> None:
    factory, _asked = answering({"status": "0", "infocode": code, "info": "refused"})
    with pytest.raises(error):
        AMap("key", adapter_factory=factory).geocode("史家胡同1号")


def test_tianditu_is_read_as_it_stands() -> None:
    factory, asked = answering(
        {"status": "0", "location": {"lon": 116.42, "lat": 39.93, "keyWord": "史家胡同1号", "level": "门址"}}
    )
    found = Tianditu("key", adapter_factory=factory).geocode("史家胡同1号", exactly_one=False)
    assert lonlat(found[0]) == LonLat(116.42, 39.93)
    assert json.loads(parse_qs(urlsplit(asked[0]).query)["ds"][0]) == {"keyWord": "史家胡同1号"}
    nothing, _asked = answering({"status": "404", "msg": "无结果"})
    assert Tianditu("key", adapter_factory=nothing).geocode("无此地") is None
