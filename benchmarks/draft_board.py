"""How long a change of the draft board takes at 1,200 stops and 60 routes: `python benchmarks/draft_board.py`.

Everything between the request and the answer but the database and the page: apply, time every route, check the whole plan, see where
what is unassigned fits. Prints milliseconds (median of ten, and the worst) for each kind of change.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.drafting import build, changing, placing
from mealroute.drafting.changes import (
    Change,
    MergeRoutes,
    MoveStops,
    SetLock,
    SetStart,
    ShiftStop,
    SplitRoute,
    TakeOff,
    VehicleOut,
)
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.fitting import Known, fitting
from mealroute.drafting.records import Arrangement, Ground, Lock, RouteOrder
from mealroute.orders.records import BookLineId
from mealroute.planning.records import Batch, BuiltProblem, LineFact, PlanInput, PlannedStop, PlannedVehicle
from solver.construct import build as first_plan
from solver.problem import Costs, Depot, Matrix, Problem, Stop, TimeWindow, Vehicle

STOPS, BUILDINGS, VEHICLES, KITCHENS = 1200, 450, 66, 3
HOUR = 3600
BATCH = Batch(cooked_s=9 * HOUR + 1800, ready_s=10 * HOUR + 900, eat_by_s=13 * HOUR + 1800)


def ground() -> Ground:
    """A district of clustered buildings on a plane of 6 by 8 km, e-bikes that load once."""
    random = Random(7)
    centres = [(random.uniform(0, 6000), random.uniform(0, 8000)) for _ in range(60)]
    places = [(3000.0, 1500.0 + 2500 * k) for k in range(KITCHENS)]
    places += [
        (x + random.gauss(0, 150), y + random.gauss(0, 150))
        for x, y in (random.choice(centres) for _ in range(BUILDINGS))
    ]
    at = np.array(places)
    metres = np.rint(1.3 * np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))).astype(np.int64)
    matrix = Matrix(np.rint(metres / 4.2).astype(np.int64), metres)
    stops = tuple(_stop(n, random) for n in range(1, STOPS + 1))
    vehicles = tuple(
        Vehicle(
            id=n, profile="ebike", start=n % KITCHENS, end=n % KITCHENS, capacity=(28,), shift=TimeWindow(BATCH.ready_s, 14 * HOUR),
            costs=Costs(600, 3600, 30), max_trips=1, load_duration=300, max_ride=90 * 60,
        )
        for n in range(1, VEHICLES + 1)
    )  # fmt: skip
    depots = tuple(Depot(location=k, capacity=(900,)) for k in range(KITCHENS))
    problem = Problem(stops=stops, vehicles=vehicles, matrices={"ebike": matrix}, depots=depots)
    points = tuple(LonLat(116.35 + x / 85000, 39.88 + y / 111000) for x, y in places)
    planned = tuple(
        PlannedStop(
            number=s.id, point=points[s.location], lines=(BookLineId(s.id),), portions=s.delivery[0], window_from_s=s.time_windows[0].earliest,
            window_to_s=s.time_windows[0].latest, ride_limit_s=90 * 60,
        )
        for s in stops
    )  # fmt: skip
    fleet = tuple(
        PlannedVehicle(
            number=v.id, vehicle_code=f"E{v.id}", driver_code=f"D{v.id}", kitchen_code=f"K{v.start}", profile="ebike", boxes=28, halal_marked=False,
            batches=(BATCH,),
        )
        for v in vehicles
    )  # fmt: skip
    built = BuiltProblem(problem=problem, points=points, stops=planned, vehicles=fleet, rejected=())
    lines = {BookLineId(s.id): LineFact(portions=s.delivery[0], owner="") for s in stops}
    given = PlanInput(
        day=date(2026, 3, 9), slot=MealSlot.LUNCH, built=built, lines=lines, book_digest="", network="plane", matrix_digest=""
    )  # fmt: skip
    shifts = {v.driver_code: (10 * HOUR, 14 * HOUR) for v in fleet}
    return Ground(given=given, shifts=shifts, orders={}, known_face_s=120, driver_hour_fen=3000)


def _stop(n: int, random: Random) -> Stop:
    begin = 10 * HOUR + 2400 + 900 * random.randrange(4)
    return Stop(
        id=n, location=random.randrange(KITCHENS, KITCHENS + BUILDINGS), setup=60, service=random.choice((60, 90, 150)), delivery=(random.choice((1, 1, 2)),),
        priority=50, time_windows=(TimeWindow(begin, begin + 5400),), max_ride=90 * 60, release=BATCH.ready_s,
    )  # fmt: skip


def main() -> None:
    """Plan once, then time ten of each change."""
    base = ground()
    state = first_plan(base.given.built.problem, repairs=0)
    routes = tuple(
        RouteOrder(v.id, state.ids(trips))
        for v, trips in zip(base.given.built.problem.vehicles, state.trips, strict=True)
        if trips
    )
    now = evaluate(base, build.numbered(Arrangement(routes=routes, numbers={})))
    total = now.total
    print(
        f"{total.stops} stops on {len(now.routes)} routes, {len(now.unplaced)} unassigned, {len(now.broken)} limits broken"
    )
    random = Random(3)
    for name, make in CHANGES.items():
        took = [_timed(base, now, make(now, random)) for _ in range(10)]
        print(f"{name:<28} {statistics.median(took):6.0f} ms, worst {max(took):4.0f} ms")


def _timed(base: Ground, now: Evaluation, change: Change) -> float:
    began = time.perf_counter()
    done = changing.apply(base, now, change)
    after = evaluate(base, done.arrangement, now)
    fitting(after, after.unplaced[:60], Known(now, {}, frozenset()))
    placing.reasons(after, after.unplaced[:60])
    return 1000 * (time.perf_counter() - began)


def _any(now: Evaluation, random: Random) -> tuple[int, int]:
    route = random.choice(now.routes)
    return route.vehicle, random.choice([v.stop for v in route.visits if v.stop is not None][:-1])


def _other(now: Evaluation, random: Random, vehicle: int) -> int:
    return random.choice([route.vehicle for route in now.routes if route.vehicle != vehicle])


def _spare(now: Evaluation) -> int:
    used = {route.vehicle for route in now.routes}
    return next(v.id for v in now.given.built.problem.vehicles if v.id not in used)


def _move_best(now: Evaluation, random: Random) -> Change:
    vehicle, stop = _any(now, random)
    return MoveStops(stops=(stop,), vehicle=_other(now, random, vehicle))


def _split(now: Evaluation, random: Random) -> Change:
    vehicle, stop = _any(now, random)
    return SplitRoute(vehicle=vehicle, after=stop, to=_spare(now))


CHANGES: dict[str, Callable[[Evaluation, Random], Change]] = {
    "to another route, best place": _move_best,
    "anywhere, best place": lambda now, r: MoveStops(stops=(_any(now, r)[1],)),
    "one place later": lambda now, r: ShiftStop(stop=_any(now, r)[1], by=1),
    "off its route": lambda now, r: TakeOff(stops=(_any(now, r)[1],)),
    "lock a route": lambda now, r: SetLock(lock=Lock.ROUTE, on=True, vehicles=(_any(now, r)[0],)),
    "vehicle out, stops spread": lambda now, r: VehicleOut(vehicle=_any(now, r)[0], reason="-"),
    "vehicle out, stops left": lambda now, r: VehicleOut(vehicle=_any(now, r)[0], reason="-", spread=False),
    "split": _split,
    "merge into another": lambda now, r: MergeRoutes(vehicle=(v := _any(now, r)[0]), into=_other(now, r, v)),
    "start at 10:20": lambda now, r: SetStart(vehicle=_any(now, r)[0], at_s=10 * HOUR + 1200),
}

if __name__ == "__main__":
    main()
