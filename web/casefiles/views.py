"""Messages to pass on, and the street's own ladder with its duty list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.areas import queries as areas
from mealroute.core import audit, outbox
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.delivery import duty, street_rules
from mealroute.delivery.ladder_records import Cover, Rung
from mealroute.delivery.ladder_rulebook import ladder_on
from web import here
from web.permissions import requires
from web.streets import street_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

bp = Blueprint("casefiles", __name__, template_folder="templates")


@bp.get("/messages")
@requires("cases.record")
def messages() -> ResponseReturnValue:
    return _messages({})


@bp.post("/messages/<int:message>/reveal")
@requires("cases.record")
def reveal(message: int) -> ResponseReturnValue:
    """The list with one number, once; who looked is kept."""
    with unit_of_work() as db:
        if message not in {each.id for each in outbox.messages(db, scope=here.actor().scope)}:
            raise NotFound("message-not-found", _("There is no such message."))
        shown = outbox.phones(db, [message])
        audit.record(
            db, by=here.actor(), clock=here.clock(), action="outbox.revealed", subject=f"message/{message}", rows=1
        )
    return _messages(shown)


@bp.post("/messages/<int:message>/passed-on")
@requires("cases.record")
def passed_on(message: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        outbox.passed_on(
            db, message, person=here.actor().name, note=request.form.get("note", ""), scope=here.actor().scope, now=here.clock().now()
        )  # fmt: skip
        audit.record(db, by=here.actor(), clock=here.clock(), action="outbox.passed-on", subject=f"message/{message}")
    flash(_("Noted: passed on."), "ok")
    return redirect(url_for("casefiles.messages"), 303)


@bp.get("/cases/ladder")
@requires("cases.view")
def ladder() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        return _ladder(db)


@bp.post("/cases/ladder/minutes")
@requires("ladder.edit")
def set_minutes() -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        new = street_rules.set_minutes(
            db, form.get("street", ""), _minutes(form), from_day=_day(form), reason=form.get("reason", ""), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    flash(_("The street's times are set.") if new else _("These are the times already."), "ok" if new else "info")
    return redirect(url_for("casefiles.ladder", street=form.get("street", "")), 303)


@bp.post("/cases/ladder/people")
@requires("ladder.edit")
def set_person() -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        new = duty.name_person(
            db, form.get("street", ""), _one(Rung, form.get("rung", "")), _one(Cover, form.get("cover", "")), name=form.get("name", ""),
            phone=form.get("phone", ""), community=form.get("community", ""), from_day=_day(form), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The duty list is changed.") if new else _("This is how it stands already."), "ok" if new else "info")
    return redirect(url_for("casefiles.ladder", street=form.get("street", "")), 303)


def _messages(shown: Mapping[int, str]) -> str:
    every = request.args.get("show") == "all"
    with unit_of_work(read_only=True) as db:
        found = outbox.messages(db, scope=here.actor().scope, only_open=not every)
        streets = street_names(db)
    return render_template(
        "casefiles/messages.html", found=found, shown=shown, every=every, streets=streets, today=here.clock().today()
    )


def _ladder(db: Session) -> str:
    streets = {code: name for code, name in street_names(db).items() if here.actor().scope.sees_street(code)}
    code = request.args.get("street", "")
    code = code if code in streets else next(iter(streets), "")
    today = here.clock().today()
    ladders = street_rules.ladders(db, today)
    held = duty.on_duty(db, today, street_code=code) if code else {}
    return render_template(
        "casefiles/ladder.html", streets=streets, street=code, rules=ladders.of(code), district=ladder_on(today),
        history=street_rules.history(db, street_rules.LADDER, code), duties=[each for each in held.values() if each.name],
        named=duty.history(db, code, scope=here.actor().scope), communities=areas.communities(db, code) if code else (), rungs=duty.NAMED,
        covers=list(Cover), all_rungs=list(Rung), today=today,
    )  # fmt: skip


def _minutes(form: Mapping[str, str]) -> dict[str, dict[Rung, int]]:
    """Fields ``no-answer.station``; an empty one follows the district."""
    found: dict[str, dict[Rung, int]] = {}
    for field, text in form.items():
        kind, dot, rung = field.partition(".")
        if not dot or rung not in set(Rung) or not text.strip():
            continue
        if not (text.strip().isascii() and text.strip().isdigit()):
            raise MealrouteError("minutes-out-of-range", _("A rung has between a minute and a week."))
        found.setdefault(kind, {})[Rung(rung)] = int(text)
    return found


def _day(form: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(form.get("from_day", ""))
    except ValueError:
        return here.clock().today()


Named = TypeVar("Named", Rung, Cover)


def _one(kind: type[Named], value: str) -> Named:
    try:
        return kind(value)
    except ValueError:
        raise NotFound("rung-not-found", _("There is no such rung.")) from None
