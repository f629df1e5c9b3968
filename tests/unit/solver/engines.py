"""The engines as the laws call them: in this process, with few steps, from a first plan or from nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from solver import ortools_routing, sisr
from solver.options import Sequences
from solver.problem import Problem
from solver.pyvrp_limits import cannot

Run = Callable[[Problem, Sequences, int], Sequences]


def quiet(_found: Sequences) -> None:
    return None


def go_on() -> bool:
    return False


def by_sisr(problem: Problem, first: Sequences, seed: int) -> Sequences:
    return sisr.run(problem, first, sisr.Budget(iterations=60), seed, go_on)


def by_ortools(problem: Problem, first: Sequences, seed: int) -> Sequences:
    """With breaks the first plan stays: the model may put one on the way, and ``solve`` mends that."""
    if first and any(vehicle.breaks for vehicle in problem.vehicles):
        return first
    return ortools_routing.run(problem, first, None, 8, seed, quiet) or first


def by_pyvrp(problem: Problem, first: Sequences, seed: int) -> Sequences:
    """Where the model can state the problem; else the first plan stays."""
    from solver import pyvrp_routing

    return first if cannot(problem, first, narrow=True) else pyvrp_routing.run(problem, first, None, 60, seed, quiet)


ENGINES: Final[dict[str, Run]] = {"sisr": by_sisr, "ortools": by_ortools, "pyvrp": by_pyvrp}


def by_long_search(problem: Problem, first: Sequences, seed: int) -> Sequences:
    """As long as a tiny problem needs to be solved to the end."""
    return sisr.run(problem, first, sisr.Budget(iterations=400), seed, go_on)
