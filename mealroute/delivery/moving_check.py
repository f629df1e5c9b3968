"""The routing checker over the rest of a route as it would be driven: an own look at ways, windows, boxes and skills. Pure.

Each trip that is still to be driven is a vehicle of its own that starts where the real one is or loads. What the board foretells is stated as
the plan; food limits are windows. The checker trusts none of it.
"""

from itertools import pairwise

import numpy as np

from mealroute.delivery import progress_rules as rules
from mealroute.delivery.progress_records import RouteFacts, VisitFact
from mealroute.planning.records import VisitKind
from mealroute.planning.rules import HALAL_SKILL
from solver.check import check
from solver.plan import Cause, Kind, Plan, Route, Violation, Visit
from solver.problem import Matrix, Problem, Stop, TimeWindow, Vehicle


def checked(
    route: RouteFacts, *, boxes: int, halal: bool, moved: int, needs_halal: bool, now_s: int
) -> tuple[Violation, ...]:
    """What the rest of a route breaks; ``moved`` is the visit that is new to it."""
    at = rules.last_done(route.doors)
    start = at or next(visit for visit in route.visits if visit.kind in rules.LOADINGS)
    clock = (at.happened_s if at is not None else None) or start.departure_s
    chain = [start, *(reached.visit for reached in rules.project(route, now_s))]
    places = {visit.visit_id: n for n, visit in enumerate(chain)}
    durations = np.zeros((len(chain), len(chain)), np.int64)
    for one, other in pairwise(chain):
        durations[places[one.visit_id], places[other.visit_id]] = rules.way_s(route, one, other)
    trips = _trips(route, start, clock, now_s, places)
    stops, vehicles, routes = [], [], []
    for number, (place, leaves, inside) in enumerate(trips, 1):
        skills = frozenset({HALAL_SKILL}) if halal else frozenset()
        vehicles.append(
            Vehicle(id=number, start=place, capacity=(boxes,), skills=skills, shift=TimeWindow(min(leaves, clock)))
        )
        load = sum(visit.portions for visit, _reached in inside)
        visits = [Visit(kind=Kind.START, location=place, arrival=leaves, load=(load,))]
        driven = 0
        before = place
        for visit, reached in inside:
            here = places[visit.visit_id]
            driven += int(durations[before, here])
            load -= visit.portions
            visits.append(
                Visit(
                    kind=Kind.JOB, id=visit.visit_id if visit.visit_id > 0 else 10**9 - visit.visit_id, location=here, arrival=reached.arrive_s,
                    waiting=reached.begin_s - reached.arrive_s, service=reached.done_s - reached.begin_s, duration=driven, load=(load,),
                )
            )  # fmt: skip
            stops.append(_stop(visit, visits[-1], needs_halal=needs_halal and visit.visit_id == moved))
            before = here
        visits.append(Visit(kind=Kind.END, arrival=visits[-1].departure, duration=driven, load=(0,)))
        routes.append(Route(vehicle=number, visits=tuple(visits)))
    if not stops:
        return ()
    problem = Problem(
        stops=tuple(stops), vehicles=tuple(vehicles), matrices={"car": Matrix(durations.astype(np.int32))}
    )
    return check(problem, Plan(routes=tuple(routes)))


def _stop(visit: VisitFact, as_driven: Visit, *, needs_halal: bool) -> Stop:
    latest = [] if visit.window_to_s is None else [visit.window_to_s]
    if visit.deadline_s is not None:
        latest.append(visit.deadline_s - as_driven.service)
    earliest = visit.window_from_s or 0
    window = (TimeWindow(earliest, max(earliest, min(latest))),) if latest else ()
    return Stop(
        id=as_driven.id or 0, location=as_driven.location or 0, service=as_driven.service, delivery=(visit.portions,), pickup=(0,),
        skills=frozenset({HALAL_SKILL}) if needs_halal else frozenset(), time_windows=window,
    )  # fmt: skip


def _trips(
    route: RouteFacts, start: VisitFact, clock: int, now_s: int, places: dict[int, int]
) -> list[tuple[int, int, list[tuple[VisitFact, rules.Reached]]]]:
    """Place and time from which each trip goes on, with what it still serves."""
    trips: list[tuple[int, int, list[tuple[VisitFact, rules.Reached]]]] = [(places[start.visit_id], clock, [])]
    for reached in rules.project(route, now_s):
        if reached.visit.kind is VisitKind.RELOAD:
            trips.append((places[reached.visit.visit_id], reached.done_s, []))
        elif reached.visit.kind is not VisitKind.END:
            trips[-1][2].append((reached.visit, reached))
    return [trip for trip in trips if trip[2]]


BROKEN = frozenset({Cause.CAPACITY, Cause.SKILLS})
"""What cannot be answered for: no box to keep it hot, no sealed box."""
