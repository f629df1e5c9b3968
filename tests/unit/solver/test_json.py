import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.construct import construct
from solver.json_in import read_problem
from solver.json_out import plan_data, write_plan, write_problem
from solver.json_plan import plan_from, read_plan
from solver.problem import ProblemError
from tests.unit.solver import problems, small

GOOD: dict[str, Any] = {
    "jobs": [
        {
            "id": 5,
            "description": "north door",
            "location": [116.4, 39.9],
            "location_index": 1,
            "setup": 60,
            "service": 90,
            "delivery": [1, 0],
            "pickup": [0, 1],
            "skills": [1],
            "priority": 10,
            "time_windows": [[0, 500], [600, 900]],
            "max_ride": 400,
            "release": 0,
            "must_serve": True,
            "depot_skills": [2],
            "familiarity": {"7": 30},
        },
        {"id": 6, "location_index": 1},
    ],
    "vehicles": [
        {
            "id": 7,
            "description": "e-bike",
            "profile": "bike",
            "start_index": 0,
            "end_index": 0,
            "capacity": [2, 2],
            "skills": [1, 3],
            "time_window": [0, 4000],
            "speed_factor": 1.5,
            "max_tasks": 9,
            "max_travel_time": 2000,
            "max_distance": 9000,
            "costs": {"fixed": 10, "per_hour": 3600, "per_km": 5},
            "breaks": [{"id": 1, "description": "tea", "time_windows": [[0, 3000]], "service": 60}],
            "steps": [
                {"type": "start"},
                {"type": "job", "id": 6, "locked": True},
                {"type": "break", "id": 1},
                {"type": "end"},
            ],
            "max_ride": 800,
            "max_trips": 2,
            "load_duration": 30,
            "max_duration": 3900,
        }
    ],
    "matrices": {"bike": {"durations": [[0, 100], [100, 0]], "distances": [[0, 1000], [1000, 0]]}},
    "depots": [{"location_index": 0, "capacity": [5, 5], "skills": [2]}],
}


def changed(path: list[Any], value: Any) -> str:
    data = copy.deepcopy(GOOD)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(data)


def test_every_key_of_the_contract_is_read_and_planned() -> None:
    problem = read_problem(json.dumps(GOOD))
    plan = construct(problem)
    assert plan.unassigned == ()
    assert check(problem, plan) == ()


JOB, VEHICLE, BIKE = ["jobs", 0], ["vehicles", 0], ["matrices", "bike"]
BROKEN: list[tuple[list[Any], Any, str]] = [
    (["shipments"], [], "shipments"),
    (["matrix"], [], "matrix"),
    ([*JOB, "amount"], [1], "job 5: amount"),
    ([*JOB, "id"], None, "job number 1 of the list: id"),
    ([*JOB, "id"], "5", "id"),
    ([*JOB, "id"], 6, "job 6: id: is given twice"),
    ([*JOB, "location_index"], None, "job 5: location_index"),
    ([*JOB, "location_index"], 2, "job 5: location_index"),
    ([*JOB, "location_index"], True, "job 5: location_index"),
    ([*JOB, "location"], [1], "job 5: location"),
    ([*JOB, "location"], ["a", "b"], "job 5: location"),
    ([*JOB, "setup"], -1, "job 5: setup"),
    ([*JOB, "service"], 1.5, "job 5: service"),
    ([*JOB, "service"], 1e400, "JSON"),
    ([*JOB, "delivery"], [1], "job 5: delivery"),
    ([*JOB, "delivery"], 1, "job 5: delivery"),
    ([*JOB, "pickup"], [1, 2, 3], "job 5: pickup"),
    ([*JOB, "skills"], ["x"], "job 5: skills"),
    ([*JOB, "priority"], 101, "job 5: priority"),
    ([*JOB, "time_windows"], [[9, 8]], "job 5: time_windows"),
    ([*JOB, "time_windows"], [[9]], "job 5: time_windows"),
    ([*JOB, "time_windows"], [], "job 5: time_windows"),
    ([*JOB, "time_windows"], [8, 9], "job 5: time_windows"),
    ([*JOB, "max_ride"], -5, "job 5: max_ride"),
    ([*JOB, "release"], "8:00", "job 5: release"),
    ([*JOB, "must_serve"], 1, "job 5: must_serve"),
    ([*JOB, "depot_skills"], [-1], "job 5: depot_skills"),
    ([*JOB, "familiarity"], {"8": 30}, "job 5: familiarity"),
    ([*JOB, "familiarity"], {"x": 30}, "job 5: familiarity"),
    ([*JOB, "familiarity"], {"7": -3}, "job 5: familiarity"),
    ([*JOB, "description"], 4, "job 5: description"),
    (["jobs"], None, "jobs"),
    (["jobs"], {}, "jobs"),
    (["jobs", 1], 7, "job"),
    (["vehicles"], [], "vehicles"),
    (["vehicles"], None, "vehicles"),
    ([*VEHICLE, "start"], [1, 2], "vehicle 7: start"),
    ([*VEHICLE, "start_index"], 9, "vehicle 7: start_index"),
    ([*VEHICLE, "end_index"], -1, "vehicle 7: end_index"),
    ([*VEHICLE, "profile"], "car", "vehicle 7: profile"),
    ([*VEHICLE, "capacity"], [1], "capacity"),
    ([*VEHICLE, "time_window"], [5, 4], "vehicle 7: time_window"),
    ([*VEHICLE, "speed_factor"], 0, "vehicle 7: speed_factor"),
    ([*VEHICLE, "speed_factor"], "fast", "vehicle 7: speed_factor"),
    ([*VEHICLE, "speed_factor"], 1e-12, "vehicle 7: speed_factor"),
    ([*VEHICLE, "max_tasks"], 2.0, "vehicle 7: max_tasks"),
    ([*VEHICLE, "max_trips"], 0, "vehicle 7: max_trips"),
    ([*VEHICLE, "load_duration"], -1, "vehicle 7: load_duration"),
    ([*VEHICLE, "costs"], {"per_minute": 3}, "costs of vehicle 7: per_minute"),
    ([*VEHICLE, "costs"], {"fixed": -3}, "costs of vehicle 7: fixed"),
    ([*VEHICLE, "breaks", 0, "max_load"], [1], "break of vehicle 7 1: max_load"),
    ([*VEHICLE, "breaks", 0, "time_windows"], [[3, 2]], "break of vehicle 7 1: time_windows"),
    ([*VEHICLE, "breaks"], [{"id": 1}, {"id": 1}], "vehicle 7: breaks"),
    ([*VEHICLE, "steps", 1, "id"], 99, "vehicle 7: steps"),
    ([*VEHICLE, "steps", 1, "type"], "pickup", "step of vehicle 7: type"),
    ([*VEHICLE, "steps", 1, "service_at"], 3, "step of vehicle 7: service_at"),
    ([*VEHICLE, "steps", 2, "locked"], True, "step of vehicle 7: locked"),
    ([*VEHICLE, "steps", 2, "id"], 9, "step of vehicle 7: id"),
    (["matrices"], None, "matrices"),
    (["matrices"], {}, "matrices"),
    ([*BIKE, "durations"], None, "matrix bike: durations"),
    ([*BIKE, "durations"], [[0, 1], [2]], "matrix bike: durations"),
    ([*BIKE, "durations"], [], "matrix bike: durations"),
    ([*BIKE, "durations"], [[0, True], [2, 0]], "matrix bike: durations"),
    ([*BIKE, "durations"], [[0, -1], [2, 0]], "matrix bike: durations"),
    ([*BIKE, "durations"], [[0, 2**31], [2, 0]], "matrix bike: durations"),
    ([*BIKE, "durations"], [[0, 1.0], [2, 0]], "matrix bike: durations"),
    ([*BIKE, "distances"], [[0]], "matrix bike: distances"),
    ([*BIKE, "distances"], None, "vehicle 7: max_distance"),
    ([*BIKE, "costs"], [[0]], "matrix bike: costs"),
    (["depots", 0, "location_index"], None, "location_index"),
    (["depots", 0, "location_index"], 4, "depot 4: location_index"),
    (["depots", 0, "capacity"], [1], "depot 0: capacity"),
    (["depots", 0, "name"], "K", "depot 0: name"),
    (["depots", 0], [], "depots"),
]


@pytest.mark.parametrize(("path", "value", "named"), BROKEN)
def test_what_is_wrong_is_named_by_key_and_id_in_one_line(path: list[Any], value: Any, named: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_problem(changed(path, value))
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"jobs": NaN}', '{"jobs": [], "jobs": []}', "[" * 100_000, b"\xff\xfe\x00"]
)
def test_what_is_no_problem_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(ProblemError):
        read_problem(text)


def test_amounts_without_any_capacity_are_refused() -> None:
    data = {"jobs": [{"id": 1, "location_index": 0, "delivery": [1]}], "vehicles": [{"id": 1, "start_index": 0}]}
    with pytest.raises(ProblemError, match="job 1: delivery"):
        read_problem(json.dumps(data | {"matrices": {"car": {"durations": [[0]]}}}))


def test_defaults_are_those_of_vroom() -> None:
    data = {"jobs": [{"id": 1, "location_index": 1}], "vehicles": [{"id": 0, "start_index": 0}]}
    problem = read_problem(json.dumps(data | {"matrices": {"car": {"durations": [[0, 7], [9, 0]]}}}))
    assert plan_data(problem, construct(problem))["summary"]["cost"] == 7


def test_speed_is_rounded_half_to_even() -> None:
    data = {"jobs": [], "vehicles": [{"id": 0, "start_index": 0, "speed_factor": 2}]}
    problem = read_problem(json.dumps(data | {"matrices": {"car": {"durations": [[0, 5], [7, 0]]}}}))
    assert problem.travel(problem.vehicles[0]).durations.tolist() == [[0, 2], [4, 0]]


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_problems_and_plans_survive_the_way_through_json(seed: int) -> None:
    problem = problems.problem(seed)
    again = read_problem(write_problem(problem))
    assert (again.stops, again.vehicles, again.depots) == (problem.stops, problem.vehicles, problem.depots)
    plan = construct(problem, repairs=2)
    text = write_plan(problem, plan)
    assert [route.trip_stops for route in read_plan(text).routes] == [route.trip_stops for route in plan.routes]
    assert check(again, read_plan(text)) == ()
    assert write_plan(again, construct(again, repairs=2)) == text


def test_the_solution_has_the_totals_of_its_steps() -> None:
    problem = small.problem(vehicle={"costs": small.problem().vehicles[0].costs})
    data = plan_data(problem, small.plan())
    route = data["routes"][0]
    assert [step["type"] for step in route["steps"]] == ["start", "job", "job", "reload", "job", "end"]
    assert [step["load"] for step in route["steps"]] == [[3], [2], [0], [1], [0], [0]]
    assert data["summary"]["cost"] == route["duration"] == route["steps"][-1]["duration"] == 470
    assert route["distance"] == route["steps"][-1]["distance"] == 4700
    assert data["summary"]["service"] == sum(step["service"] for step in route["steps"]) == 90


def test_a_plan_may_hold_further_keys_and_no_loads() -> None:
    problem = small.problem()
    data = plan_data(problem, small.plan())
    for step in data["routes"][0]["steps"]:
        del step["load"]
        step["note"] = "from elsewhere"
    assert check(problem, plan_from(data | {"computing_times": {}})) == ()


@pytest.mark.parametrize("key", ["arrival", "waiting_time", "setup", "service", "duration", "type"])
def test_a_plan_without_a_needed_key_is_refused(key: str) -> None:
    data = plan_data(small.problem(), small.plan())
    del data["routes"][0]["steps"][1][key]
    with pytest.raises(ProblemError, match=key):
        plan_from(data)


@pytest.mark.parametrize(
    "data",
    [[], {}, {"routes": {}}, {"routes": [{}]}, {"routes": [{"vehicle": 1}]}, {"routes": [{"vehicle": 1, "steps": []}]}],
)
def test_what_is_no_plan_is_refused(data: Any) -> None:
    with pytest.raises(ProblemError):
        plan_from(data)
