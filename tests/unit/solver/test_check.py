from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.plan import Cause, Kind, Plan, Route, Unassigned, Visit
from solver.problem import Break, Depot, Problem, ProblemError, Step, TimeWindow
from tests.unit.solver import small

BREAK = Break(id=4, time_windows=(TimeWindow(0, 40),), service=20)

TIGHTER: list[tuple[Cause, dict[str, Any]]] = [
    (Cause.SKILLS, {"stops": {1: {"skills": frozenset({7})}}}),
    (Cause.DEPOT_SKILLS, {"stops": {1: {"depot_skills": frozenset({3})}}}),
    (
        Cause.DEPOT_SKILLS,
        {"stops": {1: {"depot_skills": frozenset({3})}}, "depots": (Depot(location=1, skills=frozenset({3})),)},
    ),
    (Cause.CAPACITY, {"vehicle": {"capacity": (2,)}}),
    (Cause.CAPACITY, {"stops": {2: {"pickup": (4,)}, 1: {"pickup": (2,)}}}),
    (Cause.DEPOT_CAPACITY, {"depots": (Depot(location=0, capacity=(3,)),)}),
    (Cause.TIME_WINDOW, {"stops": {1: {"time_windows": (TimeWindow(0, 10), TimeWindow(140, 900))}}}),
    (Cause.MAX_RIDE, {"stops": {2: {"max_ride": 164}}}),
    (Cause.MAX_RIDE, {"vehicle": {"max_ride": 164}}),
    (Cause.RELEASE, {"stops": {3: {"release": 400}}}),
    (Cause.LOAD_DURATION, {"vehicle": {"load_duration": 31}}),
    (Cause.SHIFT, {"vehicle": {"shift": TimeWindow(0, 500)}}),
    (Cause.SHIFT, {"vehicle": {"shift": TimeWindow(1, 9000)}}),
    (Cause.MAX_DURATION, {"vehicle": {"max_duration": 569}}),
    (Cause.MAX_TRAVEL_TIME, {"vehicle": {"max_travel_time": 469}}),
    (Cause.MAX_DISTANCE, {"vehicle": {"max_distance": 4699}}),
    (Cause.MAX_TASKS, {"vehicle": {"max_tasks": 2}}),
    (Cause.MAX_TRIPS, {"vehicle": {"max_trips": 1}}),
    (Cause.BREAK, {"vehicle": {"breaks": (BREAK,)}}),
    (Cause.LOCKED, {"vehicle": {"steps": (Step(3, locked=True), Step(2, locked=True))}}),
]


def causes(problem: Problem, plan: Plan) -> set[Cause]:
    return {violation.cause for violation in check(problem, plan)}


def test_a_clean_plan_has_no_violation() -> None:
    assert check(small.problem(), small.plan()) == ()


@pytest.mark.parametrize(("cause", "change"), TIGHTER)
def test_a_tighter_problem_names_the_one_rule_that_the_plan_breaks(cause: Cause, change: dict[str, Any]) -> None:
    assert causes(small.problem(**change), small.plan()) == {cause}


@pytest.mark.parametrize(
    "change",
    [
        {"stops": {2: {"max_ride": 165}}},
        {"stops": {1: {"time_windows": (TimeWindow(0, 10), TimeWindow(130, 900))}}},
        {"vehicle": {"max_travel_time": 470, "max_distance": 4700, "max_tasks": 3, "max_trips": 2}},
        {"depots": (Depot(location=0, capacity=(4,)),)},
        {"vehicle": {"steps": (Step(3), Step(2), Step(1))}},
        {"vehicle": {"steps": (Step(1, locked=True), Step(3, locked=True))}},
    ],
)
def test_limits_are_inclusive_and_a_warm_start_binds_nothing(change: dict[str, Any]) -> None:
    assert check(small.problem(**change), small.plan()) == ()


def test_a_job_locked_to_another_vehicle_is_a_violation() -> None:
    clean = small.problem()
    other = replace(clean.vehicles[1], steps=(Step(1, locked=True),))
    assert causes(small.problem(vehicles=(clean.vehicles[0], other)), small.plan()) == {Cause.LOCKED}


@pytest.mark.parametrize("changes", [
    {"arrival": 131}, {"arrival": 129}, {"waiting": -1, "service": 11}, {"setup": 0, "service": 15}, {"duration": 99},
    {"service": 9, "waiting": 1},
])  # fmt: skip
def test_a_stated_time_that_cannot_be_is_a_timing_violation(changes: dict[str, int]) -> None:
    assert causes(small.problem(), small.with_visit(small.plan(), 1, **changes)) == {Cause.TIMING}


def test_leaving_before_the_last_step_ends_is_one_violation_not_a_cascade() -> None:
    plan = small.plan()
    visits = plan.routes[0].visits
    early = [*visits[:3], *(replace(visit, arrival=visit.arrival - 10) for visit in visits[3:])]
    violations = check(small.problem(), Plan((Route(1, tuple(early)),)))
    assert [violation.cause for violation in violations] == [Cause.TIMING]


def test_a_job_that_is_nowhere_is_lost() -> None:
    problem = small.problem()
    assert causes(problem, Plan()) == {Cause.LOST}
    assert check(problem, Plan((), tuple(Unassigned(stop.id, "why") for stop in problem.stops))) == ()


def test_a_job_that_is_accounted_for_twice_is_served_twice() -> None:
    plan = small.plan()
    assert causes(small.problem(), Plan(plan.routes, (Unassigned(1, "why"),))) == {Cause.SERVED_TWICE}
    again = Route(2, plan.routes[0].visits)
    assert causes(small.problem(), Plan((*plan.routes, again))) == {Cause.SERVED_TWICE}


def test_a_job_that_the_problem_does_not_know_is_unknown() -> None:
    plan = small.plan()
    assert causes(small.problem(), Plan(plan.routes, (Unassigned(99, "why"),))) == {Cause.UNKNOWN_JOB}
    visits = plan.routes[0].visits
    stranger = Visit(kind=Kind.JOB, id=99, location=2, arrival=150, duration=105)
    with_stranger = Route(1, (*visits[:2], stranger, *visits[2:]))
    assert causes(small.problem(), Plan((with_stranger,))) == {Cause.UNKNOWN_JOB}


def test_a_vehicle_cannot_drive_two_routes() -> None:
    route = small.plan().routes[0]
    assert Cause.TIMING in causes(small.problem(), Plan((route, route)))


def test_an_unknown_vehicle_is_an_error_of_the_input() -> None:
    with pytest.raises(ProblemError, match="vehicle 9"):
        check(small.problem(), Plan((Route(9, small.plan().routes[0].visits),)))


def test_a_route_must_run_from_start_to_end() -> None:
    visits = small.plan().routes[0].visits
    for broken in (visits[:-1], visits[1:], (), (*visits, visits[-1])):
        with pytest.raises(ProblemError, match="start"):
            check(small.problem(), Plan((Route(1, broken),)))


def pausing(arrival: int, waiting: int, *, driven: int = 0, number: int = 4, service: int = 20) -> Plan:
    """The clean plan with a break between stops 1 and 2 (50 s apart), ``driven`` seconds on the way."""
    visits = small.plan().routes[0].visits
    pause = Visit(kind=Kind.BREAK, id=number, arrival=arrival, waiting=waiting, service=service, duration=100 + driven)
    later = waiting + service
    after = [replace(visit, arrival=visit.arrival + later) for visit in visits[2:]]
    return Plan((Route(1, (*visits[:2], pause, *after)),))


@pytest.mark.parametrize(("arrival", "driven"), [(145, 0), (170, 25), (195, 50)])
def test_a_break_may_be_taken_before_on_or_after_a_way(arrival: int, driven: int) -> None:
    problem = small.problem(vehicle={"breaks": (replace(BREAK, time_windows=()),)})
    assert check(problem, pausing(arrival, 0, driven=driven)) == ()


def test_a_break_cannot_be_further_on_than_the_way_is_long() -> None:
    problem = small.problem(vehicle={"breaks": (replace(BREAK, time_windows=()),)})
    assert causes(problem, pausing(196, 0, driven=51)) == {Cause.TIMING}


@pytest.mark.parametrize("plan", [pausing(145, 0), pausing(145, 0, number=5), pausing(145, 16, service=19)])
def test_a_break_outside_its_windows_unknown_or_cut_short_is_a_violation(plan: Plan) -> None:
    problem = small.problem(vehicle={"breaks": (replace(BREAK, time_windows=(TimeWindow(160, 170),)),)})
    assert causes(problem, plan) == {Cause.BREAK}


def test_an_unused_vehicle_takes_no_break_and_breaks_no_rule() -> None:
    problem = small.problem(vehicle={"breaks": (BREAK,), "shift": TimeWindow(5, 6)})
    left_out = tuple(Unassigned(stop.id, "why") for stop in problem.stops)
    idle = Route(1, (Visit(kind=Kind.START, arrival=0), Visit(kind=Kind.END, arrival=0)))
    assert check(problem, Plan((idle,), left_out)) == ()


def test_speed_and_open_routes_are_recomputed() -> None:
    plan = small.plan()
    assert Cause.TIMING in causes(small.problem(vehicle={"speed_factor": 2.0}), plan)
    assert Cause.TIMING in causes(small.problem(vehicle={"end": None}), plan)


def test_every_cause_of_the_closed_list_is_provoked_here() -> None:
    elsewhere = {Cause.LOST, Cause.SERVED_TWICE, Cause.UNKNOWN_JOB, Cause.TIMING}
    assert {cause for cause, _ in TIGHTER} | elsewhere == set(Cause)
