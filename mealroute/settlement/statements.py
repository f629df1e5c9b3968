"""Statements of residents, vendors and stations with the corrections that go with them: what a month settles of closed ones, and what later
months settled of its own meals.

A closed month is read as it was closed; an open one shows what its preparation puts forward.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.money import Fen
from mealroute.settlement import history
from mealroute.settlement.chain import stored_cells
from mealroute.settlement.correcting import correction
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.month import put_forward
from mealroute.settlement.records import Correction
from mealroute.subsidy import person_statement as person
from mealroute.subsidy import queries
from mealroute.subsidy import vendor_statement as vendor
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.payers import Who, code_of
from mealroute.subsidy.person_statement import PersonStatement
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, PeriodState
from mealroute.subsidy.vendor_statement import VendorDay, VendorStatement

Theirs = Callable[[ClaimLineRecord], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One correction; ``settled_in`` is the month that settles it, empty while it is only put forward."""

    correction: Correction
    settled_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """``here``: of closed months, settled (or put forward) in this one. ``later``: of this month's meals, settled in later ones."""

    here: tuple[Entry, ...] = ()
    later: tuple[Entry, ...] = ()

    @property
    def here_fen(self) -> Fen:
        return sum(one.correction.line.amount_fen for one in self.here)

    @property
    def later_fen(self) -> Fen:
        return sum(one.correction.line.amount_fen for one in self.later)


def of_resident(
    db: Session, payer: Who, resident_id: int, month: str, *, by: Actor, clock: Clock, printed: bool = False
) -> tuple[PersonStatement, Corrections]:
    """One resident's month; corrections of the resident's own subsidies. ``printed``: with the full name, recorded."""
    make = person.print_statement if printed else None
    found = (
        make(db, resident_id, month, by=by, clock=clock)
        if make is not None
        else person.person_statement(db, resident_id, month, scope=by.scope, clock=clock)
    )

    def theirs(line: ClaimLineRecord) -> bool:
        return line.resident_id == resident_id and line.beneficiary is Beneficiary.RESIDENT

    return found, corrections(db, payer, month, theirs, AdjustmentLine.resident_code == found.code)


def of_vendor(
    db: Session, payer: Who, vendor_code: str, month: str, *, clock: Clock
) -> tuple[VendorStatement, Corrections]:
    """One vendor's month by day. Raises MealrouteError ``month-invalid``."""
    found = _closed_vendor(db, payer, vendor_code, month) or vendor.vendor_statement(db, vendor_code, month, clock=clock)  # fmt: skip
    own = AdjustmentLine.vendor_code == vendor_code
    return found, corrections(db, payer, month, lambda line: line.vendor_code == vendor_code, own)


def of_station(
    db: Session, payer: Who, station_code: str, month: str, *, clock: Clock
) -> tuple[VendorStatement, Corrections]:
    """The same for the meals that one station handed out. Raises MealrouteError ``month-invalid``."""
    found = vendor.station_statement(db, station_code, month, clock=clock)
    return found, corrections(db, payer, month, lambda line: line.station_code == station_code)


def corrections(db: Session, payer: Who, month: str, theirs: Theirs, *where: object) -> Corrections:
    """The corrections that go with a statement: those whose line is ``theirs``; ``where`` narrows the stored ones beforehand."""
    code = code_of(payer)
    query = select(AdjustmentLine, Period.month).join(Period, Period.id == AdjustmentLine.period_id)
    query = query.where(Period.payer == code, *where).order_by(Period.month, AdjustmentLine.line_no)  # type: ignore[arg-type]
    stored = [
        Entry(correction=correction(row), settled_in=settled)
        for row, settled in db.execute(query.where((Period.month == month) | (AdjustmentLine.month == month)))
    ]
    mine = [entry for entry in stored if theirs(entry.correction.line)]
    here = [entry for entry in mine if entry.settled_in == month]
    period = queries.period(db, code, month)
    if period is not None and period.state == PeriodState.OPEN:
        forward = put_forward(history.steps(db, period.id))
        here = [Entry(correction=each, settled_in="") for each in forward if theirs(each.line)]
    later = [entry for entry in mine if entry.correction.month == month and entry.settled_in != month]
    return Corrections(here=tuple(here), later=tuple(later))


def _closed_vendor(db: Session, payer: Who, vendor_code: str, month: str) -> VendorStatement | None:
    """The days of a closed month from what was kept with it; None where it is open or closed without its chain."""
    queries.month_days(month)
    period = queries.period(db, code_of(payer), month)
    if period is None or period.state != PeriodState.CLOSED:
        return None
    cells = stored_cells(db, period.id)
    if not cells:
        return None
    counted: dict[str, Counter[tuple[date, str]]] = {name: Counter() for name in vendor.SUMMED}
    for cell in cells:
        if cell.place.vendor != vendor_code:
            continue
        key = cell.place.day, cell.place.slot
        counted["delivered"][key] += cell.chain.delivered
        counted["subsidised"][key] += cell.chain.claimed
        counted["self_paid"][key] += cell.chain.self_paid
    sums = (
        select(ClaimLine.day, ClaimLine.slot, ClaimLine.beneficiary, func.sum(ClaimLine.amount_fen), func.sum(ClaimLine.copay_fen))
        .where(ClaimLine.period_id == period.id, ClaimLine.vendor_code == vendor_code, ClaimLine.book_line_id.is_not(None))
        .group_by(ClaimLine.day, ClaimLine.slot, ClaimLine.beneficiary)
    )  # fmt: skip
    for day, slot, beneficiary, amount, copay in db.execute(sums):
        vendor.add_money(counted, (day, slot), Beneficiary(beneficiary), int(amount), int(copay))
    keys = sorted(key for key in set().union(*counted.values()) if any(counts[key] for counts in counted.values()))
    return VendorStatement(
        vendor_code=vendor_code, month=month, state=PeriodState.CLOSED, closed_at=period.closed_at,
        days=tuple(VendorDay(day=day, slot=slot, **{name: counts[day, slot] for name, counts in counted.items()}) for day, slot in keys),
    )  # fmt: skip
