"""What the plan page is drawn from, whole or in parts that a script swaps by their id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import render_template, session, url_for

from mealroute.accounts import rules
from mealroute.core.text import mask_name
from mealroute.drafting import queries as drafting
from mealroute.drafting.alterations import SUPPOSED
from mealroute.drafting.records import DraftView
from mealroute.drafting.words import edit_sentence
from mealroute.orders import queries as orders
from mealroute.planning import queries, service
from mealroute.planning.records import PlanVersionId
from mealroute.residents.words import DIETS, diet_label
from mealroute.vendors import driver_papers
from mealroute.welfare import queries as welfare
from web import here
from web.jobs import progress
from web.plan.board import COMFORT_S, FOOD_CLOCK_S, Board, Fleet, board_of
from web.plan.drafted import board_of_draft
from web.plan.eye import RISKS, Eye, Filter
from web.plan.forms import SearchForm
from web.plan.proposed import beside_plan, running
from web.plan.supposed import supposed_sentence
from web.plan.timeline import Scale
from web.streets import street_names
from web.vocabulary import word

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PARTS: Mapping[str, str] = {
    "plan-head": "plan/_head.html", "total": "plan/_total.html", "route-list": "plan/_routes.html", "unassigned": "plan/_left.html",
    "only": "plan/_filter.html", "board-forms": "plan/_board_forms.html", "notes": "plan/_notes.html", "keys": "plan/_keys.html", "timeline": "plan/_timeline.html", "stops": "plan/_stops.html",
}  # fmt: skip
"""Element id → the template that draws it. ``route-4`` and ``lane-4`` draw one row each."""


def page_of(db: Session, eye: Eye) -> dict[str, Any] | None:
    """Everything that the templates read; None where the version asked for belongs to another day."""
    draft_id = drafting.open_draft(db, eye.day, eye.slot)
    if draft_id is not None and eye.version is None:
        return page_of_draft(db, drafting.view(db, draft_id), eye)
    page = _frame(db, eye)
    standing = queries.latest(db, eye.day, eye.slot)
    wanted = eye.version or (standing.id if standing else None)
    if wanted is None:
        return page | {"book": orders.book(db, eye.day, eye.slot)}
    version = queries.version(db, PlanVersionId(wanted))
    if (version.day, version.slot) != (eye.day, eye.slot):
        return None
    board = board_of(db, version, scope=here.actor().scope, eye=eye)
    may_edit = draft_id is None and version.routes and rules.may(here.actor(), "plan.edit")
    edit = {"draft": "", "seen": 0, "version": version.id, "url": eye.url("plan.edit")} if may_edit else None
    source = url_for("plan.map_data", version=version.id)
    return (
        page
        | around(db, board)
        | {"source": source, "edit": edit, "elsewhere": draft_id, "faces": queries.faces(db, version.id)}
    )


def page_of_draft(db: Session, view: DraftView, eye: Eye) -> dict[str, Any]:
    """The same of an open draft."""
    eye = replace(eye, version=None)
    fleet = Fleet.of(db)
    board = board_of_draft(db, view, scope=here.actor().scope, eye=eye, fleet=fleet)
    edit = {"draft": view.id, "seen": view.revision, "version": view.base_version, "url": eye.url("plan.edit")}
    source = url_for("plan.draft_map", day=eye.day, slot=eye.slot)
    frame = _frame(db, eye)
    search = running(db, view.id)
    frame["job"] = progress.view(db, search) if search else frame["job"]
    return frame | around(db, board) | {
        "source": source, "draft": view, "edit": edit if rules.may(here.actor(), "plan.edit") else None,
        "undoes": edit_sentence(view.undo, view) if view.undo else "", "redoes": edit_sentence(view.redo, view) if view.redo else "",
        "yard": _yard(fleet, view), "proposals": beside_plan(db, view.id), "supposed": _supposed(view),
    }  # fmt: skip


def _frame(db: Session, eye: Eye) -> dict[str, Any]:
    """What every form of the page has."""
    return {
        "day": eye.day, "slot": eye.slot, "eye": eye, "behind": driver_papers.held_back(db, eye.day), "versions": queries.versions(db, eye.day, eye.slot),
        "faces": None, "job": progress.latest(db, service.job_key(eye.day, eye.slot)), "search": SearchForm(), "board": None, "draft": None, "edit": None,
        "comfort": COMFORT_S, "food_clock": FOOD_CLOCK_S, "yard": Yard((), (), ()), "elsewhere": None, "proposals": (), "supposed": (), "undoes": "", "redoes": "",
        "to_call": welfare.open_calls(db, eye.day, scope=here.actor().scope),
    }  # fmt: skip


def _supposed(view: DraftView) -> list[str]:
    """What somebody has to arrange before the draft can be saved."""
    return [supposed_sentence(one) for one in view.assumes if one["kind"] in SUPPOSED]


@dataclass(frozen=True, slots=True)
class Yard:
    """Who and what could be used that day, as codes with the words for them; names masked."""

    drivers: tuple[tuple[str, str], ...]
    spare: tuple[tuple[str, str, bool], ...]
    register: tuple[tuple[str, str], ...]


def _yard(fleet: Fleet, view: DraftView) -> Yard:
    """Drivers of the day; vehicles of the draft that carry nothing (and whether they were taken out); the rest of the register."""
    people, vehicles = fleet.drivers, fleet.vehicles
    names = {code: mask_name(driver.name) for code, driver in people.items()}
    known = {route.vehicle_code for route in view.routes} | {one.vehicle_code for one in view.spare}
    return Yard(
        tuple((code, f"{names[code]} {code}") for code, driver in people.items() if driver.works_on(view.day)),
        tuple(
            (
                one.vehicle_code,
                f"{names.get(one.driver_code, one.driver_code)} · {vehicles[one.vehicle_code].plate}",
                one.out,
            )
            for one in view.spare
            if one.vehicle_code in vehicles
        ),
        tuple(
            (one.code, f"{one.plate} · {word('vehicle', one.kind)}")
            for one in vehicles.values()
            if one.code not in known
        ),
    )


def around(db: Session, board: Board) -> dict[str, Any]:
    """What stands around a board: the choices of the filter, the scale of the timeline, the hour."""
    only, streets = board.eye.only, street_names(db)
    clock = here.clock()
    local = clock.local(clock.now())
    words = [streets.get(only.street, only.street), board.kitchens.get(only.kitchen, only.kitchen)]
    words += [
        word("diet", only.diet) if only.diet else "",
        word("risk", only.risk) if only.risk else "",
        word("lateness", only.late) if only.late else "",
    ]
    return {
        "board": board, "streets": sorted(streets.items()), "diets": [(diet, diet_label(diet)) for diet in DIETS if diet != "normal"], "risks": [(risk, word("risk", risk)) for risk in RISKS],
        "nothing": Filter(), "only_words": [text for text in words if text], "scale": Scale.of(view.lane for view in board.routes),
        "now_s": (local.hour * 60 + local.minute) * 60 if local.date() == board.eye.day else None, "printed_at": clock.now(),
        "letters_off": session.get("letters") == "off", "counts": {"plan.board": (len(board.left), "watch")} if board.left else {},
    }  # fmt: skip


def parts_of(page: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, str]:
    """The parts asked for by element id; a name that is no part is left out."""
    found = {}
    for name in wanted:
        if name in PARTS:
            found[name] = render_template(PARTS[name], **page)
            continue
        kind, _dash, number = name.partition("-")
        view = page["board"].route(int(number)) if kind in {"route", "lane"} and number.isdigit() else None
        if view is not None:
            found[name] = render_template(f"plan/_{kind}.html", view=view, **page)
    return found
