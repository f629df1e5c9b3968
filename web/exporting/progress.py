"""How far a large export is, for its page and the script that keeps it up to date."""

from typing import Any

from mealroute.core.i18n import _
from mealroute.core.jobs import JobRecord
from mealroute.exporting.records import Entry, Standing
from web.formatters import minutes, number, percent_of
from web.vocabulary import word


def progress_of(entry: Entry, job: JobRecord | None) -> dict[str, Any]:
    """State, share and words; ``state`` is the job's, so that the page is loaded anew once it is over."""
    rows, of = (0, 0) if job is None else (int(job.progress.get("rows", 0)), int(job.progress.get("of", 0)))
    return {
        "state": "done" if job is None else str(job.state),
        "percent": percent_of(rows, of),
        "figures": {
            "stage": _stage(entry, job, rows, of),
            "elapsed": "" if job is None else minutes(int(job.progress.get("running_s", 0))),
        },
    }


def _stage(entry: Entry, job: JobRecord | None, rows: int, of: int) -> str:
    if job is None or entry.standing is not Standing.WAITING:
        return word("export-standing", entry.standing)
    if job.cancel_requested:
        return _("Being dropped")
    if not of:
        return word("job-stage", "lines") if job.progress.get("stage") == "lines" else word("job-state", job.state)
    return _("%(n)s of %(of)s rows", n=number(rows), of=number(of))
