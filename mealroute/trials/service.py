"""Trying a draft rulebook on a month's real handovers: asked for, worked out in a job, kept as the job's result. Changes nothing."""

import calendar
import hashlib
from datetime import date

from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import audit, jobs
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _, speaking
from mealroute.core.jobs import JobId
from mealroute.rulebook.reading import load, read_draft
from mealroute.trials import queries, rules
from mealroute.trials.records import KIND


def ask(db: Session, text: str, name: str, month: str, *, whole: bool, language: str, by: Actor, clock: Clock) -> JobId:
    """Queue a trial of the draft in ``text`` on the handovers of ``month``; asking again while it runs gives the same job.

    Raises
    ------
    MealrouteError
        ``draft-invalid``: the file has mistakes. ``month-not-begun``: nothing can have been handed over yet.
    """
    _book, problems = read_draft(text, name, dict(load().options))
    if problems:
        raise MealrouteError("draft-invalid", problems[0].sentence, _("Check the draft first; it lists every mistake."))
    if date.fromisoformat(f"{month}-01") > clock.today():
        raise MealrouteError("month-not-begun", _("%(month)s has not begun.", month=month))
    digest = hashlib.sha256(text.encode()).hexdigest()
    reach = None if by.scope.streets is None else sorted(by.scope.streets)
    payload = {
        "month": month, "name": name, "text": text, "whole": whole, "digest": digest, "streets": reach, "language": language,
    }  # fmt: skip
    where = "district" if reach is None else hashlib.sha256("+".join(reach).encode()).hexdigest()[:12]
    key = f"{KIND}/{month}/{digest[:24]}/{'whole' if whole else 'merged'}/{where}"
    job_id, new = jobs.enqueue(db, KIND, key, payload, by=by, clock=clock)
    if new:
        audit.record(
            db, by=by, clock=clock, action="rulebook.tried", subject=f"month/{month}", detail={"job": job_id, "whole": whole},
            digest=digest,
        )  # fmt: skip
    return job_id


def run(job: JobContext) -> None:
    """Work out a trial: reads the month's handovers, applies both rulebooks, keeps the figures with the job."""
    wanted = job.job.payload
    month = wanted["month"]
    first = date.fromisoformat(f"{month}-01")
    scope = Scope(streets=None if wanted["streets"] is None else frozenset(wanted["streets"]))
    with speaking(wanted["language"]):
        job.report(stage="reading")
        standing = load()
        draft, _problems = read_draft(wanted["text"], wanted["name"], dict(standing.options))
        tried = rules.merged(standing, draft, first, whole=wanted["whole"])
        with unit_of_work(read_only=True) as db:
            meals, figures, claimed = queries.facts_of(db, month, [standing, tried], scope=scope)

        def report(done: int) -> None:
            job.report(stage="trying", done=done, of=2 * len(meals))

        result = rules.try_out(meals, standing, tried, figures=figures, claimed=claimed, report=report)
    with unit_of_work() as db:
        job.finish(db, result.as_json())


def last_month(today: date) -> str:
    """The calendar month before today's."""
    year, month = (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
    return date(year, month, calendar.monthrange(year, month)[1]).strftime("%Y-%m")
