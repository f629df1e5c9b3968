"""The child's side of ``process``: takes tasks from standard input, answers on standard output, dies with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO

from solver.framing import read_frame, write_frame

_PR_SET_PDEATHSIG = 1
MOST_MEMORY = 4 * 2**30
"""Bytes that one engine may allocate: some models grow without end, and the machine has other work."""


def main() -> None:
    parent = int(sys.argv[1])
    die_with(parent)
    _be_killed_first()
    _bound_memory()
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a native library that prints must not spoil the answers
    tasks: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(requests, tasks), daemon=True).start()
    while True:
        _run(tasks.get(), answers)


def _read(requests: IO[bytes], tasks: queue.Queue[bytes]) -> None:
    while (frame := read_frame(requests)) is not None:
        tasks.put(frame)
    os._exit(0)  # the parent closed the pipe, or is gone


def _run(frame: bytes, answers: IO[bytes]) -> None:
    task, target, args = pickle.loads(frame)  # noqa: S301 - our own parent, over a private pipe

    def send(kind: str, value: object) -> None:
        write_frame(answers, pickle.dumps((task, kind, value), protocol=pickle.HIGHEST_PROTOCOL))

    try:
        module, function = target.split(":")
        result = getattr(importlib.import_module(module), function)(*args, lambda value: send("progress", value))
    except Exception as error:  # noqa: BLE001 - whatever an engine raises is the parent's to judge
        send("failed", f"{type(error).__name__}: {error}")
    else:
        send("done", result)


def die_with(parent: int) -> None:
    """End this process when its parent ends, however that ends.

    The kernel does it on Linux, even while a native library holds the interpreter lock; elsewhere a thread looks.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # gone before we asked
        os._exit(0)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.25)
    os._exit(0)


def _be_killed_first() -> None:
    """Short of memory, the system should take this process, not the one that waits for it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def _bound_memory() -> None:
    """An engine that wants more fails alone; whoever waits for it goes on with the best plan so far."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
