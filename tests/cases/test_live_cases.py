"""Runs tests/cases/live.yaml: routes of the live board that can be read without knowing the program."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from mealroute.core.clock import clock_text, parse_clock
from mealroute.delivery import progress_rules as rules
from mealroute.delivery.progress_records import LineFact, LiveFigures, RouteFacts, RouteProgress, VisitFact
from mealroute.delivery.records import Outcome
from mealroute.planning.records import VisitKind

CASES = yaml.safe_load(Path(__file__).with_name("live.yaml").read_text("utf-8"))
FIGURES = LiveFigures(silent_s=480, tight_s=600, spread_percent=15, least_spread_s=60, meeting_s=180)
STAY_S = 240


def facts_of(case: dict[str, Any]) -> RouteFacts:
    """The route of a case; visit ids are the numbers of the stops, loadings have ids from 100."""
    leaves = parse_clock(case["leaves"])
    visits = [VisitFact(visit_id=100, position=0, kind=VisitKind.START, arrival_s=leaves)]
    done = case.get("done", {})
    for number, given in enumerate(case["stops"], 1):
        stop = given if isinstance(given, dict) else {"at": given}
        trip = stop.get("trip", 1)
        if trip != visits[-1].trip:
            arrive, leave = map(parse_clock, case["reload"][trip])
            visits.append(
                VisitFact(visit_id=100 + trip, position=len(visits), kind=VisitKind.RELOAD, trip=trip, arrival_s=arrive, service_s=leave - arrive)
            )  # fmt: skip
        line = LineFact(book_line_id=number)
        if number in done:
            at, outcome, *heard = done[number]
            line = LineFact(
                book_line_id=number, outcome=Outcome(outcome), at_s=parse_clock(at), heard_s=parse_clock(heard[0] if heard else at)
            )  # fmt: skip
        visits.append(
            VisitFact(
                visit_id=number, position=len(visits), kind=VisitKind.JOB, number=number, trip=trip, arrival_s=parse_clock(stop["at"]),
                service_s=STAY_S, window_from_s=_clock(stop.get("from")), window_to_s=_clock(stop.get("until")), deadline_s=_clock(stop.get("hot")),
                slow_s=60 * stop.get("slow", 0), portions=1, lines=(line,),
            )
        )  # fmt: skip
    ways = {(one, other): 60 * minutes for one, other, minutes in case.get("ways", [])}
    return RouteFacts(run_id=1, number=1, visits=tuple(visits), ways=ways)


def _clock(text: str | None) -> int | None:
    return None if text is None else parse_clock(text)


def answer(case: dict[str, Any]) -> RouteProgress:
    return rules.progress(facts_of(case), FIGURES, _clock(case["now"]))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_board_says_what_the_case_says(case: dict[str, Any]) -> None:
    found = answer(case)
    stops = {stop.number: stop for stop in found.stops}
    said: dict[str, Any] = {
        "route": str(found.state),
        "states": [str(stop.state) for stop in found.stops],
        "expects": {n: clock_text(stops[n].expected.arrive_s) for n in case.get("expects", {}) if stops[n].expected},
        "done_at": {n: clock_text(stops[n].expected.done_s) for n in case.get("done_at", {}) if stops[n].expected},
        "troubles": {n: [str(each) for each in stop.troubles] for n, stop in stops.items() if stop.troubles},
        "behind": None if found.behind_s is None else found.behind_s // 60,
        "food": None if found.food is None else {"stop": found.food.number, "minutes": found.food.margin_s // 60},
        "silent": found.silence is not None,
        "aboard": found.aboard,
    }
    wanted = {key: case[key] for key in said if key in case}
    assert {key: said[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", [case for case in CASES if case["now"]], ids=lambda case: case["case"])
def test_a_route_never_runs_backwards(case: dict[str, Any]) -> None:
    facts, now_s = facts_of(case), parse_clock(case["now"])
    times = [reached.done_s for reached in rules.project(facts, now_s)]
    assert all(one <= other for one, other in pairwise(times))
