"""A vendor's pages: what it is asked, accept and decline, its own drivers on its own runs."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.dispatch import crew, offer_service
from mealroute.dispatch.offer_words import why_text
from web import here, nav
from web.permissions import requires
from web.vendorwork.day import work_of

bp = Blueprint("vendorwork", __name__, template_folder="templates")


@bp.get("/my-work")
@requires("work.view")
def today() -> ResponseReturnValue:
    moment = nav.chosen()
    return _page(moment.day, moment.slot)


@bp.get("/my-work/<day:day>/<slot:slot>")
@requires("work.view")
def day(day: date, slot: MealSlot) -> ResponseReturnValue:
    return _page(day, slot)


@bp.post("/my-work/offers/<int:offer>/accept")
@requires("offers.answer")
def accept(offer: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        offer_service.accept(db, offer, by=here.actor(), clock=here.clock())
    flash(_("The run is yours. Name its driver if the planned one is not yours."), "ok")
    return _back()


@bp.post("/my-work/offers/<int:offer>/decline")
@requires("offers.answer")
def decline(offer: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        offer_service.decline(db, offer, request.form.get("reason", ""), by=here.actor(), clock=here.clock())
    flash(_("Declined. The run has gone on to the next vendor."), "info")
    return _back()


@bp.post("/my-work/runs/<int:run>/crew")
@requires("offers.answer")
def name_crew(run: int) -> ResponseReturnValue:
    form = request.form
    with unit_of_work() as db:
        crew.name_crew(
            db, run, form.get("driver", ""), form.get("vehicle", ""), reason=form.get("reason", ""), by=here.actor(), clock=here.clock()
        )  # fmt: skip
    flash(_("Driver and vehicle are named; the former driver's link is closed."), "ok")
    return _back()


def _page(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        work = work_of(db, day, slot, actor=here.actor(), clock=here.clock())
    counts = {"vendorwork.day": (len(work.offers), "watch")} if work.offers else {}
    return render_template("vendorwork/day.html", day=day, slot=slot, w=work, counts=counts, why_text=why_text)


def _back() -> ResponseReturnValue:
    moment = nav.chosen()
    return redirect(url_for("vendorwork.day", day=moment.day, slot=moment.slot), 303)
