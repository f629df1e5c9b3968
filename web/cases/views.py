"""The list of cases, one case, and what is done about it."""

import uuid
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import outbox
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.delivery import case_queries, case_steps, cases
from mealroute.delivery.ladder_records import StepMeans, StepResult
from web import here
from web.cases import page
from web.permissions import requires
from web.streets import street_names

bp = Blueprint("cases", __name__, template_folder="templates")
LONGEST_DAYS = 92


@bp.get("/cases")
@requires("cases.view")
def index() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = case_queries.open_cases(db, scope=here.actor().scope, clock=here.clock())
        streets = street_names(db)
    return render_template("cases/index.html", found=found, page=page, counts=_count(len(found)), **_here(streets))


@bp.get("/cases/days")
@requires("cases.view")
def days() -> ResponseReturnValue:
    """Cases of some days, the closed ones too."""
    first, last = _span()
    with unit_of_work(read_only=True) as db:
        found = case_queries.between(db, first, last, scope=here.actor().scope, clock=here.clock())
        streets = street_names(db)
    return render_template("cases/days.html", found=found, first=first, last=last, **_here(streets))


@bp.get("/cases/<int:case>")
@requires("cases.view")
def show(case: int) -> ResponseReturnValue:
    return _show(case, shown=False)


@bp.post("/cases/<int:case>/reveal")
@requires("cases.record")
def reveal(case: int) -> ResponseReturnValue:
    """The same page with names and numbers, once; the case's history keeps who looked."""
    with unit_of_work() as db:
        case_steps.revealed(db, case, by=here.actor(), clock=here.clock())
    return _show(case, shown=True)


@bp.post("/cases/<int:case>/steps")
@requires("cases.record")
def step(case: int) -> ResponseReturnValue:
    tap = request.form.get("tap", "")
    means, _slash, result = tap.partition("/")
    with unit_of_work() as db:
        case_steps.record(
            db, case, means=StepMeans(means) if means in set(StepMeans) else StepMeans.DESK,
            result=StepResult(result) if result in set(StepResult) else StepResult.NONE, person=request.form.get("person", ""),
            note=request.form.get("note", ""), client_id=_client_id(), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    if tap in page.FOUND:
        flash(_("Recorded. Who says so, and how do they know? Then the case can be closed."), "info")
        return redirect(url_for("cases.show", case=case, _anchor="close"), 303)
    flash(_("Recorded."), "ok")
    return redirect(
        url_for("cases.show", case=case) if request.form.get("back") == "case" else url_for("cases.index"), 303
    )


@bp.post("/cases/<int:case>/take")
@requires("cases.record")
def take(case: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        case_steps.take(db, case, by=here.actor(), clock=here.clock())
    flash(_("You answer for this case now."), "ok")
    return redirect(url_for("cases.show", case=case), 303)


@bp.post("/cases/<int:case>/up")
@requires("cases.record")
def up(case: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        case_steps.climb_now(db, case, reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock())
    flash(_("The next one is asked now; the message is in the outbox."), "ok")
    return redirect(url_for("cases.show", case=case), 303)


@bp.post("/cases/<int:case>/close")
@requires("cases.close")
def close(case: int) -> ResponseReturnValue:
    person, how = request.form.get("person", ""), request.form.get("how", "")
    with unit_of_work() as db:
        cases.close_follow_up(db, case, named_person=person, how=how, by=here.actor(), clock=here.clock())
    flash(_("Closed by %(name)s.", name=person.strip()), "ok")
    return redirect(url_for("cases.index"), 303)


def _show(case: int, *, shown: bool) -> str:
    with unit_of_work(read_only=True) as db:
        found = case_queries.case(db, case, scope=here.actor().scope, clock=here.clock())
        people = page.contacts(db, found, shown=shown)
        told = outbox.messages(db, scope=here.actor().scope, subject=f"follow-up/{case}")
        streets = street_names(db)
    return render_template(
        "cases/show.html", case=found, people=people, shown=shown, told=told, page=page, **_here(streets)
    )


def _here(streets: dict[str, str]) -> dict[str, object]:
    return {
        "streets": streets,
        "now": here.clock().now(),
        "today": here.clock().today(),
        "client_id": lambda: str(uuid.uuid4()),
    }


def _count(number: int) -> dict[str, tuple[int, str]]:
    return {"cases.index": (number, "danger")} if number else {}


def _client_id() -> str:
    try:
        return str(uuid.UUID(request.form.get("client_id", "")))
    except ValueError:
        return str(uuid.uuid4())


def _span() -> tuple[date, date]:
    """The days asked for; a week where nothing or something impossible is asked."""
    today = here.clock().today()
    try:
        first, last = date.fromisoformat(request.args["from"]), date.fromisoformat(request.args["to"])
    except (KeyError, ValueError):
        return today - timedelta(days=6), today
    first, last = min(first, last), max(first, last)
    return max(first, last - timedelta(days=LONGEST_DAYS)), last
