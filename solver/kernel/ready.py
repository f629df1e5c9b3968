"""Compiling and loading the kernel: a minute once for each state of its sources, a second or two in each process."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import IO, Final

import numpy as np

from solver.kernel import cache
from solver.kernel.proximity import FAR
from solver.problem import Matrix, Problem, Stop, Vehicle

_PATIENCE_S: Final = 600.0

_loaded = False


def load(say: Callable[[str, float], None] | None = None) -> None:
    """Have all compiled code in this process; compiles what is not kept on disk yet.

    ``say`` hears what is compiled now and which share is done (0 to 1). Processes that start together wait for the one that
    compiles. Costs nothing when called again.
    """
    global _loaded  # noqa: PLW0603 -- one process, one kernel
    if _loaded:
        return
    if cache.warmed():
        _run_all(None)
    else:
        with _alone():
            _run_all(say)
            cache.mark_warmed()
    _loaded = True


def _run_all(say: Callable[[str, float], None] | None) -> None:
    """Call every function that Python calls, on a problem with two stops: that compiles it, or loads it from disk."""
    from solver.kernel import entry
    from solver.kernel.world import Frame

    table = np.array([[0, 9, 9], [9, 0, 9], [9, 9, 0]], np.int32)
    problem = Problem(
        stops=(Stop(id=1, location=1), Stop(id=2, location=2)),
        vehicles=(Vehicle(id=1, start=0, end=0),),
        matrices={"car": Matrix(table)},
    )
    world = Frame(problem).fresh(0)
    address, _words = world.address()
    best, totals = np.zeros_like(world.journal), np.zeros(2)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("clock", lambda: entry.chain(address, 0)),
        ("plans", lambda: entry.read_all(address, best, 0)),
        ("insertion", lambda: entry.recreate(address, 0, 0.0, FAR)),
        ("search", lambda: entry.anneal(address, best, totals, 1, 1.0, 1.0, 10.0, 0.0, 1)),
        ("clearing", lambda: (entry.clear(address, 0), entry.clear_all(address))),
        ("writing", lambda: entry.write_all(address, best)),
    )
    for done, (name, call) in enumerate(steps):
        if say is not None:
            say(name, done / len(steps))
        call()
    if say is not None:
        say("", 1.0)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One process compiles, the others wait; where files cannot be locked each compiles for itself."""
    cache.FOLDER.mkdir(parents=True, exist_ok=True)
    with (cache.FOLDER / "lock").open("w") as file:
        _lock(file)
        yield


def _lock(file: IO[str]) -> None:
    try:
        import fcntl  # not on Windows
    except ImportError:
        return
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.2)
        else:
            return
