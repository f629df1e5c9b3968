"""The way back: a vehicle's route is noted before its first change of a step, and put together again if the step is refused.

Also how a whole plan is written into and read from one array: for each vehicle in use ``vehicle, trips``, for each trip ``nodes``, then
node and window in turn, breaks among them.
"""

from __future__ import annotations

from typing import Any

from solver.kernel import of
from solver.kernel.cache import jit
from solver.kernel.layout import AFTER, COST, FIRST, MISSING, SAVED, SUCC, TRIP, TRIPS, WINDOW
from solver.kernel.moves import begin_trip, choose_window, end_trip, join, leave_out, serve
from solver.kernel.sentinels import head, tail
from solver.kernel.times import chain, refresh
from solver.kernel.world import STOPS, VEHICLES

USED, STEP = 0, 1
"""In ``saved``: how much of the journal is written, and the number of the step."""


@jit
def begin(w: Any) -> None:
    """Begin a step."""
    of.saved(w)[USED] = 0
    of.saved(w)[STEP] += 1


@jit
def note(w: Any, v: Any) -> None:
    """Note a vehicle's route unless this step has done so."""
    if of.now(w)[v, SAVED] == of.saved(w)[STEP]:
        return
    of.now(w)[v, SAVED] = of.saved(w)[STEP]
    of.saved(w)[USED] = write(w, v, of.journal(w), of.saved(w)[USED])


@jit
def undo(w: Any, cost: Any, missing: Any) -> None:
    """Back to how it was when the step began, with its cost and weight of stops left out (they are exact: nothing is added up again)."""
    end, at = of.saved(w)[USED], 0
    while at < end:
        v = of.journal(w)[at]
        clear(w, v)
        at = _skip(of.journal(w), at)
    at = 0
    while at < end:
        at = read(w, of.journal(w), at, True)
    of.totals(w)[COST], of.totals(w)[MISSING] = cost, missing
    of.saved(w)[USED] = 0
    of.saved(w)[STEP] += 1


@jit
def write(w: Any, v: Any, into: Any, at: Any) -> Any:
    """Write one vehicle's route; where the next one may begin."""
    into[at], into[at + 1] = v, of.now(w)[v, TRIPS]
    at += 2
    t = of.now(w)[v, FIRST]
    while t >= 0:
        count_at, count = at, 0
        at += 1
        node, last = of.link(w)[head(w, t), SUCC], tail(w, t)
        while node != last:
            into[at], into[at + 1] = node, of.link(w)[node, WINDOW]
            at += 2
            count += 1
            node = of.link(w)[node, SUCC]
        into[count_at] = count
        t = of.trip(w)[t, AFTER]
    return at


@jit
def _skip(source: Any, at: Any) -> Any:
    trips = source[at + 1]
    at += 2
    for _ in range(trips):
        at += 1 + 2 * source[at]
    return at


@jit
def clear(w: Any, v: Any) -> None:
    """Take everything out of a vehicle."""
    n = of.sizes(w)[STOPS]
    t = of.now(w)[v, FIRST]
    while t >= 0:
        following = of.trip(w)[t, AFTER]
        last = tail(w, t)
        node = of.link(w)[head(w, t), SUCC]
        while node != last:
            after = of.link(w)[node, SUCC]
            if node < n:
                leave_out(w, node, v)
            of.link(w)[node, TRIP] = -1
            node = after
        end_trip(w, t)
        t = following


@jit
def read(w: Any, source: Any, at: Any, times: Any) -> Any:
    """Put one vehicle's route together; where the next one begins. The vehicle must be empty. Stops that are served elsewhere are passed over."""
    v, trips = source[at], source[at + 1]
    n = of.sizes(w)[STOPS]
    at += 2
    before = -1
    for _ in range(trips):
        count = source[at]
        at += 1
        t = begin_trip(w, v, before)
        node = head(w, t)
        for _each in range(count):
            each, window = source[at], source[at + 1]
            at += 2
            if of.link(w)[each, TRIP] >= 0:
                continue
            choose_window(w, each, window)
            join(w, each, node)
            if each < n:
                serve(w, each, v)
            node = each
        if node == head(w, t):
            end_trip(w, t)
        else:
            before = t
    if times:
        t = of.now(w)[v, FIRST]
        while t >= 0:
            refresh(w, t)
            t = of.trip(w)[t, AFTER]
        chain(w, v)
    return at


@jit
def write_all(w: Any, into: Any) -> Any:
    """Write the whole plan; how long it is."""
    at = 0
    for v in range(of.sizes(w)[VEHICLES]):
        if of.now(w)[v, TRIPS] > 0:
            at = write(w, v, into, at)
    return at


@jit
def clear_all(w: Any) -> None:
    """Take everything out of every vehicle."""
    for v in range(of.sizes(w)[VEHICLES]):
        if of.now(w)[v, TRIPS] > 0:
            clear(w, v)


@jit
def read_all(w: Any, source: Any, length: Any) -> None:
    """Make a written plan the plan of now."""
    clear_all(w)
    at = 0
    while at < length:
        at = read(w, source, at, True)
