"""The list of jobs, one job, and the wish to stop it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import jobs
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import JobId
from web import here
from web.jobs import progress
from web.permissions import requires

bp = Blueprint("jobs", __name__, template_folder="templates")


@bp.get("/jobs")
@requires("plan.view")
def index() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = progress.listed(db)
    return render_template("jobs/index.html", jobs=found)


@bp.get("/jobs/<int:job>")
@requires("plan.view")
def show(job: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = progress.view(db, jobs.job(db, JobId(job)))
    return render_template("jobs/show.html", job=found)


@bp.post("/jobs/<int:job>/cancel")
@requires("plan.run")
def cancel(job: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        jobs.stop(db, JobId(job), keep=request.form.get("keep") == "yes", by=here.actor(), clock=here.clock())
    return redirect(url_for("jobs.show", job=job), 303)
