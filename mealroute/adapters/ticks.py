"""Use-cases that happen by themselves: the web process calls each at its interval (``registry.TICKS``)."""

import importlib
import logging
import threading
import time
from collections.abc import Mapping

from mealroute.core.clock import Clock

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 5.0
"""How soon a tick is noticed that was registered after the start."""


class Ticker:
    """Calls what is due, one after the other, in a thread of its own: a slow tick delays other ticks, never jobs or pages."""

    def __init__(self, clock: Clock, ticks: Mapping[str, tuple[str, float]]) -> None:
        self._clock = clock
        self._ticks = ticks
        self._due: dict[str, float] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="ticks", daemon=True)

    def start(self) -> None:
        """Begin; each tick runs at once and then at its interval."""
        self._thread.start()

    def close(self) -> None:
        """Call nothing more; a tick under way is waited for."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def run_due(self, now_s: float) -> float:
        """Call every tick whose time has come by ``now_s`` (of ``time.monotonic``); returns seconds until the next.

        A tick that raises is logged and called again at its next time.
        """
        for name, (target, seconds) in tuple(self._ticks.items()):
            if self._closed.is_set() or self._due.get(name, now_s) > now_s:
                continue
            self._due[name] = now_s + seconds
            try:
                module, function = target.split(":")
                getattr(importlib.import_module(module), function)(clock=self._clock)
            except Exception:
                log.exception("tick failed", extra={"tick": name})
        return min((at - now_s for at in self._due.values()), default=LONGEST_WAIT_S)

    def _loop(self) -> None:
        wait_s = 0.0
        while not self._closed.wait(max(0.0, min(wait_s, LONGEST_WAIT_S))):
            wait_s = self.run_due(time.monotonic())
