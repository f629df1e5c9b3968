"""Parts of the program in processes of their own that begin at once: the program is loaded in one process beside, and each is a fork of that."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

LOADED = [
    "tests.e2e.server",
    "tests.integration.offers_server",
    "tests.integration.close_process",
    "tests.integration.ladder_process",
]
"""What the process beside loads before it forks the first time."""
Said = Callable[[object], None]

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(LOADED)


class Forked:
    """``doing(said, *given)`` in a process of its own with exactly this environment; it can be killed as any process can.

    What it tells by ``said`` is heard here.
    """

    def __init__(self, doing: Callable[..., None], environment: Mapping[str, str], *given: object) -> None:
        self._ours, theirs = _CONTEXT.Pipe(duplex=False)
        self.process: Any = _CONTEXT.Process(target=_forked, args=(doing, dict(environment), theirs, given))
        self.process.start()
        theirs.close()

    def heard(self) -> Any:
        """What it says next. Raises EOFError once it has ended without a word."""
        return self._ours.recv()

    def kill(self) -> None:
        """As ``kill -9``."""
        self.process.kill()
        self.ended()

    def end(self) -> None:
        """Asked to end, as by a service manager; nothing where it has ended already."""
        self.process.terminate()
        self.ended()

    def ended(self, seconds: float = 20) -> int:
        """Wait for its end; gives the exit code, the negative signal where one killed it."""
        self.process.join(seconds)
        code: int | None = self.process.exitcode
        assert code is not None, "it goes on"
        self._ours.close()
        return code


def _forked(
    doing: Callable[..., None], environment: dict[str, str], told: Connection, given: tuple[object, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    doing(told.send, *given)
