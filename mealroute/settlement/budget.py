"""The budget: decisions are entered once with their document; the year is read from closed months, open ones and payments."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.menus.queries import service_days
from mealroute.orders.models import OrderBook
from mealroute.settlement import budget_rules, budget_use
from mealroute.settlement.budget_records import BudgetPolicy, BudgetYear, Decision, DecisionKind, FundYear, MonthUse
from mealroute.settlement.budget_rulebook import policy_on
from mealroute.settlement.models import BudgetDecision
from mealroute.subsidy import queries

FUNDS = ("city", "district", "street", "village", "charity")


def decide(
    db: Session, *, fund: str, year: int, kind: DecisionKind, amount_fen: Fen, document_no: str, document_title: str,
    decided_on: date, note: str, by: Actor, clock: Clock,
) -> bool:  # fmt: skip
    """Enter one decision about a fund's year. The same document again with the same amount changes nothing (False).

    A cut is given as a positive amount and kept with its sign. Nothing is edited: a mistake is mended by a further decision.

    Raises
    ------
    MealrouteError
        ``fund-unknown``, ``year-wrong``, ``amount-not-positive``, ``document-missing``, ``decided-in-future``,
        ``decision-differs``, ``budget-below-zero``, ``close-needs-district``.
    """
    if by.scope.streets is not None:
        raise Forbidden(
            "close-needs-district",
            _("A month is closed for the whole district."),
            _("Ask the district's finance officer."),
        )
    if fund not in FUNDS:
        raise MealrouteError("fund-unknown", _("There is no such fund."))
    if not 2000 <= year <= clock.today().year + 1:
        raise MealrouteError("year-wrong", _("A budget is decided for a year up to the next one."))
    if amount_fen <= 0:
        raise MealrouteError("amount-not-positive", _("The amount must be more than nothing."), _("Enter an amount in yuan."))  # fmt: skip
    if not document_no.strip() or not document_title.strip():
        raise MealrouteError("document-missing", _("A decision needs the number and the title of its document."))
    if decided_on > clock.today():
        raise MealrouteError("decided-in-future", _("The day of the decision lies in the future."))
    signed = -amount_fen if kind is DecisionKind.CUT else amount_fen
    key = f"{fund}/{year}/{kind}/{document_no.strip()}"[:160]
    there = db.scalar(select(BudgetDecision.amount_fen).where(BudgetDecision.natural_key == key))
    if there is not None:
        if there == signed:
            return False
        raise Conflict("decision-differs", _("This document has been entered with another amount; nothing entered is edited."))  # fmt: skip
    if kind is DecisionKind.CUT:
        standing = sum(each.amount_fen for each in decisions(db, year) if each.fund == fund and each.kind is not DecisionKind.APPRAISAL)  # fmt: skip
        if standing + signed < 0:
            raise MealrouteError("budget-below-zero", _("A cut can't take more than has been decided."))
    db.add(
        BudgetDecision(
            natural_key=key, fund=fund, year=year, kind=str(kind), amount_fen=signed, document_no=document_no.strip(),
            document_title=document_title.strip(), decided_on=decided_on, note=note.strip(), account_id=by.account_id, by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="settlement.budget-decided", subject=f"budget/{fund}/{year}",
        detail={"kind": str(kind), "amount_fen": signed, "document": document_no.strip()},
    )  # fmt: skip
    return True


def decisions(db: Session, year: int) -> tuple[Decision, ...]:
    """Every decision about a year, by day and entry."""
    query = (
        select(BudgetDecision).where(BudgetDecision.year == year).order_by(BudgetDecision.decided_on, BudgetDecision.id)
    )
    return tuple(
        Decision(
            fund=row.fund, year=row.year, kind=DecisionKind(row.kind), amount_fen=row.amount_fen, document_no=row.document_no,
            document_title=row.document_title, decided_on=row.decided_on, note=row.note, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def budget_year(db: Session, payer: str, year: int, *, clock: Clock) -> BudgetYear:
    """All funds of a year: decided, claimed (closed months, corrections where they are settled), committed, paid, forecast, alert.

    A big open month is in it as it was reckoned last (``dated``); one that nobody has reckoned yet is not in the sums and not in the forecast.
    """
    today = clock.today()
    policy = policy_on(min(max(today, date(year, 1, 1)), date(year, 12, 31)))
    claimed, paid, closed = (
        budget_use.claimed(db, payer, year),
        budget_use.paid(db, payer, year),
        budget_use.closed(db, payer, year),
    )
    committed, dated = budget_use.committed(db, payer, year, closed, today)
    unknown = {month for month, each in dated.items() if each.read_at is None}
    entered = decisions(db, year)
    serving = [each.day for each in service_days(db, date(year, 1, 1), date(year, 12, 31)) if each.serves]
    served = Counter(f"{day:%Y-%m}" for day in serving)
    last = _last_used(db, year, today)
    left = sum(day > last for day in serving)
    months = sorted({*(month for month, _fund in (*claimed, *committed, *paid)), *dated})
    funds = sorted(
        {fund for _month, fund in (*claimed, *committed, *paid)} | {each.fund for each in entered},
        key=lambda fund: (FUNDS.index(fund) if fund in FUNDS else len(FUNDS), fund),
    )
    return BudgetYear(
        year=year, today=today, policy=policy, open_months={month: month not in closed for month in months}, dated=dated,
        funds=tuple(
            _fund(
                fund, year, entered, policy, left,
                tuple(
                    MonthUse(
                        month=month, closed=month in closed, complete=month not in unknown and queries.month_days(month)[1] < today, service_days=served[month],
                        claimed_fen=claimed.get((month, fund), 0), committed_fen=committed.get((month, fund), 0), paid_fen=paid.get((month, fund), 0),
                        reckoned=month not in unknown,
                    )
                    for month in months
                ),
            )
            for fund in funds
        ),
    )  # fmt: skip


def _fund(
    fund: str, year: int, entered: Iterable[Decision], policy: BudgetPolicy, left: int, months: tuple[MonthUse, ...]
) -> FundYear:
    own = tuple(each for each in entered if each.fund == fund)
    decided = sum(each.amount_fen for each in own if each.kind is not DecisionKind.APPRAISAL)
    used = sum(month.used_fen for month in months)
    ahead = budget_rules.forecast(months, left, policy)
    return FundYear(
        fund=fund, year=year, decided_fen=decided, appraised_fen=sum(each.amount_fen for each in own if each.kind is DecisionKind.APPRAISAL),
        claimed_fen=sum(month.claimed_fen for month in months), committed_fen=sum(month.committed_fen for month in months),
        paid_fen=sum(month.paid_fen for month in months), months=months, forecast=ahead,
        alert=budget_rules.alert(decided, used, ahead, policy),
        appraisal=next((each for each in policy.by_appraisal if each.fund == fund), None), decisions=own,
    )  # fmt: skip


def _last_used(db: Session, year: int, today: date) -> date:
    """The last day whose book is closed: the days after it are still to come."""
    last = db.scalar(
        select(func.max(OrderBook.day)).where(
            OrderBook.day >= date(year, 1, 1), OrderBook.day <= date(year, 12, 31), OrderBook.state == "closed"
        )
    )
    return last or min(today, date(year, 12, 31))
