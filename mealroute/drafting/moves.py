"""What a change of the plan means stop by stop: another route, another hour, in or out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.planning.records import VisitKind

if TYPE_CHECKING:
    from mealroute.drafting.evaluate import Evaluation

LEAST_S = 60
"""Less than a minute is not told to anybody."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a stop is: the number of its route, its place there, when service begins."""

    route: int
    place: int
    at_s: int


@dataclass(frozen=True, slots=True)
class Move:
    """One stop before and after; None where it is on no route (or not in the book)."""

    stop: int
    before: Seat | None
    after: Seat | None

    @property
    def changes_route(self) -> bool:
        return (self.before.route if self.before else None) != (self.after.route if self.after else None)

    @property
    def shift_s(self) -> int:
        return self.after.at_s - self.before.at_s if self.before and self.after else 0


def seats(now: Evaluation) -> Mapping[int, Seat]:
    """Every stop that is on a route."""
    return {
        visit.stop: Seat(route.number, visit.number, visit.begin_s)
        for route in now.routes
        for visit in route.visits
        if visit.kind is VisitKind.JOB and visit.stop is not None
    }


def moves(before: Evaluation, after: Evaluation) -> tuple[Move, ...]:
    """Every stop that changes: first those with another route, then by how far the hour moves. Nothing is left out but seconds."""
    one, other = seats(before), seats(after)
    found = list(_different(one, other))
    return tuple(sorted(found, key=lambda move: (not move.changes_route, -abs(move.shift_s), move.stop)))


def _different(one: Mapping[int, Seat], other: Mapping[int, Seat]) -> Iterator[Move]:
    for stop in one.keys() | other.keys():
        move = Move(stop, one.get(stop), other.get(stop))
        if move.changes_route or abs(move.shift_s) >= LEAST_S:
            yield move


def price_s(
    found: tuple[Move, ...], printed: Mapping[int, Seat], *, moved_stop: int, moved_minute: int, tolerance_s: int
) -> int:
    """What the changes against the printed plan cost, in seconds, at the stated prices. Stops that were not printed are free."""
    total = 0
    for move in found:
        sheet = printed.get(move.stop)
        if sheet is None or move.after is None:
            continue
        total += moved_stop * (move.after.route != sheet.route)
        total += moved_minute * max(0, abs(move.after.at_s - sheet.at_s) - tolerance_s) // 60
    return total
