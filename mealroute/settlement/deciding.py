"""A person's word on one line of a closed month: take it back, or pay after all what was held or taken back."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.settlement import history, holding
from mealroute.settlement.models import AdjustmentLine, HeldLine, LineDecision
from mealroute.settlement.records import Word
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.payers import Who


def take_back(db: Session, payer: Who, month: str, natural_key: str, *, reason: str, by: Actor, clock: Clock) -> bool:
    """What was settled for this line comes back with the next month that is prepared. False = it was taken back already.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``period-not-closed``, ``line-unknown``, ``step-needs-account``, ``close-needs-district``.
    """
    return _decide(db, payer, month, natural_key, Word.TAKE_BACK, reason=reason, by=by, clock=clock)


def release(db: Session, payer: Who, month: str, natural_key: str, *, reason: str, by: Actor, clock: Clock) -> bool:
    """A line that was held or taken back is paid after all, with the next month that is prepared. Raises as ``take_back``."""
    return _decide(db, payer, month, natural_key, Word.RELEASE, reason=reason, by=by, clock=clock)


def _decide(
    db: Session, payer: Who, month: str, natural_key: str, word: Word, *, reason: str, by: Actor, clock: Clock
) -> bool:
    if not reason.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    if by.account_id is None:
        raise Forbidden("step-needs-account", _("Each step of a month is signed by a person with an account."))
    if by.scope.streets is not None:
        raise Forbidden("close-needs-district", _("A month is closed for the whole district."), _("Ask the district's finance officer."))  # fmt: skip
    period = history.locked(db, payer, month)
    if period.state != "closed":
        raise Conflict("period-not-closed", _("Only an approved month is paid."))
    known = (
        select(model.id).where(model.natural_key == natural_key, column == mine).limit(1)
        for model, column, mine in (
            (ClaimLine, ClaimLine.period_id, period.id), (HeldLine, HeldLine.period_id, period.id), (AdjustmentLine, AdjustmentLine.month, month),
        )
    )  # fmt: skip
    if all(db.scalar(query) is None for query in known):
        raise NotFound("line-unknown", _("The month has no such line."))
    last = holding.words(db, month).get(natural_key)
    if last is not None and last[0] is word:
        return False
    number = db.scalar(select(func.max(LineDecision.number)).where(LineDecision.natural_key == natural_key)) or 0
    db.add(
        LineDecision(
            natural_key=natural_key, month=month, number=number + 1, kind=str(word), reason=reason.strip(), account_id=by.account_id,
            by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action=f"settlement.line-{word}", subject=f"claim/{natural_key}"[:120], reason=reason.strip(),
        detail={"month": month},
    )  # fmt: skip
    return True
