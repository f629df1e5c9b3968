"""The one search box, the card, and what is changed from it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from mealroute.accounts.rules import may
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.residents import avoiding, pausing, search, service
from mealroute.residents import queries as residents
from mealroute.residents.foods import food_table
from mealroute.residents.records import Consent, Datum, PauseReason, Precision, ResidentId, ResidentState
from web import here, nav
from web.complaints.cards import voice_of
from web.formdata import valid
from web.permissions import requires
from web.residents.cards import card_of, recent_orders, seen_of, shows, standing_week, summaries_for
from web.residents.forms import PauseForm, PointForm, StateForm
from web.streets import street_names

bp = Blueprint("residents", __name__, template_folder="templates")
LIMIT = 100
SOUGHT, FOUND = "sought", "found"
"""What the search box was asked last (in the session), and the list that answers it."""


@bp.get("/residents")
@requires("residents.view")
def index() -> ResponseReturnValue:
    show = request.args.get("show", "all")
    text = str(session.get(SOUGHT, "")) if show == FOUND else request.args.get("q", "").strip()[:100]
    scope, day = here.actor().scope, nav.chosen().day
    with unit_of_work(read_only=True) as db:
        if text or show in {"all", FOUND}:
            found, total = (
                search.search(db, text, scope=scope, day=day, limit=LIMIT),
                search.count(db, text, scope=scope),
            )
        else:
            found = summaries_for(db, show, scope=scope, day=day)
            total = len(found)
    if text and total == 1:
        return redirect(url_for("residents.card", resident=found[0].id))
    return render_template(
        "residents/index.html", q=text, show=show, shows=shows(), found=found, total=total, limit=LIMIT, day=day
    )


@bp.post("/residents")
@requires("residents.view")
def find() -> ResponseReturnValue:
    """What is sought (a name, a phone) stays out of addresses, and so out of histories and logs of proxies."""
    session[SOUGHT] = request.form.get("q", "").strip()[:100]
    return redirect(url_for("residents.index", show=FOUND if session[SOUGHT] else None), 303)


@bp.get("/residents/<int:resident>")
@requires("residents.view")
def card(resident: int) -> ResponseReturnValue:
    return _card(ResidentId(resident))


@bp.post("/residents/<int:resident>/reveal")
@requires("residents.reveal")
def reveal(resident: int) -> ResponseReturnValue:
    """The same card with names and numbers, once; the audit keeps who, what and why."""
    with unit_of_work() as db:
        shown = service.reveal(
            db,
            ResidentId(resident),
            service.REVEALABLE,
            request.form.get("reason", ""),
            by=here.actor(),
            clock=here.clock(),
        )
    return _card(ResidentId(resident), shown)


@bp.post("/residents/<int:resident>/pauses")
@requires("residents.edit")
def pause(resident: int) -> ResponseReturnValue:
    form = valid(PauseForm(request.form))
    with unit_of_work() as db:
        pausing.pause(
            db, ResidentId(resident), form.starts_on.data or here.clock().today(), form.ends_on.data, PauseReason(form.reason.data),
            note=form.note.data or "", by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The pause is entered; meals of those days are taken off by themselves."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


@bp.post("/residents/<int:resident>/pauses/<int:pause>/end")
@requires("residents.edit")
def end_pause(resident: int, pause: int) -> ResponseReturnValue:
    with unit_of_work() as db:
        pausing.cancel_pause(db, pause, by=here.actor(), clock=here.clock())
    flash(_("The pause has ended; meals come again."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


@bp.post("/residents/<int:resident>/foods")
@requires("residents.edit")
def foods(resident: int) -> ResponseReturnValue:
    """Avoided foods and the consent to keep them; needs the right to see health data as well."""
    if not may(here.actor(), "residents.health"):
        raise Forbidden("not-permitted", _("Your role does not see what residents avoid."))
    consent = Consent(request.form.get("consent", ""))
    needs, strict = request.form.getlist("wish"), request.form.getlist("strict")
    with unit_of_work() as db:
        given: dict[str, Any] = {"by": here.actor(), "clock": here.clock()}
        avoiding.note_consent(db, ResidentId(resident), consent, **given)
        if consent is Consent.GIVEN:
            avoiding.change_avoids(db, ResidentId(resident), needs, strict, **given)
    if consent is not Consent.GIVEN and (needs or strict):
        flash(_("Without consent no avoided foods are kept. Dishes are chosen by the diets alone."), "watch")
    else:
        flash(_("What the person avoids is noted; orders of open books follow it."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


@bp.post("/residents/<int:resident>/point")
@requires("residents.edit")
def point(resident: int) -> ResponseReturnValue:
    form = valid(PointForm(request.form))
    try:
        lon, lat = float(form.lon.data or ""), float(form.lat.data or "")
    except ValueError:
        raise MealrouteError("point-wrong", _("Longitude and latitude are numbers such as 116.41 and 39.93.")) from None
    with unit_of_work() as db:
        service.set_point(
            db, ResidentId(resident), lon, lat, Datum(form.datum.data), Precision(form.precision.data), by=here.actor(),
            clock=here.clock(),
        )  # fmt: skip
    flash(_("The point is set."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


@bp.post("/residents/<int:resident>/state")
@requires("residents.edit")
def state(resident: int) -> ResponseReturnValue:
    form = valid(StateForm(request.form))
    with unit_of_work() as db:
        service.change_state(
            db, ResidentId(resident), ResidentState(form.state.data), since=form.since.data, reason=form.reason.data or "",
            by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    flash(_("The state is changed."), "ok")
    return redirect(url_for("residents.card", resident=resident), 303)


def _card(resident: ResidentId, revealed: dict[str, str] | None = None) -> str:
    day = nav.chosen().day
    with unit_of_work(read_only=True) as db:
        record = residents.resident(db, resident, scope=here.actor().scope, day=day)
        page = {
            "r": record, "street": street_names(db).get(record.street_code, record.street_code), "pauses": residents.pauses(db, resident),
            "states": residents.history(db, resident), "categories": card_of(record), "standing": standing_week(db, resident, scope=here.actor().scope, day=day),
            "voice": voice_of(db, resident, scope=here.actor().scope) if may(here.actor(), "complaints.view") else None,
            "seen": seen_of(db, record) if may(here.actor(), "cases.view") else None,
            "recent": recent_orders(db, resident, scope=here.actor().scope, day=day),
        }  # fmt: skip
    form, place = PauseForm(data={"starts_on": here.clock().today()}), PointForm()
    return render_template(
        "residents/card.html", foods=food_table(), day=day, revealed=revealed, form=form, place=place, **page
    )
