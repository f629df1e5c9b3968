"""What people do to close a month: explain, prepare, sign a street's part, approve, pay, send back. Each another person."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from mealroute.checks import service as checks
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.settlement import approving, history, preparing, rules
from mealroute.settlement.chain_keeping import explain_count
from mealroute.settlement.deciding import release, take_back
from mealroute.settlement.paying import object_to, pay
from mealroute.settlement.records import Act, Standing, Step
from mealroute.settlement.sessions import Sessions, quiet
from mealroute.settlement.signing import sign
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.payers import Who

__all__ = [
    "approve",
    "explain",
    "explain_all",
    "explain_count",
    "object_to",
    "pay",
    "prepare",
    "release",
    "send_back",
    "sign",
    "take_back",
]


def explain(
    db: Session, payer: Who, month: str, book_line_id: int, *, sentence: str, by: Actor, clock: Clock
) -> None:  # fmt: skip
    """Explain one line's difference; see ``explain_all``."""
    explain_all(db, payer, month, {book_line_id: sentence}, by=by, clock=clock)


def explain_all(db: Session, payer: Who, month: str, sentences: Mapping[int, str], *, by: Actor, clock: Clock) -> int:
    """Explain differences, by line. It is part of preparing: whoever explains neither checks nor approves the month.

    Raises
    ------
    MealrouteError
        As ``subsidy.service.explain_all``, and ``step-same-person``, ``step-needs-account``.
    """
    period = history.locked(db, payer, month)
    history.refuse_closed(period)
    account = history.other_hands(db, period, Step.PREPARE, by=by)
    done = subsidy.explain_all(db, payer, month, sentences, by=by, clock=clock)
    history.add(
        db, period, Step.PREPARE, Act.EXPLAINED, account_id=account, by=by, clock=clock,
        figures={"lines": sorted(sentences)[:200], "count": len(sentences)},
    )  # fmt: skip
    return done


def prepare(
    db: Session, payer: Who, month: str, *, by: Actor, clock: Clock, matrix_of: checks.MatrixOf | None = None
) -> Standing:  # fmt: skip
    """Put the month together for the streets' check: lines and automatic explanations are written as they stand now.

    The checks look at it (``matrix_of``: the roads), and what closed months need is put forward as corrections. Preparing again takes
    up what has changed; signatures given before no longer count.

    Raises
    ------
    MealrouteError
        ``month-not-over``, ``close-needs-district``, ``period-closed``, ``step-same-person``, ``step-needs-account``.
    """
    return preparing.prepare(Sessions.one(db), payer, month, by=by, clock=clock, matrix_of=matrix_of, tell=quiet)


def send_back(
    db: Session,
    payer: Who,
    month: str,
    *,
    acting: Step,
    to: Step,
    reason: str,
    by: Actor,
    clock: Clock,
    street: str = "",
) -> None:
    """Send an open month back to an earlier step, with the reason. ``street`` limits it to that street's signature.

    A checker sends back to who prepares; an approver to who prepares or to the streets. After the approval the month is
    closed: finance objects (``object_to``) and the correction is a line of a later month.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``not-an-earlier-step``, ``not-prepared``, ``period-closed``, ``street-not-yours``,
        ``step-same-person``, ``step-needs-account``, ``step-counted-itself``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    period = history.locked(db, payer, month)
    history.refuse_closed(period)
    if acting not in {Step.CHECK, Step.APPROVE} or not rules.may_go_back(acting, to):
        raise MealrouteError("not-an-earlier-step", _("A month is sent back to an earlier step."))
    if street and not by.scope.sees_street(street):
        raise NotFound("street-not-yours", _("This street has no part of the month, or is not yours to sign."))
    account = history.other_hands(db, period, acting, by=by)
    approving.prepared_once(history.prepared(db, period.id))
    history.add(
        db, period, acting, Act.SENT_BACK, back_to=to, street=street, reason=reason.strip(), account_id=account, by=by, clock=clock
    )  # fmt: skip


def approve(
    db: Session, payer: Who, month: str, *, by: Actor, clock: Clock, matrix_of: checks.MatrixOf | None = None
) -> subsidy.Built:  # fmt: skip
    """Approve the month and close it for good, in one transaction: wholly closed or wholly open.

    The checks look once more; what they block is kept out and listed, what waits for a word must have it first.

    Raises
    ------
    MealrouteError
        ``close-needs-district``, ``period-closed``, ``not-prepared``, ``streets-unsigned``, ``findings-wait``, ``corrections-stale``,
        ``period-open-differences``, ``step-same-person``, ``step-needs-account``, ``step-counted-itself``.
    """
    return approving.approve(Sessions.one(db), payer, month, by=by, clock=clock, matrix_of=matrix_of, tell=quiet)
