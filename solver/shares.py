"""Which share of the time each stage of the composed engine gets, by what the problem asks and how large it is (docs/solver.md, ablation)."""

from __future__ import annotations

from dataclasses import dataclass

from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the time that is left when the stage begins; ruin and recreate has the rest."""

    ortools: float
    pyvrp: float


def shares(problem: Problem) -> Shares:
    """OR-Tools where what depots may load has to be allotted, PyVRP where its model is exact and ruin and recreate alone is slower."""
    starts = {vehicle.start for vehicle in problem.vehicles}
    short = len(starts) > 1 and None not in starts and any(depot.capacity is not None for depot in problem.depots)
    return Shares(0.2 if short else 0.0, 0.0)
