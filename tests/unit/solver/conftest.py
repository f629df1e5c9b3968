"""Engines' processes are kept from one search to the next: beginning an interpreter and loading its libraries takes longer than most searches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from solver import portfolio
from solver.process import ProcessPool


class KeptPool(ProcessPool):
    """A pool that outlives its search; what is still at work when a search ends is ended with it."""

    def close(self) -> None:
        for worker in self._workers:
            if worker.task is not None or not worker.alive:
                worker.task = None
                self._kill(worker)
        self._workers = [worker for worker in self._workers if worker.alive]


@pytest.fixture(scope="session", autouse=True)
def _kept_processes() -> Iterator[None]:
    kept = KeptPool()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "ProcessPool", lambda: kept)
        yield
    ProcessPool.close(kept)
