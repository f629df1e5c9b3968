"""A small ground to bend: doors on a line, two kitchens, four vehicles; what a test changes is given by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.drafting import build
from mealroute.drafting.records import Arrangement, Ground, RouteOrder
from mealroute.orders.records import BookLineId
from mealroute.planning.records import Batch, BuiltProblem, LineFact, PlanInput, PlannedStop, PlannedVehicle
from solver.problem import Costs, Depot, Matrix, Problem, Stop, TimeWindow, Vehicle

HOUR = 3600
DOORS = 12
BATCH = Batch(cooked_s=9 * HOUR, ready_s=10 * HOUR, eat_by_s=13 * HOUR)


def ground(
    *, stops: dict[int, dict[str, Any]] | None = None, vehicles: dict[int, dict[str, Any]] | None = None
) -> Ground:
    """Doors 1 to 12 lie four minutes apart behind kitchen A (place 0); kitchen B (place 1) is half-way. Vehicles 1, 2 load at A, 3, 4 at B."""
    where = [0, 6 * 240, *(240 * n for n in range(1, DOORS + 1))]
    table = np.array([[abs(a - b) for b in where] for a in where])
    made = tuple(
        replace(
            Stop(
                id=n, location=n + 1, setup=30, service=60, delivery=(1,), priority=50, time_windows=(TimeWindow(10 * HOUR, 12 * HOUR),),
                max_ride=HOUR, release=BATCH.ready_s, depot_skills=frozenset(),
            ),
            **(stops or {}).get(n, {}),
        )
        for n in range(1, DOORS + 1)
    )  # fmt: skip
    fleet = tuple(
        replace(
            Vehicle(
                id=n, profile="ebike", start=(n - 1) // 2, end=(n - 1) // 2, capacity=(8,), shift=TimeWindow(BATCH.ready_s, 13 * HOUR),
                costs=Costs(100, 3600, 0), max_trips=2, load_duration=300,
            ),
            **(vehicles or {}).get(n, {}),
        )
        for n in range(1, 5)
    )  # fmt: skip
    depots = (Depot(location=0, capacity=(10,), skills=frozenset({7})), Depot(location=1, capacity=(10,)))
    problem = Problem(stops=made, vehicles=fleet, matrices={"ebike": Matrix(table, table * 4)}, depots=depots)
    points = tuple(LonLat(116.4 + metres / 1e6, 39.9) for metres in where)
    built = BuiltProblem(
        problem=problem, points=points, rejected=(),
        stops=tuple(
            PlannedStop(
                number=s.id, point=points[s.location], lines=(BookLineId(100 + s.id),), portions=s.delivery[0],
                window_from_s=s.time_windows[0].earliest, window_to_s=s.time_windows[-1].latest, ride_limit_s=HOUR + 90,
            )
            for s in made
        ),
        vehicles=tuple(
            PlannedVehicle(
                number=v.id, vehicle_code=f"E{v.id}", driver_code=f"D{v.id}", kitchen_code="AB"[v.start or 0], profile="ebike", boxes=8,
                halal_marked=False, batches=(BATCH,),
            )
            for v in fleet
        ),
    )  # fmt: skip
    lines = {
        BookLineId(100 + s.id): LineFact(portions=s.delivery[0], owner="东四街道调度", faces={"D1": 120}) for s in made
    }
    given = PlanInput(
        day=date(2026, 3, 9), slot=MealSlot.LUNCH, built=built, lines=lines, book_digest="b", network="line", matrix_digest="m"
    )  # fmt: skip
    shifts = {f"D{n}": (10 * HOUR, 13 * HOUR) for n in range(1, 5)} | {"D9": (10 * HOUR, 11 * HOUR)}
    return Ground(
        given=given, shifts=shifts, orders={BookLineId(100 + n): n for n in range(1, DOORS + 1)}, known_face_s=120, driver_hour_fen=3000,
        highest=DOORS,
    )  # fmt: skip


def arranged(routes: dict[int, tuple[tuple[int, ...], ...]], **more: Any) -> Arrangement:
    """An arrangement of these trips by vehicle, numbered in the order given."""
    return build.numbered(
        Arrangement(routes=tuple(RouteOrder(v, trips) for v, trips in routes.items()), numbers={}, **more)
    )


START = arranged({1: ((1, 2, 3, 4),), 3: ((5, 6, 7, 8),)})
"""Eight doors on two routes that break nothing, four unassigned."""
