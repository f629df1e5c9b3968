"""Many phones, one transaction: whoever comes first writes for all who wait.

A transaction costs the same for one record as for fifty. Each request leaves its letter and takes the lock; the one that holds it
writes everything that waits, in the order in which it came. Nothing is answered before it is stored. No thread of its own.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.delivery.letters import Answer, Letter, deliver

Answers = tuple[Answer, ...] | None
MOST = 200
"""Letters in one transaction: enough to share its cost, few enough that nobody else waits long for the database."""


@dataclass(eq=False, slots=True)
class _Waiting:
    letter: Letter
    done: bool = False
    answers: Answers = None
    error: Exception | None = None


class Doorway:
    """Takes letters from many threads; one a process."""

    def __init__(
        self,
        clock: Clock,
        instance: Path,
        write: Callable[[Sequence[Letter], Path, Clock], Sequence[Answers]] | None = None,
    ) -> None:
        self._clock = clock
        self._instance = instance
        self._write = write or _write
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()

    def send(self, letter: Letter) -> Answers:
        """Store one letter and say what became of each record; None where the link opens nothing.

        Raises what the database raises; then nothing of this letter is stored, and sending it again is safe.
        """
        mine = _Waiting(letter)
        self._waiting.append(mine)
        while not mine.done:
            with self._lock:
                if not mine.done:
                    self._write_some()
        if mine.error is not None:
            raise mine.error
        return mine.answers

    def _write_some(self) -> None:
        batch = [self._waiting.popleft() for _n in range(min(MOST, len(self._waiting)))]
        try:
            self._store(batch)
        except Exception:  # noqa: BLE001 -- one of them cannot be stored: the others must not wait for it
            for each in batch:
                self._store_alone(each)
        finally:
            for each in batch:
                each.done = True

    def _store_alone(self, one: _Waiting) -> None:
        try:
            self._store([one])
        except Exception as error:  # noqa: BLE001 -- raised again in the thread that waits for it
            one.error = error

    def _store(self, batch: list[_Waiting]) -> None:
        found = self._write([each.letter for each in batch], self._instance, self._clock)
        for each, answers in zip(batch, found, strict=True):
            each.answers = answers


def _write(letters: Sequence[Letter], instance: Path, clock: Clock) -> Sequence[Answers]:
    with unit_of_work() as db:
        return deliver(db, letters, instance=instance, clock=clock)
