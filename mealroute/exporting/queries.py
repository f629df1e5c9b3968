"""Reads of the register."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.jobs import OPEN, Job, JobState
from mealroute.exporting.models import ExportAct, ExportFile, ExportRequest
from mealroute.exporting.records import (
    Act,
    ActRecord,
    Entry,
    ExportId,
    ExportRecord,
    FileRecord,
    Format,
    Standing,
    Wanted,
    What,
)
from mealroute.exporting.rules import number_of, parse_number

PAGE = 100


def reads_all(by: Actor) -> bool:
    """Whether a person reads the whole register; others read what they asked for themselves."""
    return by.scope.streets is None and (may(by, Permission.AUDIT_VIEW) or may(by, Permission.SUBSIDY_CLOSE))


def register(
    db: Session, *, by: Actor, clock: Clock, month: str = "", what: str = "", text: str = "", before: int | None = None
) -> tuple[Entry, ...]:
    """The newest exports first; ``text`` is a number or part of a person's name or purpose, ``before`` an id to page from."""
    query = _visible(by).order_by(ExportRequest.id.desc()).limit(PAGE)
    if month:
        query = query.where(ExportRequest.month == month)
    if what:
        query = query.where(ExportRequest.what == what)
    number = parse_number(text)
    if number is not None:
        query = query.where(ExportRequest.year == number[0], ExportRequest.serial == number[1])
    elif text.strip():
        wanted = text.strip()
        query = query.where(
            ExportRequest.by_name.contains(wanted, autoescape=True) | ExportRequest.purpose.contains(wanted, autoescape=True)
        )  # fmt: skip
    if before is not None:
        query = query.where(ExportRequest.id < before)
    return entries(db, query, clock=clock)


def entry(db: Session, export_id: ExportId | int, *, by: Actor, clock: Clock) -> Entry:
    """One export. Raises NotFound where it does not exist or is not this person's to see."""
    found = entries(db, _visible(by).where(ExportRequest.id == export_id), clock=clock)
    if not found:
        raise NotFound("export-not-found", _("There is no such export."))
    return found[0]


def by_client_id(db: Session, client_id: str) -> ExportRecord | None:
    """The export that this form has already brought about."""
    row = db.scalars(select(ExportRequest).where(ExportRequest.client_id == client_id)).one_or_none()
    return None if row is None else record_of(row)


def export(db: Session, export_id: ExportId | int) -> ExportRecord:
    """One export, whoever asks: for the work itself. Raises NotFound."""
    row = db.get(ExportRequest, export_id)
    if row is None:
        raise NotFound("export-not-found", _("There is no such export."))
    return record_of(row)


def file_of(db: Session, export_id: ExportId | int) -> FileRecord | None:
    """The file of an export, once it is made."""
    row = db.scalars(select(ExportFile).where(ExportFile.request_id == export_id)).one_or_none()
    return None if row is None else _file(row)


def acts(db: Session, export_id: ExportId | int) -> tuple[ActRecord, ...]:
    """What was done with an export, oldest first."""
    query = select(ExportAct).where(ExportAct.request_id == export_id).order_by(ExportAct.id)
    return tuple(
        ActRecord(act=Act(row.act), by_name=row.by_name, role=row.role, at=row.at, note=row.note)
        for row in db.scalars(query)
    )


def by_digest(db: Session, *, sha256: str = "", rows_sha256: str = "", clock: Clock) -> tuple[Entry, ...]:
    """The exports whose file, or whose rows, have this digest."""
    query = select(ExportRequest).join(ExportFile, ExportFile.request_id == ExportRequest.id)
    query = query.where(ExportFile.sha256 == sha256) if sha256 else query.where(ExportFile.rows_sha256 == rows_sha256)
    return entries(db, query.order_by(ExportRequest.id).limit(PAGE), clock=clock)


def by_number(db: Session, number: tuple[int, int], *, clock: Clock) -> tuple[Entry, ...]:
    """The export of that number, as a tuple of at most one."""
    query = select(ExportRequest).where(ExportRequest.year == number[0], ExportRequest.serial == number[1])
    return entries(db, query, clock=clock)


def outlived(db: Session, *, clock: Clock) -> tuple[ExportFile, ...]:
    """Files whose time is over and that are not deleted yet."""
    gone = select(ExportAct.request_id).where(ExportAct.act == str(Act.DELETED))
    query = select(ExportFile).where(ExportFile.keep_until <= clock.now(), ExportFile.request_id.not_in(gone))
    return tuple(db.scalars(query.order_by(ExportFile.id)))


def stored(db: Session, names: Sequence[str]) -> frozenset[str]:
    """Those of some file names that a line of the register names."""
    parts = (names[begin : begin + 500] for begin in range(0, len(names), 500))
    return frozenset(
        name for part in parts for name in db.scalars(select(ExportFile.stored).where(ExportFile.stored.in_(part)))
    )


def any_outlived(db: Session, *, clock: Clock) -> bool:
    """Whether there is anything to delete: asked first, so that an idle table is never locked for writing."""
    return bool(outlived(db, clock=clock))


def shapes(db: Session) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Every list of columns that a registered file has: by the headings an uploaded file finds its kinds."""
    found = {tuple((str(head), str(kind)) for head, kind in row) for row in db.scalars(select(ExportFile.columns))}
    return tuple(sorted(found))


def of_columns(db: Session, headings: Sequence[str], *, by: Actor, clock: Clock) -> tuple[Entry, ...]:
    """The newest exports within a person's reach whose file has exactly these headings."""
    made = select(ExportFile.request_id, ExportFile.columns).order_by(ExportFile.id.desc()).limit(PAGE)
    ids = [number for number, columns in db.execute(made) if [str(head) for head, _kind in columns] == list(headings)]
    return entries(db, _visible(by).where(ExportRequest.id.in_(ids)).order_by(ExportRequest.id.desc()), clock=clock)


def entries(db: Session, query: Select[ExportRequest], *, clock: Clock) -> tuple[Entry, ...]:
    """Requests with their files and how they stand. Four statements whatever their number."""
    rows = list(db.scalars(query))
    ids = [row.id for row in rows]
    files = {row.request_id: _file(row) for row in db.scalars(select(ExportFile).where(ExportFile.request_id.in_(ids)))}
    states = dict(
        db.execute(select(Job.id, Job.state).where(Job.id.in_([row.job_id for row in rows if row.job_id])))
        .tuples()
        .all()
    )
    deleted = set(
        db.scalars(select(ExportAct.request_id).where(ExportAct.request_id.in_(ids), ExportAct.act == str(Act.DELETED)))
    )
    return tuple(
        Entry(export=record_of(row), file=files.get(row.id), standing=_standing(row, files.get(row.id), states, deleted, clock))
        for row in rows
    )  # fmt: skip


def record_of(row: ExportRequest) -> ExportRecord:
    """A line of the register as a record."""
    streets = row.scope.get("streets")
    return ExportRecord(
        id=ExportId(row.id), number=number_of(row.year, row.serial),
        wanted=Wanted(
            client_id=row.client_id, what=What(row.what), format=Format(row.format), payer=row.payer, month=row.month, purpose=row.purpose,
            masked=row.masked, reason=row.reason, street=row.filters.get("street", ""), vendor=row.filters.get("vendor", ""),
        ),
        streets=None if streets is None else tuple(streets), scope_vendor=row.scope.get("vendor"), account_id=row.account_id,
        by_name=row.by_name, role=row.role, asked_at=row.asked_at, job_id=row.job_id,
    )  # fmt: skip


def _visible(by: Actor) -> Select[ExportRequest]:
    query = select(ExportRequest)
    return query if reads_all(by) else query.where(ExportRequest.account_id == by.account_id)


def _standing(
    row: ExportRequest, file: FileRecord | None, states: dict[int, str], deleted: Sequence[int] | set[int], clock: Clock
) -> Standing:
    if file is not None:
        return Standing.GONE if row.id in deleted or file.keep_until <= clock.now() else Standing.READY
    state = states.get(row.job_id or 0)
    if state is None or state in OPEN:
        return Standing.WAITING
    return Standing.STOPPED if state == JobState.CANCELLED else Standing.FAILED


def _file(row: ExportFile) -> FileRecord:
    return FileRecord(
        name=row.name, stored=row.stored, rows=row.rows, rows_sha256=row.rows_sha256, sha256=row.sha256, size=row.size,
        columns=tuple((str(head), str(kind)) for head, kind in row.columns), made_at=row.made_at, keep_until=row.keep_until,
    )  # fmt: skip
