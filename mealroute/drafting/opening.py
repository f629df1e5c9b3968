"""Opening a draft: the working copy of a version, with what is on the road by now held where it is."""

from collections.abc import Iterable
from dataclasses import replace

from mealroute.core.clock import Clock, at_seconds
from mealroute.drafting.records import Arrangement, Ground
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanState, PlanVersionRecord, VisitKind


def under_way(
    arrangement: Arrangement, version: PlanVersionRecord, ground: Ground, done: Iterable[BookLineId], clock: Clock
) -> Arrangement:
    """Mark what a published plan has on the road by now, and hold its start."""
    if version.summary.state is not PlanState.PUBLISHED:
        return arrangement
    now_s = int((clock.now() - at_seconds(version.day, 0, clock.zone)).total_seconds())
    vehicles = {vehicle.vehicle_code: vehicle.number for vehicle in ground.given.built.vehicles}
    stop_of = {line: stop.number for stop in ground.given.built.stops for line in stop.lines}
    finished = set(done)
    way: set[int] = set()
    starts: dict[int, int] = {}
    for route in version.routes:
        left = {v.trip for v in route.visits if v.kind in {VisitKind.START, VisitKind.RELOAD} and v.begin_s <= now_s}
        left |= {v.trip for v in route.visits if finished & set(v.lines)}
        lines = [line for visit in route.visits if visit.trip in left for line in visit.lines]
        way |= {stop_of[line] for line in lines if line in stop_of}
        if lines and route.vehicle_code in vehicles:
            starts[vehicles[route.vehicle_code]] = route.visits[0].begin_s
    return replace(arrangement, under_way=frozenset(way), starts=starts)
