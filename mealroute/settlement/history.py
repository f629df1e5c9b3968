"""A month's history: read it, add to it, and hold that no account takes part in two of its steps."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.checks.own_work import span
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.planning.models import PlanVisit
from mealroute.settlement import own_words, rules
from mealroute.settlement.models import SettlementStep
from mealroute.settlement.records import Act, Step, StepRecord
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Who, payer_of
from mealroute.subsidy.queries import month_days

_LOCK = 7_261_502
"""Any constant: on PostgreSQL one settlement of a payer is worked on at a time, so that nothing is corrected twice."""
COUNTING = ("delivery.recorded", "delivery.reopened", "delivery.stop-given")
"""Audit actions that change what a day counts; their subjects name runs, a record that was taken back, or a visit that was given away."""


def steps(db: Session, period_id: int) -> tuple[StepRecord, ...]:
    """Every entry of a month, the oldest first."""
    query = select(SettlementStep).where(SettlementStep.period_id == period_id).order_by(SettlementStep.number)
    return tuple(_record(row) for row in db.scalars(query))


def _record(row: SettlementStep) -> StepRecord:
    return StepRecord(
        number=row.number, step=Step(row.step), act=Act(row.act), street=row.street_code,
        back_to=Step(row.back_to) if row.back_to else None, reason=row.reason, digest=row.digest, account_id=row.account_id,
        by_name=row.by_name, by_role=row.by_role, at=row.at, figures=row.figures,
    )  # fmt: skip


def locked(db: Session, payer: Who, month: str) -> Period:
    """The payer's month, made if need be, locked for the rest of the transaction together with the payer's other months.

    Raises
    ------
    MealrouteError
        ``payer-unknown``, ``month-invalid``.
    """
    code = payer_of(db, payer).code
    month_days(month)
    if db.get_bind().dialect.name == "postgresql":
        own = zlib.crc32(code.encode()) - 2**31
        db.execute(text("select pg_advisory_xact_lock(:key, :payer)"), {"key": _LOCK, "payer": own})
    insert_new(db, Period, [{"payer": code, "month": month, "state": "open", "totals": {}}], Period.id)
    query = select(Period).where(Period.payer == code, Period.month == month).with_for_update()
    return db.scalars(query, execution_options={"populate_existing": True}).one()


def other_hands(db: Session, period: Period, step: Step, *, by: Actor) -> int:
    """The actor's account, once it is sure that it had no part in another step of this month.

    Raises
    ------
    MealrouteError
        ``step-needs-account``, ``step-same-person``, ``step-counted-itself``, ``step-entered-itself``, ``step-decided-itself``.
    """
    return may_act(db, period, step, by=by)


def may_act(db: Session, period: Period | None, step: Step, *, by: Actor) -> int:
    """The same for a month of which nothing may be built yet (``period`` None: it has no history)."""
    if by.account_id is None:
        raise Forbidden("step-needs-account", _("Each step of a month is signed by a person with an account."))
    if period is None:
        return by.account_id
    earlier = rules.other_step_of(steps(db, period.id), by.account_id, step)
    if earlier is not None:
        raise Forbidden(
            "step-same-person",
            _("You have already had a part in another step of this month: each step is another person's."),
            _("Ask a colleague, whatever role you hold today."),
            earlier=earlier,
        )
    if step in {Step.CHECK, Step.APPROVE} and counted(db, by.account_id, *month_days(period.month)):
        raise Forbidden(
            "step-counted-itself",
            _("You have recorded deliveries of this month yourself: who checks or approves did not count."),
            _("Ask a colleague, whatever role you hold today."),
        )
    if step in {Step.CHECK, Step.APPROVE}:
        _refuse_own_words(db, period, by.account_id)
    return by.account_id


def _refuse_own_words(db: Session, period: Period, account_id: int) -> None:
    if own_words.entered(db, account_id, *month_days(period.month)):
        raise Forbidden(
            "step-entered-itself",
            _("You have entered or explained cash or swipes of this month yourself: who checks or approves had no part in them."),
            _("Ask a colleague, whatever role you hold today."),
        )  # fmt: skip
    if own_words.pending(db, account_id, period.month):
        raise Forbidden(
            "step-decided-itself",
            _("You have decided on a line that this month would settle: who checks or approves did not."),
            _("Ask a colleague, whatever role you hold today."),
        )


def prepared(db: Session, period_id: int) -> bool:
    """Whether the month stands prepared: it was, and has not been sent back to that step since."""
    return rules.standing(steps(db, period_id), {}, closed=False).prepared is not None


def counted(db: Session, account_id: int, first: date, last: date) -> bool:
    """Whether the account has written or changed records at the doors of these days, in whatever role it did."""
    event = audit.AuditEvent
    mine = select(event.subject).where(event.account_id == account_id, event.action.in_(COUNTING))
    subjects = set(db.scalars(mine))
    within = (Run.day >= first, Run.day <= last)
    low, high = db.execute(select(func.min(Run.id), func.max(Run.id)).where(*within)).one()
    if not subjects or low is None:
        return False
    spans = (span(subject) for subject in subjects)
    if any(each is not None and each[0] <= high and each[1] >= low for each in spans):
        return True
    changed = select(Proof.id).join(Run, Run.id == Proof.run_id).where(*within)
    given = select(PlanVisit.id).join(Run, Run.route_id == PlanVisit.route_id).where(*within)
    return _any_of(db, changed, Proof.id, _numbers(subjects, "proof")) or _any_of(
        db, given, PlanVisit.id, _numbers(subjects, "visit")
    )


def _numbers(subjects: Iterable[str], kind: str) -> list[int]:
    return sorted(int(each.removeprefix(f"{kind}/")) for each in subjects if each.startswith(f"{kind}/"))


def _any_of(db: Session, query: Select[int], key: InstrumentedAttribute[int], numbers: Sequence[int]) -> bool:
    parts = (numbers[begin : begin + 5000] for begin in range(0, len(numbers), 5000))
    return any(db.scalar(query.where(key.in_(part)).limit(1)) is not None for part in parts)


def add(
    db: Session, period: Period, step: Step, act: Act, *, account_id: int, by: Actor, clock: Clock, street: str = "",
    back_to: Step | None = None, reason: str = "", digest: str = "", figures: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Append one entry to the history and to the audit trail."""
    last = db.scalar(select(func.max(SettlementStep.number)).where(SettlementStep.period_id == period.id)) or 0
    db.add(
        SettlementStep(
            period_id=period.id, number=last + 1, step=str(step), act=str(act), street_code=street,
            back_to=str(back_to) if back_to else "", reason=reason, digest=digest, figures=dict(figures or {}),
            account_id=account_id, by_name=by.name, by_role=str(by.role), at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action=f"settlement.{act}", subject=f"period/{period.payer}/{period.month}", reason=reason,
        digest=digest or None, detail={"step": str(step)} | ({"street": street} if street else {}) | ({"to": str(back_to)} if back_to else {}),
    )  # fmt: skip
    db.flush()


def refuse_closed(period: Period) -> None:
    """Raises ``period-closed`` where the month is closed."""
    if period.state == "closed":
        raise Conflict(
            "period-closed",
            _("%(month)s is closed and can no longer change.", month=period.month),
            _("Enter a correction in the month that is open."),
        )
