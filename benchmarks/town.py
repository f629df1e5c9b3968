"""A synthetic town: buildings in clusters around kitchens, e-bikes that load again and vans, lunch windows, hot food.

Everything follows from the seed. Ways are neither symmetric nor do they keep to the triangle inequality, as on streets.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from solver.problem import Costs, Matrix, Problem, Stop, TimeWindow, Vehicle

Points = npt.NDArray[np.float64]

OPENS: Final = 36_000
SERVED_FROM: Final = 37_800
SERVED_UNTIL: Final = 45_000
SHIFT_ENDS: Final = 47_700
COOKED: Final = 36_600
HOT_S: Final = 5_400
_SIDE_M: Final = 6_000
_SPREAD_M: Final = 350
_DETOUR: Final = 1.3
_SPEED_M_S: Final = {"ebike": 4.2, "van": 6.1}
_SHARE_NARROW: Final = 0.35
_STOPS_PER_BUILDING: Final = 4
_BIKE_MEALS: Final = 24
_VAN_MEALS: Final = 120
_BIKES_PER_STOP: Final = 1 / 22
_VANS_PER_STOP: Final = 1 / 90
"""Enough for all, with little to spare."""


def town(seed: int, stops: int, kitchens: int = 1) -> Problem:
    """Locations 0 … ``kitchens`` − 1 are the kitchens; then come the buildings."""
    rng = np.random.default_rng(seed)
    buildings = max(2, stops // _STOPS_PER_BUILDING)
    homes = rng.uniform(0.15 * _SIDE_M, 0.85 * _SIDE_M, (kitchens, 2))
    centres = rng.uniform(0, _SIDE_M, (max(2, buildings // 12), 2))
    doors = centres[rng.integers(len(centres), size=buildings)] + rng.normal(0, _SPREAD_M, (buildings, 2))
    points = np.vstack((homes, doors))
    return Problem(
        stops=_stops(rng, stops, kitchens, buildings),
        vehicles=_fleet(stops, kitchens),
        matrices={profile: _ways(rng, points, speed) for profile, speed in _SPEED_M_S.items()},
    )


def _stops(rng: np.random.Generator, stops: int, kitchens: int, buildings: int) -> tuple[Stop, ...]:
    # every building has somebody, so that no matrix row is there for nothing
    at = np.concatenate((np.arange(min(buildings, stops)), rng.integers(buildings, size=max(0, stops - buildings))))
    found = []
    for number in range(stops):
        window = TimeWindow(SERVED_FROM, SERVED_UNTIL)
        if rng.random() < _SHARE_NARROW:
            opens = int(rng.integers(0, 4)) * 1_800 + SERVED_FROM
            window = TimeWindow(opens, opens + 1_800)
        found.append(
            Stop(
                id=number + 1,
                location=kitchens + int(at[number]),
                setup=60,
                service=int(rng.integers(4, 16)) * 15,
                delivery=(1,),
                time_windows=(window,),
                max_ride=HOT_S,
                release=COOKED,
            )
        )
    return tuple(found)


def _fleet(stops: int, kitchens: int) -> tuple[Vehicle, ...]:
    found: list[Vehicle] = []
    each = stops / kitchens
    bikes = max(2, round(each * _BIKES_PER_STOP))
    vans = max(1, round(each * _VANS_PER_STOP))
    for kitchen in range(kitchens):
        for kind, count, meals, fixed in (("ebike", bikes, _BIKE_MEALS, 600), ("van", vans, _VAN_MEALS, 2_400)):
            for _ in range(count):
                found.append(
                    Vehicle(
                        id=len(found) + 1,
                        profile=kind,
                        start=kitchen,
                        end=kitchen,
                        capacity=(meals,),
                        shift=TimeWindow(OPENS, SHIFT_ENDS),
                        costs=Costs(fixed=fixed),
                        max_trips=5,
                        load_duration=300,
                        max_duration=SHIFT_ENDS - OPENS,
                        description=f"{kind} of kitchen {kitchen}",
                    )
                )
    return tuple(found)


def _ways(rng: np.random.Generator, points: Points, speed: float) -> Matrix:
    straight = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    metres = straight * _DETOUR * rng.lognormal(0, 0.15, straight.shape) + 20
    seconds = metres / speed + rng.uniform(0, 45, straight.shape)
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return Matrix(np.rint(seconds).astype(np.int32), np.rint(metres).astype(np.int32))
