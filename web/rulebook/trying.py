"""Trial runs: a draft on last month's real handovers, as a job; its cost beside the rules in force."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _, language
from mealroute.rulebook.reading import load, read_draft
from mealroute.rulebook.vocabulary import word as code_word
from mealroute.settlement.payees import names as payee_names
from mealroute.trials import queries, service
from mealroute.trials.records import TrialResult
from web import here
from web.permissions import requires
from web.rulebook.drafts import draft_page, uploaded
from web.rulebook.views import bp
from web.streets import street_names


@bp.get("/rulebook/trials")
@requires("rules.try")
def trials() -> ResponseReturnValue:
    """The form, and the trials that were made."""
    with unit_of_work(read_only=True) as db:
        found = queries.trials(db, scope=here.actor().scope)
    return render_template("rulebook/trials.html", trials=found, month=service.last_month(here.clock().today()))


@bp.post("/rulebook/trials")
@requires("rules.try")
def start_trial() -> ResponseReturnValue:
    """A file with mistakes is answered with all of them, like a draft that is only checked."""
    name, text = uploaded()
    month = request.form.get("month", "")
    try:
        date.fromisoformat(f"{month}-01")
    except ValueError:
        raise MealrouteError(
            "month-invalid", _("“%(month)s” is not a month.", month=month), _("Write it as 2026-02.")
        ) from None
    if read_draft(text, name, dict(load().options))[1]:
        return draft_page(name, text)
    with unit_of_work() as db:
        job_id = service.ask(
            db,
            text,
            name,
            month,
            whole=request.form.get("whole") == "yes",
            language=language(),
            by=here.actor(),
            clock=here.clock(),
        )
    here.executor().wake()
    return redirect(url_for("rulebook.trial", job=job_id), 303)


@bp.get("/rulebook/trials/<int:job>")
@requires("rules.try")
def trial(job: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = queries.trial(db, job, scope=here.actor().scope)
        names = street_names(db)
        result = TrialResult.from_json(found.result) if found.result else None
        payees = payee_names(db, [one.code for one in result.operator_movers]) if result else {}
    return render_template(
        "rulebook/trial.html",
        job=found,
        result=result,
        names=names,
        payees=payees,
        payer=lambda code: code_word("payer", code, load().names),
    )
