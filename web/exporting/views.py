"""The files of a month, the register, one export, a file held against the register."""

from datetime import date, timedelta
from uuid import uuid4

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import jobs
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import JobId
from mealroute.exporting import checking, queries
from mealroute.exporting.records import FORMATS, UNMASKABLE, What
from mealroute.exporting.rulebook import policy_on
from mealroute.vendors import queries as vendors
from web import here
from web.exporting import making
from web.exporting.blueprint import bp
from web.exporting.forms import wanted
from web.exporting.progress import progress_of
from web.permissions import requires
from web.streets import street_names


@bp.get("/exports")
@requires("exports.run")
def index() -> ResponseReturnValue:
    """The last month that is over."""
    last = here.clock().today().replace(day=1) - timedelta(days=1)
    return redirect(url_for("exporting.month", month=f"{last:%Y-%m}"))


@bp.get("/exports/<month:month>")
@requires("exports.run")
def month(month: str) -> ResponseReturnValue:
    by, clock = here.actor(), here.clock()
    with unit_of_work(read_only=True) as db:
        found = queries.register(db, by=by, clock=clock, month=month)
        streets = {code: name for code, name in street_names(db).items() if by.scope.sees_street(code)}
        sellers = vendors.vendors(db, scope=by.scope)
    first = date.fromisoformat(f"{month}-01")
    return render_template(
        "exporting/month.html", month=month, found=found, streets=streets, vendors=sellers, form=uuid4().hex, formats=FORMATS,
        unmaskable=[what for what in What if what in UNMASKABLE], policy=policy_on(clock.today()),
        before=f"{first - timedelta(days=1):%Y-%m}", after=f"{first + timedelta(days=32):%Y-%m}",
    )  # fmt: skip


@bp.post("/exports/<month:month>")
@requires("exports.run")
def ask(month: str) -> ResponseReturnValue:
    export = making.asked(wanted(month, masked=True))
    return redirect(url_for("exporting.show", export=export.id), 303)


@bp.post("/exports/<month:month>/unmasked")
@requires("exports.unmasked")
def ask_unmasked(month: str) -> ResponseReturnValue:
    """Names and ID numbers in full: with a reason, and each person's reveal recorded."""
    export = making.asked(wanted(month, masked=False))
    return redirect(url_for("exporting.show", export=export.id), 303)


@bp.get("/exports/register")
@requires("exports.run")
def register() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("month", "what", "text")}
    with unit_of_work(read_only=True) as db:
        found = queries.register(
            db, by=here.actor(), clock=here.clock(), **asked, before=request.args.get("before", type=int)
        )
        all_of_them = queries.reads_all(here.actor())
    return render_template(
        "exporting/register.html",
        found=found,
        asked=asked,
        kinds=list(What),
        page=queries.PAGE,
        all_of_them=all_of_them,
    )


@bp.get("/exports/register/<int:export>")
@requires("exports.run")
def show(export: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = queries.entry(db, export, by=here.actor(), clock=here.clock())
        acts = queries.acts(db, export)
        job = None if found.export.job_id is None else jobs.job(db, JobId(found.export.job_id))
    return render_template(
        "exporting/show.html", entry=found, acts=acts, job=job, progress=progress_of(found, job), policy=policy_on(here.clock().today())
    )  # fmt: skip


@bp.get("/exports/register/<int:export>/progress.json")
@requires("exports.run")
def progress(export: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = queries.entry(db, export, by=here.actor(), clock=here.clock())
        job = None if found.export.job_id is None else jobs.job(db, JobId(found.export.job_id))
    return jsonify(progress_of(found, job))


@bp.post("/exports/register/<int:export>/stop")
@requires("exports.run")
def stop(export: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        found = queries.entry(db, export, by=here.actor(), clock=here.clock())
        if found.export.job_id is not None:
            jobs.stop(db, JobId(found.export.job_id), keep=False, by=here.actor(), clock=here.clock())
    return redirect(url_for("exporting.show", export=export), 303)


@bp.get("/exports/check")
@requires("exports.run")
def check() -> ResponseReturnValue:
    return render_template("exporting/check.html", result=None, name="")


@bp.post("/exports/check")
@requires("exports.run")
def checked() -> ResponseReturnValue:
    """A file, or a digest where the file is too large to be sent."""
    sent, digest = request.files.get("file"), request.form.get("digest", "")
    name = sent.filename or "" if sent else ""
    with unit_of_work() as db:
        if digest.strip() and not name:
            result = checking.check_digest(db, digest, by=here.actor(), clock=here.clock())
        else:
            data = sent.read() if sent else b""
            result = checking.check_file(db, data, name, by=here.actor(), clock=here.clock())
    return render_template("exporting/check.html", result=result, name=name)
