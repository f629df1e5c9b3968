"""How a plan is shared out among threads: parts of vehicles that drive near each other, put together again afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.kernel import layout as at
from solver.kernel.plans import Written, vehicles_of
from solver.kernel.world import Frame

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A plan as written, with the weight of what it leaves out, its cost in units, and which stops it leaves out."""

    plan: Written
    missing: float
    cost: float
    out: Numbers
    served: int

    @property
    def key(self) -> tuple[float, float]:
        return self.missing, self.cost


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one thread works on: a plan of some vehicles, all vehicles it may use, and what it may load at each listed depot."""

    standing: Standing
    vehicles: tuple[int, ...]
    depots: Numbers


def whole(frame: Frame, standing: Standing) -> Part:
    """Everything."""
    return Part(standing, tuple(range(len(frame.vehicle_ids))), frame.world.depot_free)


def joined(standings: Sequence[Standing]) -> Standing:
    """The plans of all parts as one."""
    return Standing(
        np.concatenate([each.plan for each in standings]),
        sum(each.missing for each in standings),
        sum(each.cost for each in standings),
        np.concatenate([each.out for each in standings]),
        sum(each.served for each in standings),
    )


def cut(frame: Frame, standing: Standing, count: int, turn: int, random: np.random.Generator) -> list[Part]:
    """``count`` parts of about as many stops each, another cut at each call.

    Used vehicles are lined up by how far they are from one at the edge; unused ones and stops left out are dealt out, a
    locked stop to its vehicle's part; what depots have left goes to one part, in turn.
    """
    world = frame.world
    n = len(frame.stop_ids)
    pieces = _lined_up(frame, vehicles_of(standing.plan), random)
    groups: list[list[Any]] = [[] for _ in range(count)]
    stops = [stops_of(piece, n) for _v, piece in pieces]
    total, seen = sum(map(len, stops)), 0
    for (v, piece), served in zip(pieces, stops, strict=True):
        groups[min(count - 1, count * (seen + len(served) // 2) // max(1, total))].append((v, piece, served))
        seen += len(served)
    used = {v for v, _piece in pieces}
    idle = [v for v in range(len(frame.vehicle_ids)) if v not in used]
    vehicles = [[v for v, _piece, _served in group] for group in groups]
    for number, v in enumerate(idle):
        vehicles[(number + turn) % count].append(v)
    home = {v: g for g, members in enumerate(vehicles) for v in members}
    out: list[list[int]] = [[] for _ in range(count)]
    for number, i in enumerate(sorted(standing.out.tolist())):
        owner = int(world.fact[i, at.OWNER])
        out[home[owner] if owner >= 0 else (number + turn) % count].append(i)
    loads = [_loads(frame, group) for group in groups]
    rest: Numbers = world.depot_free - np.sum(loads, axis=0)
    parts = []
    for g, group in enumerate(groups):
        left = np.array(out[g], np.int64)
        plan = np.concatenate([piece for _v, piece, _served in group] or [np.zeros(0, np.int64)])
        piece_of = Standing(plan, 0.0, 0.0, left, sum(len(served) for _v, _piece, served in group))
        parts.append(Part(piece_of, tuple(vehicles[g]), loads[g] + rest if g == turn % count else loads[g]))
    return parts


def _loads(frame: Frame, group: list[Any]) -> Numbers:
    """What the vehicles of a group load at each listed depot."""
    world = frame.world
    total: Numbers = np.zeros(world.depot_free.shape, np.int64)
    for v, _piece, served in group:
        depot = world.vehicle[v, at.DEPOT]
        if depot >= 0:
            total[depot] += world.delivery[served].sum(axis=0)
    return total


def _lined_up(
    frame: Frame, pieces: list[tuple[int, Written]], random: np.random.Generator
) -> list[tuple[int, Written]]:
    if len(pieces) < 2:
        return pieces
    world, n = frame.world, len(frame.stop_ids)
    middle = [world.link[stops[len(stops) // 2], at.LOC] for _v, piece in pieces if len(stops := stops_of(piece, n))]
    table = world.ways[0].astype(np.int64)
    apart = table[np.ix_(middle, middle)]
    apart = apart + apart.T
    pole = int(apart[int(random.integers(len(middle)))].argmax())
    order = np.argsort(apart[pole], kind="stable")
    return [pieces[k] for k in order]


def stops_of(plan: Written, n: int) -> Numbers:
    """The stops of a written plan, in order."""
    found = []
    for _v, piece in vehicles_of(plan):
        here, count = 2, int(piece[1])
        for _ in range(count):
            nodes = int(piece[here])
            found.append(piece[here + 1 : here + 1 + 2 * nodes : 2])
            here += 1 + 2 * nodes
    if not found:
        return np.zeros(0, np.int64)
    every = np.concatenate(found)
    result: Numbers = every[every < n]
    return result
