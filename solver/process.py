"""Engines in processes of their own: a crash of a native library cannot take anything else down.

The parent keeps a small pool. A child is started with a fresh interpreter (not forked: the caller may be a thread of
a web or dask process, or a daemonic process that may not have children of its own), gets its work as one pickle
on its standard input and answers with pickles on its standard output. The child's side is ``process_child``.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from solver.framing import read_frame, write_frame

_ROOT = str(Path(__file__).resolve().parent.parent)
_START = "from solver.process_child import main; main()"


@dataclass(frozen=True, slots=True)
class Message:
    """What a task has to say: any number of "progress", then one "done" or "failed" (value: a sentence)."""

    task: int
    kind: Literal["progress", "done", "failed"]
    value: object


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    task: int | None = None
    deadline: float | None = None
    alive: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)


class ProcessPool:
    """Runs tasks, each in a child process; a context manager that leaves no child behind.

    A task is ``module:function`` of this package. The function takes the arguments of `start` and, last, a callable
    that reports progress; what it returns is the value of its "done" message. All values must pickle.
    Start and close the pool from one thread: on Linux the kernel ends a child when the thread that started it ends.
    """

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._messages: queue.Queue[Message] = queue.Queue()
        self._next_task = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self, count: int) -> None:
        """Start children ahead of need, so that their interpreters load while the caller does something else."""
        for _ in range(count - sum(worker.alive and worker.task is None for worker in self._workers)):
            self._spawn()

    def start(self, target: str, *args: object, deadline: float | None = None) -> int:
        """Give the task to an idle child, or a new one, and return its number.

        ``deadline`` (on the clock of `time.monotonic`): the child is killed then, and the task has failed.
        """
        self._next_task += 1
        worker = next((each for each in self._workers if each.alive and each.task is None), None) or self._spawn()
        worker.task, worker.deadline = self._next_task, deadline
        request = pickle.dumps((self._next_task, target, args), protocol=pickle.HIGHEST_PROTOCOL)
        # a thread, because a child that never reads must not block us
        threading.Thread(target=_send, args=(worker, request), daemon=True).start()
        return self._next_task

    def next_message(self, timeout_s: float) -> Message | None:
        """The next message of any task, or None when none came in time."""
        until = time.monotonic() + timeout_s
        while True:
            self._kill_late()
            left = until - time.monotonic()
            try:
                message = self._messages.get(timeout=max(0.0, min(left, 0.05)))
            except queue.Empty:
                if left <= 0:
                    return None
                continue
            worker = next((each for each in self._workers if each.task == message.task), None)
            if worker is None:
                continue  # a task that was stopped
            if message.kind != "progress":
                worker.task = worker.deadline = None
            return message

    def stop(self, task: int) -> None:
        """End the task at once, by killing its child; no more messages come from it."""
        for worker in self._workers:
            if worker.task == task:
                worker.task = None
                self._kill(worker)

    def pids(self) -> tuple[int, ...]:
        return tuple(worker.process.pid for worker in self._workers if worker.alive)

    def close(self) -> None:
        for worker in self._workers:
            self._kill(worker)
        self._workers.clear()

    def _kill_late(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.task is not None and worker.deadline is not None and now > worker.deadline:
                self._messages.put(Message(worker.task, "failed", "killed at its deadline"))
                worker.deadline = None
                self._kill(worker)

    def _kill(self, worker: _Worker) -> None:
        worker.alive = False
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.wait()

    def _spawn(self) -> _Worker:
        path = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH", ""))))
        process = subprocess.Popen(
            (sys.executable, "-c", _START, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        worker = _Worker(process)
        self._workers.append(worker)
        threading.Thread(target=_listen, args=(worker, self._messages.put), daemon=True).start()
        return worker


def _send(worker: _Worker, request: bytes) -> None:
    stream: IO[bytes] | None = worker.process.stdin
    assert stream is not None
    with worker.lock, contextlib.suppress(OSError, ValueError):  # the listener reports a child that is gone
        write_frame(stream, request)


def _listen(worker: _Worker, put: Callable[[Message], None]) -> None:
    stream: IO[bytes] | None = worker.process.stdout
    assert stream is not None
    with contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError), stream:
        while (frame := read_frame(stream)) is not None:
            task, kind, value = pickle.loads(frame)  # noqa: S301 - our own child, over a private pipe
            put(Message(task, kind, value))
    task = worker.task
    was_alive, worker.alive = worker.alive, False
    code = worker.process.wait()
    if was_alive and task is not None:
        put(Message(task, "failed", f"its process ended with code {code}"))
