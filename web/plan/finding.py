"""Find somebody, an address or a route in a plan. What was typed is sent in the body, never in an address: it names people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.text import compact, route_label
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineRecord
from mealroute.residents.search import search
from web.plan.board import Board, RouteView
from web.plan.lanes import Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: a whole route (``key`` 0), a stop of it, or something that is on no route (``number`` 0)."""

    number: int
    key: int
    title: str
    text: str


def hits(db: Session, board: Board, text: str, *, scope: Scope) -> tuple[Hit, ...]:
    """Routes by number, driver, plate or vehicle first, then people and addresses within the reader's streets."""
    if not text.strip():
        return ()
    found = [_of_route(view) for view in board.routes if _names(view, compact(text))]
    people = {person.id: person for person in search(db, text, scope=scope, day=board.eye.day, limit=MOST)}
    lines = {line.line_id: line for line in _book(db, board) if line.resident_id in people}
    for view in board.routes:
        for step in view.lane.jobs:
            for line_id in step.lines:
                if line_id in lines:
                    person = people[lines.pop(line_id).resident_id]
                    found.append(Hit(view.number, step.key, person.name, _place(step, person.address)))
    for line in lines.values():
        person = people[line.resident_id]
        found.append(Hit(0, line.line_id, person.name, person.address))
    return tuple(found[:MOST])


def _names(view: RouteView, text: str) -> bool:
    words = (view.plate, view.lane.vehicle_code, view.lane.driver_code)
    return text == route_label(view.number).lower() or any(len(text) > 1 and text in compact(word) for word in words)


def _of_route(view: RouteView) -> Hit:
    return Hit(view.number, 0, view.driver, view.plate)


def _place(step: Step, address: str) -> str:
    return f"{step.number} · {address}" if address else str(step.number)


def _book(db: Session, board: Board) -> Iterable[BookLineRecord]:
    book = orders.book(db, board.eye.day, board.eye.slot)
    return book.lines if book else ()
