"""Runs tests/cases/solver/*.yaml: cases that can be read without knowing the program."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from solver.check import check
from solver.construct import construct
from solver.cost import cost_terms
from solver.plan import Kind, Plan
from solver.problem import Break, Matrix, Problem, Stop, TimeWindow, Vehicle

FOLDER = Path(__file__).parents[2] / "cases" / "solver"
CASES = [case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def windows(pairs: list[list[int]]) -> tuple[TimeWindow, ...]:
    return tuple(TimeWindow(*pair) for pair in pairs)


def rider(number: int, given: dict[str, Any]) -> Vehicle:
    pause = Break(id=1, time_windows=windows(given.get("break", [])), service=given.get("break_takes", 0))
    return Vehicle(
        id=number,
        start=0,
        end=0,
        capacity=(given["boxes"],),
        skills=frozenset(given.get("marks", ())),
        shift=TimeWindow(0, given.get("until", 10_000)),
        max_trips=given.get("trips", 1),
        load_duration=given.get("loading", 0),
        breaks=(pause,) if "break" in given else (),
    )


def door(number: int, given: dict[str, Any]) -> Stop:
    return Stop(
        id=number,
        location=number,
        delivery=(1,),
        service=given.get("takes", 0),
        skills=frozenset(given.get("needs", ())),
        time_windows=windows(given.get("open", [])),
        max_ride=given.get("warm_for"),
        release=given.get("cooked", 0),
        must_serve=given.get("must", False),
    )


def problem(case: dict[str, Any]) -> Problem:
    places = np.array([0, *(given["at"] for given in case["doors"])])
    return Problem(
        stops=tuple(door(i, given) for i, given in enumerate(case["doors"], start=1)),
        vehicles=tuple(rider(i, given) for i, given in enumerate(case["riders"], start=1)),
        matrices={"car": Matrix(np.abs(np.subtract.outer(places, places)))},
    )


def found(asked: Problem, plan: Plan) -> dict[str, Any]:
    visits = [visit for route in plan.routes for visit in route.visits]
    return {
        "served": sorted(plan.served),
        "trips": [[list(trip) for trip in route.trip_stops] for route in plan.routes],
        "cost": cost_terms(asked, plan).cost,
        "reasons": {entry.stop: str(entry.code) for entry in plan.unassigned},
        "begins": {visit.id: visit.begin for visit in visits if visit.kind is Kind.JOB},
        "loads": [visit.begin for visit in visits if visit.kind in {Kind.START, Kind.RELOAD}],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    asked = problem(case)
    plan = construct(asked)
    assert check(asked, plan) == ()
    answer = found(asked, plan)
    assert {key: answer[key] for key in case["expect"]} == case["expect"]
