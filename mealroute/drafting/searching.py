"""A search around what is locked: what it may touch, and what its answer makes of the draft. Pure but for the search itself."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mealroute.drafting import build, placing, repair, rules
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.records import Arrangement, Ground, RouteOrder, trips_of
from mealroute.planning.records import PlanProgress, SolveLimits
from mealroute.planning.solving import solve_input
from solver.construct import sequences
from solver.cost import cost_terms
from solver.plan import Plan


@dataclass(frozen=True, slots=True)
class Found:
    """What a search answers: the arrangement and everything that follows from it."""

    now: Evaluation
    moved: int


def frozen(now: Evaluation, street_stops: Collection[int] | None) -> set[int]:
    """Vehicles that a search leaves alone: locked routes and fixed starts; with ``street_stops`` also every route that serves others."""
    arrangement = now.arrangement
    held = set(arrangement.locked_routes)
    held |= {vehicle for vehicle in arrangement.starts if not build.leading(arrangement, vehicle)}
    if street_stops is not None:
        held |= {route.vehicle for route in arrangement.routes if not set(route.stops) <= set(street_stops)}
    return held


def search(
    now: Evaluation,
    limits: SolveLimits,
    *,
    street_stops: Collection[int] | None = None,
    printed: Mapping[int, int] | None = None,
    moved_stop: int = 0,
    progress: Callable[[PlanProgress], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Found:
    """Rearrange all that is neither locked nor on the road, beginning with what is there.

    ``printed``: stop → the vehicle on whose sheet it is; another one must save ``moved_stop`` seconds. ``street_stops`` limits it to routes that serve these stops alone. Costs in ``progress`` are those of the whole plan.
    """
    arrangement, problem = now.arrangement, now.given.built.problem
    held = frozen(now, street_stops)
    part = build.open_part(problem, arrangement, held, build.returns(arrangement, now.plan))
    if part is None:
        return Found(now, 0)
    if street_stops is not None:
        others = {stop.id for stop in part.stops if stop.id not in street_stops}
        part = part.without(others) if others else part
    inside = {vehicle.id for vehicle in part.vehicles}
    if not part.stops:
        return Found(now, 0)
    elsewhere = round(cost_terms(problem, Plan(tuple(r for r in now.plan.routes if r.vehicle not in inside))).cost)
    missing = len(now.unplaced) - sum(part.has_stop(stop) for stop in now.unplaced)

    def report(step: PlanProgress) -> None:
        if progress is not None:
            cost = None if step.best_cost is None else step.best_cost + elsewhere
            left = None if step.unassigned is None else step.unassigned + missing
            progress(replace(step, best_cost=cost, unassigned=left))

    if printed and moved_stop:
        part = repair.credited(part, {stop: repair.Sheet(vehicle, 0) for stop, vehicle in printed.items()}, moved_stop)
    given = replace(now.given, built=replace(now.given.built, problem=part))
    output = solve_input(given, limits, progress=report, stopped=stopped)
    kept = {route.vehicle for route in arrangement.routes if route.vehicle not in inside}
    after = build.arranged(sequences(output.plan), arrangement, kept=kept)
    rules.require_locks(arrangement, after)
    return Found(evaluate(now.ground, after), len(rules.moved_stops(arrangement, after)))


def one_fewer(now: Evaluation, without: int | None) -> Arrangement:
    """The arrangement with a vehicle out and its stops on no route; without a choice, the used one with the fewest portions.

    Locked routes and what is on the road are not chosen.
    """
    arrangement = now.arrangement
    if without is None:
        held = frozen(now, None) | {r.vehicle for r in arrangement.routes if build.leading(arrangement, r.vehicle)}
        free = [route for route in now.routes if route.vehicle not in held]
        if not free:
            return arrangement
        without = min(free, key=lambda route: (route.figures.portions, route.vehicle)).vehicle
    stops = [stop for trip in trips_of(arrangement, without) for stop in trip]
    emptied = rules.without(arrangement, stops)
    return replace(
        emptied, out=emptied.out | {without}, starts={v: at for v, at in emptied.starts.items() if v != without}
    )


def merged(base: Arrangement, found: Arrangement, newest: Arrangement) -> Arrangement | None:
    """What a search found on ``base``, put on top of what people did since; None where both changed the same routes or stops."""
    searched = _different(base, found)
    worked = _different(base, newest)
    stops = [
        stop for vehicle in searched for trip in (*trips_of(base, vehicle), *trips_of(found, vehicle)) for stop in trip
    ]
    bearers = {newest.vehicle_of(stop) for stop in stops} - {None}
    if searched & worked or bearers - searched or newest.out & searched - base.out:
        return None
    routes = [route for route in newest.routes if route.vehicle not in searched]
    routes += [RouteOrder(vehicle, trips) for vehicle in searched if (trips := trips_of(found, vehicle))]
    out = newest.out | (found.out - base.out)
    return build.numbered(replace(newest, routes=tuple(routes), out=out, numbers={**found.numbers, **newest.numbers}))


def _different(one: Arrangement, other: Arrangement) -> set[int]:
    vehicles = {route.vehicle for route in (*one.routes, *other.routes)} | (one.out ^ other.out)
    return {
        v for v in vehicles
        if trips_of(one, v) != trips_of(other, v) or (v in one.out) != (v in other.out)
        or one.starts.get(v) != other.starts.get(v) or one.drivers.get(v) != other.drivers.get(v)
        or (v in one.locked_routes) != (v in other.locked_routes)
    }  # fmt: skip


def supposing(ground: Ground, now: Evaluation, asked: dict[str, Any]) -> Evaluation:
    """The draft on another ground, or with a vehicle fewer, before the search: what is no longer possible is unassigned."""
    problem = ground.given.built.problem
    arrangement = rules.projected(
        now.arrangement, {stop.id for stop in problem.stops}, {v.id for v in problem.vehicles}
    )
    at = evaluate(ground, arrangement)
    if asked.get("fewer") or asked.get("without") is not None:
        at = evaluate(ground, one_fewer(at, asked.get("without")))
        spread = placing.spread(at, at.arrangement, at.unplaced)
        at = evaluate(ground, spread)
    return at
