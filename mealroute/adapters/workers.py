"""A worker on another machine: carries attempts for a scheduler, and joins it again when that, or the worker, comes back."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mealroute.adapters.cluster import cores, quiet_dask, worker_environment
from mealroute.core.config import CHECKOUT, Settings
from solver.process_child import die_with

log = logging.getLogger(__name__)

AGAIN_S = 1.0
"""Between the end of a worker and the start of the next."""
_START = "from mealroute.adapters.workers import main; main()"


def work_for(address: str, settings: Settings, *, threads: int | None = None) -> None:
    """Carry attempts for the scheduler at ``address`` until interrupted or terminated.

    This process only watches over a worker below it, which ends when this one does, however that ends. A worker waits for
    its scheduler; dask lets it leave for good when the scheduler goes (what is under way has half a minute to end), so another is
    started then.
    """
    with _until_terminated() as over:
        while not over():
            worker = _start(address, settings, threads or cores())
            while worker.poll() is None and not over():
                time.sleep(0.1)
            if worker.poll() is None:
                worker.terminate()
                worker.wait()
            else:
                log.warning("worker ended with code %s; starting another", worker.returncode)
                time.sleep(AGAIN_S)


def _start(address: str, settings: Settings, threads: int) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        (sys.executable, "-c", _START, str(os.getpid()), address, str(threads)),
        stdin=subprocess.DEVNULL,
        env={**os.environ, **worker_environment(settings), "PYTHONPATH": path},
    )


@contextmanager
def _until_terminated() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or SIGINT has come, instead of dying of it at once."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda n, _frame: came.append(n)) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> None:
    """The worker process itself: arguments are the watching process, the scheduler's address and the number of threads."""
    parent, address, threads = sys.argv[1:]
    die_with(int(parent))
    try:
        asyncio.run(_serve(address, int(threads)))
    finally:
        os._exit(0)  # an attempt that outlasts its worker must not keep the next one from starting


async def _serve(address: str, threads: int) -> None:
    from distributed import Worker

    quiet_dask()
    async with Worker(
        address, nthreads=threads, memory_limit=None, silence_logs=logging.CRITICAL, dashboard=False
    ) as worker:
        await worker.finished()
