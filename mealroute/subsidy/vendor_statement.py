"""A vendor's month in money, by day: what was delivered, how it is paid, what the resident owes. Settled, or so far."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.money import Fen
from mealroute.subsidy import computing, queries
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
    rows = queries.rows_between(db, first, min(last, clock.today()))
    if station:
        own = {line.line_id for line in rows.book if line.station_code == code and line.delivery == "station"}
    else:
        own = {line for line, door in rows.doors.items() if door.vendor_code == code}
    eaters = {line.resident_id for line in rows.book if line.line_id in own}
    rows = replace(rows, book=[line for line in rows.book if line.resident_id in eaters], periodic=None)
    computed = computing.compute(month, rows, rulebook)
    period = queries.period(db, rulebook.payer, month)
    closed = period is not None and period.state == PeriodState.CLOSED
    lines = computed.lines
    if closed and period is not None:
        settled = queries.settlement_lines(db, period.id, scope=Scope.everything() if station else Scope(vendor=code))
        lines = tuple(line.claim for line in settled)
    return VendorStatement(
        vendor_code=code, month=month, state=PeriodState.CLOSED if closed else PeriodState.OPEN,
        closed_at=period.closed_at if closed and period is not None else None,
        days=_days(
            [line for line in lines if (line.book_line_id in own if station else line.vendor_code == code)],
            [account for account in computed.accounts if account.book_line_id in own],
        ),
    )  # fmt: skip


def _days(lines: list[ClaimLineRecord], accounts: list[LineAccount]) -> tuple[VendorDay, ...]:
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
        if line.beneficiary is Beneficiary.RESIDENT:
            counted["resident_subsidy_fen"][key] += line.amount_fen
            counted["copay_fen"][key] += line.copay_fen
        elif line.beneficiary is Beneficiary.OPERATOR:
            counted["operator_subsidy_fen"][key] += line.amount_fen
    keys = sorted(set().union(*counted.values()))
    return tuple(
        VendorDay(day=day, slot=slot, **{name: counts[day, slot] for name, counts in counted.items()})
        for day, slot in keys
    )
