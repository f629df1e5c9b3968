"""职业痕迹: what somebody who drives has done, month by month, from the records of the doors (M61)."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.i18n import _
from mealroute.core.tables import Column, Kind, Table, csv_bytes
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.delivery.records import Outcome
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.timebank.models import TimeEntry
from mealroute.timebank.records import MonthOfWork
from mealroute.vendors import driver_papers
from mealroute.vendors.driver_papers import PaperKind
from mealroute.vendors.records import DriverRecord

_COUNTS = ("portions", "seen", "left", "back")


def months(db: Session, driver_code: str, *, first: date | None = None) -> tuple[MonthOfWork, ...]:
    """The newest month first. Portions by what became of them at the doors of the person's own runs; nothing is estimated."""
    query = (
        select(Run.day, Run.id, Proof.visit_id, BookLine.quantity, Proof.quantity, Proof.seen, Proof.outcome)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Run.driver_code == driver_code, current())
    )
    if first is not None:
        query = query.where(Run.day >= first)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    days: dict[str, set[date]] = defaultdict(set)
    runs: dict[str, set[int]] = defaultdict(set)
    stops: dict[str, set[int]] = defaultdict(set)
    for day, run, visit, loaded, stayed, seen, outcome in db.execute(query):
        month = f"{day:%Y-%m}"
        days[month].add(day)
        runs[month].add(run)
        stops[month].add(visit)
        there = stayed if Outcome(outcome).delivered else 0
        row = sums[month]
        row["portions"] += loaded
        row["seen" if seen else "left"] += there
        row["back"] += loaded - there
    minutes = _minutes(db, driver_code, first)
    return tuple(
        MonthOfWork(
            month=month, days=len(days[month]), runs=len(runs[month]), stops=len(stops[month]), minutes=minutes.get(month, 0),
            **{name: sums[month][name] for name in _COUNTS},
        )
        for month in sorted({*sums, *minutes}, reverse=True)
    )  # fmt: skip


def _minutes(db: Session, driver_code: str, first: date | None) -> dict[str, int]:
    query = select(TimeEntry.day, TimeEntry.minutes).where(
        TimeEntry.driver_code == driver_code, TimeEntry.minutes.is_not(None)
    )
    if first is not None:
        query = query.where(TimeEntry.day >= first)
    found: dict[str, int] = defaultdict(int)
    for day, minutes in db.execute(query).tuples():
        found[f"{day:%Y-%m}"] += minutes
    return found


def as_csv(db: Session, driver: DriverRecord) -> bytes:
    """Papers and months of one person as one sheet, in the order in which they happened."""
    rows: list[tuple[date, str, str, str]] = [
        (
            each.issued_on, _("health certificate") if each.kind is PaperKind.HEALTH else _("training"), " ".join(filter(None, (each.subject, each.number))),
            _("valid until %(day)s", day=each.valid_to.isoformat()) if each.valid_to else "",
        )
        for each in driver_papers.papers(db, driver.code)
    ]  # fmt: skip
    for month in months(db, driver.code):
        told = _(
            "%(days)d days, %(runs)d routes, %(stops)d stops; %(portions)d portions = %(seen)d seen + %(left)d left + %(back)d brought back",
            days=month.days, runs=month.runs, stops=month.stops, portions=month.portions, seen=month.seen, left=month.left, back=month.back,
        )  # fmt: skip
        rows.append((date.fromisoformat(f"{month.month}-01"), _("month of work"), month.month, told))
    heads = [Column(_("Day"), Kind.DAY), Column(_("What")), Column(_("Which")), Column(_("Details"), width=60)]
    named = [(row[0], row[1], row[2], row[3]) for row in sorted(rows)]
    return csv_bytes(Table(driver.name, heads, named))
