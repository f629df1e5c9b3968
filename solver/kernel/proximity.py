"""Which stops are near each other, and in which orders stops are put back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from solver.problem import Problem

_ORDER_WEIGHTS: Final = (4, 4, 2, 1, 2, 2, 2)
"""Random, demand, far, near, narrow window, early window, late window; the last three where there are windows.

J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation Science 54 (2020).
"""
FAR: Final = 2
"""The order from the farthest stop inwards. From nothing it is the one to take: stops that come one after another then lie near enough to share a
trip, where orders by chance open a trip everywhere and leave a third of a town out, or half."""
_ROWS: Final = 512


def near(problem: Problem, ways: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """For each stop the ``count`` nearest by the way there and back, itself first; ties by number."""
    place = np.array([stop.location for stop in problem.stops], np.int64)
    table = ways[0].astype(np.int64)
    both = table + table.T
    result = np.empty((len(place), count), np.int32)
    for begin in range(0, len(place), _ROWS):
        rows = place[begin : begin + _ROWS]
        apart = both[rows][:, place]
        own = np.arange(len(rows))
        apart[own, begin + own] = -1
        # equal distances are frequent (one building): the nearest numbers first, the same on every machine
        apart = apart * len(place) + np.arange(len(place))
        part = np.argpartition(apart, count - 1, axis=1)[:, :count]
        inside = np.argsort(np.take_along_axis(apart, part, axis=1), axis=1)
        result[begin : begin + _ROWS] = np.take_along_axis(part, inside, axis=1)
    return result


def orders(problem: Problem, ways: npt.NDArray[np.int32], kind_of: list[int]) -> tuple[Any, Any]:
    """Sort keys of the orders, one row an order and small first (row 0 is chance), and the cumulated chances of the rows."""
    stops, n = problem.stops, len(problem.stops)
    place = np.array([stop.location for stop in stops])
    room = np.array([v.capacity or (1,) for v in problem.vehicles], float).max(axis=0) + 1e-9
    demand = (np.array([stop.delivery or (0,) for stop in stops], float) / room).max(axis=1)
    demand += (np.array([stop.pickup or (0,) for stop in stops], float) / room).max(axis=1)
    starts = sorted({v.start for v in problem.vehicles if v.start is not None}) or [int(place[0])]
    far = ways[kind_of[0]][starts][:, place].min(axis=0).astype(float)
    opens = np.array([stop.time_windows[0].earliest if stop.time_windows else 0 for stop in stops], float)
    closes = np.array([stop.time_windows[-1].latest if stop.time_windows else 2**31 for stop in stops], float)
    keys = np.stack([np.zeros(n), -demand, -far, far, closes - opens, opens, -closes])
    weights = np.array(_ORDER_WEIGHTS, float)
    if not any(stop.time_windows for stop in stops):
        weights[4:] = 0
    return keys, np.cumsum(weights) / weights.sum()
