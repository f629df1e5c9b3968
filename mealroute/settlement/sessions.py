"""Where a step reads and writes: all in the caller's one transaction, or (as a job) in short ones, so that nobody waits for long work."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.core.db import unit_of_work


def quiet(_stage: str, _done: int = 0, _of: int = 0) -> None:
    """Tells nobody."""


Tell = Callable[..., None]
"""Called with a stage, and within it with how much of how much is done."""
Opened = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Sessions:
    """``read`` for long work, ``write`` for what is written at once. ``last`` is called in the transaction that ends the step."""

    read: Opened
    write: Opened
    last: Callable[[Session], None] = lambda _db: None

    @classmethod
    def one(cls, db: Session) -> "Sessions":
        """Everything in the caller's transaction."""
        return cls(read=lambda: nullcontext(db), write=lambda: nullcontext(db))

    @classmethod
    def short(cls, last: Callable[[Session], None]) -> "Sessions":
        """Transactions of its own; the last one also ends the job."""
        return cls(read=lambda: unit_of_work(read_only=True), write=unit_of_work, last=last)
