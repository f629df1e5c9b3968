"""Exchanging what comes behind two nodes of different routes (2-opt*), judged in constant time.

J.-Y. Potvin and J.-M. Rousseau, "An exchange heuristic for routeing problems with time windows", JORS 46 (1995).
"""

from __future__ import annotations

import math
from typing import Any

from solver.kernel import of
from solver.kernel.breaks import tidy
from solver.kernel.cache import jit
from solver.kernel.chance import below, draw
from solver.kernel.judge import close_up
from solver.kernel.layout import (
    BIG,
    BREAKS,
    CHANGED,
    CLASS,
    FIXED,
    HI,
    HOLDS_LOCKED,
    KIND,
    LEG_M,
    LEG_S,
    LO,
    LOADING,
    LOC,
    MAX_METRES,
    MAX_TASKS,
    MAX_TRAVEL,
    PER_M,
    PER_S,
    PRED,
    RELEASED,
    S_RELEASED,
    SERVICE,
    SETUP,
    SUCC,
    TRIP,
    TRIPS,
    VEHICLE,
    A,
    B,
)
from solver.kernel.moves import hand_over
from solver.kernel.sentinels import head, tail
from solver.kernel.times import trip_fits, worn
from solver.kernel.world import AMOUNTS, HAS_CREDIT, HAS_FAIR, HAS_METRES, HAS_PICKUPS, STOPS


@jit
def swap_tails(w: Any, heat: Any) -> bool:
    """Try one exchange around a random stop and one of its neighbours: the stop followed by what follows the neighbour, or by the neighbour itself.

    Between vehicles of one class, without breaks, locked stops, pickups or limits of the whole route; other exchanges are left to ruin and
    recreate. Taken as annealing takes it.
    """
    if of.sizes(w)[HAS_PICKUPS] == 1:
        return False
    i = below(of.random(w), of.sizes(w)[STOPS])
    one = of.link(w)[i, TRIP]
    if one < 0:
        return False
    j = int(of.neighbours(w)[i, below(of.random(w), min(24, of.neighbours(w).shape[1]))])
    other = of.link(w)[j, TRIP]
    if other < 0 or other == one:
        return False
    u, v = of.trip(w)[one, VEHICLE], of.trip(w)[other, VEHICLE]
    if u == v or of.vehicle(w)[u, CLASS] != of.vehicle(w)[v, CLASS] or not _plain(w, u) or not _plain(w, v):
        return False
    # i is followed by j (and what follows j); before j now comes what followed i
    before = of.link(w)[j, PRED]
    return _try(w, one, other, i, before, heat)


@jit
def _plain(w: Any, v: Any) -> bool:
    fact = of.vehicle(w)
    return (
        fact[v, BREAKS] == 0
        and of.now(w)[v, HOLDS_LOCKED] == 0
        and fact[v, MAX_TASKS] >= BIG
        and fact[v, MAX_TRAVEL] >= BIG
        and fact[v, MAX_METRES] >= BIG
    )


@jit
def _try(w: Any, one: Any, other: Any, i: Any, k: Any, heat: Any) -> bool:
    """Behind ``i`` of trip ``one`` comes what follows ``k`` in trip ``other``, and the other way round."""
    link, u, v = of.link(w), of.trip(w)[one, VEHICLE], of.trip(w)[other, VEHICLE]
    kind = of.vehicle(w)[u, KIND]
    after_i, after_k = link[i, SUCC], link[k, SUCC]
    seconds = (
        _way(of.ways(w), link, kind, i, after_k)
        + _way(of.ways(w), link, kind, k, after_i)
        - link[after_i, LEG_S]
        - link[after_k, LEG_S]
    )
    # where a trip loses all its stops its loading and its return fall away
    empty = k == head(w, other) and after_i == tail(w, one)
    if k == head(w, other) and empty:
        seconds -= _way(of.ways(w), link, kind, k, after_i)
    delta = of.price(w)[u, PER_S] * seconds
    if of.sizes(w)[HAS_METRES] == 1:
        metres = (
            _way(of.metres(w), link, kind, i, after_k)
            + _way(of.metres(w), link, kind, k, after_i)
            - link[after_i, LEG_M]
            - link[after_k, LEG_M]
        )
        if empty:
            metres -= _way(of.metres(w), link, kind, k, after_i)
        delta += of.price(w)[u, PER_M] * metres
    if empty and of.now(w)[v, TRIPS] == 1:
        delta -= of.price(w)[v, FIXED]
    if of.sizes(w)[HAS_CREDIT] == 1 or of.sizes(w)[HAS_FAIR] == 1:
        delta += _people(w, one, other, i, k, empty)
    if delta >= -heat * math.log(draw(of.random(w)) + 1e-300):
        return False
    for a in range(of.sizes(w)[AMOUNTS]):
        mine = of.loads(w)[i, a] + of.trip_load(w)[other, a] - of.loads(w)[k, a]
        theirs = of.loads(w)[k, a] + of.trip_load(w)[one, a] - of.loads(w)[i, a]
        if mine > of.capacity(w)[u, a] or theirs > of.capacity(w)[v, a]:
            return False
    if not _joins(w, one, i, other, after_k) or (not empty and not _joins(w, other, k, one, after_i)):
        return False
    _carry_out(w, one, other, i, k)
    return True


@jit
def _people(w: Any, one: Any, other: Any, i: Any, k: Any, empty: Any) -> float:
    """What the exchange means to people: debits for overwork, less credits for known faces. Walks both tails."""
    link, u, v = of.link(w), of.trip(w)[one, VEHICLE], of.trip(w)[other, VEHICLE]
    kind = of.vehicle(w)[u, KIND]
    from_one, lost = _tail(w, link[i, SUCC], tail(w, one), u, v)
    from_other, gained = _tail(w, link[k, SUCC], tail(w, other), v, u)
    debit = 0.0
    if of.sizes(w)[HAS_FAIR] == 1:
        after_i, after_k = link[i, SUCC], link[k, SUCC]
        joins = _way(of.ways(w), link, kind, i, after_k)
        mine = joins + from_other - from_one - link[after_i, LEG_S]
        if empty:
            theirs = -from_other - link[after_k, LEG_S] - of.vehicle(w)[v, LOADING]
        else:
            theirs = _way(of.ways(w), link, kind, k, after_i) + from_one - from_other - link[after_k, LEG_S]
        debit = worn(w, u, mine) + worn(w, v, theirs)
    return debit - lost - gained


@jit
def _tail(w: Any, node: Any, last: Any, mine: Any, new: Any) -> Any:
    """Setup, service and ways behind ``node`` up to ``last``, ``node``'s service included; the credit gained where ``new`` drives it instead of ``mine``."""
    seconds, credit = 0, 0.0
    while node != last:
        spent = of.fact(w)[node, SERVICE] + of.fact(w)[node, SETUP]
        seconds += spent + of.link(w)[of.link(w)[node, SUCC], LEG_S]
        if of.sizes(w)[HAS_CREDIT] == 1:
            credit += of.credit(w)[node, new] - of.credit(w)[node, mine]
        node = of.link(w)[node, SUCC]
    return seconds, credit


@jit
def _way(table: Any, link: Any, kind: Any, a: Any, b: Any) -> Any:
    return table[kind, link[a, LOC], link[b, LOC]]


@jit
def _joins(w: Any, t: Any, i: Any, source: Any, node: Any) -> bool:
    """Whether trip ``t`` up to ``i`` can go on with ``node`` of trip ``source`` and what follows it."""
    time, v = of.time(w), of.trip(w)[t, VEHICLE]
    last = tail(w, source)
    a, b, lo, hi = close_up(w, source, node, of.link(w)[i, LOC], time[i, A], time[i, B], time[i, LO], time[i, HI])
    released = time[i, RELEASED]
    if node != last:
        # releases from this node on are those behind the node before it
        released = max(released, time[of.link(w)[node, PRED], S_RELEASED])
    lo = max(lo, released + of.vehicle(w)[v, LOADING])
    return lo <= hi and trip_fits(w, t, a, b, lo, hi)


@jit
def _carry_out(w: Any, one: Any, other: Any, i: Any, k: Any) -> None:
    link = of.link(w)
    u, v = of.trip(w)[one, VEHICLE], of.trip(w)[other, VEHICLE]
    after_i, after_k = link[i, SUCC], link[k, SUCC]
    end_one, end_other = link[tail(w, one), PRED], link[tail(w, other), PRED]
    _hang(w, one, i, after_k, end_other, tail(w, other))
    _hang(w, other, k, after_i, end_one, tail(w, one))
    of.trip(w)[one, CHANGED] = of.trip(w)[other, CHANGED] = 1
    tidy(w, u)
    tidy(w, v)


@jit
def _hang(w: Any, t: Any, node: Any, first: Any, last: Any, old_tail: Any) -> None:
    """Behind ``node`` of trip ``t`` put the chain from ``first`` to ``last``, or nothing if that chain is empty."""
    link = of.link(w)
    if first == old_tail:
        link[node, SUCC], link[tail(w, t), PRED] = tail(w, t), node
        return
    link[node, SUCC], link[first, PRED] = first, node
    link[last, SUCC], link[tail(w, t), PRED] = tail(w, t), last
    each = first
    while each != tail(w, t):
        hand_over(w, each, of.trip(w)[link[each, TRIP], VEHICLE], of.trip(w)[t, VEHICLE])
        link[each, TRIP] = t
        each = link[each, SUCC]
