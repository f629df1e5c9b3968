"""Routes that need a driver, and who may drive them: what ``ortools_assign.drivers`` is asked. Pure, so that a caller need not load an engine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from solver.problem import TimeWindow
from solver.process import ProcessPool

_START_S = 3.0
"""Importing CP-SAT takes a second or two on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A route that needs a driver: from the first loading to the end, and what its driver must be able to do.

    ``able``: the only people who can drive it, whatever the span says (the caller has tried); None asks shift and skills.
    """

    id: int
    span: TimeWindow
    skills: frozenset[int] = frozenset()
    able: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Someone who may drive within their shift. ``familiar``: seconds of credit by duty. ``tired``: recent load.

    ``worn``: seconds of debit by duty, for what that duty would add to somebody's work. ``most``: duties at most.
    """

    id: int
    shift: TimeWindow
    skills: frozenset[int] = frozenset()
    familiar: Mapping[int, int] = field(default_factory=dict)
    tired: int = 0
    worn: Mapping[int, int] = field(default_factory=dict)
    most: int | None = None


def assign(
    duties: tuple[Duty, ...], people: tuple[Driver, ...], *, time_limit_s: float | None = 2.0, seed: int = 0
) -> dict[int, int]:
    """``ortools_assign.drivers`` in a child process: duty id → driver id. Empty where it fails or comes too late.

    Without a time limit the same question has the same answer, however busy the machine is.
    """
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s + _START_S
    with ProcessPool() as pool:
        task = pool.start("solver.ortools_assign:drivers", duties, people, time_limit_s, seed, deadline=deadline)
        while True:
            message = pool.next_message(0.1)
            if message is not None and message.task == task and message.kind != "progress":
                return dict(message.value) if isinstance(message.value, dict) else {}
