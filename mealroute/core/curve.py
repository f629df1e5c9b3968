"""How a search got better over time, in a bounded number of points that fit a job's row."""

import threading

MOST_POINTS = 60
"""Enough for a line of 200 pixels; beyond it every second point between the ends is dropped."""


class Curve:
    """The best cost over elapsed time: one point for each change, the first and the newest always kept.

    A plan with fewer unassigned stops is better whatever it costs, so a cost may rise. May be read and added to by
    several threads.
    """

    def __init__(self) -> None:
        self._points: list[tuple[float, int]] = []
        self._best: tuple[int, int] | None = None
        self._gained_s: float | None = None
        self._lock = threading.Lock()

    def add(self, elapsed_s: float, cost: int, unassigned: int) -> None:
        """The best plan at this moment; nothing happens while it is no better than before."""
        with self._lock:
            if self._best is not None and (unassigned, cost) >= self._best:
                return
            self._best, self._gained_s = (unassigned, cost), elapsed_s
            self._points.append((round(elapsed_s, 1), cost))
            if len(self._points) > MOST_POINTS:
                self._points = [self._points[0], *self._points[2:-1:2], self._points[-1]]

    def points(self) -> list[list[float]]:
        """``[elapsed seconds, cost]`` in the order of time, as it is kept in JSON."""
        with self._lock:
            return [[at, cost] for at, cost in self._points]

    @property
    def gained_s(self) -> float | None:
        """When the plan last became better; None before the first."""
        return self._gained_s
