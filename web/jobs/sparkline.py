"""A small curve as the paths of an SVG, without a style: the best cost over the time of a search."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 200, 40
MARGIN = 4


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Two paths in a box of 200 × 40: the line, and the area below it."""

    line: str
    area: str


def sparkline(points: Sequence[Sequence[float]], *, until: float, now: float) -> Sparkline:
    """Steps through ``[seconds, cost]``: the lowest cost lies at the bottom, ``until`` is the right edge.

    A cost holds until the next point; the last one up to ``now``, where the search stands.
    """
    costs = [cost for _at, cost in points]
    low, high = min(costs), max(costs)
    right = max(until, points[-1][0], 1e-9)

    def x(at: float) -> str:
        return f"{WIDTH * at / right:.1f}".removesuffix(".0")

    def y(cost: float) -> str:
        part = (high - cost) / (high - low) if high > low else 1.0
        return f"{MARGIN + (HEIGHT - 2 * MARGIN) * part:.1f}".removesuffix(".0")

    line = f"M{x(points[0][0])} {y(points[0][1])}" + "".join(f"H{x(at)}V{y(cost)}" for at, cost in points[1:])
    line += f"H{x(min(right, max(now, points[-1][0])))}"
    return Sparkline(line, f"{line}V{HEIGHT}H{x(points[0][0])}Z")
