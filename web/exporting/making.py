"""From a wish to its export: made at once where it is small, else as a job."""

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import speaking
from mealroute.exporting import queries, service
from mealroute.exporting.records import ExportRecord, Standing, Wanted
from web import here


def asked(wish: Wanted) -> ExportRecord:
    """The wish under its number; its file is ready when this returns, unless it is a job's."""
    by, clock = here.actor(), here.clock()
    service.refuse(wish, by=by)
    with unit_of_work(read_only=True) as db:
        fresh = service.fresh_of(db, wish)
    with unit_of_work() as db:
        export = service.ask(db, wish, by=by, clock=clock, fresh=fresh)
    if export.job_id is not None:
        here.executor().wake()
        return export
    with unit_of_work(read_only=True) as db, speaking("zh"):
        if queries.entry(db, export.id, by=by, clock=clock).standing is not Standing.WAITING:
            return export
        made = service.write(
            db, export, folder=service.folder_of(here.settings()), clock=clock, report=lambda _rows: None
        )
    with unit_of_work() as db:
        service.enter(db, export, made, by=by, clock=clock)
    return export
