"""`make demo`: a synthetic district enters as a user's data would, its next day is planned, its last month closed."""

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from mealroute.adapters import networks
from mealroute.commands import day as main_job
from mealroute.commands import duty, files, month, people, scores, summary
from mealroute.commands.progress import console, step
from mealroute.commands.setup import Here, open_here
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as doors
from mealroute.dispatch import offer_simulate as offers
from mealroute.menus import queries as menus
from mealroute.menus import service as calendar
from mealroute.subsidy import queries as money

SLOT = MealSlot.LUNCH


def run(*, day: date | None, serve: bool, time_limit_s: float, port: int) -> int:
    """Everything of the contract's demo; may be interrupted and run again: what is done stays done."""
    began = time.monotonic()
    seconds: dict[str, float] = {}
    with step(_("Database")):
        here = open_here()
    warm()
    with main_job.timed(seconds, "import"):
        load(here)
    with step(_("Duty lists of the ladder, invented")) as shown:
        shown.note = _("%(n)d people named", n=duty.demo(clock=here.clock))
    wanted = day or next_service_day(here)
    with unit_of_work() as db:
        past = month.last_complete(wanted)
        first, _last = money.month_days(past)
        calendar.seed_service_days(db, first, wanted + timedelta(days=31), by=SYSTEM, clock=here.clock)
        if not menus.is_service_day(db, wanted):  # a pinned day may be a Sunday: a person would open it in the calendar
            calendar.edit_service_day(
                db, wanted, serves=True, note=_("Opened for the demo"), by=SYSTEM, clock=here.clock
            )
    month.live(here, past, SLOT, seconds)  # first, so that the day's plan knows whose face is familiar
    clock = month.morning(here, wanted)
    done = main_job.run(
        here,
        wanted,
        SLOT,
        time_limit_s=time_limit_s,
        link_base=f"{'https' if here.settings.tls else 'http'}://127.0.0.1:{port}/r/",
        clock=clock,
    )
    seconds |= done.seconds
    with step(_("Vendors' answers, simulated")), unit_of_work() as db:
        offers.simulate_answers(db, wanted, SLOT, by=SYSTEM, clock=clock)
    with step(_("The doors of the day, simulated")):
        month.drive(wanted, SLOT, clock=month.evening(here, wanted), leave_cases=6)
    settled = month.close(here, past, done.folder, seconds)
    scores.demo(past, seed=wanted.toordinal(), clock=clock)
    seconds["total"] = round(time.monotonic() - began, 2)
    figures = figures_of(here, wanted, done, settled, seconds)
    summary.write(done.folder / "summary.json", figures)
    signed = people.demo_accounts(here, day=wanted)
    tell(figures, done.folder, signed, port, serve=serve, scheme="https" if here.settings.tls else "http")
    if serve:
        from mealroute.commands import system

        return system.serve("127.0.0.1", port)
    return 0


def warm() -> None:
    """Compile the search kernel where that was not done yet (about a minute, kept on disk), and load it."""
    from solver.kernel import ready  # late: other commands need no compiler

    with step(_("Search kernel, compiled once")) as shown:
        ready.load(lambda name, share: shown.at(share, name))
        shown.at(1.0, "")


def load(here: Here) -> None:
    """Bring in the sample's road network and every sheet, through the services that a user has."""
    folder = here.settings.data_dir / "sample" / "dongcheng"
    with step(_("Road network")) as shown:
        found = networks.install(folder / "dongcheng.osm.pbf", here.settings)
        shown.note = _("%(n)d ways", n=found.ways)
    with step(_("Spreadsheets")) as shown:
        problems = 0
        for result in files.folder(here, folder):
            shown.at(0.5, result.file)
            console.print("  " + files.told(result))
            problems += len(result.problems)
            for problem in result.problems[:3]:
                console.print(f"    {problem}")
        shown.note = _("%(n)d problems told, as the sample has them on purpose", n=problems)


def next_service_day(here: Here) -> date:
    """The first served day after today."""
    with unit_of_work() as db:
        today = here.clock.today()
        calendar.seed_service_days(db, today, today + timedelta(days=40), by=SYSTEM, clock=here.clock)
        return menus.next_service_day(db, today)


def figures_of(
    here: Here, day: date, done: main_job.DayDone, settled: month.MonthDone, seconds: dict[str, float]
) -> dict[str, Any]:
    """summary.json, each figure read from where it is kept."""
    with unit_of_work(read_only=True) as db:
        totals = doors.totals(db, day, SLOT, scope=Scope.everything())
    account = month.money_of(day, SLOT, clock=month.evening(here, day))
    version, roll = done.version, done.roll
    return {
        "day": day.isoformat(), "slot": str(SLOT), "residents_active": roll.active, "residents_ordered": roll.ordered_residents,
        "residents_paused": roll.paused, "residents_not_due": roll.not_due, "ordered": version.ordered, "planned": version.planned,
        "unassigned": version.unassigned, "routes": version.routes, "trips": version.trips, "distance_m": version.distance_m,
        "travel_s": version.travel_s, "violations": len(version.violations), "portions_loaded": totals.portions_loaded,
        "delivered": totals.delivered, "not_delivered": totals.not_delivered, "subsidised": account.subsidised,
        "self_paid": account.self_paid, "explained": account.explained, "seconds": seconds, "month": _month(settled),
    }  # fmt: skip


def _month(settled: month.MonthDone) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(settled.figures)


def tell(
    figures: dict[str, Any],
    folder: Path,
    signed: tuple[people.SignIn, ...],
    port: int,
    *,
    serve: bool,
    scheme: str = "http",
) -> None:
    """The equations, where the files are, and who can sign in."""
    console.print()
    console.print(json.dumps({k: v for k, v in figures.items() if k not in {"month", "seconds"}}, ensure_ascii=False))
    console.print(_("Files are in %(folder)s.", folder=folder))
    console.print(_("Sign in with (fresh passwords, shown this once):"))
    for entry in signed:
        console.print(f"  {entry.role:<18} {entry.login:<18} {entry.password}")
    if serve:
        address = f"{scheme}://127.0.0.1:{port}/days/{figures['day']}/{figures['slot']}/today"
        console.print(_("The day that was planned: %(address)s", address=address))
        console.print(_("The pages are at %(address)s; stop with Ctrl-C.", address=f"{scheme}://127.0.0.1:{port}/"))
    else:
        console.print(_("Serve the pages with: %(command)s", command="make serve"))
