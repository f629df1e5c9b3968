"""The public menu and price list. Without sign-in, because everybody may know what is cooked and what it costs."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.tables import Table
from mealroute.menus import exports
from mealroute.menus.rules import allergens_of
from mealroute.menus.timetable import diet_table
from web import here
from web.offer.page import Offer, coming, offer_of
from web.permissions import open_to_all
from web.security import limiter

bp = Blueprint("offer", __name__, template_folder="templates")
WHY = "the menu and its prices are public (no personal data)"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/menu")
@open_to_all(WHY)
def menu() -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        monday = coming(db, here.clock().today())
    return redirect(url_for("offer.week", day=monday))


@bp.get("/menu/<day:day>")
@limiter.limit("120 per minute")
@open_to_all(WHY)
def week(day: date) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        offer = offer_of(db, day, today=here.clock().today())
    return render_template(
        "offer/week.html", offer=offer, allergens=lambda dish: allergens_of(dish, diet_table()), after=exports.after_subsidy,
        line_label=exports.line_label, bilingual=exports.bilingual,
    )  # fmt: skip


@bp.get("/menu/<day:day>/menu.csv")
@limiter.limit("30 per minute")
@open_to_all(WHY)
def csv(day: date) -> ResponseReturnValue:
    return _file(day, "csv", "text/csv; charset=utf-8", lambda offer: exports.menu_csv(_table(offer)))


@bp.get("/menu/<day:day>/menu.xlsx")
@limiter.limit("30 per minute")
@open_to_all(WHY)
def xlsx(day: date) -> ResponseReturnValue:
    return _file(day, "xlsx", XLSX, lambda offer: exports.menu_xlsx(_table(offer)))


@bp.get("/menu/<day:day>/menu.pdf")
@limiter.limit("30 per minute")
@open_to_all(WHY)
def pdf(day: date) -> ResponseReturnValue:
    return _file(
        day,
        "pdf",
        "application/pdf",
        lambda offer: exports.menu_pdf(
            offer.monday, offer.menus, diet_table(), subsidy_note=offer.note, subsidy_fen=offer.subsidy_fen
        ),
    )  # fmt: skip


def _table(offer: Offer) -> Table:
    return exports.menu_table(offer.menus, diet_table(), offer.subsidy_fen)


def _file(day: date, kind: str, mimetype: str, made: Callable[[Offer], bytes]) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        offer = offer_of(db, day, today=here.clock().today())
    name = f"menu-{offer.monday.isoformat()}.{kind}"
    return send_file(BytesIO(made(offer)), mimetype=mimetype, download_name=name, as_attachment=kind != "pdf")
