import heapq
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from mealroute.adapters.roads import RoadNetwork
from mealroute.adapters.roads_access import speeds
from mealroute.adapters.roads_compile import compile_graph
from mealroute.adapters.roads_osm import read_roads
from mealroute.adapters.roads_profiles import profile_named
from mealroute.adapters.travel import PointOffRoad
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat, haversine_m
from tests.unit.adapters.conftest import WriteTown, north_of

STREET = {"highway": "residential", "name": "史家胡同"}


def straight(write_town: WriteTown, **tags: str) -> RoadNetwork:
    """Three nodes, 500 m apart, in a line; 13 km/h for e-bikes."""
    return RoadNetwork(write_town({1: north_of(0), 2: north_of(500), 3: north_of(1000)}, [((1, 2, 3), STREET | tags)]))


def test_times_are_the_length_over_the_speed_rounded_up(write_town: WriteTown) -> None:
    matrix = straight(write_town).matrix([north_of(0), north_of(1000)], "ebike")
    assert matrix.distances.tolist() == [[0, 1000], [1000, 0]]
    assert matrix.durations[0, 1] == 277  # 1000 m at 13 km/h: 276.92 s
    assert matrix.durations.dtype == np.int32
    assert not matrix.estimated.any()


def test_points_are_joined_along_the_road_not_only_at_its_junctions(write_town: WriteTown) -> None:
    matrix = straight(write_town).matrix([north_of(200, east=10), north_of(320, east=-10)], "ebike")
    assert matrix.distances[0, 1] == pytest.approx(120, abs=1)
    assert matrix.snap_m.tolist() == pytest.approx([10, 10], abs=0.1)


def test_several_points_at_one_place_are_no_distance_apart(write_town: WriteTown) -> None:
    same = north_of(300, east=60)
    matrix = straight(write_town).matrix([same, north_of(700), same], "ebike")
    assert matrix.durations[0, 2] == 0
    assert matrix.durations[0, 1] == matrix.durations[2, 1]


def test_the_way_from_the_kerb_to_a_far_door_is_walked(write_town: WriteTown) -> None:
    network = straight(write_town)
    near = network.matrix([north_of(0), north_of(500, east=20)], "ebike")
    far = network.matrix([north_of(0), north_of(500, east=120)], "ebike")
    assert far.durations[0, 1] - near.durations[0, 1] == pytest.approx(120, abs=1)  # 120 m at 3.6 km/h
    assert far.distances[0, 1] - near.distances[0, 1] == pytest.approx(120, abs=1)


def test_a_point_too_far_from_any_road_is_refused_by_its_place(write_town: WriteTown) -> None:
    network = straight(write_town)
    points = [north_of(0), north_of(500, east=400)]
    assert network.covers(points, "ebike").tolist() == [True, False]
    with pytest.raises(PointOffRoad) as refusal:
        network.matrix(points, "ebike")
    assert refusal.value.facts["indices"] == (1,)
    assert "300" in refusal.value.sentence


def test_one_ways_make_there_and_back_differ(write_town: WriteTown) -> None:
    corners = {1: north_of(0), 2: north_of(200), 3: north_of(200, east=300), 4: north_of(0, east=300)}
    block = write_town(corners, [((1, 2, 3, 4, 1), STREET | {"oneway": "yes"})])
    matrix = RoadNetwork(block).matrix([corners[1], corners[2]], "van")
    assert matrix.distances[0, 1] == pytest.approx(200, abs=1)
    assert matrix.distances[1, 0] == pytest.approx(800, abs=2)


def test_between_two_points_on_one_one_way_edge_the_way_back_goes_round(write_town: WriteTown) -> None:
    corners = {1: north_of(0), 2: north_of(200), 3: north_of(200, east=300), 4: north_of(0, east=300)}
    block = write_town(corners, [((1, 2, 3, 4, 1), STREET | {"oneway": "yes"})])
    matrix = RoadNetwork(block).matrix([north_of(50), north_of(150)], "van")
    assert matrix.distances[0, 1] == pytest.approx(100, abs=1)
    assert matrix.distances[1, 0] == pytest.approx(900, abs=2)


def test_islands_and_one_way_traps_are_left_out(write_town: WriteTown) -> None:
    nodes = {
        1: north_of(0),
        2: north_of(500),
        3: north_of(1000),
        8: north_of(0, east=90),
        9: north_of(90, east=90),
        5: north_of(300, east=50),
    }
    ways = [((1, 2, 3), STREET), ((8, 9), STREET), ((2, 5), STREET | {"oneway": "yes"})]
    matrix = RoadNetwork(write_town(nodes, ways)).matrix([nodes[1], nodes[5], nodes[9]], "ebike")
    assert matrix.snap_m.tolist() == pytest.approx([0, 50, 90], abs=0.2)
    assert np.isfinite(matrix.durations).all()


def test_bollards_stop_vans_and_let_e_bikes_through(write_town: WriteTown) -> None:
    corners = {1: north_of(0), 2: north_of(200), 3: north_of(200, east=300), 4: north_of(0, east=300), 5: north_of(100)}
    ways = [((1, 5, 2), STREET), ((2, 3, 4, 1), STREET)]
    network = RoadNetwork(write_town(corners, ways, {5: {"barrier": "bollard"}}))
    ends = [corners[1], corners[2]]
    assert network.matrix(ends, "ebike").distances[0, 1] == pytest.approx(200, abs=1)
    assert network.matrix(ends, "van").distances[0, 1] == pytest.approx(800, abs=2)


def test_of_two_roads_between_the_same_junctions_the_faster_one_is_taken(write_town: WriteTown) -> None:
    nodes = {1: north_of(0), 2: north_of(400), 3: north_of(200, east=200)}
    ways = [((1, 3, 2), {"highway": "primary"}), ((1, 2), {"highway": "service"})]
    matrix = RoadNetwork(write_town(nodes, ways)).matrix([nodes[1], nodes[2]], "van")
    assert matrix.distances[0, 1] == pytest.approx(566, abs=2)


def test_chains_are_contracted_without_changing_lengths(write_town: WriteTown) -> None:
    graph = compile_graph(
        read_roads(write_town({n: north_of(n * 40) for n in range(1, 20)}, [(range(1, 20), STREET)])),
        profile_named("foot"),
    )
    assert (graph.junctions, graph.edges) == (2, 1)
    assert graph.length_dm.tolist() == [7200]


def test_the_line_of_a_leg_follows_the_road_and_ends_at_the_points(write_town: WriteTown) -> None:
    corners = {1: north_of(0), 2: north_of(200), 3: north_of(200, east=300)}
    network = RoadNetwork(write_town(corners, [((1, 2, 3), STREET)]))
    start, end = north_of(50, east=5), north_of(205, east=250)
    (leg,) = network.path([start, end], "ebike")
    assert haversine_m(leg[0], start) < 0.2
    assert haversine_m(leg[-1], end) < 0.2
    assert any(haversine_m(point, corners[2]) < 0.2 for point in leg)
    assert network.path([start], "ebike") == ()


def test_the_compiled_graph_is_kept_and_a_damaged_one_is_made_anew(write_town: WriteTown, tmp_path: Path) -> None:
    file = write_town({1: north_of(0), 2: north_of(500)}, [((1, 2), STREET)])
    ends = [north_of(0), north_of(500)]
    RoadNetwork(file, tmp_path / "cache").matrix(ends, "ebike")
    (stored,) = (tmp_path / "cache").glob("*.npz")
    stored.write_bytes(b"cut off")
    again = RoadNetwork(file, tmp_path / "cache").matrix(ends, "ebike")
    assert again.distances[0, 1] == 500
    assert stored.stat().st_size > 100


def test_a_file_without_roads_says_so(tmp_path: Path, write_town: WriteTown) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"not a map")
    river = write_town({1: north_of(0), 2: north_of(500)}, [((1, 2), {"waterway": "river"})], name="river.osm.pbf")
    for file in (broken, river):
        with pytest.raises(MealrouteError) as refusal:
            RoadNetwork(file).matrix([north_of(0)], "van")
        assert refusal.value.code == "roads-unreadable"


def test_a_profile_without_any_road_says_so(write_town: WriteTown) -> None:
    network = RoadNetwork(write_town({1: north_of(0), 2: north_of(500)}, [((1, 2), {"highway": "steps"})]))
    with pytest.raises(MealrouteError) as refusal:
        network.matrix([north_of(0)], "van")
    assert refusal.value.code == "no-roads-for-profile"


@pytest.mark.parametrize("seed", range(6))
def test_the_matrix_agrees_with_a_plain_search_over_all_segments(write_town: WriteTown, seed: int) -> None:
    random = Random(seed)
    spots = {n: north_of(random.uniform(0, 900), east=random.uniform(0, 900)) for n in range(40)}
    ways = []
    for _number in range(45):
        tags = {"highway": random.choice(("primary", "residential", "service"))}
        tags |= {"oneway": "yes"} if random.random() < 0.4 else {}
        ways.append((random.sample(range(40), random.randint(2, 5)), tags))
    file = write_town(spots, ways)
    network = RoadNetwork(file)
    arcs: dict[int, list[tuple[int, float]]] = {}
    for members, tags in ways:
        for a, b in pairwise(members):
            there, back = speeds(tags, profile_named("van"))
            metres = haversine_m(spots[a], spots[b])
            arcs.setdefault(a, []).append((b, metres / there * 3.6))
            if back:
                arcs.setdefault(b, []).append((a, metres / back * 3.6))
    reach = {n: search(arcs, n) for n in spots}
    core = max(([m for m in reach[n] if n in reach[m]] for n in spots), key=len)
    matrix = network.matrix([spots[n] for n in core], "van")
    for i, a in enumerate(core):
        for j, b in enumerate(core):
            assert matrix.durations[i, j] == pytest.approx(reach[a][b], abs=1.2)
    legs = network.path([spots[n] for n in core], "van")
    for i, leg in enumerate(legs):
        length = sum(haversine_m(p, q) for p, q in pairwise(leg))
        assert length == pytest.approx(matrix.distances[i, i + 1], abs=2)


def search(arcs: dict[int, list[tuple[int, float]]], source: int) -> dict[int, float]:
    best, queue = {source: 0.0}, [(0.0, source)]
    while queue:
        cost, node = heapq.heappop(queue)
        if cost == best[node]:
            for other, seconds in arcs.get(node, []):
                if cost + seconds < best.get(other, np.inf):
                    best[other] = cost + seconds
                    heapq.heappush(queue, (cost + seconds, other))
    return best


def test_the_nearest_road_is_found_exactly(write_town: WriteTown) -> None:
    random = Random(1)
    spots = {n: north_of(random.uniform(0, 2000), east=random.uniform(0, 2000)) for n in range(30)}
    network = RoadNetwork(write_town(spots, [((n, n + 1), STREET) for n in range(29)]))
    points = [north_of(random.uniform(0, 2000), east=random.uniform(0, 2000)) for _n in range(200)]
    snapped = network.snap(points, "foot")
    for point, off in zip(points, snapped.off_m, strict=True):
        assert off == pytest.approx(min(off_segment(point, spots[n], spots[n + 1]) for n in range(29)), abs=0.3)


def off_segment(p: LonLat, a: LonLat, b: LonLat) -> float:
    x, y = (lambda q: (q.lon - p.lon) * 85_303.9), (lambda q: (q.lat - p.lat) * 111_195.08)
    dx, dy = x(b) - x(a), y(b) - y(a)
    share = min(1.0, max(0.0, -(x(a) * dx + y(a) * dy) / (dx * dx + dy * dy)))
    return float(np.hypot(x(a) + share * dx, y(a) + share * dy))


def test_lines_to_draw_carry_class_name_and_leaflets_order(write_town: WriteTown) -> None:
    from mealroute.adapters.roads_lines import as_json, within

    network = straight(write_town)
    lines = network.lines()
    assert as_json(lines)["roads"][0][:2] == ["residential", "史家胡同"]
    assert as_json(lines)["roads"][0][2][:2] == [39.9, 116.4]
    assert within(lines, 116.5, 39.8, 116.6, 40.0) == ()
    assert network.lines(frozenset({"primary"})) == ()
