"""One thread's walk through plans: its tables, where it stands, the best it has seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from solver.kernel import entry
from solver.kernel import layout as at
from solver.kernel.plans import Written
from solver.kernel.proximity import FAR
from solver.kernel.ruin import ACTIVE
from solver.kernel.share import Part, Standing, stops_of
from solver.kernel.world import Frame

AVERAGE: Final = 10.0
"""Stops that a ruin takes out on average (Christiaens and Vanden Berghe)."""
TAILS: Final = 4
BY_CHANCE: Final = -1
DEAR: Final = 300_000
"""Stops left out, times all stops, from which on placing them one by one takes too long (a second and more)."""


class Walk:
    """Tables of one thread. ``trip_rate``: how often a ruin takes whole trips, or all of a vehicle's, instead of strings."""

    def __init__(self, frame: Frame, seed: int, trip_rate: float = 0.05) -> None:
        self.frame = frame
        self.trip_rate = trip_rate
        self.world = frame.fresh(seed)
        self.address, self._words = self.world.address()
        self._buffer = np.zeros_like(self.world.journal)
        self._totals = np.zeros(2)
        self.steps = self.last_steps = 0
        self.nobody = not (self.world.allowed.any() and self.world.vehicle.size)
        self.world.saved[ACTIVE] = len(frame.stop_ids)
        self.best = self.standing()

    def begin_with(self, plan: Written) -> None:
        """Start from a plan; what it leaves out is inserted where it fits.

        In an order drawn at random first: that leaves more to be repaired, but binds the search to fewer vehicles than orders which fit at once.
        """
        self._insert(plan, BY_CHANCE)
        if self.world.out[-1] * len(self.frame.stop_ids) > DEAR:
            entry.clear_all(self.address)
            self._insert(plan, FAR)
        self.best = self.standing()

    def _insert(self, plan: Written, order: int) -> None:
        entry.read_all(self.address, plan, len(plan))
        self._drop_impossible()
        if self.world.out[-1] and not self.nobody:
            entry.recreate(self.address, 0, 0.0, order)

    def _drop_impossible(self) -> None:
        for v in range(len(self.world.now)):
            if self.world.now[v, at.TRIPS] > 0 and not entry.chain(self.address, v):
                entry.clear(self.address, v)

    def mean(self) -> float:
        """The travel cost of a stop, on average."""
        used = self.world.now[:, at.TRIPS] > 0
        travel = self.world.totals[at.COST] - self.world.price[used, at.FIXED].sum()
        return max(1.0, float(travel)) / max(1, len(self.frame.stop_ids))

    @property
    def used(self) -> int:
        """How many vehicles drive."""
        return int((self.world.now[:, at.TRIPS] > 0).sum())

    def anneal(self, steps: int, warm: float, cool: float) -> None:
        """So many steps; the best plan follows."""
        self._totals[:] = self.best.missing, self.best.cost
        length = entry.anneal(
            self.address, self._buffer, self._totals, steps, warm, cool, AVERAGE, self.trip_rate, TAILS
        )
        self.steps += steps
        if length >= 0:
            self.best = self._standing(self._buffer[:length].copy(), float(self._totals[0]), float(self._totals[1]))

    def standing(self) -> Standing:
        """Where the walk is."""
        length = entry.write_all(self.address, self._buffer)
        totals = self.world.totals
        return self._standing(self._buffer[:length].copy(), float(totals[at.MISSING]), float(totals[at.COST]))

    def _standing(self, plan: Written, missing: float, cost: float) -> Standing:
        link = self.world.link[: len(self.frame.stop_ids)]
        left_out = (link[:, at.TRIP] >= 0) | (link[:, at.OUT_AT] >= 0)
        served = stops_of(plan, len(left_out))
        left_out[served] = False
        return Standing(plan, missing, cost, np.flatnonzero(left_out), len(served))

    def take(self, part: Part) -> None:
        """Work on ``part`` from now on, and on nothing else. The best begins anew with it."""
        world, n = self.world, len(self.frame.stop_ids)
        entry.clear_all(self.address)
        mine = np.concatenate([stops_of(part.standing.plan, n), part.standing.out])
        world.link[:n, at.OUT_AT] = -1
        world.link[mine, at.OUT_AT] = np.arange(len(mine))
        world.out[: len(mine)], world.out[-1] = mine, len(mine)
        world.saved[ACTIVE] = len(mine)
        world.totals[at.MISSING], world.totals[at.COST] = float(world.fact[mine, at.WEIGHT].sum()), 0.0
        world.depot_free[:] = part.depots
        open_ = set(part.vehicles)
        for c in range(len(world.class_free)):
            begin, end = int(world.class_from[c]), int(world.class_from[c + 1])
            members = sorted(world.class_list[begin:end].tolist())
            arranged = [v for v in members if v in open_] + [v for v in members if v not in open_]
            world.class_list[begin:end] = arranged
            world.now[arranged, at.FREE_AT] = np.arange(begin, end)
            world.class_free[c] = sum(v in open_ for v in members)
        entry.read_all(self.address, part.standing.plan, len(part.standing.plan))
        self.best = self.standing()
