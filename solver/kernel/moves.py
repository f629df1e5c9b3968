"""Changing routes: stops in and out of trips, trips begun and ended, vehicles taken into use and left."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.layout import (
    AFTER,
    BEFORE,
    CHANGED,
    CLASS,
    CLOSE,
    COST,
    COUNT,
    DEPOT,
    FIRST,
    FIRST_WINDOW,
    FREE_AT,
    HOLDS_LOCKED,
    LAST,
    MISSING,
    OPEN,
    OUT_AT,
    OWNER,
    PER_M,
    PER_S,
    PRED,
    ROUTE_M,
    ROUTE_S,
    SUCC,
    TASKS,
    TRIP,
    TRIP_M,
    TRIP_S,
    TRIP_W,
    TRIPS,
    VEHICLE,
    WEIGHT,
    WINDOW,
)
from solver.kernel.sentinels import head, tail
from solver.kernel.times import add_work, charge_use
from solver.kernel.world import AMOUNTS, HAS_CREDIT, STOPS


@jit
def choose_window(w: Any, node: Any, number: Any) -> None:
    """Bind a stop or break to one of its windows; another may be chosen whenever it is inserted again."""
    row = of.fact(w)[node, FIRST_WINDOW] + number
    of.link(w)[node, WINDOW] = number
    of.fact(w)[node, OPEN], of.fact(w)[node, CLOSE] = of.windows(w)[row, 0], of.windows(w)[row, 1]


@jit
def begin_trip(w: Any, v: Any, before: Any) -> Any:
    """A new, empty trip of a vehicle after trip ``before`` (-1: as its first); takes the vehicle into use if it was not."""
    slots = of.slots(w)
    slots[-1] -= 1
    t = slots[slots[-1]]
    if of.now(w)[v, TRIPS] == 0:
        _take(w, v)
        charge_use(w, v, 1)
    after = of.trip(w)[before, AFTER] if before >= 0 else of.now(w)[v, FIRST]
    trip = of.trip(w)
    trip[t, VEHICLE], trip[t, BEFORE], trip[t, AFTER] = v, before, after
    trip[t, COUNT] = trip[t, TRIP_S] = trip[t, TRIP_M] = trip[t, TRIP_W] = trip[t, CHANGED] = 0
    if before >= 0:
        trip[before, AFTER] = t
    else:
        of.now(w)[v, FIRST] = t
    if after >= 0:
        trip[after, BEFORE] = t
    else:
        of.now(w)[v, LAST] = t
    of.now(w)[v, TRIPS] += 1
    first, last = head(w, t), tail(w, t)
    of.link(w)[first, SUCC], of.link(w)[last, PRED] = last, first
    of.link(w)[first, PRED] = of.link(w)[last, SUCC] = -1
    of.link(w)[first, TRIP] = of.link(w)[last, TRIP] = t
    return t


@jit
def end_trip(w: Any, t: Any) -> None:
    """Take an empty trip away, with its ways off the totals; the vehicle is left unused if it was the only one."""
    v, before, after = of.trip(w)[t, VEHICLE], of.trip(w)[t, BEFORE], of.trip(w)[t, AFTER]
    drop_totals(w, t)
    if before >= 0:
        of.trip(w)[before, AFTER] = after
    else:
        of.now(w)[v, FIRST] = after
    if after >= 0:
        of.trip(w)[after, BEFORE] = before
    else:
        of.now(w)[v, LAST] = before
    of.link(w)[head(w, t), TRIP] = of.link(w)[tail(w, t), TRIP] = -1
    of.now(w)[v, TRIPS] -= 1
    slots = of.slots(w)
    slots[slots[-1]] = t
    slots[-1] += 1
    if of.now(w)[v, TRIPS] == 0:
        _leave(w, v)
        charge_use(w, v, -1)


@jit
def drop_totals(w: Any, t: Any) -> None:
    """Take a trip's ways and stops off its vehicle's totals and the cost."""
    v = of.trip(w)[t, VEHICLE]
    seconds, metres = of.trip(w)[t, TRIP_S], of.trip(w)[t, TRIP_M]
    of.now(w)[v, TASKS] -= of.trip(w)[t, COUNT]
    of.now(w)[v, ROUTE_S] -= seconds
    add_work(w, v, -of.trip(w)[t, TRIP_W])
    of.now(w)[v, ROUTE_M] -= metres
    of.totals(w)[COST] -= of.price(w)[v, PER_S] * seconds + of.price(w)[v, PER_M] * metres
    of.trip(w)[t, COUNT] = of.trip(w)[t, TRIP_S] = of.trip(w)[t, TRIP_M] = of.trip(w)[t, TRIP_W] = 0


@jit
def _take(w: Any, v: Any) -> None:
    """Move a vehicle out of the unused ones of its class."""
    c = of.vehicle(w)[v, CLASS]
    of.class_free(w)[c] -= 1
    _swap(w, v, of.class_from(w)[c] + of.class_free(w)[c])


@jit
def _leave(w: Any, v: Any) -> None:
    c = of.vehicle(w)[v, CLASS]
    _swap(w, v, of.class_from(w)[c] + of.class_free(w)[c])
    of.class_free(w)[c] += 1


@jit
def _swap(w: Any, v: Any, place: Any) -> None:
    other, mine = of.class_list(w)[place], of.now(w)[v, FREE_AT]
    of.class_list(w)[mine], of.class_list(w)[place] = other, v
    of.now(w)[other, FREE_AT], of.now(w)[v, FREE_AT] = mine, place


@jit
def join(w: Any, node: Any, before: Any) -> None:
    """Link a node behind another one; the trip must be refreshed after."""
    link = of.link(w)
    after = link[before, SUCC]
    link[before, SUCC] = link[after, PRED] = node
    link[node, PRED], link[node, SUCC], link[node, TRIP] = before, after, link[before, TRIP]


@jit
def part(w: Any, node: Any) -> None:
    """Unlink a node; the trip must be refreshed after."""
    link = of.link(w)
    link[link[node, PRED], SUCC], link[link[node, SUCC], PRED] = link[node, SUCC], link[node, PRED]
    of.trip(w)[link[node, TRIP], CHANGED] = 1
    link[node, TRIP] = -1


@jit
def serve(w: Any, i: Any, v: Any) -> None:
    """Count a stop as served by a vehicle: it is not left out any more, its goods and its credit are booked."""
    at, out = of.link(w)[i, OUT_AT], of.out(w)
    if at >= 0:
        out[-1] -= 1
        other = out[out[-1]]
        out[at] = other
        of.link(w)[other, OUT_AT] = at
        of.link(w)[i, OUT_AT] = -1
        of.totals(w)[MISSING] -= of.fact(w)[i, WEIGHT]
    _book(w, i, v, 1)


@jit
def leave_out(w: Any, i: Any, v: Any) -> None:
    """The opposite of ``serve``."""
    out = of.out(w)
    out[out[-1]] = i
    of.link(w)[i, OUT_AT] = out[-1]
    out[-1] += 1
    of.totals(w)[MISSING] += of.fact(w)[i, WEIGHT]
    _book(w, i, v, -1)


@jit
def _book(w: Any, i: Any, v: Any, sign: Any) -> None:
    depot = of.vehicle(w)[v, DEPOT]
    if depot >= 0:
        for k in range(of.sizes(w)[AMOUNTS]):
            of.depot_free(w)[depot, k] -= sign * of.delivery(w)[i, k]
    if of.sizes(w)[HAS_CREDIT] == 1:
        of.totals(w)[COST] -= sign * of.credit(w)[i, v]
    if of.fact(w)[i, OWNER] >= 0:
        of.now(w)[v, HOLDS_LOCKED] += sign


@jit
def hand_over(w: Any, i: Any, mine: Any, new: Any) -> None:
    """Another vehicle of the same class serves a stop, its links apart: the credit follows."""
    if of.sizes(w)[HAS_CREDIT] == 1:
        of.totals(w)[COST] -= of.credit(w)[i, new] - of.credit(w)[i, mine]


@jit
def stops_of(w: Any, t: Any, into: Any) -> Any:
    """Write the stops of a trip in order into an array; how many."""
    n, count, node, last = of.sizes(w)[STOPS], 0, of.link(w)[head(w, t), SUCC], tail(w, t)
    while node != last:
        if node < n:
            into[count] = node
            count += 1
        node = of.link(w)[node, SUCC]
    return count
