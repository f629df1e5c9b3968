"""Who has no meal, in the order of fragility; a call for each; the callers' sheet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from mealroute.core import audit
from mealroute.core.db import unit_of_work
from mealroute.core.i18n import language, ngettext
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.dispatch import fallback
from mealroute.dispatch.fallback_records import CallRecord, CallResult, WithoutMeal
from mealroute.dispatch.fallback_sheet import callers_pdf
from mealroute.planning.words import reason
from mealroute.residents import queries as residents
from mealroute.residents.build import building_address
from mealroute.residents.loading import category_table
from mealroute.residents.records import ResidentId
from web import here
from web.permissions import requires
from web.streets import street_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

bp = Blueprint("fallback", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the page shows them; the name masked."""

    name: str
    address: str
    street: str
    marks: tuple[str, ...]
    why: str
    owner: str
    must_serve: bool
    unseen_days: int | None
    portions: int
    call: CallRecord | None
    planned: bool


@bp.get("/days/<day:day>/<slot:slot>/fallback")
@requires("plan.view")
def show(day: date, slot: MealSlot) -> ResponseReturnValue:
    scope = here.actor().scope
    with unit_of_work(read_only=True) as db:
        people = fallback.without_meal(db, day, slot, scope=scope)
        calls = {call.resident_id: call for call in fallback.calls(db, day, slot, scope=scope)}
        rows = _rows(db, people, calls)
    now = here.clock().now()
    figures = {
        "settled": sum(row.call is not None and not row.call.open for row in rows),
        "open": sum(row.call is not None and row.call.open for row in rows), "uncalled": sum(row.call is None for row in rows),
    }  # fmt: skip
    return render_template(
        "fallback/show.html", day=day, slot=slot, rows=rows, now=now, results=list(CallResult), **figures
    )


@bp.post("/days/<day:day>/<slot:slot>/fallback/open")
@requires("cases.close")
def open_calls(day: date, slot: MealSlot) -> ResponseReturnValue:
    with unit_of_work() as db:
        new = fallback.open_calls(db, day, slot, by=here.actor(), clock=here.clock())
    flash(ngettext("%(n)d call opened.", "%(n)d calls opened.", new), "ok" if new else "info")
    return redirect(url_for("fallback.show", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/fallback/calls/<int:call>")
@requires("cases.close")
def record(day: date, slot: MealSlot, call: int) -> ResponseReturnValue:
    form = request.form
    result = form.get("result", "")
    with unit_of_work() as db:
        fallback.record_call(
            db, call, CallResult(result) if result in set(CallResult) else CallResult.NOT_REACHED, person=form.get("person", ""),
            note=form.get("note", ""), by=here.actor(), clock=here.clock(),
        )  # fmt: skip
    return redirect(url_for("fallback.show", day=day, slot=slot), 303)


@bp.post("/days/<day:day>/<slot:slot>/fallback/sheet.pdf")
@requires("residents.reveal")
def sheet(day: date, slot: MealSlot) -> ResponseReturnValue:
    """Full names and numbers, so it is recorded who took it and how many people are on it."""
    with unit_of_work() as db:
        open_ = [call for call in fallback.calls(db, day, slot, scope=here.actor().scope) if call.open]
        people = residents.by_ids(db, {ResidentId(call.resident_id) for call in open_}, day=day)
        content = callers_pdf(
            day, open_, {int(number): person for number, person in people.items()}, category_table(), zh=language() == "zh"
        )  # fmt: skip
        audit.record(
            db, by=here.actor(), clock=here.clock(), action="papers.callers", subject=f"calls/{day.isoformat()}/{slot}", rows=len(open_),
            digest=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=f"calls-{day.isoformat()}-{slot}.pdf")


def _rows(db: Session, people: Iterable[WithoutMeal], calls: dict[int, CallRecord]) -> list[Row]:
    """Those without a meal in their order, then calls of people who have a place again."""
    waiting = list(people)
    known = {one.resident_id for one in waiting}
    again = [call for number, call in calls.items() if number not in known]
    wanted = {ResidentId(number) for number in (*known, *(call.resident_id for call in again))}
    names = residents.door_names(db, wanted)
    streets, table = street_names(db), category_table()
    words = {rule.code: rule.name_zh if language() == "zh" else rule.name_en for rule in table.rules}

    def row(number: int, street: str, marks: Iterable[str], code: str, owner: str, one: WithoutMeal | None) -> Row:
        person = names.get(ResidentId(number))
        return Row(
            name=mask_name(person.name) if person else "", address=building_address(person.address, person.building) if person else "",
            street=streets.get(street, street), marks=tuple(words.get(mark, mark) for mark in marks), why=reason(code), owner=owner,
            must_serve=one.must_serve if one else False, unseen_days=one.unseen_days if one else None, portions=one.portions if one else 0,
            call=calls.get(number), planned=one is None,
        )  # fmt: skip

    found = [row(one.resident_id, one.street_code, one.marks, one.reason_code, one.owner, one) for one in waiting]
    return found + [row(c.resident_id, c.street_code, c.marks, c.reason_code, c.owner, None) for c in again]
