"""A past month of the demo: every service day ordered, planned by the first-plan engine, driven and settled by the same services."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from mealroute.adapters import networks
from mealroute.commands import people
from mealroute.commands.day import timed
from mealroute.commands.progress import step
from mealroute.commands.setup import Here
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock, FixedClock, at_seconds
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import service as delivery
from mealroute.delivery import simulate
from mealroute.dispatch import offer_simulate as offers
from mealroute.dispatch import service as dispatch
from mealroute.exporting import keeping
from mealroute.exporting import service as exporting
from mealroute.exporting.records import Format, Wanted, What
from mealroute.exporting.rules import plain_name
from mealroute.menus import queries as menus
from mealroute.orders import closing
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.records import PlanInput, PlanOutput
from mealroute.planning.solving import plan_quick
from mealroute.planning.travel_table import TravelTable
from mealroute.settlement import simulate as settlement
from mealroute.subsidy import queries as money
from mealroute.subsidy import service as subsidy
from mealroute.subsidy import statement
from mealroute.subsidy.records import PeriodState
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.simulate import explain_open
from mealroute.subsidy.statements import DayMoney, MonthFigures

MORNING_S = 9 * 3600
"""When the demo publishes a day's plan."""
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


def morning(here: Here, day: date) -> FixedClock:
    """A clock that stands where a day's plan is published, before any vendor loads."""
    return FixedClock(at_seconds(day, MORNING_S, here.clock.zone), here.clock.zone)


def live(here: Here, month: str, slot: MealSlot, seconds: dict[str, float], *, by: Actor = SYSTEM) -> None:
    """Order, plan, publish and drive each day that is not driven yet. Interrupted, it goes on where it stopped.

    While one day is planned in a second process, the next one's book is made.
    """
    days = list(service_days(month))
    with (
        step(_("The days of %(month)s", month=month)) as shown,
        timed(seconds, "month_days"),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as second,
    ):
        with unit_of_work(read_only=True) as db:
            table = TravelTable(networks.travel_of(here.settings), planning.known_points(db))
            standing = {day for day in days if planning.published(db, day, slot) is not None}
        waiting: deque[tuple[date, PlanInput, Future[PlanOutput]]] = deque()
        for n, day in enumerate(days):
            shown.at(n / len(days), day.isoformat())
            if day in standing:
                drive(day, slot, clock=evening(here, day), by=by)
                continue
            given = _ordered(here, day, slot, table, by=by)
            waiting.append((day, given, second.submit(plan_quick, given)))
            if len(waiting) > 1:
                _planned(here, slot, *waiting.popleft(), by=by)
        while waiting:
            _planned(here, slot, *waiting.popleft(), by=by)
        shown.note = _("%(n)d days", n=len(days))


def _ordered(here: Here, day: date, slot: MealSlot, table: TravelTable, *, by: Actor) -> PlanInput:
    with unit_of_work() as db:
        closing.close_book(db, day, slot, by=by, clock=evening(here, day), pricing=subsidy.pricing(db))
    with unit_of_work(read_only=True) as db:
        return plans.prepare(db, day, slot, matrix_of=table)


def _planned(here: Here, slot: MealSlot, day: date, given: PlanInput, output: Future[PlanOutput], *, by: Actor) -> None:
    clock = evening(here, day)
    with unit_of_work() as db:
        version_id = plans.save_draft(db, given, output.result(), by=by, clock=clock)
        dispatch.publish(db, version_id, by=by, clock=morning(here, day), secret_key=here.settings.secret_key)
        offers.simulate_answers(db, day, slot, by=by, clock=morning(here, day))
    drive(day, slot, clock=clock, by=by)


def drive(day: date, slot: MealSlot, *, clock: Clock, by: Actor = SYSTEM, leave_cases: int = 0) -> None:
    """Simulate the doors of a published day, close it and settle its cases but the last ``leave_cases``.

    Doors that are recorded already stay as they are.
    """
    with unit_of_work() as db:
        simulate.simulate_day(db, day, slot, seed=day.toordinal(), by=by, clock=clock)
        delivery.close_day(db, day, slot, by=by, clock=clock)
        simulate.settle_cases(db, day, slot, by=by, clock=clock, leave=leave_cases)


def money_of(day: date, slot: MealSlot, *, clock: Clock) -> DayMoney:
    """How a driven day's portions are accounted for, after the demo's finance officer has explained what was open."""
    with unit_of_work() as db:
        explain_open(db, load_rulebook().payer, day.strftime("%Y-%m"), clock=clock, day=day)
    with unit_of_work(read_only=True) as db:
        return subsidy.day_money(db, day, slot)


def close(here: Here, month: str, folder: Path, seconds: dict[str, float], *, by: Actor = SYSTEM) -> MonthDone:
    """Close the month and write its settlement as CSV and XLSX; a month that is closed already is only written again."""
    payer = load_rulebook().payer
    with step(_("Settlement of %(month)s", month=month)) as shown, timed(seconds, "settlement"):
        clock = here.clock
        _first, last = money.month_days(month)
        if clock.today() <= last:  # the pinned day lies ahead of the wall clock
            clock = evening(here, last + timedelta(days=1))  # type: ignore[assignment]
        with unit_of_work() as db:
            four = people.sample_officers(db, by=by, clock=here.clock)
        with unit_of_work() as db:
            period = money.period(db, payer, month)
            if period is None or period.state != PeriodState.CLOSED:
                settlement.close_month(db, payer, month, four, clock=clock)
        with unit_of_work() as db:
            settlement.pay_month(db, payer, month, four, clock=clock)
        with unit_of_work(read_only=True) as db:
            figures = statement.stored_figures(db, payer, month)
        files = write_settlement(here, payer, month, folder, by=by)
        shown.note = _("%(n)d claim lines", n=figures.claimed_lines)
    return MonthDone(figures=figures, files=files)


def write_settlement(here: Here, payer: str, month: str, folder: Path, *, by: Actor = SYSTEM) -> tuple[Path, ...]:
    """``settlement-<month>.csv`` with its note beside it, and ``.xlsx``, in ``folder``; both are in the register of exports."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in (Format.CSV, Format.XLSX):
        wanted = Wanted(
            client_id=uuid4().hex, what=What.SETTLEMENT, format=kind, payer=payer, month=month, purpose=_("Monthly settlement")
        )  # fmt: skip
        kept = exporting.folder_of(here.settings)
        with unit_of_work() as db:
            export = exporting.ask(db, wanted, by=by, clock=here.clock, at_once=True)
            entry = exporting.make(db, export, folder=kept, by=by, clock=here.clock)
            said = exporting.note_text(db, entry, clock=here.clock)
        path = folder / plain_name(wanted)
        keeping.copy(kept, entry, path)
        written.append(path)
        if kind is Format.CSV:
            written.append(path.with_name(f"{path.name}.txt"))
            written[-1].write_bytes(said)
    return tuple(written)
