"""Arrival times as functions of the departure: exact, in whole seconds.

A function is a tuple of pieces ``(first, last, value, slope)``, sorted and disjoint: for a departure t between first and
last the time is ``value`` (slope 0: it is waited) or ``value + t - first`` (slope 1: nothing is waited). Elsewhere
the departure is not possible. All functions here never fall: who leaves later is never earlier, and where two are joined
with holes of different departures, ``undominated`` takes out what falls.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from solver.problem import TimeWindow

Piece = tuple[int, int, int, int]
Function = tuple[Piece, ...]

NEVER: Function = ()


def identity(first: int, last: int) -> Function:
    return ((first, last, first, 1),) if first <= last else NEVER


def later(function: Function, seconds: int) -> Function:
    """Everything ``seconds`` later: a way, a service."""
    if not seconds:
        return function
    return tuple((first, last, value + seconds, slope) for first, last, value, slope in function)


def through(function: Function, windows: Sequence[TimeWindow]) -> Function:
    """Wait for the next window; what comes after the last one is not possible. No windows: any time."""
    if not windows:
        return function
    pieces: list[Piece] = []
    for first, last, value, slope in function:
        if not slope:
            begin = next((max(value, w.earliest) for w in windows if value <= w.latest), None)
            if begin is not None:
                pieces.append((first, last, begin, 0))
            continue
        offset = value - first
        at = first
        for window in windows:
            waited = min(last, window.earliest - 1 - offset)
            if at <= waited:
                pieces.append((at, waited, window.earliest, 0))
                at = waited + 1
            inside = min(last, window.latest - offset)
            if at <= inside:
                pieces.append((at, inside, at + offset, 1))
                at = inside + 1
            if at > last:
                break
    return tuple(pieces)


def at_most(function: Function, latest: int) -> Function:
    """Only departures whose time is no later than ``latest``."""
    pieces: list[Piece] = []
    for first, last, value, slope in function:
        if value > latest:
            break
        pieces.append((first, min(last, first + latest - value), value, 1) if slope else (first, last, value, 0))
    return tuple(pieces)


def lasting(function: Function, seconds: int) -> Function:
    """Only departures from which it takes no more than ``seconds``: a ride limit."""
    pieces: list[Piece] = []
    for first, last, value, slope in function:
        if slope:
            if value - first <= seconds:
                pieces.append((first, last, value, 1))
        elif value - last <= seconds:
            pieces.append((max(first, value - seconds), last, value, 0))
    return tuple(pieces)


def earliest_of(one: Function, other: Function) -> Function:
    """At each departure the earlier of the two, where either is possible."""
    if not one or not other:
        return one or other
    edges = sorted({p[0] for f in (one, other) for p in f} | {p[1] + 1 for f in (one, other) for p in f})
    pieces: list[Piece] = []
    for at, nxt in pairwise(edges):
        a, b = _piece_at(one, at), _piece_at(other, at)
        if a is None or b is None:
            if (only := a or b) is not None:
                pieces.append((at, nxt - 1, _value(only, at), only[3]))
            continue
        va, vb = _value(a, at), _value(b, at)
        if a[3] == b[3]:
            pieces.append((at, nxt - 1, min(va, vb), a[3]))
            continue
        rising, flat = (va, vb) if a[3] else (vb, va)
        cross = min(nxt, at + max(0, flat - rising))
        if at < cross:
            pieces.append((at, cross - 1, rising, 1))
        if cross < nxt:
            pieces.append((cross, nxt - 1, flat, 0))
    return tuple(pieces)


def undominated(function: Function) -> Function:
    """Less the departures after which a later one arrives earlier: nobody would choose them, for waiting before is free."""
    kept: list[Piece] = []
    best: int | None = None
    for first, last, value, slope in reversed(function):
        if best is not None and value > best:
            continue
        until = last if best is None or not slope else min(last, first + best - value)
        kept.append((first, until, value, slope))
        best = value
    return tuple(reversed(kept))


def _piece_at(function: Function, at: int) -> Piece | None:
    return next((piece for piece in function if piece[0] <= at <= piece[1]), None)


def _value(piece: Piece, at: int) -> int:
    return piece[2] + (at - piece[0] if piece[3] else 0)


def value_at(function: Function, at: int) -> int | None:
    """The time for a departure at ``at``; None where that is not possible."""
    piece = _piece_at(function, at)
    return None if piece is None else _value(piece, at)


def next_departure(function: Function, at: int) -> int | None:
    """The first possible departure that is not before ``at``."""
    return next((max(at, first) for first, last, _, _ in function if last >= at), None)


def latest_departure(function: Function, at: int) -> int:
    """The last departure that arrives no later than the possible departure ``at`` does."""
    time = value_at(function, at)
    for first, last, value, slope in reversed(function):
        if time is not None and value <= time:
            return min(last, first + time - value) if slope else last
    return at


def after(function: Function, then: Function) -> Function:
    """First ``function``, then wait for the next possible departure of ``then`` and follow that."""
    filled: list[Piece] = []
    end = min((p[2] for p in function), default=0)
    for first, last, value, slope in then:
        if last < end:
            continue
        if end < first:
            filled.append((end, first - 1, value, 0))
        filled.append((first, last, value, slope))
        end = last + 1
    lasts = [piece[1] for piece in filled]
    pieces: list[Piece] = []
    for first, last, value, slope in function:
        index = bisect_left(lasts, value)
        if not slope:
            if index < len(filled):
                pieces.append((first, last, _value(filled[index], value), 0))
            continue
        at = first
        while index < len(filled) and at <= last:
            piece = filled[index]
            until = min(last, first + piece[1] - value)
            pieces.append((at, until, _value(piece, value + at - first), piece[3]))
            at, index = until + 1, index + 1
    return tuple(pieces)
