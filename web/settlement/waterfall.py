"""The month as falling bars: from ordered to claimed, each step a figure; hatched = explained, red = open."""

from collections.abc import Sequence
from dataclasses import dataclass

from mealroute.core.i18n import _
from mealroute.subsidy.statements import MonthFigures

TOP, BOTTOM, WIDTH, LEFT = 46.0, 236.0, 74.0, 6.0
LEAST = 4.0  # px: a difference of one meal must still be seen


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: ``kind`` is total, exp(lained) or open; y grows downwards."""

    kind: str
    x: float
    y: float
    height: float
    value: str
    label: str

    @property
    def middle(self) -> float:
        return self.x + 29

    @property
    def left(self) -> float:
        """Where the bar begins when it lies: the scale of its height, from the left."""
        return round(BOTTOM - self.y - self.height, 1)


def steps(figures: MonthFigures) -> Sequence[Step]:
    """The bars of a month; the heights share one scale that begins at zero."""
    rows: list[tuple[str, int, int, str]] = [  # kind, from level, to level, label
        ("total", 0, figures.ordered, _("ordered")),
        ("exp", figures.planned, figures.ordered, _("unassigned")),
        ("total", 0, figures.planned, _("planned")),
        ("total", 0, figures.portions_loaded, _("loaded")),
        ("exp", figures.delivered, figures.delivered + figures.not_delivered, _("not delivered")),
        ("total", 0, figures.delivered, _("delivered")),
        ("exp", figures.delivered - figures.self_paid, figures.delivered, _("self-paid")),
        ("exp", figures.subsidised, figures.subsidised + figures.explained, _("explained")),
        ("total", 0, figures.subsidised, _("subsidised")),
    ]
    missing = figures.portions_loaded - figures.delivered - figures.not_delivered
    if missing:
        rows.insert(5, ("open", figures.delivered, figures.delivered + missing, _("no record")))
    unexplained = figures.delivered - figures.subsidised - figures.self_paid - figures.explained
    if unexplained:
        rows.insert(-1, ("open", figures.subsidised, figures.subsidised + unexplained, _("to explain")))
    scale = (BOTTOM - TOP) / max(1, *(high for _kind, _low, high, _label in rows))
    return [_bar(index, row, scale) for index, row in enumerate(rows)]


def _bar(index: int, row: tuple[str, int, int, str], scale: float) -> Step:
    kind, low, high, label = row
    height = max((high - low) * scale, LEAST if high != low else 1.0)
    figure = f"{high:,}" if kind == "total" else (f"−{high - low:,}" if high != low else "0")
    return Step(kind, LEFT + index * WIDTH, round(BOTTOM - high * scale, 1), round(height, 1), figure, label)
