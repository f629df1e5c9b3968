"""One line about a change: what was done, what it costs, what it breaks; in the reader's words, names masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.i18n import _
from mealroute.core.text import mask_name, route_label
from mealroute.drafting.records import Answer, EditKind, EditRecord
from mealroute.drafting.words import broken_sentence, differences, edit_sentence
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from web.plan.people import Ledger

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST = 4
"""Limits and routes named in the line; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """``costs``: of the whole plan; ``routes``: of each route that changed; ``breaks``: each limit that is broken newly."""

    tone: str
    did: str
    costs: tuple[str, ...]
    routes: tuple[tuple[int, tuple[str, ...]], ...]
    breaks: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()
    keys: tuple[int, ...] = ()

    @property
    def plain(self) -> str:
        """The same without marks, for a page without script."""
        costs = _("; ").join(self.costs) or _("no change in time, way or money")
        broken = _("; ").join(self.breaks[:MOST]) or _("nothing new is broken")
        who = _("; ").join(f"{by}: {what}" for by, what in self.others)
        own = _("%(did)s: %(costs)s; %(broken)s", did=self.did, costs=costs, broken=broken) if self.did else ""
        return _("; ").join(text for text in (who, own) if text)


def said_of(db: Session, answer: Answer, ledger: Ledger, *, own: bool) -> Said:
    """What a change did, in one line; of others' changes who did what."""
    view, whole = answer.view, answer.impact.get(None)
    numbers = {route.vehicle: route.number for route in view.routes}
    routes = tuple(
        (numbers[vehicle], tuple(differences(effect)))
        for vehicle, effect in answer.impact.items()
        if vehicle is not None and vehicle in numbers and differences(effect)
    )
    breaks = tuple(dict.fromkeys(broken_sentence(view, fault) for fault in answer.new_broken))
    others = tuple((edit.by, edit_sentence(edit, view)) for edit in answer.others)
    return Said(
        tone="danger" if breaks else "ok" if own else "info", did=_did(db, answer, ledger) if own else "",
        costs=tuple(differences(whole)) if whole else (), routes=routes, breaks=breaks, others=others, keys=_keys(answer),
    )  # fmt: skip


def _keys(answer: Answer) -> tuple[int, ...]:
    """The stops that a change was about, as the page names them."""
    edits = (*answer.others, answer.view.last)
    touched = frozenset(stop for edit in edits for stop in edit.stops)
    return tuple(min(v.lines) for route in answer.view.routes for v in route.visits if v.stop in touched and v.lines)


def _did(db: Session, answer: Answer, ledger: Ledger) -> str:
    """``王* moved from 4 to 6, as stop 6`` for one stop; else the draft's own sentence."""
    edit, view = answer.view.last, answer.view
    if edit.kind not in {EditKind.MOVED, EditKind.PLACED} or len(edit.detail.get("stops", ())) != 1:
        return edit_sentence(edit, view)
    stop = edit.detail["stops"][0]
    for route in view.routes:
        for visit in route.visits:
            if visit.stop == stop:
                name = _name(db, visit.lines, ledger) or _("The stop")
                came = _came(answer, edit)
                here = route_label(route.number)
                if came in {None, route.number}:
                    return _("%(who)s is now stop %(place)d of %(to)s", who=name, place=visit.number, to=here)
                return _(
                    "%(who)s moved from %(from)s to %(to)s, as stop %(place)d",
                    who=name, to=here, place=visit.number, **{"from": route_label(came or 0)},
                )  # fmt: skip
    return edit_sentence(edit, view)


def _came(answer: Answer, edit: EditRecord) -> int | None:
    """The number of the route that it left, where that still has one."""
    left = edit.detail.get("from") or [None]
    route = answer.view.of_vehicle(left[0]) if left[0] is not None else None
    return route.number if route else None


def _name(db: Session, lines: tuple[BookLineId, ...], ledger: Ledger) -> str:
    """The masked name of the first person at a stop whom the reader may see."""
    found = orders.lines(db, lines)
    ours = [line for line in found.values() if ledger.scope.sees_street(line.street_code)]
    if not ours:
        return ""
    if ours[0].station_code:
        return ledger.stations.get(ours[0].station_code, ours[0].station_code)
    resident = ResidentId(ours[0].resident_id)
    person = ledger.people.get(resident) or residents.door_names(db, [resident]).get(resident)
    return mask_name(person.name) if person else ""
