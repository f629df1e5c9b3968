"""What a form or a script asks for, as a change of the draft. Stops are named by a book line, routes by their vehicle's code or
their number, so that the same form fits a stored version and the draft that is opened from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.drafting.changes import (
    Change,
    ChangeDriver,
    MergeRoutes,
    MoveStops,
    SetLock,
    SetReload,
    SetStart,
    ShiftStop,
    SplitRoute,
    TakeOff,
    VehicleIn,
    VehicleOut,
)
from mealroute.drafting.records import DraftView, Lock, RouteView

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a draft's stops and vehicles."""

    view: DraftView
    stops: Mapping[int, int]
    vehicles: Mapping[str, int]

    @classmethod
    def of(cls, view: DraftView) -> Names:
        stops = {
            int(line): visit.stop
            for route in view.routes
            for visit in route.visits
            for line in visit.lines
            if visit.stop is not None
        }
        stops |= {int(line): left.stop for left in view.unplaced for line in left.lines if left.stop is not None}
        vehicles = {route.vehicle_code: route.vehicle for route in view.routes}
        return cls(view, stops, vehicles | {spare.vehicle_code: spare.vehicle for spare in view.spare})

    def stop(self, text: object) -> int:
        """A stop by a book line that is handed over there."""
        found = self.stops.get(int(text)) if str(text).isdigit() else None  # type: ignore[call-overload]
        if found is None:
            raise Conflict(
                "stop-gone", _("This stop is no longer in the plan."), _("Look again: the book has changed.")
            )
        return found

    def vehicle(self, text: str) -> int:
        """A vehicle by its code, or by the number that people call its route by."""
        name = text.strip()
        if name in self.vehicles:
            return self.vehicles[name]
        number = name.partition(" ")[0].upper()
        route = next((route for route in self.view.routes if route_label(route.number) == number), None)
        if route is None:
            raise MealrouteError("route-unknown", _("There is no route %(n)s.", n=name), _("Write its number, like 6."))
        return route.vehicle

    def bearer(self, stop: int) -> int | None:
        """The vehicle that serves a stop."""
        return next((route.vehicle for route in self.view.routes for visit in route.visits if visit.stop == stop), None)

    def route(self, vehicle: int) -> RouteView | None:
        return self.view.of_vehicle(vehicle)


def change_of(do: str, form: Form, view: DraftView) -> Change:
    """``do`` is a verb, perhaps with what it is about behind a colon: ``lock-route:E07``. Raises MealrouteError with the way out."""
    names = Names.of(view)
    verb, _colon, about = do.partition(":")
    asked = ([about] if about else []) or form.getlist("stop")
    if verb in STOP_VERBS:
        stops = tuple(dict.fromkeys(names.stop(one) for one in asked))
        if not stops:
            raise MealrouteError("nothing-marked", _("No stop is marked."), _("Choose a stop, or mark several with X."))
        return _about_stops(verb, stops, form, names)
    if verb == "place-all":
        fitting = tuple(left.stop for left in view.unplaced if left.stop is not None)
        if not fitting:
            raise MealrouteError("nothing-to-place", _("Nothing that could be placed is unassigned."))
        return MoveStops(stops=fitting)
    return _about_route(verb, about or form.get("vehicle", ""), form, names)


STOP_VERBS = frozenset(
    {
        "move",
        "place",
        "earlier",
        "later",
        "off",
        "lock",
        "unlock",
        "toggle-lock",
        "lock-order",
        "unlock-order",
        "reload",
        "no-reload",
    }
)


def _about_stops(verb: str, stops: tuple[int, ...], form: Form, names: Names) -> Change:
    match verb:
        case "move":
            return _move(stops, form, names)
        case "place":
            return MoveStops(stops=stops)
        case "earlier" | "later":
            return ShiftStop(stop=stops[0], by=-1 if verb == "earlier" else 1)
        case "off":
            return TakeOff(stops=stops)
        case "lock-order" | "unlock-order":
            return SetLock(lock=Lock.ORDER, on=verb == "lock-order", stops=stops)
        case "reload" | "no-reload":
            return SetReload(stop=stops[0], on=verb == "reload")
        case _:
            return SetLock(
                lock=Lock.STOP,
                on=verb == "lock" or (verb == "toggle-lock" and not _held(stops, names.view)),
                stops=stops,
            )


def _move(stops: tuple[int, ...], form: Form, names: Names) -> MoveStops:
    """To the route in ``to`` (empty: wherever it is best), behind the stop ``after`` or behind place ``place`` (0: first)."""
    after, to, place = form.get("after", "").strip(), form.get("to", "").strip(), form.get("place", "").strip()
    if not to and not after:
        return MoveStops(stops=stops)
    if after and after != "0":
        anchor = names.stop(after)
        vehicle = names.bearer(anchor) if not to else names.vehicle(to)
        return MoveStops(stops=stops, vehicle=vehicle, after=anchor)
    vehicle = names.vehicle(to)
    if after == "0" or place == "0":
        return MoveStops(stops=stops, vehicle=vehicle, trip=1)
    if place:
        return MoveStops(stops=stops, vehicle=vehicle, after=_nth(place, vehicle, names, stops))
    trip = form.get("trip", "")
    return MoveStops(stops=stops, vehicle=vehicle, trip=int(trip) if trip.isdigit() else None)


def _nth(place: str, vehicle: int, names: Names, moving: tuple[int, ...]) -> int:
    route = names.route(vehicle)
    found = {visit.number: visit.stop for visit in (route.visits if route else ()) if visit.stop is not None}
    stop = found.get(int(place)) if place.isdigit() else None
    if stop is None or stop in moving:
        raise MealrouteError(
            "place-unknown", _("There is no stop %(n)s to go behind.", n=place), _("Leave it empty for the best place.")
        )
    return stop


def _about_route(verb: str, code: str, form: Form, names: Names) -> Change:
    if verb == "in":
        return VehicleIn(vehicle_code=code, driver_code=form.get("driver", ""))
    vehicle = names.vehicle(code)
    match verb:
        case "lock-route" | "unlock-route":
            return SetLock(lock=Lock.ROUTE, on=verb == "lock-route", vehicles=(vehicle,))
        case "out":
            return VehicleOut(vehicle=vehicle, reason=form.get("reason", "").strip(), spread=form.get("spread") != "no")
        case "driver":
            return ChangeDriver(vehicle=vehicle, driver_code=form.get("driver", ""))
        case "split":
            return SplitRoute(
                vehicle=vehicle,
                after=_nth(form.get("place", ""), vehicle, names, ()),
                to=names.vehicle(form.get("to", "")),
            )
        case "merge":
            return MergeRoutes(
                vehicle=vehicle, into=names.vehicle(form.get("to", "")), keep_order=form.get("keep") == "yes"
            )
        case "start":
            return SetStart(vehicle=vehicle, at_s=_time(form.get("at", "")))
        case _:
            raise MealrouteError("change-unknown", _("This change is not known."))


def _time(text: str) -> int | None:
    """``10:15`` as seconds; empty is as late as is good."""
    if not text.strip():
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", text.strip())
    if found is None:
        raise MealrouteError("time-wrong", _("This is no time of day."), _("Write it like 10:15."))
    return (int(found[1]) * 60 + int(found[2])) * 60


def _held(stops: tuple[int, ...], view: DraftView) -> bool:
    """Whether all of them are locked already, so that the same key frees them."""
    locks: dict[int | None, Any] = {visit.stop: visit.lock for route in view.routes for visit in route.visits}
    return all(locks.get(stop) is Lock.STOP for stop in stops)
