"""A past month of the demo: every service day ordered, planned by the first-plan engine, driven and settled by the same services."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mealroute.adapters import networks
from mealroute.commands.day import order_book, timed
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor, Scope
from mealroute.core.clock import Clock, FixedClock, at_seconds
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import service as delivery
from mealroute.delivery import simulate
from mealroute.dispatch import service as dispatch
from mealroute.menus import queries as menus
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.solving import plan_quick
from mealroute.planning.travel_table import TravelTable
from mealroute.subsidy import queries as money
from mealroute.subsidy import computing, statement
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.records import PeriodState
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import MonthFigures

EVENING_S = 18 * 3600
"""When the demo closes a past day's doors."""


@dataclass(frozen=True, slots=True)
class MonthDone:
    """What the demo's month came to, and the files of its settlement."""

    figures: MonthFigures
    files: tuple[Path, ...]


def last_complete(day: date) -> str:
    """The calendar month before the one that ``day`` lies in, as ``2026-02``."""
    return (day.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def service_days(month: str) -> Iterator[date]:
    """The served days of a month in order."""
    first, last = money.month_days(month)
    with unit_of_work(read_only=True) as db:
        wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        served = [day for day in wanted if menus.is_service_day(db, day)]
    yield from served


def evening(here: Here, day: date) -> Clock:
    """A clock that stands at the evening of ``day``."""
    return FixedClock(at_seconds(day, EVENING_S, here.clock.zone), here.clock.zone)


def live(here: Here, month: str, slot: MealSlot, seconds: dict[str, float], *, by: Actor = SYSTEM) -> None:
    """Order, plan, publish and drive each day that is not driven yet. Interrupted, it goes on where it stopped."""
    days = list(service_days(month))
    with step(_("The days of %(month)s", month=month)) as shown, timed(seconds, "month_days"):
        with unit_of_work(read_only=True) as db:
            table = TravelTable(networks.travel_of(here.settings), planning.known_points(db))
        for n, day in enumerate(days):
            shown.at(n / len(days), day.isoformat())
            _one(here, day, slot, table, by=by)
        shown.note = _("%(n)d days", n=len(days))


def _one(here: Here, day: date, slot: MealSlot, table: TravelTable, *, by: Actor) -> None:
    clock = evening(here, day)
    with unit_of_work(read_only=True) as db:
        standing = planning.published(db, day, slot)
    if standing is None:
        order_book(day, slot, by=by, clock=clock)
        with unit_of_work(read_only=True) as db:
            given = plans.prepare(db, day, slot, matrix_of=table)
        output = plan_quick(given)
        with unit_of_work() as db:
            version_id = plans.save_draft(db, given, output, by=by, clock=clock)
            dispatch.publish(db, version_id, by=by, clock=clock, secret_key=here.settings.secret_key)
    drive(day, slot, clock=clock, by=by)


def drive(day: date, slot: MealSlot, *, clock: Clock, by: Actor = SYSTEM) -> None:
    """Simulate the doors of a published day and close it; doors that are recorded already stay as they are."""
    with unit_of_work() as db:
        simulate.simulate_day(db, day, slot, seed=day.toordinal(), by=by, clock=clock)
        delivery.close_day(db, day, slot, by=by, clock=clock)


@dataclass(frozen=True, slots=True)
class DayMoney:
    """A day's delivered portions: ``delivered = subsidised + self_paid + explained + open``."""

    subsidised: int
    self_paid: int
    explained: int
    open: int


def money_of(day: date, slot: MealSlot) -> DayMoney:
    """How a driven day's portions will be accounted for when its month is closed."""
    with unit_of_work(read_only=True) as db:
        rows = money.month_rows(db, day.strftime("%Y-%m"))
    accounts = [
        account
        for account in computing.compute(day.strftime("%Y-%m"), rows, load_rulebook()).accounts
        if account.day == day and account.slot == slot
    ]
    return DayMoney(
        subsidised=sum(account.subsidised for account in accounts),
        self_paid=sum(account.self_paid for account in accounts),
        explained=sum(account.unclaimed for account in accounts if account.automatic),
        open=sum(account.unclaimed for account in accounts if not account.automatic),
    )


def close(here: Here, month: str, folder: Path, seconds: dict[str, float], *, by: Actor = SYSTEM) -> MonthDone:
    """Close the month and write its settlement as CSV and XLSX; a month that is closed already is only written again."""
    payer = load_rulebook().payer
    with step(_("Settlement of %(month)s", month=month)) as shown, timed(seconds, "settlement"):
        clock = here.clock
        _first, last = money.month_days(month)
        if clock.today() <= last:  # the pinned day lies ahead of the wall clock
            clock = evening(here, last + timedelta(days=1))  # type: ignore[assignment]
        with unit_of_work() as db:
            period = money.period(db, payer, month)
            if period is None or period.state != PeriodState.CLOSED:
                subsidy.close_period(db, payer, month, by=by, clock=clock)
        with unit_of_work(read_only=True) as db:
            figures = statement.month_statement(db, month, scope=Scope.everything(), payer=payer).figures
        files = write_settlement(here, payer, month, folder, by=by)
        shown.note = _("%(n)d claim lines", n=figures.claimed_lines)
    return MonthDone(figures=figures, files=files)


def write_settlement(here: Here, payer: str, month: str, folder: Path, *, by: Actor = SYSTEM) -> tuple[Path, ...]:
    """``settlement-<month>.csv`` and ``.xlsx`` in ``folder``; the export is recorded."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in ("csv", "xlsx"):
        with unit_of_work() as db:
            file = subsidy.export(db, payer, month, kind, reason=_("Monthly settlement"), by=by, clock=here.clock)
        (folder / file.name).write_bytes(file.content)
        written.append(folder / file.name)
    return tuple(written)
