"""Whether a stop fits between two nodes, in constant time: amounts, clock, ride limit, the vehicle's other trips and limits."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.layout import (
    AFTER,
    BEFORE,
    BIG,
    CLOSE,
    DEFAULT_RIDE,
    DEPOT,
    EARLIEST,
    FROM,
    HI,
    HOLDS_LOCKED,
    IS_BREAK,
    KIND,
    LATEST,
    LEG_M,
    LEG_S,
    LO,
    LOADING,
    LOC,
    MAX_DURATION,
    MAX_METRES,
    MAX_TASKS,
    MAX_TRAVEL,
    NA,
    NB,
    NHI,
    OPEN,
    OWNER,
    PA,
    PB,
    PHI,
    PLO,
    PRED,
    RA,
    RANK,
    RB,
    RELEASE,
    RELEASED,
    RHI,
    RIDE,
    RLO,
    ROUTE_M,
    ROUTE_S,
    S_RELEASED,
    SA,
    SB,
    SERVICE,
    SETUP,
    SL,
    SQ,
    START,
    SUCC,
    SW,
    TASKS,
    TRIP,
    UNTIL,
    VEHICLE,
    A,
    B,
)
from solver.kernel.sentinels import head, tail
from solver.kernel.times import trip_fits, within
from solver.kernel.world import AMOUNTS, HAS_METRES, HAS_PICKUPS


@jit
def step(
    w: Any,
    kind: Any,
    default_ride: Any,
    node: Any,
    open_: Any,
    close: Any,
    place: Any,
    a: Any,
    b: Any,
    lo: Any,
    hi: Any,
) -> Any:
    """Go on to a node: (a, b, lo, hi) after it, for one that is left at max(a, d + b); ``hi`` is below ``lo`` where it cannot be."""
    fact = of.fact(w)
    way = of.ways(w)[kind, place, of.link(w)[node, LOC]]
    spent = fact[node, SERVICE]
    if of.link(w)[node, LOC] != place:
        spent += fact[node, SETUP]
    ride = fact[node, RIDE]
    if ride < 0:
        ride = default_ride
    a, b = a + way, b + way
    if a > close or b > ride:
        hi = -BIG
    hi = min(hi, close - b)
    a = max(a, open_)
    lo = max(lo, a - ride)
    return a + spent, b + spent, lo, hi


@jit
def pause(w: Any, node: Any, a: Any, b: Any, lo: Any, hi: Any) -> Any:
    """The same for a break, which is taken where the vehicle is."""
    if a > of.fact(w)[node, CLOSE]:
        hi = -BIG
    hi = min(hi, of.fact(w)[node, CLOSE] - b)
    a = max(a, of.fact(w)[node, OPEN])
    return a + of.fact(w)[node, SERVICE], b + of.fact(w)[node, SERVICE], lo, hi


@jit
def close_up(w: Any, t: Any, node: Any, place: Any, a: Any, b: Any, lo: Any, hi: Any) -> Any:
    """Go on from ``place`` through ``node`` of trip ``t`` (perhaps breaks first) and all that comes after it; (a, b, lo, hi) of the return."""
    v = of.trip(w)[t, VEHICLE]
    kind = of.vehicle(w)[v, KIND]
    last = tail(w, t)
    while of.fact(w)[node, IS_BREAK] == 1:
        a, b, lo, hi = pause(w, node, a, b, lo, hi)
        node = of.link(w)[node, SUCC]
    if node == last:
        way = of.ways(w)[kind, place, of.link(w)[last, LOC]]
        return a + way, b + way, lo, hi
    a, b, lo, hi = step(
        w,
        kind,
        of.vehicle(w)[v, DEFAULT_RIDE],
        node,
        of.fact(w)[node, OPEN],
        of.fact(w)[node, CLOSE],
        place,
        a,
        b,
        lo,
        hi,
    )
    time = of.time(w)
    if a > time[node, SW] or b > time[node, SQ]:
        hi = -BIG
    hi = min(hi, time[node, SW] - b)
    lo = max(lo, time[node, SL], a - time[node, SQ])
    return max(time[node, SA], a + time[node, SB]), b + time[node, SB], lo, hi


@jit
def clock_fits(w: Any, t: Any, before: Any, i: Any, open_: Any, close: Any) -> bool:
    """Whether stop ``i``, begun within this window, can come behind node ``before`` of a trip."""
    time = of.time(w)
    v = of.trip(w)[t, VEHICLE]
    a, b, lo, hi = step(
        w, of.vehicle(w)[v, KIND], of.vehicle(w)[v, DEFAULT_RIDE], i, open_, close, of.link(w)[before, LOC],
        time[before, A], time[before, B], time[before, LO], time[before, HI],
    )  # fmt: skip
    if lo > hi:
        return False
    a, b, lo, hi = close_up(w, t, of.link(w)[before, SUCC], of.link(w)[i, LOC], a, b, lo, hi)
    released = max(of.fact(w)[i, RELEASE], time[before, RELEASED], time[before, S_RELEASED])
    lo = max(lo, released + of.vehicle(w)[v, LOADING])
    return lo <= hi and trip_fits(w, t, a, b, lo, hi)


@jit
def alone(w: Any, v: Any, i: Any, open_: Any, close: Any, back: Any) -> Any:
    """(a, b, lo, hi) of a trip of this vehicle with this stop only, that returns to ``back``."""
    kind = of.vehicle(w)[v, KIND]
    a, b, lo, hi = step(
        w, kind, of.vehicle(w)[v, DEFAULT_RIDE], i, open_, close, of.vehicle(w)[v, START], -BIG, 0, -BIG, BIG
    )
    way = of.ways(w)[kind, of.link(w)[i, LOC], back]
    lo = max(lo, of.fact(w)[i, RELEASE] + of.vehicle(w)[v, LOADING])
    return a + way, b + way, lo, hi


@jit
def gap_fits(w: Any, v: Any, before: Any, after: Any, loading: Any, a: Any, b: Any, lo: Any, hi: Any) -> bool:
    """Whether a trip (a, b, lo, hi) fits between two neighbouring trips of a vehicle (-1: none)."""
    trip = of.trip(w)
    earliest, latest = of.vehicle(w)[v, FROM] + loading, of.vehicle(w)[v, UNTIL]
    if before >= 0:
        leaves = max(trip[before, EARLIEST], trip[before, RLO])
        earliest = max(trip[before, RA], leaves + trip[before, RB]) + loading
    if after >= 0:
        latest = min(trip[after, RHI], trip[after, LATEST] - trip[after, RB]) - loading
    if a > latest:
        return False
    lo, hi = max(lo, earliest), min(hi, latest - b)
    if lo > hi:
        return False
    most = of.vehicle(w)[v, MAX_DURATION]
    if most >= BIG:
        return True
    pa, pb, plo, phi = -BIG, 0, -BIG, BIG
    if before >= 0:
        pa, pb, plo, phi = after_trip(w, before)
    na, nb, nhi = -BIG, 0, of.vehicle(w)[v, UNTIL]
    if after >= 0:
        na, nb, nhi = before_trip(w, after)
    return within(loading, most, before >= 0, pa, pb, plo, phi, a, b, lo, hi, na, nb, nhi)


@jit
def after_trip(w: Any, t: Any) -> Any:
    """The route up to and with trip ``t`` as a function of its first departure."""
    trip, loading = of.trip(w), of.vehicle(w)[of.trip(w)[t, VEHICLE], LOADING]
    if trip[t, BEFORE] < 0:
        return trip[t, RA], trip[t, RB], max(trip[t, RLO], trip[t, EARLIEST]), trip[t, RHI]
    a, b, hi = trip[t, PA], trip[t, PB], min(trip[t, PHI], trip[t, RHI] - loading - trip[t, PB])
    if a + loading > trip[t, RHI]:
        hi = -BIG
    a = max(trip[t, RA], trip[t, RLO] + trip[t, RB], a + loading + trip[t, RB])
    return a, b + loading + trip[t, RB], trip[t, PLO], hi


@jit
def before_trip(w: Any, t: Any) -> Any:
    """The route from trip ``t`` on as a function of the moment from which it may load."""
    trip, loading = of.trip(w), of.vehicle(w)[of.trip(w)[t, VEHICLE], LOADING]
    a, b, hi = trip[t, NA], trip[t, NB], trip[t, NHI]
    back = max(trip[t, RA], trip[t, RLO] + trip[t, RB])
    if back > hi:
        hi = -BIG
    return max(a, back + b), b + trip[t, RB] + loading, min(trip[t, RHI], hi - trip[t, RB]) - loading


@jit
def split_fits(w: Any, t: Any, before: Any, i: Any, open_: Any, close: Any, ends: Any) -> bool:
    """Whether a trip can be cut behind node ``before``, with stop ``i`` at the end of the first half (``ends``) or the start of the second."""
    time, v = of.time(w), of.trip(w)[t, VEHICLE]
    kind, start, loading, ride = (
        of.vehicle(w)[v, KIND],
        of.vehicle(w)[v, START],
        of.vehicle(w)[v, LOADING],
        of.vehicle(w)[v, DEFAULT_RIDE],
    )
    a, b, lo, hi = time[before, A], time[before, B], time[before, LO], time[before, HI]
    place = of.link(w)[before, LOC]
    first_released, second_released = time[before, RELEASED], time[before, S_RELEASED]
    if ends:
        a, b, lo, hi = step(w, kind, ride, i, open_, close, place, a, b, lo, hi)
        place = of.link(w)[i, LOC]
        first_released = max(first_released, of.fact(w)[i, RELEASE])
    way = of.ways(w)[kind, place, start]
    a, b, lo = a + way, b + way, max(lo, first_released + loading)
    lo = max(lo, of.trip(w)[t, EARLIEST])
    if lo > hi:
        return False
    # the second half leaves at x from when the first is back
    c, d, least, most = -BIG, 0, -BIG, BIG
    place = start
    if not ends:
        c, d, least, most = step(w, kind, ride, i, open_, close, place, c, d, least, most)
        place = of.link(w)[i, LOC]
        second_released = max(second_released, of.fact(w)[i, RELEASE])
    c, d, least, most = close_up(w, t, of.link(w)[before, SUCC], place, c, d, least, most)
    least = max(least, second_released + loading)
    if least > most:
        return False
    # one function of the first half's departure
    if a + loading > most:
        return False
    hi = min(hi, most - loading - b)
    if lo > hi:
        return False
    return trip_fits(w, t, max(c, least + d, a + loading + d), b + loading + d, lo, hi)


@jit
def load_fits(w: Any, t: Any, before: Any, i: Any) -> bool:
    """Whether the amounts of stop ``i`` fit into a trip behind node ``before``."""
    v = of.trip(w)[t, VEHICLE]
    for k in range(of.sizes(w)[AMOUNTS]):
        if of.trip_load(w)[t, k] + of.delivery(w)[i, k] > of.capacity(w)[v, k]:
            return False
        if of.sizes(w)[HAS_PICKUPS] == 1:
            after = of.link(w)[before, SUCC]
            if (
                of.peaks(w)[after, 2 * k] + of.delivery(w)[i, k] > of.capacity(w)[v, k]
                or of.peaks(w)[before, 2 * k + 1] + of.pickup(w)[i, k] > of.capacity(w)[v, k]
            ):
                return False
    return True


@jit
def depot_fits(w: Any, v: Any, i: Any) -> bool:
    """Whether the depot of a vehicle has a stop's goods left."""
    depot = of.vehicle(w)[v, DEPOT]
    if depot >= 0:
        for k in range(of.sizes(w)[AMOUNTS]):
            if of.delivery(w)[i, k] > of.depot_free(w)[depot, k]:
                return False
    return True


@jit
def limits_fit(w: Any, v: Any, more_s: Any, more_m: Any, tasks: Any) -> bool:
    """Whether a vehicle may drive so much more and do so many tasks more."""
    now, fact = of.now(w), of.vehicle(w)
    return (
        now[v, TASKS] + tasks <= fact[v, MAX_TASKS]
        and now[v, ROUTE_S] + more_s <= fact[v, MAX_TRAVEL]
        and now[v, ROUTE_M] + more_m <= fact[v, MAX_METRES]
    )


@jit
def order_fits(w: Any, v: Any, before: Any, i: Any) -> bool:
    """Whether a locked stop comes behind node ``before`` in the order that binds it."""
    if of.fact(w)[i, OWNER] < 0 or of.now(w)[v, HOLDS_LOCKED] == 0:
        return True
    t = of.link(w)[before, TRIP]
    node, each = before, t
    while each >= 0:
        while node != head(w, each):
            if (
                of.fact(w)[node, OWNER] == v
                and of.fact(w)[node, RANK] > of.fact(w)[i, RANK]
                and of.fact(w)[node, IS_BREAK] == 0
            ):
                return False
            node = of.link(w)[node, PRED]
        each = of.trip(w)[each, BEFORE]
        if each >= 0:
            node = of.link(w)[tail(w, each), PRED]
    node, each = of.link(w)[before, SUCC], t
    while each >= 0:
        while node != tail(w, each):
            if (
                of.fact(w)[node, OWNER] == v
                and of.fact(w)[node, RANK] < of.fact(w)[i, RANK]
                and of.fact(w)[node, IS_BREAK] == 0
            ):
                return False
            node = of.link(w)[node, SUCC]
        each = of.trip(w)[each, AFTER]
        if each >= 0:
            node = of.link(w)[head(w, each), SUCC]
    return True


@jit
def ways_added(w: Any, v: Any, before: Any, i: Any) -> Any:
    """Seconds and metres that stop ``i`` adds behind node ``before``; a break behind it moves along."""
    link, kind = of.link(w), of.vehicle(w)[v, KIND]
    here, there, after = link[i, LOC], link[before, LOC], link[before, SUCC]
    while of.fact(w)[after, IS_BREAK] == 1:
        after = link[after, SUCC]
    next_ = link[after, LOC]
    seconds = of.ways_to(w)[kind, here, there] + of.ways(w)[kind, here, next_] - link[after, LEG_S]
    metres = 0
    if of.sizes(w)[HAS_METRES] == 1:
        metres = of.metres_to(w)[kind, here, there] + of.metres(w)[kind, here, next_] - link[after, LEG_M]
    return seconds, metres
