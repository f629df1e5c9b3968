"""Which route of a new version goes on with which route of the old one, and which stop with which. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence

from mealroute.planning.records import RouteRecord, VisitKind, VisitRecord

Orders = Mapping[int, int]
"""Book line → order."""


def jobs(route: RouteRecord) -> tuple[VisitRecord, ...]:
    """The stops of a route in the order of driving."""
    return tuple(visit for visit in route.visits if visit.kind is VisitKind.JOB)


def pair_routes(
    old: Sequence[RouteRecord], new: Sequence[RouteRecord], orders: Orders
) -> tuple[tuple[RouteRecord | None, RouteRecord | None], ...]:
    """Every route of both versions once: the same driver and vehicle, else the same driver, else the same vehicle, else
    the one that takes over at least half of the meals. The rest stand alone.
    """
    waiting, pairs = list(old), {}

    def take(key: Callable[[RouteRecord], Hashable | None]) -> None:
        for route in new:
            if route.id in pairs or key(route) is None:
                continue
            found = next((one for one in waiting if key(one) == key(route)), None)
            if found is not None:
                pairs[route.id] = found
                waiting.remove(found)

    take(lambda route: (route.driver_code, route.vehicle_code) if route.driver_code else None)
    take(lambda route: route.driver_code or None)
    take(lambda route: (route.vehicle_code, route.kitchen_code))
    aboard = {route.id: {orders[line] for visit in route.visits for line in visit.lines} for route in (*old, *new)}
    for route in new:
        if route.id in pairs or not waiting:
            continue
        best = max(waiting, key=lambda one: (len(aboard[one.id] & aboard[route.id]), -one.number))
        if 2 * len(aboard[best.id] & aboard[route.id]) >= len(aboard[best.id]):
            pairs[route.id] = best
            waiting.remove(best)
    return (*((pairs.get(route.id), route) for route in new), *((route, None) for route in waiting))


def pair_stops(old: Sequence[VisitRecord], new: Sequence[VisitRecord], orders: Orders) -> dict[int, int]:
    """Index of a new stop → index of the old stop that it goes on with: the one that shares most orders."""
    shared: Counter[tuple[int, int]] = Counter()
    where = {orders[line]: n for n, visit in enumerate(old) for line in visit.lines}
    for n, visit in enumerate(new):
        for line in visit.lines:
            if orders[line] in where:
                shared[n, where[orders[line]]] += 1
    found: dict[int, int] = {}
    for (after, before), _count in sorted(
        shared.items(), key=lambda item: (-item[1], abs(item[0][0] - item[0][1]), item[0])
    ):
        if after not in found and before not in found.values():
            found[after] = before
    return found


def out_of_order(pairs: Mapping[int, int]) -> frozenset[int]:
    """New stops that changed their place among the stops that stayed: the fewest that explain the new order."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: dict[int, int | None] = {}
    for after in sorted(pairs):
        place = bisect_left(tails, pairs[after])
        before[after] = tail_at[place - 1] if place else None
        if place == len(tails):
            tails.append(pairs[after])
            tail_at.append(after)
        else:
            tails[place], tail_at[place] = pairs[after], after
    kept = set()
    at: int | None = tail_at[-1] if tail_at else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return frozenset(set(pairs) - kept)
