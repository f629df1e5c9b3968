"""What the page of a week's clashes shows: an equation for each meal, and the cases asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.orders.ahead import open_cases, week_clashes
from mealroute.orders.call_list import streets_of
from mealroute.orders.clashes import ClashCase, MealClashes, Standing
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST = 150
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AheadPage:
    """``total`` = by rule + chosen + open over the week's meals; ``to_call`` counts people by street."""

    monday: date
    before: date
    after: date
    meals: tuple[MealClashes, ...]
    totals: dict[str, int]
    cases: tuple[ClashCase, ...]
    more: int
    show: str
    street: str
    decide: str
    streets: dict[str, str]
    to_call: dict[str, int]
    today: date

    @property
    def shows(self) -> list[tuple[str, str, int]]:
        words = {
            "open": _("Still open"), "chosen": _("Decided by a person"), "by-rule": _("Another dish by rule"), ALL: _("All"),
        }  # fmt: skip
        return [(key, word, self.totals[key]) for key, word in words.items()]


def page_of(db: Session, monday: date, *, scope: Scope, today: date, show: str, street: str, decide: str) -> AheadPage:
    """Gather the page within the scope; ``show`` and ``street`` choose which cases are listed."""
    meals = week_clashes(db, monday, scope=scope)
    show = show if show in {*Standing, ALL} else str(Standing.OPEN)
    totals = {str(standing): sum(meal.count(standing) for meal in meals) for standing in Standing}
    listed = sorted(
        (
            case for meal in meals for case in meal.cases
            if show in {ALL, case.standing} and street in {"", case.person.street_code}
        ),
        key=lambda case: (case.day, case.slot, case.person.street_code, case.person.code),
    )  # fmt: skip
    return AheadPage(
        monday=monday, before=monday - timedelta(days=7), after=monday + timedelta(days=7), meals=meals,
        totals={**totals, ALL: sum(totals.values())}, cases=tuple(listed[:LONGEST]), more=max(len(listed) - LONGEST, 0),
        show=show, street=street, decide=decide, streets=street_names(db), to_call=streets_of(open_cases(meals)), today=today,
    )  # fmt: skip
