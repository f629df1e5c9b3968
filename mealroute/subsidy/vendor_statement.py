"""A vendor's month in money, by day: what was delivered, how it is paid, what the resident owes. Settled, or so far."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.core.money import Fen
from mealroute.delivery.models import Proof
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import BookLine, OrderBook
from mealroute.subsidy import computing, queries
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.payers import payer_of
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, LineAccount, PeriodState
from mealroute.subsidy.rulebook import load_rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDay:
    """One day and meal: ``delivered = subsidised + self_paid + unclear`` in portions, amounts in fen.

    ``unclear`` portions are neither subsidised nor paid in full yet; finance explains each before the month closes.
    """

    day: date
    slot: str
    delivered: int
    subsidised: int
    self_paid: int
    resident_subsidy_fen: Fen
    operator_subsidy_fen: Fen
    copay_fen: Fen

    @property
    def unclear(self) -> int:
        return self.delivered - self.subsidised - self.self_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorStatement:
    """The days of a month for one vendor. ``state`` closed: the claim lines are those of the settlement."""

    vendor_code: str
    month: str
    state: PeriodState
    closed_at: datetime | None
    days: tuple[VendorDay, ...]

    @property
    def total(self) -> VendorDay:
        """The sum of the days; its day is the last one's."""
        return VendorDay(
            day=self.days[-1].day if self.days else date.fromisoformat(f"{self.month}-01"), slot="",
            **{name: sum(getattr(day, name) for day in self.days) for name in SUMMED},
        )  # fmt: skip


class _Paid(NamedTuple):
    """What a settled line is counted by."""

    day: date
    slot: str
    book_line_id: int | None
    beneficiary: str
    amount_fen: Fen
    copay_fen: Fen


_PAID = select(
    ClaimLine.day, ClaimLine.slot, ClaimLine.book_line_id, ClaimLine.beneficiary, ClaimLine.amount_fen, ClaimLine.copay_fen
)  # fmt: skip
FEW = 3_000
"""People who are named one by one to the database."""
SUMMED = ("delivered", "subsidised", "self_paid", "resident_subsidy_fen", "operator_subsidy_fen", "copay_fen")


def vendor_statement(db: Session, vendor_code: str, month: str, *, clock: Clock) -> VendorStatement:
    """One vendor's month, up to today where it is not over.

    Computed over every meal of the people whom the vendor served, because one resident's subsidy goes to one meal a day
    whoever brought it. Raises MealrouteError ``month-invalid``.
    """
    return _statement(db, vendor_code, month, clock=clock, station=False)


def station_statement(db: Session, station_code: str, month: str, *, clock: Clock) -> VendorStatement:
    """The same for the meals that one station handed out; ``vendor_code`` of the answer is the station's code.

    Raises MealrouteError ``month-invalid``.
    """
    return _statement(db, station_code, month, clock=clock, station=True)


def _statement(db: Session, code: str, month: str, *, clock: Clock, station: bool) -> VendorStatement:
    rulebook = load_rulebook()
    first, last = queries.month_days(month)
    last = min(last, clock.today())
    who = payer_of(db, rulebook.payer)
    period = queries.period(db, rulebook.payer, month)
    closed = period is not None and period.state == PeriodState.CLOSED
    part = who.some(_eaters(db, first, last, code, station=station))
    facts = queries.person_facts(db, period.id, part.people) if closed and period is not None else None
    rows = replace(queries.rows_between(db, first, last, facts=facts, part=part), periodic=None)
    if station:
        own = {line.line_id for line in rows.book if line.station_code == code and line.delivery == "station"}
    else:
        own = {line for line, door in rows.doors.items() if door.vendor_code == code}
    computed = computing.compute(month, rows, rulebook, every_reason=False)
    lines: Iterable[_Paid | ClaimLineRecord] = (
        line for line in computed.lines if (line.book_line_id in own if station else line.vendor_code == code)
    )
    if closed and period is not None:
        lines = _of_meals(db, period.id, code, own) if station else _of_vendor(db, period.id, code)
    return VendorStatement(
        vendor_code=code, month=month, state=PeriodState.CLOSED if closed else PeriodState.OPEN,
        closed_at=period.closed_at if closed and period is not None else None,
        days=_days(lines, [account for account in computed.accounts if account.book_line_id in own]),
    )  # fmt: skip


def _eaters(db: Session, first: date, last: date, code: str, *, station: bool) -> Collection[int] | Select[Any]:
    """Who ate something of the vendor or at the station: all their meals are looked at, and nobody else's.

    Few people by number: the statements that ask for them need not look for them again, each through all books of the month.
    """
    query = _eaters_query(first, last, code, station=station)
    found = db.scalars(query.distinct().limit(FEW + 1)).all()
    return query if len(found) > FEW else found


def _eaters_query(first: date, last: date, code: str, *, station: bool) -> Select[int]:
    if station:
        query = select(BookLine.resident_id).join(OrderBook, OrderBook.id == BookLine.book_id)
        return query.where(
            OrderBook.day >= first, OrderBook.day <= last, BookLine.station_code == code, BookLine.delivery == "station"
        )
    query = (
        select(BookLine.resident_id).join(Proof, Proof.book_line_id == BookLine.id).join(Run, Run.id == Proof.run_id)
    )
    return query.where(
        Run.day >= first, Run.day <= last, or_(Run.cooked_by == code, Run.vendor_code == code, transferred_from(code))
    )


def transferred_from(code: str) -> ColumnElement[bool]:
    """The door is of a stop that changed hands on the road and was cooked by the vendor."""
    moved = select(StopTransfer.visit_id).where(StopTransfer.cooked_by == code)
    return Proof.visit_id.in_(moved)


def _of_meals(db: Session, period_id: int, station: str, meals: Collection[int]) -> Iterator[_Paid]:
    """The settled lines of a station's meals: by the meals, so that those of other people are not gone through."""
    wanted = sorted(meals)
    for start in range(0, len(wanted), queries.CHUNK):
        part = ClaimLine.book_line_id.in_(wanted[start : start + queries.CHUNK])
        for row in db.execute(_PAID.where(ClaimLine.period_id == period_id, ClaimLine.station_code == station, part)):
            yield _Paid._make(row)


def _of_vendor(db: Session, period_id: int, vendor: str) -> Iterator[_Paid]:
    query = _PAID.where(ClaimLine.period_id == period_id, ClaimLine.vendor_code == vendor)
    return map(_Paid._make, db.execute(query))


def _days(lines: Iterable[_Paid | ClaimLineRecord], accounts: list[LineAccount]) -> tuple[VendorDay, ...]:
    counted: dict[str, Counter[tuple[date, str]]] = {name: Counter() for name in SUMMED}
    claimed: set[int] = set()
    for account in accounts:
        key = account.day, account.slot
        counted["delivered"][key] += account.delivered
        counted["self_paid"][key] += account.self_paid
    for line in lines:
        key = line.day, line.slot
        if (
            line.book_line_id is not None and line.book_line_id not in claimed
        ):  # one handover may give a line to the resident and one to the operator
            claimed.add(line.book_line_id)
            counted["subsidised"][key] += 1
        if line.book_line_id is None:
            continue  # a month's, a year's or a one-off sum is no day's meal; the claim lines show it
        add_money(counted, key, Beneficiary(line.beneficiary), line.amount_fen, line.copay_fen)
    keys = sorted(set().union(*counted.values()))
    return tuple(
        VendorDay(day=day, slot=slot, **{name: counts[day, slot] for name, counts in counted.items()})
        for day, slot in keys
    )


def add_money(
    counted: Mapping[str, Counter[tuple[date, str]]],
    key: tuple[date, str],
    beneficiary: Beneficiary,
    amount_fen: Fen,
    copay_fen: Fen,
) -> None:
    """Add what a line pays to the columns of its day; what goes to neither resident nor operator has none."""
    if beneficiary is Beneficiary.RESIDENT:
        counted["resident_subsidy_fen"][key] += amount_fen
        counted["copay_fen"][key] += copay_fen
    elif beneficiary is Beneficiary.OPERATOR:
        counted["operator_subsidy_fen"][key] += amount_fen
