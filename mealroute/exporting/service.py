"""What people do with exports: ask under a number, have the file made at once or as a job, fetch it. All of it is recorded."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.core import audit, jobs
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.exporting import contents, forms, keeping, note, papers, queries, reach, rules, writing
from mealroute.exporting.models import ExportAct, ExportFile, ExportRequest
from mealroute.exporting.records import Act, Entry, ExportId, ExportRecord, Format, Standing, Wanted
from mealroute.exporting.rulebook import policy_on
from mealroute.exporting.writing import Report, Written
from mealroute.settlement.refreshing import Fresh, read, refresh
from mealroute.settlement.view_keeping import big
from mealroute.subsidy import queries as money
from mealroute.subsidy.records import PeriodState
from mealroute.subsidy.rulebook import load_rulebook

KIND = "export-file"
_LOCK = 7_261_502  # any constant: the PostgreSQL advisory lock that keeps the numbers in one line

LEFT_S = 3600
"""No file is written for longer: what has lain half done for an hour was left by a process that was killed."""


def folder_of(settings: Settings) -> Path:
    """Where the files lie."""
    return settings.instance_dir / "exports"


def fresh_of(db: Session, wanted: Wanted) -> Fresh | None:
    """What ``ask`` writes first where the month is open, worked out beforehand: ``ask`` keeps other writers waiting. None: nothing, or a big month's job does it."""
    if queries.by_client_id(db, wanted.client_id) is not None or _closed(db, wanted) or big(db, wanted.month):
        return None
    return read(db, wanted.payer, wanted.month)


def ask(
    db: Session, wanted: Wanted, *, by: Actor, clock: Clock, at_once: bool = False, fresh: Fresh | None = None
) -> ExportRecord:
    """Give a wish its number and write it into the register; a large file is queued as a job (``job_id``).

    A month that is open is brought up to date first; a big one by the job. Asking again with the same ``client_id`` gives the same export.
    ``at_once``: never a job, for commands that wait anyway. ``fresh``: the month from ``fresh_of``, read shortly before.

    Raises
    ------
    MealrouteError
        ``reason-needed``, ``export-kind-unknown``, ``export-forbidden``, ``export-unmasked-forbidden``, ``reveal-without-reason``,
        ``export-names-nobody``, ``period-not-built``.
    """
    refuse(wanted, by=by)
    standing = queries.by_client_id(db, wanted.client_id)
    if standing is not None:
        return standing
    later = fresh is None and not at_once and not _closed(db, wanted) and big(db, wanted.month)
    if not later:
        if not _closed(db, wanted):
            refresh(db, fresh or read(db, wanted.payer, wanted.month), by=by, clock=clock)
        reach.period_of(db, wanted.payer, wanted.month)
    year = clock.today().year
    serial = _next_serial(db, year)
    number = rules.number_of(year, serial)
    row = ExportRequest(
        year=year, serial=serial, client_id=wanted.client_id, what=str(wanted.what), format=str(wanted.format), payer=wanted.payer,
        month=wanted.month, purpose=wanted.purpose.strip(), masked=wanted.masked, reason=wanted.reason.strip(),
        scope={"streets": None if by.scope.streets is None else sorted(by.scope.streets), "vendor": by.scope.vendor},
        filters={"street": wanted.street, "vendor": wanted.vendor}, account_id=by.account_id, by_name=by.name, role=str(by.role),
        asked_at=clock.now(), job_id=None,
    )  # fmt: skip
    if later or (not at_once and _large(db, queries.record_of(row), clock=clock)):
        payload = {"number": number, "refresh": later}
        row.job_id = jobs.enqueue(db, KIND, f"{KIND}/{number}", payload, by=by, clock=clock)[0]
    db.add(row)
    db.flush()
    _note(db, row.id, Act.ASKED, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="exports.asked", subject=f"export/{number}", reason=wanted.purpose.strip(),
        detail={
            "what": str(wanted.what), "format": str(wanted.format), "month": wanted.month, "masked": wanted.masked,
            "street": wanted.street, "vendor": wanted.vendor,
        },
    )  # fmt: skip
    return queries.record_of(row)


def bring_up_to_date(db: Session, export: ExportRecord, fresh: Fresh, *, by: Actor, clock: Clock) -> None:
    """Write the lines of an open month that a job has worked out; nothing where it was closed meanwhile."""
    if not _closed(db, export.wanted):
        refresh(db, fresh, by=by, clock=clock)


def work_out(db: Session, export: ExportRecord) -> Fresh | None:
    """What ``bring_up_to_date`` writes; None where the month is closed. Reads only, long."""
    return None if _closed(db, export.wanted) else read(db, export.wanted.payer, export.wanted.month)


def _closed(db: Session, wanted: Wanted) -> bool:
    return money.periods(db, wanted.payer).get(wanted.month) is PeriodState.CLOSED


def _large(db: Session, export: ExportRecord, *, clock: Clock) -> bool:
    return reach.expected_rows(db, export) > policy_on(clock.today()).at_once_rows


def make(
    db: Session, export: ExportRecord, *, folder: Path, by: Actor, clock: Clock, report: Report = lambda _rows: None
) -> Entry:  # fmt: skip
    """Write the file of an export and enter it into the register, in one transaction: for small files and commands."""
    written = write(db, export, folder=folder, clock=clock, report=report)
    return enter(db, export, written, by=by, clock=clock)


def write(
    db: Session, export: ExportRecord, *, folder: Path, clock: Clock, report: Report
) -> tuple[Written, Sequence[tuple[str, str]], tuple[str, ...], str]:  # fmt: skip
    """The file on disk; reads only. Gives what was written, its columns, who is shown in full, and the name it is kept under."""
    place = writing.private_folder(folder) / rules.file_name(export.number, export.wanted)
    lines = reach.lines_of(db, export)
    content = contents.content_of(db, export, lines, clock=clock)
    state, payer = lines.period.state, load_rulebook().payer_name
    part = writing.fresh(place)
    try:
        match export.wanted.format:
            case Format.CSV:
                written = writing.write_csv(part, content, report)
            case Format.XLSX:
                written = writing.write_xlsx(
                    part, content,
                    lambda rows, digest: (
                        note.sheet(note.pairs(export, state=state, payer_name=payer, rows=rows, rows_sha256=digest, clock=clock)),
                        note.about(export, rows, digest),
                    ),
                    report,
                )  # fmt: skip
            case Format.PDF:
                written = writing.write_pdf(
                    part,
                    content,
                    lambda rows, digest: papers.draw(forms.form_of(db, export, lines, rows, digest)),
                    report,
                )
        # an attempt that was given up may end later than its successor: each keeps its own file
        place = place.with_name(f"{place.stem}.{written.sha256[:12]}{place.suffix}")
        kept = keeping.keep(part, place, seal=not export.wanted.masked)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return written, [(column.heading, str(column.kind)) for column in content.columns], content.people, kept.name


def enter(
    db: Session, export: ExportRecord, made: tuple[Written, Sequence[tuple[str, str]], tuple[str, ...], str], *, by: Actor, clock: Clock
) -> Entry:  # fmt: skip
    """A written file's line in the register; every person whom it shows in full is one recorded reveal."""
    written, columns, people, stored = made
    if queries.file_of(db, export.id) is None:
        policy = policy_on(clock.today())
        days = policy.keep_days if export.wanted.masked else policy.keep_days_unmasked
        db.add(
            ExportFile(
                request_id=export.id, name=rules.file_name(export.number, export.wanted), stored=stored, rows=written.rows,
                rows_sha256=written.rows_sha256, sha256=written.sha256, size=written.size, columns=[list(each) for each in columns],
                made_at=clock.now(), keep_until=clock.now() + timedelta(days=days),
            )
        )  # fmt: skip
        _note(db, export.id, Act.MADE, by=by, clock=clock)
        audit.record(
            db, by=by, clock=clock, action="exports.made", subject=f"export/{export.number}", reason=export.wanted.reason, rows=written.rows,
            digest=written.sha256, detail={"rows_sha256": written.rows_sha256, "people_in_full": len(people)},
        )  # fmt: skip
        audit.record_all(
            db, clock=clock,
            events=[
                audit.Event(
                    by=by, action="residents.revealed", subject=f"resident/{code}",
                    detail={"fields": ["id_number", "name"], "export": export.number},
                )
                for code in people
            ],
        )  # fmt: skip
    (found,) = queries.entries(db, select(ExportRequest).where(ExportRequest.id == export.id), clock=clock)
    return found


def fetched(db: Session, export_id: ExportId | int, *, folder: Path, by: Actor, clock: Clock) -> Entry:
    """Note that a person takes the file, after a look whether it is still the one that was made; what follows is a link that ends.

    Raises
    ------
    NotFound
        ``export-not-found``; ``export-gone`` once its time is over.
    Forbidden
        ``export-not-yours``: a file with full names is for whoever asked for it, with their reason.
    Conflict
        ``export-not-ready``.
    MealrouteError
        ``export-altered``: the file on the server is not the one that was made.
    """
    found = within_reach(db, export_id, by=by, clock=clock)
    assert found.file is not None
    if keeping.sha256(folder / found.file.stored) != found.file.sha256:
        raise MealrouteError(
            "export-altered", _("The file on the server is not the one that was made."), _("Export it again, and tell the administrator.")
        )  # fmt: skip
    _note(db, found.export.id, Act.LINKED, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="exports.fetched", subject=f"export/{found.export.number}", digest=found.file.sha256,
    )  # fmt: skip
    return found


def within_reach(db: Session, export_id: ExportId | int, *, by: Actor, clock: Clock) -> Entry:
    """An export whose file this person may have now; raises as ``fetched``."""
    found = queries.entry(db, export_id, by=by, clock=clock)
    if not found.export.wanted.masked and found.export.account_id != by.account_id:
        raise Forbidden(
            "export-not-yours",
            _("A file with full names is for the person who asked for it."),
            _("Ask for one of your own, with your reason."),
        )
    if found.file is None:
        raise Conflict("export-not-ready", _("The file is not ready yet."))
    if found.standing is not Standing.READY:
        raise NotFound("export-gone", _("The file is deleted; its line in the register stays."), _("Export it again."))
    return found


def note_text(db: Session, entry: Entry, *, clock: Clock) -> bytes:
    """The text file that goes with a file: number, person, purpose, digests."""
    assert entry.file is not None
    period = reach.period_of(db, entry.export.wanted.payer, entry.export.wanted.month)
    closed = period.closed_at is not None and period.closed_at <= entry.file.made_at
    said = note.pairs(
        entry.export, state="closed" if closed else "open", payer_name=load_rulebook().payer_name, rows=entry.file.rows, rows_sha256=entry.file.rows_sha256, clock=clock
    )  # fmt: skip
    return note.text(said, entry.file)


def delete_old(db: Session, *, folder: Path, by: Actor, clock: Clock) -> int:
    """Delete the files whose time is over; each deletion is a line of the register."""
    rows = queries.outlived(db, clock=clock)
    for row in rows:
        (folder / row.stored).unlink(missing_ok=True)
        _note(db, row.request_id, Act.DELETED, by=by, clock=clock)
    if rows:
        audit.record(db, by=by, clock=clock, action="exports.deleted", subject="export/old", rows=len(rows))
    return len(rows)


def delete_unfinished(db: Session, *, folder: Path, clock: Clock) -> int:
    """Delete what processes that were killed while they wrote have left for an hour: it may show people in full. Counts the files."""
    left = keeping.untouched(folder, before=clock.now().timestamp() - LEFT_S)
    kept = queries.stored(db, [path.name for path in left])
    gone = [path for path in left if path.name not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def note_check(db: Session, export_ids: Sequence[int], verdict: str, *, by: Actor, clock: Clock) -> None:
    """Note in the register that a file was held against it, and what came out."""
    for export_id in export_ids:
        _note(db, export_id, Act.CHECKED, by=by, clock=clock, note=verdict)
    audit.record(db, by=by, clock=clock, action="exports.checked", subject="export/file", detail={"verdict": verdict})


def refuse(wanted: Wanted, *, by: Actor) -> None:
    """Raises what ``ask`` says about the person and the wish, before anything is read."""
    if by.scope.kitchen or by.scope.driver or by.scope.station or not may(by, Permission.EXPORTS_RUN):
        raise Forbidden("export-forbidden", _("Your role does not hand out settlements."))
    match rules.fault(wanted, may_unmask=may(by, Permission.EXPORTS_UNMASKED)):
        case "reason-needed":
            raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
        case "export-kind-unknown":
            raise MealrouteError("export-kind-unknown", _("This file does not come in that format."))
        case "export-names-nobody":
            raise MealrouteError(
                "export-names-nobody", _("This file names nobody, so there is nothing to show in full.")
            )
        case "export-unmasked-forbidden":
            raise Forbidden("export-unmasked-forbidden", _("Your role exports masked lists only."))
        case "reveal-without-reason":
            raise MealrouteError(
                "reveal-without-reason", _("Say why you need to see this."), _("The reason is recorded.")
            )


def _next_serial(db: Session, year: int) -> int:
    """The next number of the year, without gaps: SQLite's writer lock, or an advisory lock, keeps others out until the commit."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = db.scalar(select(func.max(ExportRequest.serial)).where(ExportRequest.year == year))
    return (last or 0) + 1


def _note(db: Session, request_id: int, act: Act, *, by: Actor, clock: Clock, note: str = "") -> None:
    db.add(
        ExportAct(
            request_id=request_id,
            act=str(act),
            note=note,
            by_name=by.name,
            role=str(by.role),
            at=clock.now(),
        )
    )
    db.flush()
