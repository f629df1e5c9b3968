"""The list of dishes, one dish to look at or change, its prices by date, and the rules that read it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.menus import dishes as service
from mealroute.menus import queries
from mealroute.menus.rules import allergens_of
from mealroute.menus.timetable import diet_table
from mealroute.rulebook.reading import load
from mealroute.rulebook.vocabulary import known, word
from web import here
from web.dishes.forms import price_of, values_of
from web.permissions import requires

bp = Blueprint("dishes", __name__, template_folder="templates")


def _meal_kinds(held: str = "") -> list[tuple[str, str]]:
    """Kinds of meal that the rules in force know, and the one that the dish has."""
    names = load().names
    return [(code, word("meal-kind", code, names)) for code in sorted(known("meal-kind", names) | ({held} - {""}))]


@bp.get("/dishes")
@requires("menus.view")
def index() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found, dated = queries.dishes(db), queries.prices_on(db, here.clock().today())
    prices = {dish.code: dated.get(dish.code, (None, dish.price_fen))[1] for dish in found}
    return render_template(
        "dishes/index.html", dishes=found, prices=prices, allergens={dish.code: allergens_of(dish, diet_table()) for dish in found}
    )  # fmt: skip


@bp.get("/dishes/rules")
@requires("menus.view")
def rules() -> ResponseReturnValue:
    return render_template("dishes/rules.html", table=diet_table())


@bp.get("/dishes/new")
@requires("menus.edit")
def new() -> ResponseReturnValue:
    return render_template(
        "dishes/dish.html",
        dish=None,
        prices=(),
        table=diet_table(),
        today=here.clock().today(),
        meal_kinds=_meal_kinds(),
    )


@bp.post("/dishes/new")
@requires("menus.edit")
def add() -> ResponseReturnValue:
    values = {**values_of(request.form), "active": True}
    code, price = request.form.get("code", ""), price_of(request.form.get("price", ""))
    with unit_of_work() as db:
        dish = service.add_dish(db, code, values, price, by=here.actor(), clock=here.clock())
    flash(_("The dish is entered."), "ok")
    return redirect(url_for("dishes.show", dish=dish.id), 303)


@bp.get("/dishes/<int:dish>")
@requires("menus.view")
def show(dish: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = queries.dish(db, dish)
        prices = queries.price_history(db, found.code)
    return render_template(
        "dishes/dish.html", dish=found, prices=prices, table=diet_table(), today=here.clock().today(), meal_kinds=_meal_kinds(found.kind),
    )  # fmt: skip


@bp.post("/dishes/<int:dish>")
@requires("menus.edit")
def change(dish: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        code = queries.dish(db, dish).code
        changed = service.change_dish(db, code, values_of(request.form), by=here.actor(), clock=here.clock())
    flash(_("The dish is changed.") if changed else _("Nothing was different."), "ok" if changed else "info")
    return redirect(url_for("dishes.show", dish=dish), 303)


@bp.post("/dishes/<int:dish>/prices")
@requires("menus.edit")
def price(dish: int) -> ResponseReturnValue:
    try:
        begins = date.fromisoformat(request.form.get("valid_from", ""))
    except ValueError:
        raise MealrouteError("date-wrong", _("Say from which day the price holds.")) from None
    fen = price_of(request.form.get("price", ""))
    with unit_of_work() as db:
        code = queries.dish(db, dish).code
        service.set_price(db, code, fen, begins, by=here.actor(), clock=here.clock())
    flash(_("The price is entered."), "ok")
    return redirect(url_for("dishes.show", dish=dish), 303)
