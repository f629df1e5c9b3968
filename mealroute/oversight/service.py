"""Scoring a month: the cards' scores go upstream, to where dispatch ranks its offers."""

import hashlib
import json

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.oversight import queries
from mealroute.oversight.records import Figure, SideCard
from mealroute.subsidy.queries import month_days
from mealroute.vendors import scores
from mealroute.vendors.score_records import ScoreInput, ScoreRecord


def score_month(db: Session, month: str, *, by: Actor, clock: Clock) -> tuple[ScoreRecord, ...]:
    """Write every vendor's scores of a month that is over; answers those that are new or have changed.

    Doing it again changes nothing while the figures are the same; a late record or a dismissed complaint makes a new revision.

    Raises
    ------
    MealrouteError
        ``month-invalid``; ``month-not-over``: a score of half a month would rank a vendor by its best week.
    """
    _first, last = month_days(month)
    if last >= clock.today():
        raise MealrouteError(
            "month-not-over", _("%(month)s is not over yet; its scorecard can be read, its score is not kept.", month=month)
        )  # fmt: skip
    entries = [
        ScoreInput(vendor_code=card.vendor_code, side=side.side, period=month, score=side.score, digest=digest(side))
        for card in queries.scorecards(db, month, clock=clock)
        for side in card.sides
    ]
    written = scores.keep(db, entries, clock=clock)
    if written:
        audit.record(
            db, by=by, clock=clock, action="oversight.month-scored", subject=f"month/{month}", rows=len(written),
            detail={f"{row.vendor_code}/{row.side}": row.score for row in written},
        )  # fmt: skip
    return written


def digest(card: SideCard) -> str:
    """SHA-256 of a side's figures: counts and rules, so that a score can be tied to what it was made of."""
    content = [
        [str(card.side), card.loaded, card.handed_over, card.not_handed_over, card.open],
        *map(_figure, card.figures),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _figure(figure: Figure) -> list[object]:
    rule = figure.rule
    checks = {str(check): [share.numerator, share.denominator] for check, share in (figure.checks or {}).items()}
    return [
        str(figure.key), figure.share.numerator, figure.share.denominator, figure.n, figure.missing, checks,
        [rule.weight, rule.least_n, rule.best, rule.worst],
    ]  # fmt: skip
