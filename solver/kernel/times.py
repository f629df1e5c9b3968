"""The clock of a trip: computed once for each position, so that a change is judged without walking the route."""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.layout import (
    AFTER,
    BEFORE,
    BIG,
    CHANGED,
    CLOSE,
    COST,
    COUNT,
    DEFAULT_RIDE,
    EARLIEST,
    END,
    FAIR,
    FIRST,
    FIXED,
    FROM,
    HI,
    IS_BREAK,
    KIND,
    LAST,
    LATEST,
    LEG_M,
    LEG_S,
    LO,
    LOADING,
    LOC,
    MAX_DURATION,
    NA,
    NB,
    NHI,
    OPEN,
    PA,
    PB,
    PER_M,
    PER_S,
    PHI,
    PLO,
    PRED,
    RA,
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
    TRIP_M,
    TRIP_S,
    TRIP_W,
    UNTIL,
    VEHICLE,
    WORK,
    WORN,
    A,
    B,
)
from solver.kernel.sentinels import head, tail
from solver.kernel.world import AMOUNTS, HAS_FAIR, HAS_METRES, HAS_PICKUPS, STOPS


@jit
def refresh(w: Any, t: Any) -> None:
    """Compute everything of one trip anew after its links changed; its vehicle's totals follow, not yet its neighbours' bounds."""
    link, time, fact = of.link(w), of.time(w), of.fact(w)
    v = of.trip(w)[t, VEHICLE]
    kind, default_ride = of.vehicle(w)[v, KIND], of.vehicle(w)[v, DEFAULT_RIDE]
    metres = of.sizes(w)[HAS_METRES] == 1
    n, amounts = of.sizes(w)[STOPS], of.sizes(w)[AMOUNTS]
    first, last = head(w, t), tail(w, t)
    for k in range(amounts):
        of.loads(w)[first, k] = 0
    a, b, lo, hi, released = -BIG, 0, -BIG, BIG, 0
    seconds, way_m, count, spent_s = 0, 0, 0, of.vehicle(w)[v, LOADING]
    time[first, A], time[first, B], time[first, LO], time[first, HI], time[first, RELEASED] = a, b, lo, hi, 0
    link[first, LOC] = of.vehicle(w)[v, START]
    link[last, LOC] = of.vehicle(w)[v, END] if of.trip(w)[t, AFTER] < 0 else of.vehicle(w)[v, START]
    place = link[first, LOC]
    before, node = first, link[first, SUCC]
    while True:
        if fact[node, IS_BREAK] == 1:
            link[node, LOC] = place
            way = 0
            leg_m = 0
        else:
            way = of.ways(w)[kind, place, link[node, LOC]]
            leg_m = of.metres(w)[kind, place, link[node, LOC]] if metres else 0
        link[node, LEG_S], link[node, LEG_M] = way, leg_m
        seconds += way
        way_m += leg_m
        if node == last:
            break
        spent = fact[node, SERVICE]
        if link[node, LOC] != place:
            spent += fact[node, SETUP]
            place = link[node, LOC]
        ride = fact[node, RIDE]
        if ride < 0:
            ride = default_ride
        open_, close = fact[node, OPEN], fact[node, CLOSE]
        a, b = a + way, b + way
        if a > close or b > ride:
            hi = -BIG
        hi = min(hi, close - b)
        a = max(a, open_)
        lo = max(lo, a - ride)
        a, b = a + spent, b + spent
        released = max(released, fact[node, RELEASE])
        time[node, A], time[node, B], time[node, LO], time[node, HI], time[node, RELEASED] = a, b, lo, hi, released
        if node < n:
            count += 1
            spent_s += spent
            for k in range(amounts):
                of.loads(w)[node, k] = of.loads(w)[before, k] + of.delivery(w)[node, k]
        else:
            for k in range(amounts):
                of.loads(w)[node, k] = of.loads(w)[before, k]
        before, node = node, link[node, SUCC]
    trip = of.trip(w)
    trip[t, RA], trip[t, RB], trip[t, RHI] = a + link[last, LEG_S], b + link[last, LEG_S], hi
    trip[t, RLO] = max(lo, released + of.vehicle(w)[v, LOADING])
    for k in range(amounts):
        of.trip_load(w)[t, k] = of.loads(w)[before, k]
    of.now(w)[v, TASKS] += count - trip[t, COUNT]
    of.now(w)[v, ROUTE_S] += seconds - trip[t, TRIP_S]
    add_work(w, v, seconds + spent_s - trip[t, TRIP_W])
    of.now(w)[v, ROUTE_M] += way_m - trip[t, TRIP_M]
    of.totals(w)[COST] += of.price(w)[v, PER_S] * (seconds - trip[t, TRIP_S]) + of.price(w)[v, PER_M] * (
        way_m - trip[t, TRIP_M]
    )
    trip[t, COUNT], trip[t, TRIP_S], trip[t, TRIP_M], trip[t, CHANGED] = count, seconds, way_m, 0
    trip[t, TRIP_W] = seconds + spent_s
    _backward(w, t, default_ride)
    if of.sizes(w)[HAS_PICKUPS] == 1:
        _peaks(w, t)


@jit
def _backward(w: Any, t: Any, default_ride: Any) -> None:
    link, time, fact = of.link(w), of.time(w), of.fact(w)
    first, last = head(w, t), tail(w, t)
    node = link[last, PRED]
    after = last
    sa, sb, sw, sl, sq, released = -BIG, 0, BIG, -BIG, BIG, 0
    while True:
        way = link[after, LEG_S]
        if after == last:
            sb = way
        else:
            spent = fact[after, SERVICE]
            if link[after, LOC] != link[node, LOC]:
                spent += fact[after, SETUP]
            ride = fact[after, RIDE]
            if ride < 0:
                ride = default_ride
            leaves = fact[after, OPEN] + spent
            sl = max(sl, fact[after, OPEN] - ride, leaves - sq)
            sq = min(ride - way, sq - way - spent)
            sw = -BIG if leaves > sw else min(fact[after, CLOSE] - way, sw - way - spent)
            sa = max(sa, leaves + sb)
            sb += way + spent
            released = max(released, fact[after, RELEASE])
        time[node, SA], time[node, SB], time[node, SW], time[node, SL], time[node, SQ] = sa, sb, sw, sl, sq
        time[node, S_RELEASED] = released
        if node == first:
            break
        after, node = node, link[node, PRED]


@jit
def _peaks(w: Any, t: Any) -> None:
    """What is aboard at most on the legs before a node and on the legs after it."""
    link, n, amounts = of.link(w), of.sizes(w)[STOPS], of.sizes(w)[AMOUNTS]
    first, last = head(w, t), tail(w, t)
    for k in range(amounts):
        aboard, peak, node = of.trip_load(w)[t, k], of.trip_load(w)[t, k], first
        of.peaks(w)[first, 2 * k] = aboard
        node = link[first, SUCC]
        while node != last:
            # legs up to and with the one into this node
            of.peaks(w)[node, 2 * k] = peak
            if node < n:
                aboard += of.pickup(w)[node, k] - of.delivery(w)[node, k]
            peak = max(peak, aboard)
            node = link[node, SUCC]
        of.peaks(w)[last, 2 * k] = peak
        peak = aboard
        node = link[last, PRED]
        while True:
            # legs from the one out of this node
            of.peaks(w)[node, 2 * k + 1] = peak
            if node == first:
                break
            if node < n:
                aboard += of.delivery(w)[node, k] - of.pickup(w)[node, k]
            peak = max(peak, aboard)
            node = link[node, PRED]


@jit
def chain(w: Any, v: Any) -> bool:
    """Bounds that the trips of a vehicle set each other; whether all of them can be driven.

    Forward each trip leaves as early as it can, backward as late as the next one allows. With a limit on the whole duration also the
    route as a function of its first departure, before and after each trip.
    """
    trip, loading = of.trip(w), of.vehicle(w)[v, LOADING]
    free = of.vehicle(w)[v, FROM]
    possible = True
    t = of.now(w)[v, FIRST]
    while t >= 0:
        trip[t, EARLIEST] = free + loading
        leaves = max(trip[t, EARLIEST], trip[t, RLO])
        if leaves > trip[t, RHI]:
            possible = False
        free = max(trip[t, RA], leaves + trip[t, RB])
        t = trip[t, AFTER]
    latest = of.vehicle(w)[v, UNTIL]
    if free > latest:
        possible = False
    t = of.now(w)[v, LAST]
    while t >= 0:
        trip[t, LATEST] = latest
        if trip[t, RA] > latest:
            possible = False
        latest = min(trip[t, RHI], latest - trip[t, RB]) - loading
        t = trip[t, BEFORE]
    most = of.vehicle(w)[v, MAX_DURATION]
    if most < BIG and possible and of.now(w)[v, FIRST] >= 0:
        _whole(w, v)
        t = of.now(w)[v, FIRST]
        if not lasts(w, t, trip[t, RA], trip[t, RB], max(trip[t, RLO], trip[t, EARLIEST]), trip[t, RHI]):
            possible = False
    return possible


@jit
def _whole(w: Any, v: Any) -> None:
    """The route before and after each trip, as functions."""
    trip, loading = of.trip(w), of.vehicle(w)[v, LOADING]
    t = of.now(w)[v, FIRST]
    a, b, lo, hi = -BIG, 0, -BIG, BIG
    while t >= 0:
        trip[t, PA], trip[t, PB], trip[t, PLO], trip[t, PHI] = a, b, lo, hi
        if trip[t, BEFORE] < 0:
            a, b = trip[t, RA], trip[t, RB]
            lo, hi = max(trip[t, RLO], trip[t, EARLIEST]), trip[t, RHI]
        else:
            hi = min(hi, trip[t, RHI] - loading - b)
            if a + loading > trip[t, RHI]:
                hi = -BIG
            a = max(trip[t, RA], trip[t, RLO] + trip[t, RB], a + loading + trip[t, RB])
            b += loading + trip[t, RB]
        t = trip[t, AFTER]
    t = of.now(w)[v, LAST]
    a, b, hi = -BIG, 0, of.vehicle(w)[v, UNTIL]
    while t >= 0:
        # after this trip's return x the next loading begins: the end is max(a, x + b), x <= hi
        trip[t, NA], trip[t, NB], trip[t, NHI] = a, b, hi
        back_a = max(trip[t, RA], trip[t, RLO] + trip[t, RB])
        if back_a > hi:
            hi = -BIG
        hi = min(trip[t, RHI], hi - trip[t, RB]) - loading
        a = max(a, back_a + b)
        b += trip[t, RB] + loading
        t = trip[t, BEFORE]


@jit
def lasts(w: Any, t: Any, a: Any, b: Any, lo: Any, hi: Any) -> bool:
    """Whether the route keeps its longest duration if this trip returns at max(a, d + b) when it leaves at d, lo <= d <= hi."""
    v, trip = of.trip(w)[t, VEHICLE], of.trip(w)
    return within(
        of.vehicle(w)[v, LOADING], of.vehicle(w)[v, MAX_DURATION], trip[t, BEFORE] >= 0,
        trip[t, PA], trip[t, PB], trip[t, PLO], trip[t, PHI], a, b, lo, hi, trip[t, NA], trip[t, NB], trip[t, NHI],
    )  # fmt: skip


@jit
def within(
    loading: Any, most: Any, has_before: Any, pa: Any, pb: Any, plo: Any, phi: Any,
    a: Any, b: Any, lo: Any, hi: Any, na: Any, nb: Any, nhi: Any,
) -> bool:  # fmt: skip
    """The same for trips before (pa, pb, plo, phi), a trip, and trips after (na, nb, nhi)."""
    if has_before:
        if pa + loading > hi:
            return False
        phi = min(phi, hi - loading - pb)
        a = max(a, lo + b, pa + loading + b)
        b = pb + loading + b
        lo, hi = plo, phi
    if a > nhi:
        return False
    hi = min(hi, nhi - b)
    a, b = max(na, a + nb), b + nb
    return b + loading <= most and max(lo, a + loading - most) <= hi


@jit
def trip_fits(w: Any, t: Any, a: Any, b: Any, lo: Any, hi: Any) -> bool:
    """Whether the vehicle's other trips leave room for this one if it becomes so."""
    trip = of.trip(w)
    latest = trip[t, LATEST]
    if a > latest:
        return False
    hi = min(hi, latest - b)
    lo = max(lo, trip[t, EARLIEST])
    if lo > hi:
        return False
    v = trip[t, VEHICLE]
    if of.vehicle(w)[v, MAX_DURATION] < BIG:
        return lasts(w, t, a, b, lo, hi)
    return True


@jit
def worn(w: Any, v: Any, seconds: Any) -> float:
    """What so many more seconds of work (ways, loading, setup, service; negative: fewer) add to the debit for a vehicle's overwork."""
    work, fair = of.now(w)[v, WORK], of.vehicle(w)[v, FAIR]
    return of.price(w)[v, WORN] * (max(0, work + seconds - fair) - max(0, work - fair))


@jit
def add_work(w: Any, v: Any, seconds: Any) -> None:
    """Count work, and its debit into the cost."""
    if of.sizes(w)[HAS_FAIR] == 1:
        of.totals(w)[COST] += worn(w, v, seconds)
        of.now(w)[v, WORK] += seconds


@jit
def charge_use(w: Any, v: Any, sign: Any) -> None:
    """The fixed cost of a vehicle that is used from now on (1) or no longer (-1)."""
    of.totals(w)[COST] += sign * of.price(w)[v, FIXED]
