"""The timeline: one lane a route, all on the same scale. Positions are percentages of the width, so that nothing is distorted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from web.plan.lanes import Lane

STEP_S = 15 * 60
HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Scale:
    """From the first loading to the last return, widened to whole quarters of an hour. Seconds since local midnight."""

    from_s: int
    to_s: int

    @classmethod
    def of(cls, lanes: Iterable[Lane]) -> Scale:
        found = list(lanes)
        if not found:
            return cls(10 * HOUR_S, 13 * HOUR_S)
        first = min(
            min(lane.starts_s, *(step.arrival_s for step in lane.steps)) if lane.steps else lane.starts_s
            for lane in found
        )
        last = max(lane.ends_s for lane in found)
        return cls(first // STEP_S * STEP_S, -(-(last + 60) // STEP_S) * STEP_S)

    def x(self, at_s: int) -> str:
        """Where a moment stands: ``12.34%``."""
        return f"{min(100.0, max(0.0, 100 * (at_s - self.from_s) / (self.to_s - self.from_s))):.2f}%"

    def w(self, from_s: int, to_s: int) -> str:
        """How wide a span is; never less than nothing."""
        left, right = max(from_s, self.from_s), min(to_s, self.to_s)
        return f"{max(0.0, 100 * (right - left) / (self.to_s - self.from_s)):.2f}%"

    def edge(self, at_s: int) -> str:
        """The class of a label that would be cut off at the left or right edge; it is aligned to it."""
        part = (at_s - self.from_s) / (self.to_s - self.from_s)
        return " tl-hour--first" if part < 0.04 else " tl-hour--last" if part > 0.96 else ""

    def has(self, at_s: int) -> bool:
        return self.from_s <= at_s <= self.to_s

    @property
    def ticks(self) -> tuple[int, ...]:
        """Half hours, or whole hours on a long day."""
        step = HOUR_S // 2 if self.to_s - self.from_s <= 5 * HOUR_S else HOUR_S
        return tuple(range(-(-self.from_s // step) * step, self.to_s + 1, step))
