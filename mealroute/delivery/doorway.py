"""Many phones, one transaction: a single writer takes whatever waits and stores it together.

A transaction costs nearly the same for one record as for fifty. Whoever brings a letter leaves it here and gets a future; one thread
writes everything that waits, in the order in which it came, and rests a little after each wave, so that on a busy day the next one is
larger instead of the writer always at work. The first letter after a quiet moment is written at once. Nothing is answered before it
is stored.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import language, speaking
from mealroute.delivery.letters import Answer, Letter, deliver

Answers = tuple[Answer, ...] | None
MOST = 400
"""Letters in one transaction: enough to share its cost, few enough that nobody else waits long for the database."""
RESTS = 3
"""So many times as long as a wave took does the writer rest after it, while fewer than a full wave wait …"""
LONGEST_REST_S = 0.25
"""… and never longer than this."""
QUIET_S = 30.0
"""After so long without a letter the thread ends; the next letter starts another."""


@dataclass(eq=False, slots=True)
class _Waiting:
    letter: Letter
    language: str
    answer: Future[Answers] = field(default_factory=Future)


class Doorway:
    """Takes letters from many threads or tasks; one a process."""

    def __init__(
        self,
        clock: Clock,
        instance: Path,
        write: Callable[[Sequence[Letter], Path, Clock], Sequence[Answers]] | None = None,
    ) -> None:
        self._clock = clock
        self._instance = instance
        self._write = write or _write
        self._came = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._writing = False

    def submit(self, letter: Letter) -> Future[Answers]:
        """Leave one letter; the future says what became of each record (None where the link opens nothing) once it is stored.

        It raises what the database raises; then nothing of this letter is stored, and sending it again is safe. Sentences in the
        answers are in the language of this context.
        """
        mine = _Waiting(letter, language())
        with self._came:
            self._waiting.append(mine)
            if self._writing:
                self._came.notify()
            else:
                self._writing = True
                threading.Thread(target=self._work, daemon=True, name="doorway").start()
        return mine.answer

    def send(self, letter: Letter) -> Answers:
        """The same for a thread that can wait."""
        return self.submit(letter).result()

    def _work(self) -> None:
        while wave := self._next():
            began = time.perf_counter()
            for spoken in dict.fromkeys(each.language for each in wave):
                with speaking(spoken):
                    self._store_all([each for each in wave if each.language == spoken])
            if len(self._waiting) < MOST:
                time.sleep(min(LONGEST_REST_S, RESTS * (time.perf_counter() - began)))

    def _next(self) -> list[_Waiting]:
        with self._came:
            self._came.wait_for(lambda: self._waiting, QUIET_S)
            wave = [self._waiting.popleft() for _n in range(min(MOST, len(self._waiting)))]
            self._writing = bool(wave)
        return wave

    def _store_all(self, wave: Sequence[_Waiting]) -> None:
        try:
            self._store(wave)
        except Exception:  # noqa: BLE001 -- one of them cannot be stored: the others must not suffer for it
            for each in wave:
                try:
                    self._store([each])
                except Exception as error:  # noqa: BLE001 -- raised again where it is waited for
                    if each.answer.set_running_or_notify_cancel():
                        each.answer.set_exception(error)

    def _store(self, wave: Sequence[_Waiting]) -> None:
        found = self._write([each.letter for each in wave], self._instance, self._clock)
        for each, answers in zip(wave, found, strict=True):
            if each.answer.set_running_or_notify_cancel():  # else: whoever brought it has gone, and will send it again
                each.answer.set_result(answers)


def _write(letters: Sequence[Letter], instance: Path, clock: Clock) -> Sequence[Answers]:
    with unit_of_work(durable=True) as db:  # the phone forgets what is answered
        return deliver(db, letters, instance=instance, clock=clock)
