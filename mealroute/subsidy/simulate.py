"""The demo's finance officer: explains what the rules leave open, by name, so that a simulated month can close."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import Clock
from mealroute.subsidy import cash, service
from mealroute.subsidy.payers import Who
from mealroute.subsidy.queries import month_days
from mealroute.subsidy.statement import month_statement
from mealroute.subsidy.statements import OpenPortion

CASHIER = Actor(account_id=None, name="杨帆（示例）", role=Role.FINANCE, scope=Scope.everything())
OFFICER = Actor(account_id=None, name="周航（示例）", role=Role.FINANCE, scope=Scope.everything())
_SENTENCES = {
    "owing": "老人当日未带现金，驿站下月随餐补收。",
    "paid-nothing": "老人当日未带现金，驿站下月随餐补收；补贴未申报。",
    "paid-too-little": "老人少付，驿站下月随餐补收；补贴未申报。",
    "further-portion-unpaid": "加餐一份当日未付，驿站下月随餐补收。",
    "paused": "老人当日已登记暂停但仍送达；补贴未申报，差额由运营主体承担。",
    "deceased": "老人当日已去世，家属代收；补贴未申报，差额由运营主体承担。",
}


def hand_in_cash(db: Session, first: date, last: date, *, clock: Clock) -> int:
    """A cashier receives what every driver and counter of these days took. Returns how many purses."""
    found = cash.open_purses(cash.purses(db, first, last, scope=Scope.everything()))
    for purse in found:
        cash.hand_in(
            db, purse.run_id, purse.station_code, amount_fen=purse.difference_fen, note="", request_id=f"simulated/{purse.key}",
            by=CASHIER, clock=clock,
        )  # fmt: skip
    return len(found)


def explain_open(db: Session, payer: Who, month: str, *, clock: Clock, day: date | None = None) -> int:
    """Write an explanation for each portion that still needs one, of the month or of one day. Returns how many lines.

    The drivers' cash is handed in first, as it is every evening.
    """
    hand_in_cash(db, *((day, day) if day else month_days(month)), clock=clock)
    statement = month_statement(db, month, scope=Scope.everything(), payer=payer)
    wanted = sentences(portion for portion in statement.open_portions if day is None or portion.day == day)
    if not wanted:
        return 0
    return service.explain_all(db, payer, month, wanted, by=OFFICER, clock=clock)


def sentences(portions: Iterable[OpenPortion]) -> dict[int, str]:
    """Order line → what the sample officer would write about it."""
    return {
        portion.book_line_id: _SENTENCES.get(portion.code, "当日餐费未付清，驿站下月随餐补收；补贴未申报。")
        for portion in portions
    }
