"""What a caller may ask of ``portfolio.solve`` and what it hears while that works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from solver.problem import ProblemError

Engine = Literal["auto", "ortools", "sisr"]

Trips = tuple[tuple[int, ...], ...]
"""Stop ids of one vehicle, trip by trip: what ``schedule.time_route`` gives times to."""

Sequences = Mapping[int, Trips]
"""Trips by vehicle id: how engines hand solutions to each other. Unused vehicles may be absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveOptions:
    """How long and with what to search.

    ``time_limit_s`` is wall time from the call of ``solve``. With ``max_iterations`` the time limit is not looked at:
    the same problem, seed, threads and iterations then give the same plan, however loaded the machine is.
    """

    time_limit_s: float = 10
    seed: int = 0
    threads: int = 1
    engine: Engine = "auto"
    max_iterations: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.time_limit_s < float("inf"):
            raise ValueError(f"time_limit_s must be a number from 0, got {self.time_limit_s}")
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}")
        if self.max_iterations is not None and self.max_iterations < 0:
            raise ValueError(f"max_iterations must not be negative, got {self.max_iterations}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is. ``best_cost`` is the cost of the best plan so far, None before the first."""

    elapsed_s: float
    best_cost: float | None
    unassigned: int
    stage: str


class EngineCannot(ProblemError):
    """The engine that was asked for cannot state a key of the problem; it refuses instead of ignoring it."""
