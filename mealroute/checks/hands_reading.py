"""Cash handed in and calls about meals, read for the checks. A fixed number of statements; doors are read elsewhere."""

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.call_back_models import CallBackAnswer, CallBackPick, CallBackPopulation, CallBackSeed
from mealroute.checks.call_back_records import Heard
from mealroute.checks.door_rules import bare
from mealroute.checks.hands_facts import Called, HandedIn, Hands
from mealroute.core.clock import Clock
from mealroute.dispatch.models import Run
from mealroute.subsidy.cash_models import CashEntry
from mealroute.vendors.models import Driver


def hands_of(db: Session, month: str, first: date, last: date, *, clock: Clock) -> Hands:
    """What was written down of a month's cash and calls until now."""
    return Hands(today=clock.today(), handed=handed_in(db, first, last, clock), called=called_of(db, month))


def handed_in(db: Session, first: date, last: date, clock: Clock) -> dict[tuple[int, str], list[HandedIn]]:
    """(run, station) → what a cashier received and what was said of it, in the order of writing."""
    query = (
        select(CashEntry.run_id, CashEntry.station_code, CashEntry.kind, CashEntry.amount_fen, CashEntry.at, CashEntry.by_name, Driver.name)
        .join(Run, Run.id == CashEntry.run_id)
        .outerjoin(Driver, Driver.code == Run.driver_code)
        .where(Run.day >= first, Run.day <= last)
        .order_by(CashEntry.id)
    )  # fmt: skip
    found: dict[tuple[int, str], list[HandedIn]] = defaultdict(list)
    for run, station, kind, fen, at, by, driver in db.execute(query).tuples():
        own = not station and bool(driver) and len(bare(driver)) > 1 and bare(by) == bare(driver)
        found[run, station].append(HandedIn(kind, fen, clock.local(at).date(), own))
    return found


def called_of(db: Session, month: str) -> dict[str, Called]:
    """Vendor → the calls of the month's newest draw that have an answer; the newest answer of a call counts."""
    query = (
        select(
            CallBackSeed.number, CallBackSeed.id, CallBackPopulation.vendor_code, CallBackPick.id, CallBackPick.book_line_id, CallBackAnswer.answer
        )
        .join(CallBackPopulation, CallBackPopulation.seed_id == CallBackSeed.id)
        .join(CallBackPick, CallBackPick.population_id == CallBackPopulation.id)
        .outerjoin(CallBackAnswer, CallBackAnswer.pick_id == CallBackPick.id)
        .where(CallBackSeed.month == month)
        .order_by(CallBackSeed.number, CallBackAnswer.number)
    )  # fmt: skip
    draws: dict[tuple[int, int], dict[int, tuple[str, int, str | None]]] = defaultdict(dict)
    for number, seed, vendor, pick, line, answer in db.execute(query).tuples():
        draws[number, seed][pick] = vendor, line, answer
    if not draws:
        return {}
    (_number, draw), picks = max(draws.items())
    asked, missed, lines = Counter[str](), Counter[str](), defaultdict[str, list[int]](list)
    for vendor, line, heard in picks.values():
        asked[vendor] += heard is not None
        if heard == Heard.NOT_REACHED:
            missed[vendor] += 1
            lines[vendor].append(line)
    return {
        vendor: Called(
            draw, asked[vendor], missed[vendor], tuple(sorted(lines[vendor])), asked.total() - asked[vendor], missed.total() - missed[vendor]
        )
        for vendor in sorted(asked)
    }  # fmt: skip
