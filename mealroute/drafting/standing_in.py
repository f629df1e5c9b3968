"""Which route is the hardest to replace when somebody cannot come: each is taken out on trial, and its stops shared out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mealroute.drafting import build, placing, rules
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.records import Effect, RouteView

MOST = 5
"""Routes that are tried: those with the most portions and the least time to spare. Each takes a tenth of a second at 1,200 stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """The day without one route's vehicle and driver: who takes its stops, and what is left over though nothing else breaks."""

    vehicle: int
    takers: tuple[int, ...]
    moved: int
    left: tuple[int, ...]
    left_portions: int
    whole: Effect


def hardest(now: Evaluation, vehicle: int | None = None) -> tuple[Without, ...]:
    """The routes that would leave most behind, the hardest first; ``vehicle``: only that one.

    What has left with its food is not looked at, nor are locked routes: their stops do not move.
    """
    arrangement = now.arrangement
    free = [
        route
        for route in now.routes
        if route.vehicle not in arrangement.locked_routes and not build.leading(arrangement, route.vehicle)
    ]
    wanted = [route for route in free if vehicle in {None, route.vehicle}]
    wanted.sort(key=lambda route: (-route.figures.portions, route.shift_to_s - route.ends_s, route.number))
    found = [_without(now, route) for route in wanted[:MOST]]
    return tuple(sorted(found, key=lambda each: (-each.left_portions, -each.whole.after.cost_fen, each.vehicle)))


def _without(now: Evaluation, route: RouteView) -> Without:
    before, vehicle = now.arrangement, route.vehicle
    stops = [visit.stop for visit in route.visits if visit.stop is not None]
    emptied = rules.without(before, stops)
    emptied = replace(
        emptied, out=emptied.out | {vehicle}, locked_stops=emptied.locked_stops - set(stops),
        starts={v: at for v, at in emptied.starts.items() if v != vehicle},
    )  # fmt: skip
    after = placing.spread(now, emptied, stops)
    bearers = [after.vehicle_of(stop) for stop in stops]
    return Without(
        vehicle=vehicle, takers=tuple(dict.fromkeys(v for v in bearers if v is not None)),
        moved=sum(v is not None for v in bearers), left=_left(stops, bearers),
        left_portions=sum(visit.portions for visit in route.visits if visit.stop in set(_left(stops, bearers))),
        whole=Effect(before=now.total, after=evaluate(now.ground, build.numbered(after), now).total),
    )  # fmt: skip


def _left(stops: Sequence[int], bearers: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(stop for stop, bearer in zip(stops, bearers, strict=True) if bearer is None)
