from pathlib import Path

import pytest

from benchmarks.instances import best_known, load, solomon, vrplib
from solver.construct import construct
from solver.problem import TimeWindow

SOLOMON = """C1

VEHICLE
NUMBER     CAPACITY
  2         30

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0        500          0
    1      1          1         10         12         67         90
    2      0          5         30        825        870         90
"""

CVRP = """NAME : 	small
TYPE : 	CVRP
CAPACITY : 	10
NODE_COORD_SECTION
1	0	0
2	1	1
3	0	5
DEMAND_SECTION
1	0
2	6
3	6
DEPOT_SECTION
	1
	-1
EOF
"""

MULTI_TRIP = """NAME: small
TYPE: MTVRPTWR
VEHICLES: 1
CAPACITY: 10
SERVICE_TIME: 9
NODE_COORD_SECTION
1	0	0
2	1	1
DEMAND_SECTION
1	0
2	6
TIME_WINDOW_SECTION
1	0	100
2	20	40
RELEASE_TIME_SECTION
1	0
2	15
VEHICLES_RELOAD_DEPOT_SECTION
1	1
DEPOT_SECTION
1
EOF
"""


def test_windowed_files_count_in_tenths_truncated() -> None:
    problem = solomon(SOLOMON)

    assert problem.matrices["car"].durations.tolist() == [[0, 14, 50], [14, 0, 41], [50, 41, 0]]
    assert problem.stops[0].time_windows == (TimeWindow(120, 670),)
    assert problem.stops[0].service == 900
    assert [vehicle.capacity for vehicle in problem.vehicles] == [(30,), (30,)]
    assert problem.vehicles[0].shift == TimeWindow(0, 5000)


def test_files_of_loads_alone_count_in_whole_numbers_rounded() -> None:
    problem = vrplib(CVRP)

    assert problem.matrices["car"].durations.tolist() == [[0, 1, 5], [1, 0, 4], [5, 4, 0]]
    assert [stop.delivery for stop in problem.stops] == [(6,), (6,)]
    assert len(problem.vehicles) == 2 + 5


def test_multi_trip_files_have_releases_and_reloads() -> None:
    problem = vrplib(MULTI_TRIP)

    assert problem.stops[0].release == 150
    assert problem.vehicles[0].max_trips > 1


def test_the_best_known_cost_comes_from_the_file_beside(tmp_path: Path) -> None:
    (tmp_path / "a.vrp").write_text("TYPE : VRPTW\n")
    (tmp_path / "a.sol").write_text("Route #1: 1 2\nCost 50406.7\n")
    (tmp_path / "b.vrp").write_text(CVRP)

    assert best_known(tmp_path / "a.vrp") == pytest.approx(504067)
    assert best_known(tmp_path / "b.vrp") is None


def test_the_built_in_town_can_be_served() -> None:
    problem = load(Path(__file__).resolve().parents[3] / "data" / "instances" / "town-100.json")

    assert construct(problem).unassigned == ()
