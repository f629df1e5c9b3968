import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from mealroute.adapters.travel import PointOffRoad, TravelUnavailable
from mealroute.adapters.travel_osrm import OsrmTravel
from mealroute.core.geo import LonLat, haversine_m
from tests.unit.adapters.conftest import north_of

LAKE = north_of(5000, east=5000)
"""The fake server has no road here."""


class FakeOsrm(BaseHTTPRequestHandler):
    """Answers like OSRM: 10 m/s in straight lines, at most 6 places in a table."""

    asked: ClassVar[list[str]] = []
    mood: ClassVar[str] = "well"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.asked.append(self.path)
        _, service, _, profile, where = url.path.split("/")
        points = [LonLat(*map(float, pair.split(","))) for pair in where.split(";")]
        options = {key: value[0] for key, value in parse_qs(url.query).items()}
        status, answer = (
            200,
            {"well": lambda: getattr(self, service)(points, options), "ill": lambda: {"code": "InvalidUrl"}}[
                self.mood
            ](),
        )
        if answer["code"] != "Ok":
            status = 400
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)
        assert profile in {"bike", "driving", "foot"}

    def table(self, points: list[LonLat], options: dict[str, str]) -> dict[str, object]:
        if len(points) > 6:
            return {"code": "TooBig"}
        rows, columns = (
            [points[int(i)] for i in options[key].split(";")] if key in options else points
            for key in ("sources", "destinations")
        )
        metres = [[None if far(a) != far(b) else haversine_m(a, b) for b in columns] for a in rows]
        return {
            "code": "Ok", "distances": metres,
            "durations": [[None if m is None else m / 10 for m in row] for row in metres],
            "sources": [{"distance": 900.0 if haversine_m(p, north_of(9000)) < 50 else 3.5} for p in rows],
        }  # fmt: skip

    def nearest(self, _points: list[LonLat], _options: dict[str, str]) -> dict[str, object]:
        return {"code": "Ok", "waypoints": [{"distance": 3.5}]}

    def route(self, points: list[LonLat], _options: dict[str, str]) -> dict[str, object]:
        if far(points[0]) != far(points[1]):
            return {"code": "NoRoute", "message": "none"}
        return {
            "code": "Ok",
            "routes": [
                {"geometry": {"coordinates": [[p.lon, p.lat] for p in (points[0], north_of(7, east=7), points[1])]}}
            ],
        }

    def log_message(self, format: str, *args: object) -> None:
        pass


def far(point: LonLat) -> bool:
    return haversine_m(point, LAKE) < 50


@pytest.fixture
def server() -> Iterator[str]:
    FakeOsrm.asked, FakeOsrm.mood = [], "well"
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), FakeOsrm)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}/"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def test_tables_are_asked_in_blocks_that_the_server_accepts(server: str) -> None:
    points = [north_of(n * 123.4) for n in range(8)]
    matrix = OsrmTravel(server, table_size=6).matrix([*points, points[0]], "ebike")
    assert matrix.distances[0, 7] == pytest.approx(7 * 123.4, abs=1)
    assert matrix.durations[0, 1] == 13  # 12.34 s, rounded up
    assert matrix.durations[0, 8] == 0
    assert not matrix.estimated.any()
    assert matrix.snap_m.tolist() == [3.5] * 9
    assert len(FakeOsrm.asked) == 9


def test_pairs_without_a_route_are_marked_estimates(server: str) -> None:
    matrix = OsrmTravel(server).matrix([north_of(0), north_of(100), LAKE], "van")
    assert matrix.estimated.tolist() == [[False, False, True], [False, False, True], [True, True, False]]
    assert matrix.distances[0, 2] == pytest.approx(haversine_m(north_of(0), LAKE) * 1.3, abs=1)


def test_a_point_far_from_the_servers_roads_is_refused(server: str) -> None:
    travel = OsrmTravel(server)
    assert travel.covers([north_of(0), north_of(9000)], "van").tolist() == [True, False]
    with pytest.raises(PointOffRoad):
        travel.matrix([north_of(0), north_of(9000)], "van")


def test_free_flow_times_can_be_slowed_down(server: str) -> None:
    points = [north_of(0), north_of(1000)]
    assert OsrmTravel(server, slowdown=1.5).matrix(points, "van").durations[0, 1] == 150
    assert OsrmTravel(server, slowdown=1.5).network_id("van") != OsrmTravel(server).network_id("van")


def test_lines_come_from_the_server_and_are_straight_without_a_route(server: str) -> None:
    first, second = OsrmTravel(server).path([north_of(0), north_of(100), LAKE], "foot")
    assert len(first) == 5
    assert second == (north_of(100), LAKE)


def test_a_server_that_refuses_or_is_gone_is_reported_for_a_person_to_mend(server: str) -> None:
    FakeOsrm.mood = "ill"
    with pytest.raises(TravelUnavailable) as refused:
        OsrmTravel(server).matrix([north_of(0)], "van")
    assert refused.value.code == "routing-server-refuses"
    with pytest.raises(TravelUnavailable) as gone:
        OsrmTravel("http://127.0.0.1:9").matrix([north_of(0)], "van")
    assert gone.value.code == "routing-server-unreachable"


def test_only_http_addresses_are_taken() -> None:
    with pytest.raises(ValueError, match="http"):
        OsrmTravel("file:///etc/passwd")
