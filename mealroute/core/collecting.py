"""Python's search for cycles, paused while a month is read and computed: hundreds of thousands of records come, none of them in a cycle.

The search would go through all of them again and again: it took two fifths of the time of a month of 56,000 meals.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Pause:
    """How many blocks ask for it, in all threads, and whether there was a search before the first of them."""

    def __init__(self) -> None:
        self.lock, self.blocks, self.before = threading.Lock(), 0, True


_pause = _Pause()


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles until every block like this, of whatever thread, has ended. References are counted on: what is let go is free at once."""
    with _pause.lock:
        if not _pause.blocks:
            _pause.before = gc.isenabled()
        _pause.blocks += 1
        gc.disable()
    try:
        yield
    finally:
        with _pause.lock:
            _pause.blocks -= 1
            if not _pause.blocks and _pause.before:
                gc.enable()
