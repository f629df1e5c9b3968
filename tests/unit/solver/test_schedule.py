from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.plan import Cause, Kind, Plan, Route, Unassigned
from solver.problem import Problem, TimeWindow, Vehicle
from solver.schedule import Infeasible, time_route
from tests.unit.solver import problems


def random_trips(problem: Problem, vehicle: Vehicle, rng: Random, most: int) -> list[list[int]]:
    ids = [stop.id for stop in problem.stops]
    rng.shuffle(ids)
    ids = ids[: rng.randint(1, most)]
    trips: list[list[int]] = [[]]
    for stop in ids:
        if trips[-1] and len(trips) < vehicle.max_trips and rng.random() < 0.4:
            trips.append([])
        trips[-1].append(stop)
    return trips


def plan_of(problem: Problem, route: Route) -> Plan:
    left_out = tuple(Unassigned(s.id, "not asked for") for s in problem.stops if s.id not in route.stops)
    return Plan((route,), left_out)


def can_be_driven(problem: Problem, vehicle: Vehicle, trips: list[list[int]]) -> bool:
    """Brute force: every second of leaving, every second of beginning, every place for every break."""
    durations = problem.travel(vehicle).durations
    horizon = vehicle.shift.latest
    full = (1 << len(vehicle.breaks)) - 1

    def allowed(windows: tuple[TimeWindow, ...], at: int) -> bool:
        return not windows or any(w.earliest <= at <= w.latest for w in windows)

    def pauses(states: set[tuple[int, int]]) -> set[tuple[int, int]]:
        grown = set(states)
        todo = list(states)
        while todo:
            clock, mask = todo.pop()
            for bit, pause in enumerate(vehicle.breaks):
                if mask >> bit & 1:
                    continue
                for at in range(clock, horizon + 1):
                    new = (at + pause.service, mask | 1 << bit)
                    if allowed(pause.time_windows, at) and new not in grown:
                        grown.add(new)
                        todo.append(new)
        return grown

    def drive(number: int, left: int, mask: int) -> set[tuple[int, int]]:
        states = pauses({(left, mask)})
        place = vehicle.start
        for stop_id in trips[number]:
            stop = problem.stop(stop_id)
            way = int(durations[place, stop.location]) if place is not None else 0
            setup = stop.setup if place != stop.location else 0
            limit = problem.ride_limit(stop, vehicle)
            states = pauses(
                {
                    (at + setup + stop.service, m)
                    for clock, m in states
                    for at in range(clock + way, horizon + 1)
                    if allowed(stop.time_windows, at) and (limit is None or at - left <= limit)
                }
            )
            place = stop.location
        target = vehicle.end if number == len(trips) - 1 else vehicle.start
        back = int(durations[place, target]) if target is not None else 0
        return {(clock + back, m) for clock, m in states if clock + back <= horizon}

    for first in range(vehicle.shift.earliest, horizon + 1):
        if first < max(problem.stop(s).release for s in trips[0]):
            continue
        states = drive(0, first + vehicle.load_duration, 0)
        for number in range(1, len(trips)):
            release = max(problem.stop(s).release for s in trips[number])
            begun = {(at, m) for clock, m in states for at in range(max(clock, release), horizon + 1)}
            states = {s for at, m in begun for s in drive(number, at + vehicle.load_duration, m)}
        longest = vehicle.max_duration if vehicle.max_duration is not None else horizon
        if any(m == full and clock - first <= longest for clock, m in states):
            return True
    return False


@given(st.integers(0, 10**6))
@settings(max_examples=300, deadline=None)
def test_what_it_schedules_can_be_driven_and_what_it_refuses_cannot(seed: int) -> None:
    rng = Random(seed)
    problem = problems.problem(seed, stops=4, vehicles=1, horizon=24, longest=4, steps=False)
    vehicle = problem.vehicles[0]
    trips = random_trips(problem, vehicle, rng, 4)
    answer = time_route(problem, vehicle, trips)
    if isinstance(answer, Route):
        assert [v for v in check(problem, plan_of(problem, answer)) if v.cause is not Cause.DEPOT_CAPACITY] == []
        assert [list(trip) for trip in answer.trip_stops] == trips
    elif answer.cause in {Cause.TIME_WINDOW, Cause.MAX_RIDE, Cause.SHIFT, Cause.MAX_DURATION, Cause.BREAK}:
        assert not can_be_driven(problem, vehicle, trips)


def home_again(problem: Problem, vehicle: Vehicle, stops: tuple[int, ...], left: int, target: int | None) -> int | None:
    """When a trip that leaves at ``left`` is back, going on at once wherever it may; None if it may not leave then."""
    durations = problem.travel(vehicle).durations
    clock, place = left, vehicle.start
    for stop in map(problem.stop, stops):
        clock += int(durations[place, stop.location]) if place is not None else 0
        begin = next((max(clock, w.earliest) for w in stop.time_windows if clock <= w.latest), None)
        begin = begin if stop.time_windows else clock
        limit = problem.ride_limit(stop, vehicle)
        if begin is None or (limit is not None and begin - left > limit):
            return None
        clock = begin + (stop.setup if place != stop.location else 0) + stop.service
        place = stop.location
    return clock + (int(durations[place, target]) if target is not None else 0)


@given(st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_no_trip_could_leave_later_and_be_back_as_early(seed: int) -> None:
    rng = Random(seed)
    problem = problems.problem(seed, stops=4, vehicles=1, horizon=24, longest=4, steps=False)
    vehicle = problem.vehicles[0]
    answer = time_route(problem, vehicle, random_trips(problem, vehicle, rng, 4))
    if not isinstance(answer, Route) or vehicle.breaks:
        return
    loadings = [trip.loading.departure for trip in answer.trips]
    returns = [v.arrival for v in answer.visits if v.kind in {Kind.RELOAD, Kind.END}]
    for number, (left, back) in enumerate(zip(loadings, returns, strict=True)):
        stops = answer.trip_stops[number]
        target = vehicle.end if number == len(returns) - 1 else vehicle.start
        assert home_again(problem, vehicle, stops, left, target) == back
        later = [home_again(problem, vehicle, stops, at, target) for at in range(left + 1, 60)]
        assert all(time is None or time > back for time in later)


def test_a_vehicle_without_stops_is_a_mistake_of_the_caller() -> None:
    problem = problems.problem(1)
    with pytest.raises(ValueError, match="no stop"):
        time_route(problem, problem.vehicles[0], [[]])


def test_the_reason_names_the_rule_and_the_stop() -> None:
    problem = problems.problem(3, steps=False)
    vehicle = problem.vehicles[0]
    answers = [time_route(problem, vehicle, [[stop.id]]) for stop in problem.stops]
    assert all(isinstance(answer, Infeasible | Route) for answer in answers)
