from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.follow import _earliest, follow
from solver.plan import Cause, Kind, Plan, Route
from solver.schedule import time_route
from tests.unit.solver import problems, small
from tests.unit.solver.test_schedule import plan_of, random_trips

TRUE_TIMES = {Cause.TIMING, Cause.LOAD_DURATION, Cause.UNKNOWN_JOB, Cause.SERVED_TWICE, Cause.LOST, Cause.RELEASE}


def late(problem, route):
    return [v for v in check(problem, plan_of(problem, route)) if v.cause is Cause.TIME_WINDOW]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_whatever_the_order_the_times_are_true_and_only_limits_are_broken(seed: int) -> None:
    problem = problems.problem(seed, steps=False)
    rng = Random(seed)
    vehicle = rng.choice(problem.vehicles)
    trips = random_trips(problem, vehicle, rng, len(problem.stops))
    route = follow(problem, vehicle, trips)
    assert [list(trip) for trip in route.trip_stops] == trips
    causes = {violation.cause for violation in check(problem, plan_of(problem, route))}
    assert not causes & TRUE_TIMES


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_nobody_is_served_before_the_window_opens_or_later_than_full_haste_allows(seed: int) -> None:
    problem = problems.problem(seed, steps=False)
    rng = Random(seed)
    vehicle = rng.choice(problem.vehicles)
    trips = random_trips(problem, vehicle, rng, len(problem.stops))
    free = replace(vehicle, breaks=(), max_duration=None)
    begins, _end = _earliest(problem, free, [[problem.stop(stop) for stop in trip] for trip in trips])
    haste = {stop: at for trip, row in zip(trips, begins, strict=True) for stop, at in zip(trip, row, strict=True)}
    for visit in follow(problem, free, trips).visits:
        stop = problem.stop(visit.id) if visit.kind is Kind.JOB and visit.id is not None else None
        if stop is None or not stop.time_windows:
            continue
        assert visit.begin >= stop.time_windows[0].earliest
        assert max(0, visit.begin - stop.time_windows[-1].latest) <= max(
            0, haste[stop.id] - stop.time_windows[-1].latest
        )


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9))
def test_what_can_be_driven_has_the_times_of_the_schedule(seed: int) -> None:
    problem = problems.problem(seed, steps=False)
    rng = Random(seed)
    vehicle = rng.choice(problem.vehicles)
    trips = random_trips(problem, vehicle, rng, 3)
    exact = time_route(problem, vehicle, trips)
    if isinstance(exact, Route):
        assert follow(problem, vehicle, trips) == exact


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 60))
def test_a_given_start_is_kept_to_the_second_and_the_times_stay_true(seed: int, start: int) -> None:
    problem = problems.problem(seed, steps=False)
    rng = Random(seed)
    vehicle = rng.choice(problem.vehicles)
    trips = random_trips(problem, vehicle, rng, len(problem.stops))
    route = follow(problem, vehicle, trips, start=start)
    assert route.visits[0].begin == start
    assert [list(trip) for trip in route.trip_stops] == trips
    causes = {violation.cause for violation in check(problem, plan_of(problem, route))}
    assert not causes & (TRUE_TIMES - {Cause.RELEASE})


def test_two_limits_that_contradict_each_other_break_one_of_them_only() -> None:
    from solver.problem import TimeWindow

    windows = (TimeWindow(1000, 1000),)
    problem = small.problem(
        stops={1: {"time_windows": (TimeWindow(200, 200),)}, 2: {"time_windows": windows, "max_ride": 300}}
    )
    route = follow(problem, problem.vehicles[0], ((1, 2),))
    found = check(problem, Plan((route,), plan_of(problem, route).unassigned))
    assert [violation.cause for violation in found] == [Cause.MAX_RIDE]


def test_more_trips_than_the_vehicle_may_make_are_driven_and_named() -> None:
    problem = small.problem()
    route = follow(problem, problem.vehicles[0], ((1,), (2,), (3,)))
    assert [visit.kind for visit in route.visits].count(Kind.RELOAD) == 2
    assert {v.cause for v in check(problem, plan_of(problem, route))} == {Cause.MAX_TRIPS}


def test_food_still_waits_in_the_kitchen_and_not_in_the_box_where_a_window_is_missed() -> None:
    from solver.problem import TimeWindow

    problem = small.problem(
        stops={1: {"time_windows": (TimeWindow(0, 10),)}, 3: {"time_windows": (TimeWindow(5000, 6000),)}}
    )
    route = follow(problem, problem.vehicles[0], ((1,), (3,)))
    assert [v.stop for v in late(problem, route)] == [1]
    assert route.visits[2].waiting > 4000  # the second loading waits for its only window
