"""A vendor leaves: what hangs on it, who takes over each, a trial of the next day, and the one step that does it all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import jobs
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict
from mealroute.core.i18n import _
from mealroute.core.jobs import JobId, JobRecord, JobState
from mealroute.core.text import mask_name
from mealroute.dispatch import exit_hanging, vendor_exit
from mealroute.dispatch.exit_records import Choices, Hanging, Trial
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.subsidy import service as subsidy
from mealroute.vendors import queries, rules
from web import here
from web.permissions import requires
from web.streets import street_names
from web.vendors.blueprint import bp

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WITH_KITCHEN = "with-kitchen"
GROUPS = ("kitchens", "drivers", "vehicles", "stations", "contracts")
UNDECIDED = "undecided"


@bp.get("/vendors/<int:vendor>/exit")
@requires("vendors.edit")
def exit_page(vendor: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        hangs = exit_hanging.hanging(db, code, clock=here.clock())
        job = jobs.latest(db, vendor_exit.trial_key(code))
        trial = trial_of(job)
        able = [
            each
            for each in queries.vendors(db, on=hangs.next_day)
            if each.code != code and not rules.may_work(each, hangs.next_day)
        ]
        places = [each for each in queries.kitchens(db) if each.is_open(hangs.next_day)]
        names, people = street_names(db), _names(db, trial, hangs)
    chosen = trial.choices if trial is not None else Choices.from_json(job.payload["choices"]) if job else Choices()
    return render_template(
        "vendors/exit.html", h=hangs, v=hangs.vendor, job=job, trial=trial, able=able, places=places, street_names=names, people=people,
        chosen=chosen,
    )  # fmt: skip


@bp.post("/vendors/<int:vendor>/exit/trials")
@requires("vendors.edit")
def try_exit(vendor: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        vendor_exit.start_trial(db, code, choices_from(request.form), by=here.actor(), clock=here.clock())
    here.executor().wake()
    return redirect(
        url_for("vendors.exit_page", vendor=vendor), 303
    )  # with a fragment, browsers do not load the page again


@bp.post("/vendors/<int:vendor>/exit")
@requires("vendors.edit")
def leave(vendor: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        code = queries.vendor_by_id(db, vendor, scope=here.actor().scope).code
        trial = trial_of(jobs.job(db, JobId(request.form.get("trial", 0, int))))
        if trial is None or trial.vendor_code != code:
            raise Conflict("exit-not-tried", _("Run a trial first."))
        rest = request.form.get("responsible-rest", "")
        named = {who: request.form.get(f"responsible-{who}", "").strip() or rest for who in trial.unserved_people}
        vendor_exit.confirm(
            db, trial, named, reason=request.form.get("reason", ""), pricing=subsidy.pricing(db), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    flash(_("The vendor has left; everything is handed over."), "ok")
    return redirect(url_for("vendors.card", vendor=vendor), 303)


def trial_of(job: JobRecord | None) -> Trial | None:
    """What a finished trial says; None for one that is under way, ended otherwise, or is another kind of job."""
    done = job is not None and job.state is JobState.DONE and "fingerprint" in job.result
    return Trial.from_json(job.result) if job is not None and done else None


def choices_from(form: Mapping[str, str]) -> Choices:
    """``kitchens/K1=V02`` and the like; what is undecided, or goes with its kitchen, is left out."""
    found: dict[str, dict[str, str]] = {name: {} for name in GROUPS}
    for key, value in form.items():
        group, slash, code = key.partition("/")
        if slash and group in found and value not in {UNDECIDED, WITH_KITCHEN}:
            found[group][code] = value.strip()
    return Choices.from_json(found)


def _names(db: Session, trial: Trial | None, hangs: Hanging) -> dict[int, str]:
    """Masked names of those whom nobody takes over."""
    if trial is None or not trial.unserved:
        return {}
    found = residents.by_ids(db, {ResidentId(who) for who in trial.unserved_people}, day=hangs.next_day)
    return {number: mask_name(record.name) for number, record in found.items()}
