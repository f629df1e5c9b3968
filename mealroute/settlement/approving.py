"""The district's word: the month is computed once more, looked at once more, and closed for good in one short transaction.

What is closed is one reading of the records; what arrives after it is late and becomes a correction of the next month.
"""

from sqlalchemy.orm import Session

from mealroute.checks import service as checks
from mealroute.checks.queries import open_sum
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _, ngettext, speaking
from mealroute.settlement import arrivals, closing, correcting, history, preparing
from mealroute.settlement.month import MonthNow, month_from, put_forward, rows_of
from mealroute.settlement.records import Standing, Step
from mealroute.settlement.sessions import Sessions, Tell
from mealroute.subsidy import computing, queries
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Payer, Who, payer_of


@uncollected()
def approve(
    at: Sessions, payer: Who, month: str, *, by: Actor, clock: Clock, matrix_of: checks.MatrixOf | None, tell: Tell
) -> subsidy.Built:
    """See ``service.approve``."""
    tell("lines")
    with at.read() as db:
        who = payer_of(db, payer)
        may_approve(db, who, month, by=by)
        period = queries.period(db, who.code, month)
        forward = put_forward(history.steps(db, period.id)) if period else ()
        lines = [each.line for each in forward]
        marks = arrivals.marks(db, who, month, lines)  # before anything else is read: what comes in between is late
        with speaking("zh"):  # what is written down is in the language of the files
            rows = rows_of(db, who, month, forward)
            computed = computing.compute(month, rows, who.rules, every_reason=False)
        prepared = subsidy.work_out(db, month, rows, who.rules)
    with at.write() as db:
        period, _account = _period(db, who, month, by=by)
        subsidy.store(db, period, prepared, by=by, clock=clock)
    preparing.look(at, who, month, by=by, clock=clock, matrix_of=matrix_of, tell=tell)
    tell("closing")
    with at.write() as db:
        period, account = _period(db, who, month, by=by)
        forward = put_forward(history.steps(db, period.id))
        with speaking("zh"):
            now = month_from(db, who, period, computed, forward)
        _signed(db, period, now)
        correcting.refuse_stale(db, who, month, forward)
        _nothing_waits(db, who, month, by=by)
        if now.held:
            held = frozenset(line.natural_key for line in now.held)
            prepared = subsidy.work_out(db, month, rows, who.rules, held=held)
        done = closing.close(db, period, now, prepared, marks, account_id=account, by=by, clock=clock)
        at.last(db)
        return done


def may_approve(db: Session, who: Payer, month: str, *, by: Actor) -> None:
    """Whether the actor may approve the month now, as far as its history says; looked at when it is asked for and again when it is done.

    Raises
    ------
    MealrouteError
        ``close-needs-district``, ``month-invalid``, ``period-closed``, ``not-prepared``, ``step-same-person``, ``step-needs-account``,
        ``step-counted-itself``.
    """
    preparing.whole_district(by)
    queries.month_days(month)
    period = queries.period(db, who.code, month)
    if period is not None:
        history.refuse_closed(period)
    history.may_act(db, period, Step.APPROVE, by=by)
    prepared_once(history.prepared(db, period.id) if period else False)


def prepared_once(prepared: bool) -> None:
    """Raises ``not-prepared``."""
    if not prepared:
        raise Conflict(
            "not-prepared",
            _("The month has not been prepared for this step."),
            _("The finance officer prepares it first."),
        )


def prepared_standing(db: Session, period: Period, now: MonthNow) -> Standing:
    """The month's standing. Raises ``not-prepared``."""
    found = preparing.standing(db, period, now)
    prepared_once(found.prepared is not None)
    return found


def _period(db: Session, who: Payer, month: str, *, by: Actor) -> tuple[Period, int]:
    period = history.locked(db, who, month)
    history.refuse_closed(period)
    return period, history.other_hands(db, period, Step.APPROVE, by=by)


def _signed(db: Session, period: Period, now: MonthNow) -> None:
    found = prepared_standing(db, period, now)
    missing = (*found.unsigned, *found.stale)
    if missing:
        raise Conflict(
            "streets-unsigned",
            ngettext(
                "%(n)d street has not signed what stands there now.", "%(n)d streets have not signed what stands there now.", len(missing)
            ),
            _("Each street signs its own part; a part that changed is signed again."),
            streets=missing,
        )  # fmt: skip


def _nothing_waits(db: Session, who: Payer, month: str, *, by: Actor) -> None:
    waiting = open_sum(db, month, scope=who.within(by.scope)).hold
    if waiting:
        raise Conflict(
            "findings-wait",
            ngettext("%(n)d finding waits for a word.", "%(n)d findings wait for a word.", waiting),
            _("Somebody clears each of them with a reason, on the page of the checks."),
        )
