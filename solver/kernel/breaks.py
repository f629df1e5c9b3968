"""Where a vehicle takes its breaks: behind any step, where the return comes out earliest."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.judge import close_up, limits_fit
from solver.kernel.layout import (
    AFTER,
    BREAKS,
    CHANGED,
    EARLIEST,
    END,
    FIRST,
    FIRST_BREAK,
    FIRST_WINDOW,
    HI,
    LAST,
    LO,
    LOADING,
    LOC,
    RA,
    RB,
    RELEASED,
    RLO,
    S_RELEASED,
    SERVICE,
    START,
    SUCC,
    TRIP,
    TRIPS,
    WINDOWS,
    A,
    B,
)
from solver.kernel.moves import choose_window, end_trip, join, part
from solver.kernel.sentinels import head, tail
from solver.kernel.times import chain, refresh, trip_fits
from solver.kernel.world import HAS_BREAKS, STOPS


@jit
def lift_breaks(w: Any, v: Any) -> None:
    """Take all breaks of a vehicle out of its trips."""
    for pause in range(of.vehicle(w)[v, FIRST_BREAK], of.vehicle(w)[v, FIRST_BREAK] + of.vehicle(w)[v, BREAKS]):
        if of.link(w)[pause, TRIP] >= 0:
            part(w, pause)


@jit
def place_breaks(w: Any, v: Any) -> bool:
    """Put the breaks that are nowhere into the trips, which must be up to date; whether there is room for all."""
    for pause in range(of.vehicle(w)[v, FIRST_BREAK], of.vehicle(w)[v, FIRST_BREAK] + of.vehicle(w)[v, BREAKS]):
        if of.link(w)[pause, TRIP] >= 0:
            continue
        best, where, window = 1 << 60, -1, 0
        t = of.now(w)[v, FIRST]
        while t >= 0:
            back = max(of.trip(w)[t, RA], max(of.trip(w)[t, RLO], of.trip(w)[t, EARLIEST]) + of.trip(w)[t, RB])
            node, last = head(w, t), tail(w, t)
            while node != last:
                for number in range(of.fact(w)[pause, WINDOWS]):
                    later = _later(w, t, node, pause, of.fact(w)[pause, FIRST_WINDOW] + number)
                    if later >= 0 and later - back < best:
                        best, where, window = later - back, node, number
                node = of.link(w)[node, SUCC]
            t = of.trip(w)[t, AFTER]
        if where < 0:
            return False
        choose_window(w, pause, window)
        join(w, pause, where)
        refresh(w, of.link(w)[pause, TRIP])
        if not chain(w, v):
            return False
    return True


@jit
def _later(w: Any, t: Any, before: Any, pause: Any, row: Any) -> Any:
    """When trip ``t`` returns with a break behind node ``before``, -1 if it cannot be."""
    time, loading = of.time(w), of.vehicle(w)[of.trip(w)[t, 0], LOADING]
    a, b, lo, hi = time[before, A], time[before, B], time[before, LO], time[before, HI]
    if a > of.windows(w)[row, 1]:
        return -1
    hi = min(hi, of.windows(w)[row, 1] - b)
    a = max(a, of.windows(w)[row, 0]) + of.fact(w)[pause, SERVICE]
    b += of.fact(w)[pause, SERVICE]
    a, b, lo, hi = close_up(w, t, of.link(w)[before, SUCC], of.link(w)[before, LOC], a, b, lo, hi)
    lo = max(lo, max(time[before, RELEASED], time[before, S_RELEASED]) + loading)
    if lo > hi or not trip_fits(w, t, a, b, lo, hi):
        return -1
    return max(a, max(lo, of.trip(w)[t, EARLIEST]) + b)


@jit
def tidy(w: Any, v: Any) -> bool:
    """Bring a vehicle up to date after stops were taken out of it: empty trips end, breaks stay where they can.

    Says whether what is left can be driven; where ways break the triangle inequality it may not.
    """
    n, t = of.sizes(w)[STOPS], of.now(w)[v, FIRST]
    while t >= 0:
        following = of.trip(w)[t, AFTER]
        if of.trip(w)[t, CHANGED] == 1:
            node, last, stops = of.link(w)[head(w, t), SUCC], tail(w, t), 0
            while node != last:
                stops += node < n
                node = of.link(w)[node, SUCC]
            if stops == 0:
                while of.link(w)[head(w, t), SUCC] != last:
                    part(w, of.link(w)[head(w, t), SUCC])
                end_trip(w, t)
        t = following
    if of.now(w)[v, TRIPS] == 0:
        return True
    if of.vehicle(w)[v, START] != of.vehicle(w)[v, END]:
        of.trip(w)[of.now(w)[v, LAST], CHANGED] = 1
    t = of.now(w)[v, FIRST]
    while t >= 0:
        if of.trip(w)[t, CHANGED] == 1:
            refresh(w, t)
        t = of.trip(w)[t, AFTER]
    possible = chain(w, v) and limits_fit(w, v, 0, 0, 0)
    if of.sizes(w)[HAS_BREAKS] == 1 and of.vehicle(w)[v, BREAKS] > 0 and possible:
        possible = place_breaks(w, v)
    return possible
