"""The week: look at it, draft it, sign and publish it; replace a dish of a closed book with a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mealroute.accounts import rules as accounts
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import Fen
from mealroute.menus import week, week_queries
from mealroute.menus.rules import monday_of
from mealroute.menus.timetable import diet_table
from mealroute.orders import menu_week
from mealroute.subsidy.service import pricing
from web import here, nav
from web.dishes.forms import price_of
from web.menus.weekpage import Line, week_of
from web.permissions import requires

bp = Blueprint("menus", __name__, template_folder="templates")


@bp.get("/menus")
@requires("menus.view")
def index() -> ResponseReturnValue:
    return redirect(url_for("menus.show", day=monday_of(nav.chosen().day)))


@bp.get("/menus/<day:day>")
@requires("menus.view")
def show(day: date) -> ResponseReturnValue:
    edits = accounts.may(current_user.actor, "menus.edit")
    with unit_of_work(read_only=True) as db:
        page = week_of(
            db, day, actor=here.actor(), may_edit=edits, edit=request.args.get("edit", ""),
            holding=request.args.get("show") == "holds",
        )  # fmt: skip
    return render_template(
        "menus/week.html", page=page, diets=list(diet_table().diets), week=timedelta(days=7), today=here.clock().today()
    )  # fmt: skip


@bp.post("/menus/<day:day>/draft")
@requires("menus.edit")
def draft(day: date) -> ResponseReturnValue:
    with unit_of_work() as db:
        week.open_draft(db, day, by=here.actor(), clock=here.clock())
    flash(_("The draft is yours to change; nobody sees it until it is published."), "ok")
    return _back(day)


@bp.post("/menus/<day:day>/copy")
@requires("menus.edit")
def copy(day: date) -> ResponseReturnValue:
    source = _day(request.form.get("source", ""))
    _on_draft(day, lambda db, number, given: week.copy_week(db, number, source, **given))
    flash(_("The dishes of the week of %(day)s are in the draft.", day=source.isoformat()), "ok")
    return _back(day)


@bp.post("/menus/<day:day>/put")
@requires("menus.edit")
def put(day: date) -> ResponseReturnValue:
    line = _line()
    text = request.form.get("price", "").strip()
    price: Fen | None = price_of(text) if text else None
    dish = request.form.get("dish", "")
    _on_draft(
        day,
        lambda db, number, given: week.put_item(
            db, number, line.day, line.slot, diet=line.diet, choice=line.choice, dish_code=dish, price_fen=price, **given
        ),
    )  # fmt: skip
    return _back(day, anchor=f"d-{line.day.isoformat()}")


@bp.get("/menus/<day:day>/add-line")
@requires("menus.edit")
def add_line(day: date) -> ResponseReturnValue:
    """The form for a line that is not there yet."""
    line = Line.read("/".join(request.args.get(name, "") for name in ("on", "slot", "diet", "choice")))
    edit, anchor = (line.key, "edit") if line else (None, None)
    return redirect(url_for("menus.show", day=monday_of(day), edit=edit, _anchor=anchor))


@bp.post("/menus/<day:day>/remove")
@requires("menus.edit")
def remove(day: date) -> ResponseReturnValue:
    line = _line()
    _on_draft(
        day,
        lambda db, number, given: week.remove_item(
            db, number, line.day, line.slot, diet=line.diet, choice=line.choice, **given
        ),
    )
    return _back(day, anchor=f"d-{line.day.isoformat()}")


@bp.post("/menus/<day:day>/sign")
@requires("menus.edit")
def sign(day: date) -> ResponseReturnValue:
    name, on = request.form.get("name", ""), _day(request.form.get("on", ""))
    with unit_of_work() as db:
        week.sign(db, _draft_id(db, day), name, on, by=here.actor(), clock=here.clock())
    flash(_("The signature is noted."), "ok")
    return _back(day)


@bp.post("/menus/<day:day>/publish")
@requires("menus.edit")
def publish(day: date) -> ResponseReturnValue:
    with unit_of_work() as db:
        menu_week.publish_week(db, _draft_id(db, day), by=here.actor(), clock=here.clock())
    flash(_("The week is published; see who clashes with it."), "ok")
    return _back(day)


@bp.post("/menus/<day:day>/discard")
@requires("menus.edit")
def discard(day: date) -> ResponseReturnValue:
    with unit_of_work() as db:
        week.discard(db, _draft_id(db, day), by=here.actor(), clock=here.clock())
    flash(_("The draft is thrown away."), "ok")
    return _back(day)


@bp.post("/menus/<day:day>/replace")
@requires("menus.edit")
def replace(day: date) -> ResponseReturnValue:
    line = _line()
    with unit_of_work() as db:
        changed = menu_week.replace_dish(
            db, line.day, line.slot, diet=line.diet, choice=line.choice, dish_code=request.form.get("dish", ""),
            reason=request.form.get("reason", ""), by=here.actor(), clock=here.clock(), pricing=pricing(db),
        )  # fmt: skip
    flash(
        _(
            "The dish is replaced; %(n)d lines of the book were amended and the kitchen sees it. If the plan is published, put a new version in its place so that counts and labels follow.",
            n=changed,
        ),
        "ok",
    )
    return _back(day, anchor=f"d-{line.day.isoformat()}")


def _on_draft(day: date, change: Callable[[Any, int, dict[str, Any]], object]) -> None:
    with unit_of_work() as db:
        frozen = menu_week.frozen_meals(db, monday_of(day))
        change(db, _draft_id(db, day), {"frozen": frozen, "by": here.actor(), "clock": here.clock()})


def _draft_id(db: Any, day: date) -> int:
    found = week_queries.draft_of(db, monday_of(day))
    if found is None:
        raise NotFound("week-not-found", _("There is no draft of this week."), _("Begin a new draft."))
    return found.id


def _line() -> Line:
    line = Line.read(request.form.get("line", ""))
    if line is None:
        raise MealrouteError("menu-place", _("Choose a diet of the list and a choice from A to F."))
    return line


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MealrouteError("date-wrong", _("Give a date.")) from None


def _back(day: date, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("menus.show", day=monday_of(day), _anchor=anchor), 303)
