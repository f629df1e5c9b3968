"""The public menu: what holds in a week, and what the usual subsidy takes off. No personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen, yuan
from mealroute.menus import queries, week_queries
from mealroute.menus.exports import Menus
from mealroute.menus.rules import monday_of
from mealroute.rulebook.records import AmountKind
from mealroute.subsidy.records import Beneficiary
from mealroute.subsidy.rulebook import load_rulebook

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHOWN_WEEKS = 4
"""How far back and ahead the public menu goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A week for the public; ``published`` False means that the weekly pattern holds until a week is published."""

    monday: date
    published: bool
    menus: Menus
    subsidy_fen: Fen
    note: str
    before: date | None
    after: date | None

    def days(self) -> list[date]:
        return sorted({day for day, _slot in self.menus})


def coming(db: Session, today: date) -> date:
    """The Monday of the week that a visitor wants: this one, or the next where no more meals are served in this one."""
    monday = monday_of(today)
    left = queries.service_days(db, today, monday + timedelta(days=6))
    return monday if any(day.serves for day in left) else monday + timedelta(days=7)


def offer_of(db: Session, day: date, *, today: date) -> Offer:
    """The week of ``day``. Raises NotFound for weeks far from today: nobody published those."""
    monday, this = monday_of(day), monday_of(today)
    if abs((monday - this).days) > 7 * SHOWN_WEEKS:
        raise NotFound("week-not-found", _("There is no such menu."))
    amount, note = usual_subsidy(monday)
    around = [monday + timedelta(days=7 * step) for step in (-1, 1)]
    before, after = (one if abs((one - this).days) <= 7 * SHOWN_WEEKS else None for one in around)
    return Offer(
        monday=monday, published=queries.published_version(db, monday) is not None, menus=week_queries.week_menus(db, monday),
        subsidy_fen=amount, note=note, before=before, after=after,
    )  # fmt: skip


def usual_subsidy(day: date) -> tuple[Fen, str]:
    """What a resident who is registered for basic care and lives at home is relieved of, and where that is written."""
    rules = [
        rule
        for rule in load_rulebook().on(day)
        if rule.beneficiary is Beneficiary.RESIDENT and rule.amount.kind is AmountKind.FIXED
    ]
    if not rules:
        return 0, ""
    rule = rules[0]
    note = _(
        "Residents registered for basic elderly care who live at home are relieved of %(amount)s yuan, one meal a day "
        "(%(document)s). Everybody else pays the list price.",
        amount=yuan(rule.amount.fen),
        document=rule.document.number,
    )
    return rule.amount.fen, note
