"""The first step: a month put together for the streets' check. What is long reads, what is written is short; only its last act counts.

Interrupted before that, the month is as unprepared as it was: lines and findings are brought into line with the records again.
"""

from dataclasses import asdict

from sqlalchemy.orm import Session

from mealroute.checks import service as checks
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.collecting import uncollected
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _, speaking
from mealroute.settlement import awarding, correcting, history, rules
from mealroute.settlement.month import MonthNow, month_from, rows_of, whole
from mealroute.settlement.records import Act, Standing, Step
from mealroute.settlement.sessions import Sessions, Tell
from mealroute.subsidy import computing, queries
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Payer, Who, payer_of


@uncollected()
def prepare(
    at: Sessions, payer: Who, month: str, *, by: Actor, clock: Clock, matrix_of: checks.MatrixOf | None, tell: Tell
) -> Standing:
    """See ``service.prepare``."""
    tell("corrections")
    read_at = clock.now()
    with at.read() as db:
        who = payer_of(db, payer)
        may_prepare(db, who, month, by=by, clock=clock)
        before = correcting.before_it(db, who, month)
        tell("lines")
        with speaking("zh"):  # what is written down is in the language of the files
            rows = rows_of(db, who, month, before)
            computed = computing.compute(month, rows, who.rules, every_reason=False)
        prepared = subsidy.work_out(db, month, rows, who.rules)
    with at.write() as db:
        _period(db, who, month, by=by)
        _kept(db, who, month, prepared, by=by, clock=clock)
    look(at, who, month, by=by, clock=clock, matrix_of=matrix_of, tell=tell)
    tell("signing")
    with at.read() as db, speaking("zh"):
        forward = (*before, *correcting.after_it(db, who, month, before), *awarding.proposals(db, who.code, month))
        now = month_from(db, who, queries.period(db, who.code, month), computed, forward)
    with at.write() as db:
        period, account = _period(db, who, month, by=by)
        history.add(
            db, period, Step.PREPARE, Act.PREPARED, account_id=account, by=by, clock=clock, digest=whole(now.parts),
            figures={
                **asdict(now.figures), "open": len(now.imbalances), "held": len(now.held), "corrections": correcting.as_figures(forward),
                "read_at": read_at.isoformat(),
            },
        )  # fmt: skip
        at.last(db)
        return standing(db, period, now)


def may_prepare(db: Session, who: Payer, month: str, *, by: Actor, clock: Clock) -> None:
    """Whether the actor may prepare the month now; looked at when it is asked for and again when it is done.

    Raises
    ------
    MealrouteError
        ``close-needs-district``, ``month-not-over``, ``month-invalid``, ``period-closed``, ``step-same-person``, ``step-needs-account``.
    """
    whole_district(by)
    if clock.today() <= queries.month_days(month)[1]:
        raise MealrouteError("month-not-over", _("%(month)s is not over yet.", month=month))
    period = queries.period(db, who.code, month)
    if period is not None:
        history.refuse_closed(period)
    history.may_act(db, period, Step.PREPARE, by=by)


def look(
    at: Sessions, who: Payer, month: str, *, by: Actor, clock: Clock, matrix_of: checks.MatrixOf | None, tell: Tell
) -> None:
    """Let the checks look at the lines as they have been written."""
    tell("checks")
    with at.read() as db, speaking("zh"):
        looked = checks.look_at(
            db, month, by=by, clock=clock, matrix_of=matrix_of, recompute=False, payer=who.code, district=who.rules.district,
            progress=lambda n, days, _day: tell("checks", n, days),
        )  # fmt: skip
    streets = who.streets if who.streets is None or not who.rest else who.streets | {""}
    with at.write() as db:
        checks.keep(db, month, looked, by=by, clock=clock, streets=streets)


def whole_district(by: Actor) -> None:
    """Raises ``close-needs-district`` where somebody sees some streets only."""
    if by.scope.streets is not None:
        raise Forbidden(
            "close-needs-district",
            _("A month is closed for the whole district."),
            _("Ask the district's finance officer."),
        )


def standing(db: Session, period: Period, now: MonthNow) -> Standing:
    """Where the open month stands with these parts."""
    return rules.standing(history.steps(db, period.id), now.parts, closed=False)


def _period(db: Session, who: Payer, month: str, *, by: Actor) -> tuple[Period, int]:
    period = history.locked(db, who, month)
    history.refuse_closed(period)
    return period, history.other_hands(db, period, Step.PREPARE, by=by)


def _kept(db: Session, who: Payer, month: str, prepared: subsidy.Prepared, *, by: Actor, clock: Clock) -> None:
    period = subsidy.open_period(db, who.code, month, who.rules)
    subsidy.store(db, period, prepared, by=by, clock=clock)
