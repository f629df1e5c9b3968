from typing import Any

import pytest

from solver.construct import construct
from solver.problem import Break, Depot, Step, TimeWindow
from tests.unit.solver import small

FLEET = small.problem().vehicles[:1]

REASONS: list[tuple[dict[str, Any], str, str]] = [
    ({"stops": {1: {"skills": frozenset({7})}}}, "skills", "no vehicle has the skills that it needs: 7"),
    ({"stops": {1: {"depot_skills": frozenset({3})}}}, "depot_skills", "no depot where a suitable vehicle loads has the skills 3"),
    ({"stops": {1: {"delivery": (6,)}}}, "capacity", "its amount [6] is more than any suitable vehicle holds"),
    ({"stops": {1: {"pickup": (6,)}}}, "capacity", "its amount"),
    ({"stops": {1: {"delivery": (4,)}}, "depots": (Depot(location=0, capacity=(3,)),)}, "depot_capacity", "more than any depot may load"),
    ({"stops": {1: {"time_windows": (TimeWindow(0, 9),)}}}, "time_window", "a vehicle comes 3 min after its last window closes"),
    ({"stops": {1: {"max_ride": 99}}}, "max_ride", "the way takes 100 s, and it may ride no longer than 99 s"),
    ({"stops": {1: {"release": 5000}}, "vehicle": {"shift": TimeWindow(0, 5000)}}, "shift", "back 5 min too late"),
    ({"stops": {1: {"release": 5000}}, "vehicle": {"shift": TimeWindow(0, 5244)}}, "shift", "back 1 s too late"),
    ({"vehicle": {"max_travel_time": 199}}, "max_travel_time", "max_travel_time of every suitable vehicle"),
    ({"vehicle": {"max_distance": 1999}}, "max_distance", "max_distance of every suitable vehicle"),
    ({"vehicle": {"max_duration": 200}}, "max_duration", "max_duration of every suitable vehicle"),
    ({"vehicle": {"max_tasks": 0}}, "max_tasks", "max_tasks allows no suitable vehicle a stop"),
    ({"vehicle": {"breaks": (Break(id=1, time_windows=(TimeWindow(0, 9),)),)}}, "break", "take its breaks in time"),
]  # fmt: skip


def reason(change: dict[str, Any], stop: int = 1) -> tuple[str, str]:
    problem = small.problem(**change)
    alone = type(problem)(
        stops=problem.stops, vehicles=problem.vehicles[:1], matrices=problem.matrices, depots=problem.depots
    )
    return next((entry.code, entry.reason) for entry in construct(alone).unassigned if entry.stop == stop)


@pytest.mark.parametrize(("change", "code", "sentence"), REASONS)
def test_a_stop_that_nobody_can_serve_says_why(change: dict[str, Any], code: str, sentence: str) -> None:
    found = reason(change)
    assert found[0] == code
    assert sentence in found[1]


def test_a_stop_for_which_time_is_short_says_by_how_much() -> None:
    change = {
        "vehicle": {"shift": TimeWindow(0, 400), "capacity": (2,)},
        "stops": {i: {"delivery": (2,)} for i in (1, 2, 3)},
    }
    code, sentence = reason(change, 2)
    assert code == "no_room"
    assert "too late" in sentence


def test_a_stop_for_which_no_trip_is_left_says_so() -> None:
    change = {"vehicle": {"max_trips": 1, "capacity": (2,)}, "stops": {i: {"delivery": (2,)} for i in (1, 2, 3)}}
    assert reason(change, 2) == (
        "no_room",
        "the 1 vehicles that could serve it have no trip left and no room or time in theirs",
    )


def test_a_stop_locked_to_a_vehicle_without_its_skill_names_the_vehicle() -> None:
    change = {"vehicle": {"steps": (Step(1, locked=True),)}, "stops": {1: {"skills": frozenset({7})}}}
    assert "vehicle 1, to which it is locked, lacks the skills that it needs: 7" in reason(change)[1]
