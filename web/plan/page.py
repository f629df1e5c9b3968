"""What the plan page is drawn from, whole or in parts that a script swaps by their id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import render_template, session, url_for

from mealroute.core import jobs
from mealroute.orders import queries as orders
from mealroute.planning import queries, service
from mealroute.planning.records import PlanVersionId
from mealroute.residents.words import DIETS, diet_label
from web import here
from web.plan.board import COMFORT_S, FOOD_CLOCK_S, Board, board_of
from web.plan.eye import RISKS, Eye, Filter
from web.plan.forms import SearchForm
from web.plan.timeline import Scale
from web.streets import street_names
from web.vocabulary import word

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PARTS: Mapping[str, str] = {
    "plan-head": "plan/_head.html", "total": "plan/_total.html", "route-list": "plan/_routes.html", "unassigned": "plan/_left.html",
    "only": "plan/_filter.html", "timeline": "plan/_timeline.html", "stops": "plan/_stops.html",
}  # fmt: skip
"""Element id → the template that draws it. ``route-4`` and ``lane-4`` draw one row each."""


def page_of(db: Session, eye: Eye) -> dict[str, Any] | None:
    """Everything that the templates read; None where the version asked for belongs to another day."""
    versions = queries.versions(db, eye.day, eye.slot)
    standing = queries.latest(db, eye.day, eye.slot)
    wanted = eye.version or (standing.id if standing else None)
    job = jobs.latest(db, service.job_key(eye.day, eye.slot))
    page: dict[str, Any] = {
        "day": eye.day, "slot": eye.slot, "eye": eye, "versions": versions, "job": job, "search": SearchForm(), "board": None, "draft": None,
        "edit": None, "comfort": COMFORT_S, "food_clock": FOOD_CLOCK_S,
    }  # fmt: skip
    if wanted is None:
        return page | {"book": orders.book(db, eye.day, eye.slot)}
    version = queries.version(db, PlanVersionId(wanted))
    if (version.day, version.slot) != (eye.day, eye.slot):
        return None
    board = board_of(db, version, scope=here.actor().scope, eye=eye)
    source = url_for("plan.map_data", version=version.id)
    return page | around(db, board) | {"source": source}


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
