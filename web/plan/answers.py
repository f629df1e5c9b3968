"""The answer to a change: what is swapped on the page, what the map redraws, and one sentence about the consequence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template
from flask.typing import ResponseReturnValue

from mealroute.drafting.records import Answer
from web.errors import wants_json
from web.plan import mapdata
from web.plan.eye import Eye
from web.plan.page import page_of_draft, parts_of
from web.plan.said import said_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ALWAYS = ("plan-head", "total", "unassigned", "board-forms", "keys", "notes")


def answered(db: Session, answer: Answer, eye: Eye, *, own: bool = True) -> ResponseReturnValue:
    """After a change by this person (``own``), or when others have changed something: parts for a script, else back to the page."""
    page = page_of_draft(db, answer.view, eye)
    said = said_of(db, answer, page["board"].ledger, own=own)
    if not wants_json():
        flash(said.plain, said.tone)
        return redirect(eye.url(), 303)
    numbers = {route.vehicle: route.number for route in answer.view.routes}
    changed = sorted(numbers[vehicle] for vehicle in answer.changed if vehicle in numbers)
    parts = parts_of(page, _wanted(answer, eye, page, changed))
    parts["said"] = render_template("plan/_said.html", said=said, own=own, **page)
    board = page["board"]
    routes = [mapdata.route_of(view, ()) for view in board.routes if view.number in changed]
    return jsonify(
        revision=answer.view.revision, message=said.plain, tone=said.tone, parts=parts, changed=changed, stops=said.keys,
        map={"routes": routes, "numbers": sorted(numbers.values()), "unassigned": mapdata.left_of(board), "shown": mapdata.shown_of(board)},
    )  # fmt: skip


def _wanted(answer: Answer, eye: Eye, page: Mapping[str, Any], changed: Iterable[int]) -> list[str]:
    """Whole lists where routes came, went or are filtered, else only the rows that changed."""
    found = [*ALWAYS]
    board, numbers = page["board"], list(changed)
    whole = eye.only.active or _other_routes(answer)
    found += ["route-list"] if whole else [f"route-{number}" for number in numbers]
    found += ["only"] if eye.only.active else []
    if eye.tab == "timeline":
        found += ["timeline"] if whole else [f"lane-{number}" for number in numbers]
    if whole or (board.chosen and board.chosen.number in numbers) or not board.chosen:
        found.append("stops")
    return found


def _other_routes(answer: Answer) -> bool:
    """Whether a route appeared or vanished, or a vehicle left the yard."""
    used = {route.vehicle for route in answer.view.routes}
    for vehicle in answer.changed:
        effect = answer.impact.get(vehicle)
        if vehicle not in used or (effect is not None and not effect.before.stops):
            return True
    return False
