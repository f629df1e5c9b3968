"""Reads of the time bank: what volunteers brought, accounts, statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.delivery.models import Proof
from mealroute.delivery.queries import current
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanVisit
from mealroute.timebank.models import TimeEntry
from mealroute.timebank.records import Account, Delivery, EntryId, EntryKind, EntryRecord
from mealroute.timebank.rulebook import counted
from mealroute.vendors.models import Driver


def deliveries(db: Session, first: date, last: date) -> tuple[Delivery, ...]:
    """Meals that volunteers brought to doors, by the record of each door that stands now. Boxes for stations are no doors."""
    query = (
        select(Proof.book_line_id, Proof.visit_id, Run.driver_code, Run.day)
        .join(Run, Run.id == Proof.run_id)
        .join(Driver, Driver.code == Run.driver_code)
        .join(PlanVisit, PlanVisit.id == Proof.visit_id)
        .where(
            Driver.volunteer.is_(True), Run.day >= first, Run.day <= last, PlanVisit.station_code == "", current(),
            Proof.outcome.in_(sorted(map(str, counted()))),
        )
        .order_by(Proof.book_line_id)
    )  # fmt: skip
    return tuple(
        Delivery(book_line_id=line, visit_id=visit, driver_code=driver, day=day)
        for line, visit, driver, day in db.execute(query)
    )


def written(db: Session, first: date, last: date, lines: Iterable[int] = ()) -> Mapping[int, tuple[EntryRecord, ...]]:
    """Book line → its lines of the ledger in the order of entry, of these days and of these deliveries."""
    wanted = sorted(set(lines))
    rows: dict[int, TimeEntry] = {}
    of_days = select(TimeEntry).where(
        TimeEntry.book_line_id.is_not(None), TimeEntry.day >= first, TimeEntry.day <= last
    )
    rows |= {row.id: row for row in db.scalars(of_days)}
    for start in range(0, len(wanted), 10_000):
        query = select(TimeEntry).where(TimeEntry.book_line_id.in_(wanted[start : start + 10_000]))
        rows |= {row.id: row for row in db.scalars(query)}
    found: dict[int, list[EntryRecord]] = defaultdict(list)
    for number in sorted(rows):
        row = rows[number]
        if row.book_line_id is not None:
            found[row.book_line_id].append(entry_record(row))
    return {line: tuple(entries) for line, entries in found.items()}


def accounts(db: Session, *, scope: Scope, until: date | None = None) -> tuple[Account, ...]:
    """Every volunteer of the register with what they have, by code; also who has left and still has something."""
    query = select(TimeEntry.driver_code, TimeEntry.kind, func.sum(TimeEntry.minutes), func.count()).group_by(
        TimeEntry.driver_code, TimeEntry.kind
    )
    if until is not None:
        query = query.where(TimeEntry.day <= until)
    sums: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for code, kind, minutes, count in db.execute(query):
        sums[code][kind] = (int(minutes), int(count))
    people = db.execute(select(Driver.code, Driver.name, Driver.volunteer).order_by(Driver.code)).tuples()
    return tuple(
        _account(code, name, sums.get(code, {})) for code, name, volunteer in people
        if (volunteer or code in sums) and _reaches(scope, code)
    )  # fmt: skip


def account(db: Session, driver_code: str, *, scope: Scope) -> Account:
    """One account. Raises NotFound for who is no volunteer and has nothing, and out of reach."""
    found = next((each for each in accounts(db, scope=scope) if each.driver_code == driver_code), None)
    if found is None:
        raise NotFound("account-not-found", _("There is no such account in the time bank."))
    return found


def statement(
    db: Session, *, driver_code: str | None = None, first: date | None = None, last: date | None = None
) -> tuple[EntryRecord, ...]:
    """Lines of the ledger by day and entry, of one volunteer or of all."""
    query = select(TimeEntry).order_by(TimeEntry.day, TimeEntry.id)
    for condition in (
        None if driver_code is None else TimeEntry.driver_code == driver_code,
        None if first is None else TimeEntry.day >= first,
        None if last is None else TimeEntry.day <= last,
    ):
        if condition is not None:
            query = query.where(condition)
    return tuple(entry_record(row) for row in db.scalars(query))


def streets_of(db: Session, lines: Iterable[int]) -> dict[int, str]:
    """Book line → street, for the export."""
    wanted = sorted(set(lines))
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 10_000):
        part = wanted[start : start + 10_000]
        found |= dict(db.execute(select(BookLine.id, BookLine.street_code).where(BookLine.id.in_(part))).tuples().all())
    return found


def entry_record(row: TimeEntry) -> EntryRecord:
    """The row as others may read it."""
    return EntryRecord(
        id=EntryId(row.id), driver_code=row.driver_code, kind=EntryKind(row.kind), minutes=row.minutes, day=row.day, book_line_id=row.book_line_id,
        reason=row.reason, by_name=row.by_name, at=row.at,
    )  # fmt: skip


def _account(code: str, name: str, sums: Mapping[str, tuple[int, int]]) -> Account:
    def minutes(kind: EntryKind) -> int:
        return sums.get(kind, (0, 0))[0]

    return Account(
        driver_code=code, name=name, credit=minutes(EntryKind.CREDIT), reversed=minutes(EntryKind.REVERSAL), spent=minutes(EntryKind.DEBIT),
        corrected=minutes(EntryKind.CORRECTION), deliveries=sums.get(EntryKind.CREDIT, (0, 0))[1] - sums.get(EntryKind.REVERSAL, (0, 0))[1],
    )  # fmt: skip


def _reaches(scope: Scope, code: str) -> bool:
    """A volunteer sees their own account; who is bound to a vendor, kitchen or station sees none."""
    if scope.driver is not None:
        return scope.driver == code
    return scope.vendor is None and scope.kitchen is None and scope.station is None
