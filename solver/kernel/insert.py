"""Putting a stop back where it adds least: between two nodes, in a trip of its own, at a new loading in mid-trip, in a new vehicle."""

from __future__ import annotations

from typing import Any, Final

from solver.kernel import of
from solver.kernel.breaks import place_breaks
from solver.kernel.cache import jit
from solver.kernel.chance import draw
from solver.kernel.journal import note
from solver.kernel.judge import (
    alone,
    clock_fits,
    depot_fits,
    gap_fits,
    limits_fit,
    load_fits,
    order_fits,
    split_fits,
    ways_added,
)
from solver.kernel.layout import (
    AFTER,
    BREAKS,
    CLASS,
    END,
    FIRST,
    FIRST_WINDOW,
    FIXED,
    KIND,
    LEG_M,
    LEG_S,
    LOADING,
    LOC,
    MAX_TRIPS,
    OWNER,
    PER_M,
    PER_S,
    PRED,
    SERVICE,
    SETUP,
    START,
    SUCC,
    TRIP,
    TRIPS,
    VEHICLE,
    WINDOWS,
)
from solver.kernel.moves import begin_trip, choose_window, end_trip, join, leave_out, part, serve
from solver.kernel.sentinels import head, tail
from solver.kernel.times import chain, refresh, worn
from solver.kernel.world import AMOUNTS, HAS_CREDIT, HAS_FAIR, HAS_METRES, HAS_PICKUPS, SEVERAL_TRIPS, STOPS, VEHICLES

NOWHERE: Final = 0
BETWEEN: Final = 1  # behind node `where`
OWN_TRIP: Final = 2  # behind trip `where` of vehicle `who` (-1: as its first)
ENDS_HALF: Final = 3  # behind node `where`, where its trip is then cut
BEGINS_HALF: Final = 4  # the trip is cut behind node `where`, the stop begins the second half
NEVER: Final = 1e300


@jit
def insert(w: Any, i: Any, blink: Any) -> bool:
    """Serve stop ``i`` where it costs least; False where it fits nowhere. A better place is passed over with chance ``blink``."""
    how, where, who, window = find(w, i, blink)
    return how != NOWHERE and put(w, i, how, where, who, window)


@jit
def find(w: Any, i: Any, blink: Any) -> Any:
    """The cheapest place: (how, where, who, window)."""
    best, how, where, who, window = NEVER, NOWHERE, -1, -1, 0
    link, owner = of.link(w), of.fact(w)[i, OWNER]
    for each in range(of.neighbours(w).shape[1]):
        j = int(of.neighbours(w)[i, each])
        t = link[j, TRIP]
        if t < 0:
            continue
        v = of.trip(w)[t, VEHICLE]
        if of.allowed(w)[i, of.vehicle(w)[v, CLASS]] == 0 or (owner >= 0 and owner != v):
            continue
        for side in range(2):
            before = j if side == 0 else link[j, PRED]
            cost, number = between(w, t, v, before, i, best, blink)
            if number >= 0:
                best, how, where, who, window = cost, BETWEEN, before, v, number
            elif of.sizes(w)[SEVERAL_TRIPS] == 1:
                cost, number = cut(w, t, v, before, i, side == 0, best, blink)
                if number >= 0:
                    best, how, where, who, window = cost, (ENDS_HALF if side == 0 else BEGINS_HALF), before, v, number
    cost, before_trip, v, number = own_trip(w, i, best, blink)
    if number >= 0:
        best, how, where, who, window = cost, OWN_TRIP, before_trip, v, number
    if how == NOWHERE and (owner >= 0 or of.neighbours(w).shape[1] < of.sizes(w)[STOPS] - 1):
        return _everywhere(w, i)
    return how, where, who, window


@jit
def _everywhere(w: Any, i: Any) -> Any:
    """The same, looking at every place."""
    best, how, where, who, window = NEVER, NOWHERE, -1, -1, 0
    owner = of.fact(w)[i, OWNER]
    for v in range(of.sizes(w)[VEHICLES]):
        t = of.now(w)[v, FIRST]
        if t < 0 or of.allowed(w)[i, of.vehicle(w)[v, CLASS]] == 0 or (owner >= 0 and owner != v):
            continue
        while t >= 0:
            before, last = head(w, t), tail(w, t)
            while before != last:
                cost, number = between(w, t, v, before, i, best, 0.0)
                if number >= 0:
                    best, how, where, who, window = cost, BETWEEN, before, v, number
                elif of.sizes(w)[SEVERAL_TRIPS] == 1:
                    for side in range(2):
                        cost, number = cut(w, t, v, before, i, side == 0, best, 0.0)
                        if number >= 0:
                            best, how, where, who, window = (
                                cost,
                                (ENDS_HALF if side == 0 else BEGINS_HALF),
                                before,
                                v,
                                number,
                            )
                before = of.link(w)[before, SUCC]
            t = of.trip(w)[t, AFTER]
    return how, where, who, window


@jit
def _people(w: Any, i: Any, v: Any, seconds: Any) -> float:
    """What serving stop ``i`` on so many more seconds of ways and loading means to people: the debit for overwork less the credit for a known face.

    Takes setup to be needed, though not at the place of the stop before.
    """
    price = 0.0
    if of.sizes(w)[HAS_FAIR] == 1:
        price = worn(w, v, seconds + of.fact(w)[i, SETUP] + of.fact(w)[i, SERVICE])
    if of.sizes(w)[HAS_CREDIT] == 1:
        price -= of.credit(w)[i, v]
    return price


@jit
def between(w: Any, t: Any, v: Any, before: Any, i: Any, best: Any, blink: Any) -> Any:
    """(cost, window) of stop ``i`` behind node ``before``; window -1 unless it fits and costs less than ``best``."""
    seconds, metres = ways_added(w, v, before, i)
    cost = of.price(w)[v, PER_S] * seconds + of.price(w)[v, PER_M] * metres + _people(w, i, v, seconds)
    if cost >= best or not load_fits(w, t, before, i) or draw(of.random(w)) < blink:
        return cost, -1
    if not limits_fit(w, v, seconds, metres, 1) or not depot_fits(w, v, i) or not order_fits(w, v, before, i):
        return cost, -1
    for number in range(of.fact(w)[i, WINDOWS]):
        row = of.fact(w)[i, FIRST_WINDOW] + number
        if clock_fits(w, t, before, i, of.windows(w)[row, 0], of.windows(w)[row, 1]):
            return cost, number
    return cost, -1


@jit
def cut(w: Any, t: Any, v: Any, before: Any, i: Any, ends: Any, best: Any, blink: Any) -> Any:
    """The same where the trip is cut behind ``before``: the stop ends the first half or begins the second."""
    link = of.link(w)
    after = link[before, SUCC]
    if of.now(w)[v, TRIPS] >= of.vehicle(w)[v, MAX_TRIPS] or before == head(w, t) or after == tail(w, t):
        return NEVER, -1
    if before >= of.sizes(w)[STOPS] or after >= of.sizes(w)[STOPS]:
        return NEVER, -1
    kind, start = of.vehicle(w)[v, KIND], of.vehicle(w)[v, START]
    here, there, then = link[i, LOC], link[before, LOC], link[after, LOC]
    seconds = _reloading(of.ways(w), kind, start, there, here, then, ends) - link[after, LEG_S]
    metres = 0
    if of.sizes(w)[HAS_METRES] == 1:
        metres = _reloading(of.metres(w), kind, start, there, here, then, ends) - link[after, LEG_M]
    cost = of.price(w)[v, PER_S] * seconds + of.price(w)[v, PER_M] * metres
    cost += _people(w, i, v, seconds + of.vehicle(w)[v, LOADING])
    if cost >= best or draw(of.random(w)) < blink:
        return cost, -1
    for k in range(of.sizes(w)[AMOUNTS]):
        first = of.loads(w)[before, k]
        half = first if ends else of.trip_load(w)[t, k] - first
        if half + of.delivery(w)[i, k] > of.capacity(w)[v, k]:
            return cost, -1
        if of.sizes(w)[HAS_PICKUPS] == 1:
            most = max(of.peaks(w)[head(w, t), 2 * k + 1], of.trip_load(w)[t, k])
            if most + max(of.delivery(w)[i, k], of.pickup(w)[i, k]) > of.capacity(w)[v, k]:
                return cost, -1
    if not limits_fit(w, v, seconds, metres, 1) or not depot_fits(w, v, i) or not order_fits(w, v, before, i):
        return cost, -1
    for number in range(of.fact(w)[i, WINDOWS]):
        row = of.fact(w)[i, FIRST_WINDOW] + number
        if split_fits(w, t, before, i, of.windows(w)[row, 0], of.windows(w)[row, 1], ends):
            return cost, number
    return cost, -1


@jit
def _reloading(table: Any, kind: Any, start: Any, before: Any, here: Any, after: Any, ends: Any) -> Any:
    """The way before -> here -> start -> after (``ends``), or before -> start -> here -> after."""
    if ends:
        return table[kind, before, here] + table[kind, here, start] + table[kind, start, after]
    return table[kind, before, start] + table[kind, start, here] + table[kind, here, after]


@jit
def own_trip(w: Any, i: Any, best: Any, blink: Any) -> Any:
    """(cost, trip before, vehicle, window) of a trip for stop ``i`` alone, in a vehicle that is used or in another one."""
    where, who, window = -1, -1, -1
    owner = of.fact(w)[i, OWNER]
    for c in range(of.class_free(w).shape[0]):
        if of.allowed(w)[i, c] == 0 or (owner >= 0 and of.vehicle(w)[owner, CLASS] != c):
            continue
        first = of.class_from(w)[c]
        free = first + of.class_free(w)[c]
        some = of.class_list(w)[first]
        # unused vehicles are alike but for whom the residents know, who is bound to them and who has worked much
        differ = owner >= 0 or of.sizes(w)[HAS_CREDIT] == 1 or of.sizes(w)[HAS_FAIR] == 1
        for place in range(first, free if differ else min(free, first + 1)):
            v = of.class_list(w)[place]
            if owner >= 0 and owner != v:
                continue
            seconds, metres = out_and_back(w, v, i, of.vehicle(w)[v, END])
            cost = (
                of.price(w)[v, FIXED]
                + of.price(w)[v, PER_S] * seconds
                + of.price(w)[v, PER_M] * metres
                + _people(w, i, v, seconds + of.vehicle(w)[v, LOADING])
            )
            if cost >= best or draw(of.random(w)) < blink:
                continue
            number = _window_alone(w, v, -1, -1, i, seconds, metres)
            if number >= 0:
                best, where, who, window = cost, -1, v, number
        if of.sizes(w)[SEVERAL_TRIPS] == 0 or of.vehicle(w)[some, MAX_TRIPS] < 2:
            continue
        seconds, metres = out_and_back(w, some, i, of.vehicle(w)[some, START])
        base = of.price(w)[some, PER_S] * seconds + of.price(w)[some, PER_M] * metres
        if base >= best and of.sizes(w)[HAS_CREDIT] == 0:
            continue
        for place in range(free, of.class_from(w)[c + 1]):
            v = of.class_list(w)[place]
            if (
                of.now(w)[v, TRIPS] == 0
                or of.now(w)[v, TRIPS] >= of.vehicle(w)[v, MAX_TRIPS]
                or (owner >= 0 and owner != v)
            ):
                continue
            cost = base + _people(w, i, v, seconds + of.vehicle(w)[v, LOADING])
            before, after = -1, of.now(w)[v, FIRST]
            while cost < best:
                if after < 0 and of.vehicle(w)[v, START] != of.vehicle(w)[v, END]:
                    break
                if draw(of.random(w)) >= blink:
                    number = _window_alone(w, v, before, after, i, seconds, metres)
                    if number >= 0:
                        best, where, who, window = cost, before, v, number
                if after < 0:
                    break
                before, after = after, of.trip(w)[after, AFTER]
    return best, where, who, window


@jit
def out_and_back(w: Any, v: Any, i: Any, back: Any) -> Any:
    """Seconds and metres from a vehicle's start to stop ``i`` and on to place ``back``."""
    kind, start, here = of.vehicle(w)[v, KIND], of.vehicle(w)[v, START], of.link(w)[i, LOC]
    metres = 0
    if of.sizes(w)[HAS_METRES] == 1:
        metres = of.metres(w)[kind, start, here] + of.metres(w)[kind, here, back]
    return of.ways(w)[kind, start, here] + of.ways(w)[kind, here, back], metres


@jit
def _window_alone(w: Any, v: Any, before: Any, after: Any, i: Any, seconds: Any, metres: Any) -> Any:
    """The window in which a trip for stop ``i`` alone fits between two trips, -1 if none."""
    if not limits_fit(w, v, seconds, metres, 1) or not depot_fits(w, v, i):
        return -1
    if of.fact(w)[i, OWNER] >= 0 and of.now(w)[v, TRIPS] > 0:
        node = of.link(w)[tail(w, before), PRED] if before >= 0 else head(w, after)
        if not order_fits(w, v, node, i):
            return -1
    back = of.vehicle(w)[v, END] if after < 0 else of.vehicle(w)[v, START]
    for number in range(of.fact(w)[i, WINDOWS]):
        row = of.fact(w)[i, FIRST_WINDOW] + number
        a, b, lo, hi = alone(w, v, i, of.windows(w)[row, 0], of.windows(w)[row, 1], back)
        if lo <= hi and gap_fits(w, v, before, after, of.vehicle(w)[v, LOADING], a, b, lo, hi):
            return number
    return -1


@jit
def put(w: Any, i: Any, how: Any, where: Any, v: Any, window: Any) -> bool:
    """Carry out what ``find`` has found; False, and nothing changed, where a new vehicle has no room for its breaks."""
    note(w, v)
    choose_window(w, i, window)
    if how == BETWEEN:
        t = of.link(w)[where, TRIP]
        join(w, i, where)
        serve(w, i, v)
        refresh(w, t)
    elif how == OWN_TRIP:
        unused = of.now(w)[v, TRIPS] == 0
        t = begin_trip(w, v, where)
        join(w, i, head(w, t))
        serve(w, i, v)
        refresh(w, t)
        if unused and of.vehicle(w)[v, BREAKS] > 0 and not (chain(w, v) and place_breaks(w, v)):
            _give_up(w, v, t, i)
            return False
    else:
        t = of.link(w)[where, TRIP]
        second = split(w, t, where)
        if how == ENDS_HALF:
            join(w, i, where)
        else:
            join(w, i, head(w, second))
        serve(w, i, v)
        refresh(w, t)
        refresh(w, second)
    chain(w, v)
    return True


@jit
def _give_up(w: Any, v: Any, t: Any, i: Any) -> None:
    while of.link(w)[head(w, t), SUCC] != tail(w, t):
        part(w, of.link(w)[head(w, t), SUCC])
    leave_out(w, i, v)
    end_trip(w, t)


@jit
def split(w: Any, t: Any, where: Any) -> Any:
    """Cut a trip behind a node; the new trip that begins there. Both must be refreshed after."""
    v, link = of.trip(w)[t, VEHICLE], of.link(w)
    second = begin_trip(w, v, t)
    node, last = link[where, SUCC], link[tail(w, t), PRED]
    link[where, SUCC], link[tail(w, t), PRED] = tail(w, t), where
    link[head(w, second), SUCC], link[node, PRED] = node, head(w, second)
    link[last, SUCC], link[tail(w, second), PRED] = tail(w, second), last
    while node != tail(w, second):
        link[node, TRIP] = second
        node = link[node, SUCC]
    return second
