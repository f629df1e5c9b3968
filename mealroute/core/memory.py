"""What a process remembers between two questions: a few values each, safe to share between its threads.

Nothing here is a truth: whatever is forgotten is worked out again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[V]):
    """The last few values by key."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[Hashable, V](), threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value, made where it is not remembered; two threads may both make it."""
        found = self.peek(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def peek(self, key: Hashable) -> V | None:
        """The value where it is remembered."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: Hashable, value: V) -> None:
        """Remember a value; the one that was asked for longest ago is forgotten."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class Derived(Generic[K, V]):
    """What was worked out of an object that never changes, found again by that very object; comparing would take longer than it saves."""

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        self._make, self._memory = make, Memory[tuple[K, V]](most)

    def __call__(self, source: K) -> V:
        found = self._memory.peek(id(source))
        if found is not None and found[0] is source:  # an id may be given again after an object was forgotten
            return found[1]
        made = self._make(source)
        self._memory.put(id(source), (source, made))
        return made
