"""Taking stops out: strings of neighbouring stops from trips that lie near each other, now and then whole trips.

J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation Science 54 (2020).
"""

from __future__ import annotations

from typing import Any, Final

from solver.kernel import of
from solver.kernel.breaks import lift_breaks, tidy
from solver.kernel.cache import jit
from solver.kernel.chance import below, draw
from solver.kernel.journal import note
from solver.kernel.layout import AFTER, BREAKS, COUNT, FIRST, OUT_AT, TRIP, VEHICLE
from solver.kernel.moves import leave_out, part, stops_of
from solver.kernel.world import HAS_BREAKS, STOPS

SPLIT_RATE: Final = 0.5
SPLIT_DEPTH: Final = 0.99
LIFT_BREAKS_RATE: Final = 0.3
LONGEST_STRING: Final = 10.0

ACTIVE: Final = 2
"""In ``saved``: how many stops are this thread's; others it does not see."""

TOUCHED: Final = 0
"""Row of the scratch table: vehicles changed by this ruin; its last entry says how many."""
RUINED: Final = 1
"""Row of the scratch table: trips a string was taken from."""
LINE: Final = 2
"""Row of the scratch table: the stops of one trip."""


@jit
def ruin(w: Any, average: Any, trip_rate: Any) -> bool:
    """Take about ``average`` stops out around a random one; whether what is left can be driven."""
    n, link = of.sizes(w)[STOPS], of.link(w)
    touched, ruined = of.scratch(w)[TOUCHED], of.scratch(w)[RUINED]
    touched[-1] = ruined[-1] = 0
    seed = below(of.random(w), n)
    while link[seed, TRIP] < 0 and link[seed, OUT_AT] < 0:
        seed = below(of.random(w), n)
    if draw(of.random(w)) < trip_rate:
        _whole_trips(w, seed)
    else:
        longest = min(LONGEST_STRING, _mean_trip(w))
        most = 4.0 * average / (1.0 + longest) - 1.0
        strings = int(draw(of.random(w)) * most + 1.0)
        for each in range(of.adjacent(w).shape[1]):
            if ruined[-1] >= strings:
                break
            j = int(of.adjacent(w)[seed, each])
            t = of.link(w)[j, TRIP]
            if t < 0 or _has(ruined, t):
                continue
            size = min(float(of.trip(w)[t, COUNT]), longest)
            length = int(draw(of.random(w)) * size + 1.0)
            _string(w, t, j, length)
            ruined[ruined[-1]] = t
            ruined[-1] += 1
    possible = True
    for each in range(touched[-1]):
        v = touched[each]
        if of.sizes(w)[HAS_BREAKS] == 1 and of.vehicle(w)[v, BREAKS] > 0 and draw(of.random(w)) < LIFT_BREAKS_RATE:
            lift_breaks(w, v)
        possible = tidy(w, v) and possible
    return possible


@jit
def _mean_trip(w: Any) -> float:
    trips = of.slots(w).shape[0] - 1 - of.slots(w)[-1]
    return max(1.0, (of.saved(w)[ACTIVE] - of.out(w)[-1]) / max(1, trips))


@jit
def _has(items: Any, item: Any) -> bool:
    for at in range(items[-1]):  # noqa: SIM110 -- a generator cannot be compiled
        if items[at] == item:
            return True
    return False


@jit
def take(w: Any, i: Any) -> None:
    """Take one stop out; its vehicle is noted and must be tidied."""
    v = of.trip(w)[of.link(w)[i, TRIP], VEHICLE]
    touched = of.scratch(w)[TOUCHED]
    if not _has(touched, v):
        touched[touched[-1]] = v
        touched[-1] += 1
        note(w, v)
    part(w, i)
    leave_out(w, i, v)


@jit
def _string(w: Any, t: Any, j: Any, length: Any) -> None:
    """Take out a string of ``length`` stops with ``j`` among them; half the time one that spares some in its middle."""
    line = of.scratch(w)[LINE]
    count = stops_of(w, t, line)
    at = 0
    while line[at] != j:
        at += 1
    spared = 0
    if 1 < length < count and draw(of.random(w)) < SPLIT_RATE:
        spared = 1
        while length + spared < count and draw(of.random(w)) < SPLIT_DEPTH:
            spared += 1
    span = length + spared
    first = max(0, at - span + 1)
    last = min(at, count - span)
    begin = first + below(of.random(w), last - first + 1)
    kept_from = begin + length
    if spared > 0:
        kept_from = begin + below(of.random(w), length + 1)
    for place in range(begin, begin + span):
        if place < kept_from or place >= kept_from + spared:
            take(w, line[place])


@jit
def _whole_trips(w: Any, seed: Any) -> None:
    """Take out a trip or two, or all trips of a vehicle, near a stop."""
    vehicle = draw(of.random(w)) < 0.5
    wanted = 1 if vehicle else 1 + below(of.random(w), 2)
    ruined, adjacent = of.scratch(w)[RUINED], of.adjacent(w)
    for each in range(adjacent.shape[1]):
        if ruined[-1] >= wanted:
            break
        t = of.link(w)[int(adjacent[seed, each]), TRIP]
        if t < 0 or _has(ruined, t):
            continue
        ruined[ruined[-1]] = t
        ruined[-1] += 1
        if vehicle:
            t = of.now(w)[of.trip(w)[t, VEHICLE], FIRST]
            while t >= 0:
                _empty(w, t)
                t = of.trip(w)[t, AFTER]
        else:
            _empty(w, t)


@jit
def _empty(w: Any, t: Any) -> None:
    line = of.scratch(w)[LINE]
    for place in range(stops_of(w, t, line)):
        take(w, line[place])
