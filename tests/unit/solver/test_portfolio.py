import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solver import portfolio
from solver.best import Best
from solver.check import check
from solver.construct import construct
from solver.cost import objective
from solver.json_out import write_problem
from solver.options import EngineCannot, Progress, SolveOptions
from solver.parts import by_depot
from solver.plan import Plan, Route
from solver.portfolio import solve
from solver.problem import LARGEST, Matrix, Problem, Step, Stop, TimeWindow, Vehicle
from tests.unit.solver import problems, small
from tests.unit.solver.towns import town

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 600


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
def test_every_engine_gives_a_clean_plan_no_worse_than_the_first(engine: portfolio.Engine) -> None:
    problem = town(1)
    plan = solve(problem, SolveOptions(engine=engine, max_iterations=60))

    assert check(problem, plan) == ()
    assert objective(problem, plan) < objective(problem, construct(problem))


@pytest.mark.parametrize("engine", ["auto", "ortools", "sisr"])
@pytest.mark.parametrize("seed", range(3))
def test_small_problems_with_every_key_are_solved_by_every_engine(engine: portfolio.Engine, seed: int) -> None:
    problem = problems.problem(seed)
    plan = solve(problem, SolveOptions(engine=engine, max_iterations=20))

    assert check(problem, plan) == ()
    assert objective(problem, plan) <= objective(problem, construct(problem))
    assert all(entry.reason for entry in plan.unassigned)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_and_iterations_give_the_same_plan(threads: int) -> None:
    problem = town(2, stops=250)
    options = SolveOptions(max_iterations=40, seed=7, threads=threads)

    assert solve(problem, options) == solve(problem, options)


def test_several_depots_are_solved_apart_and_put_together() -> None:
    problem = town(3, stops=60, depots=3, capacity=22)
    plan = solve(problem, SolveOptions(engine="ortools", max_iterations=30, threads=2))

    assert check(problem, plan) == ()
    assert plan.unassigned == ()


def test_the_published_example_costs_what_it_should() -> None:
    table = np.array([[0, 2104, 197, 1299], [2103, 0, 2255, 3152], [197, 2256, 0, 1102], [1299, 3153, 1102, 0]])
    problem = Problem(
        stops=(Stop(id=1414, location=1), Stop(id=1515, location=2)),
        vehicles=(Vehicle(id=0, start=0, end=3),),
        matrices={"car": Matrix(table)},
    )
    best = Best(problem)
    best.offer_plan(solve(problem, SolveOptions(max_iterations=20)))

    assert best.cost == 5461


def test_a_problem_without_stops_has_an_empty_plan() -> None:
    assert solve(replace(small.problem(), stops=())) == Plan()


def test_without_time_the_first_plan_comes_back() -> None:
    problem = town(4)
    plan = solve(problem, SolveOptions(time_limit_s=0))

    assert plan.unassigned == ()
    assert check(problem, plan) == ()


def test_progress_is_told_and_ends_with_the_stage_of_the_last_engine() -> None:
    told: list[Progress] = []
    solve(town(5), SolveOptions(max_iterations=20, engine="sisr"), on_progress=told.append)

    assert [told[0].stage, told[-1].stage] == ["construct", "sisr"]
    assert told[-1].unassigned == 0
    costs = [each.best_cost for each in told if each.best_cost is not None]
    assert costs == sorted(costs, reverse=True)


def test_a_cancelled_search_returns_the_best_plan_so_far() -> None:
    problem = town(6)
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 4

    plan = solve(problem, SolveOptions(time_limit_s=600), cancelled=cancelled)

    assert check(problem, plan) == ()
    assert plan.unassigned == ()


@pytest.mark.parametrize("engine", ["auto", "sisr", "ortools"])
@pytest.mark.parametrize("stops", [40, 130])
def test_a_search_cancelled_at_once_still_gives_its_first_plan(stops: int, engine: portfolio.Engine) -> None:
    problem = town(6, stops=stops)
    began = time.monotonic()
    plan = solve(problem, SolveOptions(time_limit_s=LIMIT_S, engine=engine), cancelled=lambda: True)

    assert check(problem, plan) == ()
    assert plan.unassigned == ()
    assert time.monotonic() - began < LIMIT_S  # it did not search on


def test_a_plan_to_start_from_is_kept_where_nothing_is_better() -> None:
    problem = small.problem()
    before = solve(problem, SolveOptions(max_iterations=50))

    after = solve(problem, SolveOptions(max_iterations=0), warm_start=before)

    assert objective(problem, after) == objective(problem, before)


def test_steps_of_the_vehicles_are_a_start_as_well() -> None:
    problem = small.problem(vehicle={"steps": (Step(3, locked=True), Step(1, locked=True))})
    plan = solve(problem, SolveOptions(max_iterations=20))
    route = plan.route_of(1)

    assert isinstance(route, Route)
    assert [stop for stop in route.stops if stop in {1, 3}] == [3, 1]
    assert check(problem, plan) == ()


def test_what_or_tools_cannot_state_is_refused_by_name_but_not_by_auto() -> None:
    beyond = small.problem(stops={1: {"time_windows": (TimeWindow(0, LARGEST),)}})
    with pytest.raises(EngineCannot, match="job 1: service"):
        solve(beyond, SolveOptions(engine="ortools"))

    assert solve(beyond, SolveOptions(max_iterations=5)).unassigned == ()


def test_an_engine_that_crashes_leaves_the_plan_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(self: portfolio._Run, share: float) -> None:
        assert share
        assert self._together([("solver.process_probe:crash", ())]) == [None]

    monkeypatch.setattr(portfolio._Run, "_ortools", crash)
    problem = town(7)
    plan = solve(problem, SolveOptions(max_iterations=20))

    assert check(problem, plan) == ()
    assert plan.unassigned == ()


def test_killing_the_program_leaves_no_engine_behind(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(write_problem(town(8, stops=130)))
    command = (
        sys.executable,
        "-m",
        "solver",
        "solve",
        str(file),
        "--time-limit",
        "60",
        "--threads",
        "2",
        "--engine",
        "ortools",
    )
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not (children := _children(program.pid)) and time.monotonic() < until:
        time.sleep(0.05)

    program.send_signal(signal.SIGKILL)
    program.wait()

    assert children
    until = time.monotonic() + 60
    while any(map(_runs, children)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_runs, children))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread may end between its listing and its reading
            found += map(int, (task / "children").read_text().split())
    return found


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_part_for_each_depot_holds_its_own_vehicles_and_stops() -> None:
    problem = town(10, stops=20, depots=2)
    first, second = by_depot(problem, {stop.id: stop.id % 2 for stop in problem.stops})

    assert {vehicle.start for vehicle in first.vehicles} == {0}
    assert {stop.id % 2 for stop in second.stops} == {1}
