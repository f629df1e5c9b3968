"""A resident's month in money: what was eaten, its price, the subsidy by rule, what was paid and when, what is owed."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _, language
from mealroute.core.money import Fen
from mealroute.core.text import mask_name
from mealroute.orders.models import Order, Payment
from mealroute.residents.models import Resident
from mealroute.subsidy import computing, queries
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.parts import claimed_for
from mealroute.subsidy.payers import payer_of
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, PeriodState
from mealroute.subsidy.rulebook import load_rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyPart:
    """What one rule takes off the price of a meal. ``line_id`` leads to the claim line once the month is built."""

    title: str
    document_no: str
    amount_fen: Fen
    line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPart:
    """Money that came or went back for an order; ``amount_fen`` is negative for a refund."""

    at: datetime
    means: str
    amount_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class MealRow:
    """One order: ``price = subsidy + paid + owed`` in fen; ``owed`` is negative where money is to be given back.

    ``portions`` are those that were handed over; an order of which nothing was has no price. ``why`` says why no rule pays.
    """

    order_id: int
    day: date
    slot: str
    portions: int
    price_fen: Fen
    subsidies: tuple[SubsidyPart, ...]
    payments: tuple[PaidPart, ...]
    why: str = ""

    @property
    def subsidy_fen(self) -> Fen:
        return sum(part.amount_fen for part in self.subsidies)

    @property
    def paid_fen(self) -> Fen:
        return sum(part.amount_fen for part in self.payments)

    @property
    def owed_fen(self) -> Fen:
        return self.price_fen - self.subsidy_fen - self.paid_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStatement:
    """The rows of a month. ``state`` closed: the subsidies are those that were settled.

    ``beside``: what rules pay the resident for the month, quarter or year, as the month was last built; it comes off no price.
    """

    resident_id: int
    code: str
    name: str
    street_code: str
    month: str
    state: PeriodState
    rows: tuple[MealRow, ...]
    beside: tuple[SubsidyPart, ...] = ()

    @property
    def portions(self) -> int:
        return sum(row.portions for row in self.rows)

    @property
    def price_fen(self) -> Fen:
        return sum(row.price_fen for row in self.rows)

    @property
    def subsidy_fen(self) -> Fen:
        return sum(row.subsidy_fen for row in self.rows)

    @property
    def paid_fen(self) -> Fen:
        return sum(row.paid_fen for row in self.rows)

    @property
    def owed_fen(self) -> Fen:
        return self.price_fen - self.subsidy_fen - self.paid_fen


def person_statement(
    db: Session, resident_id: int, month: str, *, scope: Scope, clock: Clock, masked: bool = True
) -> PersonStatement:
    """One resident's month, up to today where it is not over. Raises NotFound outside the scope, ``month-invalid``."""
    person = db.get(Resident, resident_id)
    if person is None or not scope.sees_street(person.street_code):
        raise NotFound("resident-not-found", _("There is no such resident."))
    rules = load_rulebook()
    first, last = queries.month_days(month)
    period = queries.period(db, rules.payer, month)
    closed = period is not None and period.state == PeriodState.CLOSED
    part = payer_of(db, rules.payer).some((resident_id,))
    facts = queries.person_facts(db, period.id, part.people) if closed and period is not None else None
    rows = replace(queries.rows_between(db, first, min(last, clock.today()), facts=facts, part=part), periodic=None)
    computed = computing.compute(month, rows, rules)
    lines: list[tuple[int | None, ClaimLineRecord]] = [
        (None, line) for line in computed.lines if line.resident_id == resident_id
    ]
    beside: tuple[SubsidyPart, ...] = ()
    if period is not None:
        stored = queries.lines_query(Scope.everything()).where(
            ClaimLine.period_id == period.id, claimed_for([resident_id])
        )
        kept = [queries.settlement_line(row._mapping) for row in db.execute(stored.order_by(ClaimLine.line_no))]  # noqa: SLF001
        numbers = {line.claim.natural_key: line.id for line in kept}
        beside = tuple(_part(line.id, line.claim, _titles()) for line in kept if line.claim.order_id is None)
        lines = (
            [(line.id, line.claim) for line in kept]
            if closed
            else [(numbers.get(line.natural_key), line) for _n, line in lines]
        )
    return PersonStatement(
        resident_id=resident_id, code=person.code, name=mask_name(person.name) if masked else person.name,
        street_code=person.street_code, month=month, state=PeriodState.CLOSED if closed else PeriodState.OPEN,
        rows=_rows(db, computed, lines, resident_id, first, last), beside=beside,
    )  # fmt: skip


def _titles() -> dict[str, str]:
    return {rule.rule_id: rule.title if language() == "zh" else rule.title_en for rule in load_rulebook().rules}


def _part(number: int | None, line: ClaimLineRecord, titles: dict[str, str]) -> SubsidyPart:
    return SubsidyPart(
        title=titles.get(line.rule_id, line.rule_id), document_no=line.document_no, amount_fen=line.amount_fen, line_id=number
    )  # fmt: skip


def _rows(
    db: Session, computed: computing.Computed, lines: list[tuple[int | None, ClaimLineRecord]], resident_id: int, first: date, last: date
) -> tuple[MealRow, ...]:  # fmt: skip
    titles = _titles()
    parts: dict[int, list[SubsidyPart]] = defaultdict(list)
    for number, line in lines:
        if line.order_id is not None and line.beneficiary is Beneficiary.RESIDENT:
            parts[line.order_id].append(_part(number, line, titles))
    paid: dict[int, list[PaidPart]] = defaultdict(list)
    query = (
        select(Payment.order_id, Payment.at, Payment.means, Payment.kind, Payment.amount_fen, Order.day, Order.slot)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.resident_id == resident_id, Order.day >= first, Order.day <= last)
        .order_by(Payment.id)
    )
    when: dict[int, tuple[date, str]] = {}
    for order, at, means, kind, amount, day, slot in db.execute(query):
        paid[order].append(PaidPart(at=at, means=means, amount_fen=amount if kind == "payment" else -amount))
        when[order] = day, slot
    portions: dict[int, int] = defaultdict(int)
    price: dict[int, int] = defaultdict(int)
    by_line = {row.line_id: row for row in computed.rows.book}
    why: dict[int, str] = {}
    for account in (one for one in computed.accounts if one.resident_id == resident_id):
        when[account.order_id] = account.day, account.slot
        portions[account.order_id] += account.delivered
        price[account.order_id] += account.delivered * by_line[account.book_line_id].unit_price_fen
        if not parts.get(account.order_id):
            refused = [one for one in computed.problems if one.book_line_id == account.book_line_id and one.beneficiary is Beneficiary.RESIDENT]  # fmt: skip
            why[account.order_id] = refused[0].sentence if refused else ""
    found = [
        MealRow(
            order_id=order, day=when[order][0], slot=when[order][1], portions=portions.get(order, 0), price_fen=price.get(order, 0),
            subsidies=tuple(parts.get(order, ())), payments=tuple(paid.get(order, ())), why=why.get(order, ""),
        )
        for order in when
    ]  # fmt: skip
    shown = [row for row in found if row.portions or row.paid_fen]
    return tuple(sorted(shown, key=lambda row: (row.day, row.slot != "lunch", row.order_id)))


def print_statement(
    db: Session, resident_id: int, month: str, *, by: Actor, clock: Clock
) -> PersonStatement:  # fmt: skip
    """The statement with the full name, to be handed to its person; who printed it is recorded."""
    found = person_statement(db, resident_id, month, scope=by.scope, clock=clock, masked=False)
    audit.record(
        db, by=by, clock=clock, action="subsidy.statement-printed", subject=f"resident/{found.code}", reason=month,
        rows=len(found.rows),
    )  # fmt: skip
    return found
