"""Finance pays: each transfer with its date, voucher and amount; and objects in writing where something is wrong."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import yuan
from mealroute.settlement import history, queries
from mealroute.settlement.models import SettlementPayment
from mealroute.settlement.records import Act, Due, Step
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Who


def pay(
    db: Session, payer: Who, month: str, payee: str, amounts: Mapping[str, int], *, voucher: str, paid_on: date, by: Actor,
    clock: Clock, note: str = "",
) -> bool:  # fmt: skip
    """Write down one transfer to a payee, by fund. The same voucher with the same amounts again changes nothing (False).

    A negative amount takes an earlier one back or recovers money; it needs a ``note``, unless that much is due back.

    Raises
    ------
    MealrouteError
        ``period-not-closed``, ``voucher-missing``, ``paid-in-future``, ``paid-before-close``, ``payee-unknown``,
        ``paid-more-than-due``, ``reason-needed``, ``voucher-used``, ``step-same-person``, ``step-needs-account``.
    """
    period = history.locked(db, payer, month)
    if period.state != "closed" or period.closed_at is None:
        raise Conflict("period-not-closed", _("Only an approved month is paid."))
    account = history.other_hands(db, period, Step.PAY, by=by)
    voucher, note = voucher.strip(), note.strip()
    wanted = {fund: amount for fund, amount in amounts.items() if amount}
    if not voucher or not wanted:
        raise MealrouteError("voucher-missing", _("A payment needs the number of its voucher and an amount."))
    if paid_on > clock.today():
        raise MealrouteError("paid-in-future", _("The day of a payment lies in the future."))
    if paid_on < clock.local(period.closed_at).date():
        raise MealrouteError("paid-before-close", _("Nothing of a month is paid before it is approved."))
    due = {each.fund: each for each in queries.dues(db, period) if each.payee == payee}
    earlier = _earlier(db, period, payee, voucher)
    if earlier:
        if earlier == wanted:
            return False
        raise Conflict("voucher-used", _("This voucher is already written down for the payee with another amount."))
    for fund, amount in wanted.items():
        _within(due.get(fund), amount, note)
    name = next(iter(due.values())).payee_name
    for fund, amount in sorted(wanted.items()):
        db.add(
            SettlementPayment(
                period_id=period.id, payee=payee, payee_name=name, fund=fund, amount_fen=amount, paid_on=paid_on, voucher=voucher,
                note=note, account_id=account, by_name=by.name, at=clock.now(),
            )
        )  # fmt: skip
    db.flush()
    history.add(
        db, period, Step.PAY, Act.PAID, account_id=account, by=by, clock=clock, reason=note,
        figures={"payee": payee, "voucher": voucher, "paid_on": paid_on.isoformat(), "amounts": wanted},
    )  # fmt: skip
    return True


def object_to(db: Session, payer: Who, month: str, *, reason: str, by: Actor, clock: Clock) -> None:
    """Finance's word on a closed month: it stands in the history and stops nobody; what is wrong becomes a correction.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``period-not-closed``, ``step-same-person``, ``step-needs-account``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    period = history.locked(db, payer, month)
    if period.state != "closed":
        raise Conflict("period-not-closed", _("Only an approved month is paid."))
    account = history.other_hands(db, period, Step.PAY, by=by)
    history.add(db, period, Step.PAY, Act.OBJECTED, account_id=account, by=by, clock=clock, reason=reason.strip())


def _earlier(db: Session, period: Period, payee: str, voucher: str) -> dict[str, int]:
    query = select(SettlementPayment.fund, SettlementPayment.amount_fen).where(
        SettlementPayment.period_id == period.id, SettlementPayment.payee == payee, SettlementPayment.voucher == voucher
    )
    return dict(db.execute(query).tuples().all())


def _within(due: Due | None, amount: int, note: str) -> None:
    """No more than what is left, in its direction; the other way round only takes back what was paid, with a reason."""
    if due is None:
        raise MealrouteError("payee-unknown", _("Nothing of this month is due to that payee from that fund."))
    left = due.left_fen
    if left != 0 and (amount > 0) == (left > 0):
        if abs(amount) > abs(left):
            raise MealrouteError(
                "paid-more-than-due", _("Only %(left)s yuan are left to pay here.", left=yuan(left)), _("Enter at most this amount.")
            )  # fmt: skip
        return
    if not left and (amount > 0) == (due.paid_fen > 0):
        raise MealrouteError(
            "paid-more-than-due", _("Only %(left)s yuan are left to pay here.", left=yuan(left)), _("Enter at most this amount.")
        )  # fmt: skip
    if due.paid_fen == 0 or (amount > 0) == (due.paid_fen > 0) or abs(amount) > abs(due.paid_fen):
        raise MealrouteError(
            "paid-more-than-due", _("%(paid)s yuan have been paid here; no more than that can come back.", paid=yuan(due.paid_fen)),
            _("Enter at most this amount."),
        )  # fmt: skip
    if not note:
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
