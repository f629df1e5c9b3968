"""Publishing a draft, in the place of the published plan or not; two versions side by side; who knows of a change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import replacing
from mealroute.dispatch import notices
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.notice_records import Audience, Means
from mealroute.planning import publishing, queries
from mealroute.planning.records import PlanVersionId
from web import here
from web.permissions import requires, signed_in
from web.publish.compare import Filter, comparison_of
from web.publish.forms import Reasons
from web.publish.review import review_of
from web.publish.told import NoticeView, Told, told_of, unseen_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = Blueprint("publish", __name__, template_folder="templates")


@bp.app_template_global()
def unseen_notices(audience: str, day: date, slot: MealSlot) -> tuple[NoticeView, ...]:
    """For the top of a kitchen's or a vendor's page (``publish/_unseen.html``): what nobody there has seen yet."""
    with unit_of_work(read_only=True) as db:
        return unseen_of(db, day, slot, Audience(audience), scope=here.actor().scope, clock=here.clock())


@bp.app_template_global()
def told_today(day: date, slot: MealSlot) -> Told:
    """For boards: how many have seen the newest change, and who must phone."""
    with unit_of_work(read_only=True) as db:
        return told_of(db, day, slot, scope=here.actor().scope, clock=here.clock())


@bp.app_template_global()
def book_moved(day: date, slot: MealSlot) -> int:
    """For boards: orders that have changed in the book since the published plan was made."""
    with unit_of_work(read_only=True) as db:
        standing = queries.published(db, day, slot)
        return len(publishing.orders_changed(db, standing)) if standing else 0


@bp.get("/plans/<int:version>/publish")
@requires("plan.view")
def review(version: int) -> ResponseReturnValue:
    """Before: what is broken and what changes. After: who answered for what."""
    return _review(version, Reasons())


@bp.post("/plans/<int:version>/publish")
@requires("dispatch.publish")
def send(version: int) -> ResponseReturnValue:
    given = Reasons.of(request.form)
    try:
        with unit_of_work() as db:
            count = _send(db, PlanVersionId(version), given)
            summary = queries.summary(db, PlanVersionId(version))
    except Conflict as refused:
        if refused.code not in {"plan-breaks-rules", "plan-outdated"}:
            raise
        flash(f"{refused.sentence} {refused.hint}", "danger")
        return _review(version, given), 409
    flash(_("%(n)d routes published; their sheets are ready.", n=count), "ok")
    if given.replaces:
        return redirect(url_for("publish.told", day=summary.day, slot=summary.slot), 303)
    return redirect(url_for("plan.board", day=summary.day, slot=summary.slot, version=version), 303)


@bp.get("/plans/<int:version>/compare/<int:other>")
@requires("plan.view")
def compare(version: int, other: int) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        old, new = queries.summary(db, PlanVersionId(version)), queries.summary(db, PlanVersionId(other))
        if (old.day, old.slot) != (new.day, new.slot):
            raise NotFound("version-not-found", _("This plan belongs to another day."))
        found = comparison_of(db, old, new, scope=here.actor().scope, chosen=Filter.of(request.args))
        versions = queries.versions(db, old.day, old.slot)
    return render_template("publish/compare.html", day=old.day, slot=old.slot, c=found, versions=versions)


@bp.get("/days/<day:day>/<slot:slot>/notices")
@requires("live.view")
def told(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work(read_only=True) as db:
        found = told_of(db, day, slot, scope=here.actor().scope, clock=here.clock())
        standing = queries.published(db, day, slot)
    return render_template("publish/told.html", day=day, slot=slot, told=found, version=standing)


@bp.post("/notices/<int:notice>/seen")
@signed_in
def seen(notice: int) -> ResponseReturnValue:
    """Those whom it is for have seen it; somebody else has told them on the phone."""
    scope = here.actor().scope
    own = {Audience.DRIVER: scope.driver, Audience.VENDOR: scope.vendor, Audience.KITCHEN: scope.kitchen}
    at_home = scope.vendor is not None and scope.kitchen is None  # whoever runs a kitchen reads for it
    with unit_of_work() as db:
        record = notices.notice(db, notice, scope=scope, clock=here.clock())
        means = (
            Means.PAGE
            if own[record.audience] == record.code or (at_home and record.audience is Audience.KITCHEN)
            else Means.PHONE
        )
        notices.seen(db, notice, means=means, by=here.actor(), clock=here.clock())
    flash(
        _("Noted.") if means is Means.PAGE else _("Noted that %(name)s was told on the phone.", name=record.name), "ok"
    )
    back = request.form.get("back", "")
    return redirect(back if back.startswith("/") and not back.startswith("//") else url_for("home.start"), 303)


def _send(db: Session, version: PlanVersionId, given: Reasons) -> int:
    by, clock, key = here.actor(), here.clock(), here.settings().secret_key
    if not given.replaces:
        return len(
            dispatch.publish(
                db,
                version,
                overrides=given.overrides,
                outdated_reason=given.outdated,
                by=by,
                clock=clock,
                secret_key=key,
            )
        )
    return len(
        replacing.republish(
            db, version, replaces=PlanVersionId(given.replaces), reason=given.reason, overrides=given.overrides,
            outdated_reason=given.outdated, by=by, clock=clock, secret_key=key,
        )
    )  # fmt: skip


def _review(version: int, given: Reasons) -> str:
    with unit_of_work(read_only=True) as db:
        found = review_of(db, PlanVersionId(version), given, scope=here.actor().scope, clock=here.clock())
    return render_template("publish/review.html", day=found.version.day, slot=found.version.slot, r=found)
