"""Preparing, signing and approving as work beside the page: asked for here, followed and dropped here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import job_queue
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.jobs import JobState
from mealroute.settlement import jobs, signing_jobs, view_jobs
from mealroute.settlement.chain_records import FIGURES, Cut
from mealroute.settlement.records import Step
from mealroute.subsidy.rulebook import load_rulebook
from web import here
from web.permissions import requires
from web.settlement.progress import progress_of
from web.settlement.views import bp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from mealroute.settlement.asked import Asked


def asked(month: str, ask: Callable[[Session], object], words: str) -> ResponseReturnValue:
    """Ask for work on a month, and lead back to the page that shows it."""
    with unit_of_work() as db:
        ask(db)
    here.executor().wake()
    flash(words, "info")
    return redirect(url_for("settlement.month", month=month), 303)


def _step(month: str, step: Step, words: str) -> ResponseReturnValue:
    def ask(db: Session) -> object:
        return jobs.ask(db, load_rulebook().payer, month, step, by=here.actor(), clock=here.clock())

    return asked(month, ask, words)


@bp.post("/settlement/<month:month>/prepare")
@requires("subsidy.close")
def prepare(month: str) -> ResponseReturnValue:
    return _step(month, Step.PREPARE, _("The month is being prepared; this page shows how far it is."))


@bp.post("/settlement/<month:month>/approve")
@requires("settlement.approve")
def approve(month: str) -> ResponseReturnValue:
    return _step(month, Step.APPROVE, _("The month is being closed; this page shows how far it is."))


@bp.get("/settlement/<month:month>/progress.json")
@requires("subsidy.view")
def working(month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        work = jobs.last(db, load_rulebook().payer, month)
        return _told(db, work, jobs.STAGES[work.step] if work is not None else ())


def _told(db: Session, work: Asked | None, names: tuple[str, ...]) -> ResponseReturnValue:
    if work is None:
        return jsonify({"state": str(JobState.DONE)})
    place = job_queue.places(db).get(work.job.id) if work.open else None
    found = progress_of(work, names, place)
    answer: dict[str, Any] = {
        "state": str(work.job.state), "percent": found.percent, "figures": {"stage": found.said, "elapsed": found.elapsed},
        "stages": {one.name: one.state for one in found.stages},
    }  # fmt: skip
    return jsonify(answer)


@bp.post("/settlement/<month:month>/reckon")
@requires("subsidy.view")
def reckon(month: str) -> ResponseReturnValue:
    """Reckon the figures of a big month anew, to be shown; nothing of the month changes."""
    with unit_of_work() as db:
        view_jobs.ask(db, load_rulebook().payer, month, by=here.actor(), clock=here.clock())
    here.executor().wake()
    flash(_("The figures are being reckoned; this page shows how far it is."), "info")
    return redirect(_asked_from(month, request.form), 303)


def _asked_from(month: str, form: Mapping[str, str]) -> str:
    """The page on which the button stands: the cut of the chain and the figure that its reader had chosen among it."""
    cut = form.get("by") if form.get("by") in set(Cut) else None
    match form.get("page"):
        case "lines" if form.get("figure") in FIGURES:
            return url_for("settlement.chain_of", month=month, by=cut, key=form.get("key"), figure=form["figure"])
        case "chain" | "lines":
            return url_for("settlement.chain", month=month, by=cut)
        case "budget":
            return url_for("settlement.budget", year=int(month[:4]))
        case _:
            return url_for("settlement.month", month=month)


@bp.get("/settlement/<month:month>/reckoning.json")
@requires("subsidy.view")
def reckoning(month: str) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        return _told(db, view_jobs.last(db, load_rulebook().payer, month), view_jobs.STAGES)


def _dropped(month: str, drop: Callable[[Session], bool]) -> ResponseReturnValue:
    with unit_of_work() as db:
        found = drop(db)
    flash(_("It is being dropped; nothing of it is kept.") if found else _("It was over already."), "info")
    return redirect(url_for("settlement.month", month=month), 303)


def _step_dropped(month: str, step: Step) -> ResponseReturnValue:
    def drop(db: Session) -> bool:
        return jobs.drop(db, load_rulebook().payer, month, step, by=here.actor(), clock=here.clock())

    return _dropped(month, drop)


@bp.post("/settlement/<month:month>/prepare/drop")
@requires("subsidy.close")
def drop_preparing(month: str) -> ResponseReturnValue:
    return _step_dropped(month, Step.PREPARE)


@bp.post("/settlement/<month:month>/approve/drop")
@requires("settlement.approve")
def drop_approving(month: str) -> ResponseReturnValue:
    return _step_dropped(month, Step.APPROVE)


@bp.get("/settlement/<month:month>/signing.json")
@requires("settlement.check")
def signing(month: str) -> ResponseReturnValue:
    """How far the reader's own signing is."""
    with unit_of_work(read_only=True) as db:
        found = signing_jobs.last(db, load_rulebook().payer, month, here.actor().account_id)
        return _told(db, found, signing_jobs.STAGES)


@bp.post("/settlement/<month:month>/sign/drop")
@requires("settlement.check")
def drop_signing(month: str) -> ResponseReturnValue:
    def drop(db: Session) -> bool:
        return signing_jobs.drop(db, load_rulebook().payer, month, by=here.actor(), clock=here.clock())

    return _dropped(month, drop)
