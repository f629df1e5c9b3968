"""What a scorecard says of its figures: counts in thousands, one of anything in the singular."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mealroute.core.i18n import speaking
from mealroute.oversight.records import Figure, FigureKey, FigureRule, Share, Side
from mealroute.oversight.words import how


def _said(key: FigureKey, numerator: int, side: Side = Side.DELIVERED) -> str:
    rule = FigureRule(best=0, worst=5, weight=15, least_n=200)
    figure = Figure(key=key, side=side, share=Share(numerator, 7009), n=7009, rule=rule, points=Fraction(97))
    with speaking("en"):
        return how(figure)


@pytest.mark.parametrize(("side", "what"), [(Side.DELIVERED, "the bringing"), (Side.COOKED, "the food")])
def test_one_complaint_is_one_and_more_are_several(side: Side, what: str) -> None:
    end = f"about {what} that nobody has dismissed, for 7,009 portions handed over."
    assert _said(FigureKey.COMPLAINTS, 1, side) == f"1 complaint {end}"
    assert _said(FigureKey.COMPLAINTS, 3, side) == f"3 complaints {end}"


def test_counts_stand_in_thousands() -> None:
    assert _said(FigureKey.EVIDENCE, 6900) == "6,900 of 7,009 checks passed: four for each of 7,009 handovers at doors."
