from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.json_in import read_problem
from solver.json_out import write_plan, write_problem
from solver.problem import Problem
from tests.unit.solver.generator import KEYS, problems, tight

SEEDS = st.integers(0, 2**32 - 1)


@example(136_729_137, 8)  # two breaks whose order leaves holes in when a trip may begin
@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(1, 9))
def test_a_tight_problem_comes_with_a_clean_plan_that_serves_all(seed: int, n: int) -> None:
    problem, plan = tight(Random(seed), n)

    assert check(problem, plan) == ()
    assert len(plan.served) == n
    assert write_plan(problem, plan)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(1, 9))
def test_any_problem_survives_being_written_and_read(seed: int, n: int) -> None:
    problem = problems(Random(seed), n)
    again = read_problem(write_problem(problem))

    assert (again.stops, again.vehicles, again.depots) == (problem.stops, problem.vehicles, problem.depots)


def test_every_key_occurs_among_a_few_hundred_problems() -> None:
    seen: set[str] = set()
    for seed in range(300):
        seen |= _keys(problems(Random(seed), 5))

    assert seen >= set(KEYS) - {"symmetric"}


def _keys(problem: Problem) -> set[str]:
    """The keys that a problem makes use of."""
    stops, vehicles, depots = problem.stops, problem.vehicles, problem.depots
    ways = [matrix.durations for matrix in problem.matrices.values()]
    found = {
        "compartments": problem.dimensions > 1,
        "pickup": any(any(stop.pickup) for stop in stops),
        "windows": any(stop.time_windows for stop in stops),
        "several_windows": any(len(stop.time_windows) > 1 for stop in stops),
        "setup": any(stop.setup for stop in stops),
        "profiles": len({vehicle.profile for vehicle in vehicles}) > 1,
        "speed": any(vehicle.speed_factor != 1 for vehicle in vehicles),
        "costs": any(vehicle.costs.per_km for vehicle in vehicles),
        "open_ends": any(vehicle.start is None for vehicle in vehicles) and any(v.end is None for v in vehicles),
        "starts": len({vehicle.start for vehicle in vehicles}) > 1,
        "depot_capacity": any(depot.capacity for depot in depots),
        "depot_skills": any(stop.depot_skills for stop in stops),
        "reload": any(vehicle.max_trips > 1 for vehicle in vehicles),
        "load_duration": any(vehicle.load_duration for vehicle in vehicles),
        "release": any(stop.release for stop in stops),
        "ride": any(stop.max_ride is not None for stop in stops),
        "vehicle_ride": any(vehicle.max_ride is not None for vehicle in vehicles),
        "shift": any(vehicle.shift.earliest for vehicle in vehicles),
        "max_duration": any(vehicle.max_duration is not None for vehicle in vehicles),
        "max_tasks": any(vehicle.max_tasks is not None for vehicle in vehicles),
        "max_distance": any(vehicle.max_distance is not None for vehicle in vehicles),
        "max_travel_time": any(vehicle.max_travel_time is not None for vehicle in vehicles),
        "breaks": any(vehicle.breaks for vehicle in vehicles),
        "skills": any(stop.skills for stop in stops),
        "priority": any(stop.priority for stop in stops),
        "must_serve": any(stop.must_serve for stop in stops),
        "locked": any(vehicle.locked for vehicle in vehicles),
        "warm_start": any(step.stop and not step.locked for vehicle in vehicles for step in vehicle.steps),
        "familiarity": any(stop.familiarity for stop in stops),
        "no_way": any((table == 0).sum() > table.shape[0] for table in ways),
        "coinciding": len({stop.location for stop in stops}) < len(stops),
        "fairness": any(vehicle.overwork_price for vehicle in vehicles),
        "way_within": any(table.diagonal().any() for table in ways),
    }
    return {key for key, used in found.items() if used}
