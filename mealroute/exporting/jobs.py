"""Large exports outside the web process, with progress; and the deletion of files whose time is over.

Interrupted, the job begins its file anew under the same number. What was read is one moment of the database.
"""

from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.adapters.job_worker import JobContext
from mealroute.core import jobs
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import Clock, SystemClock
from mealroute.core.config import Settings
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Forbidden
from mealroute.core.i18n import _, speaking
from mealroute.exporting import queries, reach, service
from mealroute.exporting.records import ExportRecord
from mealroute.exporting.rules import parse_number
from mealroute.settlement.view_keeping import one_reading


class Stopped(Exception):
    """Somebody asked to drop the work."""


def run(job: JobContext) -> None:
    """Bring a big open month up to date, write the file, enter it into the register, end the job."""
    folder = service.folder_of(Settings.from_env())
    with speaking("zh"):
        try:
            _up_to_date(job)
        except Stopped:
            return
        with unit_of_work(read_only=True) as db:
            export = _asked(db, str(job.payload["number"]))
            total = reach.expected_rows(db, export)
            job.report(stage="rows", rows=0, of=total)
            try:
                made = service.write(
                    db, export, folder=folder, clock=job.clock, report=lambda rows: _told(job, rows, total)
                )
            except Stopped:
                return
        job.report(stage="saving")
        with unit_of_work() as db:
            entry = service.enter(db, export, made, by=actor_of(export), clock=job.clock)
            job.finish(db, {"number": export.number, "rows": entry.file.rows if entry.file else 0})


def _up_to_date(job: JobContext) -> None:
    """The lines of a big open month, where the request left them to the job: read in one transaction, written in a short one."""
    if not job.payload.get("refresh"):
        return
    job.report(stage="lines")
    with unit_of_work(read_only=True) as db:
        one_reading(db)
        export = _asked(db, str(job.payload["number"]))
        by = _still(db, export)
        fresh = service.work_out(db, export)
    if job.cancelled():
        raise Stopped
    if fresh is not None:
        with unit_of_work() as db:
            jobs.heartbeat(db, job.job.id, job.job.attempt, None, clock=job.clock)  # whoever comes late writes nothing
            service.bring_up_to_date(db, export, fresh, by=by, clock=job.clock)


def _still(db: Session, export: ExportRecord) -> Actor:
    """Whoever asked, as their account is now; they must still be somebody who exports. Raises ``account-off`` and as ``service.refuse``."""
    by = actor_of(export) if export.account_id is None else accounts.actor(db, export.account_id)
    if by is None:
        raise Forbidden("account-off", _("The account that asked for this has been switched off."))
    service.refuse(export.wanted, by=by)
    return by


def tick(*, clock: Clock) -> None:
    """Delete the files whose time is over, and those that were never finished."""
    with unit_of_work(read_only=True) as db:
        service.delete_unfinished(db, folder=service.folder_of(Settings.from_env()), clock=clock)
        due = queries.any_outlived(db, clock=clock)
    if due:
        with unit_of_work() as db:
            service.delete_old(db, folder=service.folder_of(Settings.from_env()), by=SYSTEM, clock=clock)


def actor_of(export: ExportRecord) -> Actor:
    """Whoever asked for an export, to act in their name."""
    scope = Scope(streets=None if export.streets is None else frozenset(export.streets), vendor=export.scope_vendor)
    return Actor(account_id=export.account_id, name=export.by_name, role=Role(export.role), scope=scope)


def _asked(db: Session, number: str) -> ExportRecord:
    parsed = parse_number(number)
    found = None if parsed is None else queries.by_number(db, parsed, clock=SystemClock())
    if not found:
        raise ValueError(f"no export {number}")
    return found[0].export


def _told(job: JobContext, rows: int, total: int) -> None:
    if job.cancelled():
        raise Stopped
    job.report(rows=rows, of=total)
