"""Sentences of the draft board: what is broken, what was done, what it changed. In the reader's language, without people's names.

Where a stop is meant, ``name`` says how the page calls it (``6–12``: the twelfth stop of route 6, or a masked name).
"""

from collections.abc import Callable

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.drafting import move_words
from mealroute.drafting.records import Answer, Broken, DraftView, EditKind, EditRecord, Effect, Figures, Lock
from mealroute.planning import words
from solver.plan import Cause

Name = Callable[[int], str]


def route_name(view: DraftView, vehicle: int | None) -> str:
    """A route by its number, else by its vehicle's code."""
    route = view.of_vehicle(vehicle) if vehicle is not None else None
    if route is not None:
        return _("route %(n)s", n=route_label(route.number))
    spare = next((each for each in view.spare if each.vehicle == vehicle), None)
    return _("vehicle %(code)s", code=spare.vehicle_code) if spare is not None else _("no route")


def stop_name(view: DraftView, stop: int) -> str:
    """A stop by its route and place: ``6–12``; one on no route by its number."""
    for route in view.routes:
        for visit in route.visits:
            if visit.stop == stop:
                return f"{route_label(route.number)}–{visit.number}"
    return _("unassigned stop")


def minutes(seconds: int) -> str:
    """Whole minutes, rounded up: a little late is late."""
    return _("%(n)d min", n=-(-seconds // 60))


def unplaced_sentence(code: str, *, fits: bool = False, route: int | None = None) -> str:
    """Why a stop is on no route, or where it could go at once."""
    if fits:
        return (
            _("Fits on route %(n)s without breaking anything.", n=route_label(route))
            if route is not None
            else _("Fits on a vehicle that stands in the yard.")
        )
    return words.reason(code)


def broken_sentence(view: DraftView, fault: Broken, *, name: Name | None = None) -> str:
    """One broken limit, named with its route, stop and amount."""
    where = _where(view, fault, name)
    amount = fault.amount or 0
    match fault.cause:
        case Cause.TIME_WINDOW:
            late = _late(view, fault)
            if late:
                return _("%(where)s: arrives %(minutes)s after the window.", where=where, minutes=minutes(late))
            return _(
                "%(where)s: the meal would be handed over %(minutes)s after it must be eaten.",
                where=where,
                minutes=minutes(amount),
            )
        case Cause.MAX_RIDE:
            return _("%(where)s: the food is on the way %(minutes)s too long.", where=where, minutes=minutes(amount))
        case Cause.CAPACITY:
            return _("%(where)s: %(n)d portions more than the boxes hold.", where=where, n=amount)
        case Cause.DEPOT_CAPACITY:
            return _("A kitchen would have to cook more than it can.")
        case Cause.SKILLS:
            return _("%(where)s: needs a vehicle with a sealed halal box.", where=where)
        case Cause.DEPOT_SKILLS:
            return _("%(where)s: the kitchen of this vehicle cannot cook the diet.", where=where)
        case Cause.RELEASE:
            return _("%(where)s: loads %(minutes)s before the food is ready.", where=where, minutes=minutes(amount))
        case Cause.SHIFT:
            return _("%(where)s: %(minutes)s outside the driver's shift.", where=where, minutes=minutes(amount))
        case Cause.MAX_TRIPS:
            return _("%(where)s: %(n)d trips more than the vehicle may make.", where=where, n=amount)
        case Cause.MAX_TASKS:
            return _("%(where)s: %(n)d stops more than allowed.", where=where, n=amount)
        case Cause.MAX_DURATION:
            return _("%(where)s: lasts %(minutes)s too long.", where=where, minutes=minutes(amount))
        case Cause.MAX_TRAVEL_TIME:
            return _("%(where)s: drives %(minutes)s too long.", where=where, minutes=minutes(amount))
        case Cause.MAX_DISTANCE:
            return _("%(where)s: drives too far.", where=where)
        case Cause.BREAK:
            return _("%(where)s: the driver's break has no place.", where=where)
        case Cause.LOCKED:
            return _("%(where)s: is locked elsewhere.", where=where)
        case Cause.SERVED_TWICE:
            return _("%(where)s: is on two routes.", where=where)
        case _:
            return _("%(where)s: breaks the limit “%(cause)s”.", where=where, cause=str(fault.cause))


def edit_sentence(edit: EditRecord, view: DraftView) -> str:
    """What somebody did, in one line."""
    detail, count = edit.detail, len(edit.detail.get("stops", ()))
    route = route_name(view, detail.get("vehicle"))
    match edit.kind:
        case EditKind.OPENED:
            return _("Opened from version %(n)d", n=detail.get("version", 0))
        case EditKind.MOVED | EditKind.PLACED:
            to = detail.get("to", detail.get("vehicle"))
            if to is None:
                return _("Placed %(n)d stops where they fit best", n=count)
            return _("Moved %(n)d stops to %(route)s", n=count, route=route_name(view, to))
        case EditKind.TAKEN_OFF:
            return _("Took %(n)d stops off their routes", n=count)
        case EditKind.LOCKED:
            return _("Locked %(what)s", what=_lock_word(detail, view))
        case EditKind.UNLOCKED:
            return _("Unlocked %(what)s", what=_lock_word(detail, view))
        case EditKind.VEHICLE_OUT:
            return _(
                "Took %(route)s out (%(reason)s): %(moved)d stops found a place, %(left)d are left",
                route=route,
                reason=detail.get("reason", ""),
                moved=detail.get("moved", 0),
                left=len(detail.get("left", ())),
            )
        case EditKind.VEHICLE_IN:
            return _("Put %(route)s in", route=route)
        case EditKind.DRIVER_CHANGED:
            return _("Gave %(route)s to driver %(driver)s", route=route, driver=detail.get("driver", ""))
        case EditKind.SPLIT:
            return _("Split %(route)s; the rest goes to %(to)s", route=route, to=route_name(view, detail.get("to")))
        case EditKind.MERGED:
            return _("Merged %(route)s into %(into)s", route=route, into=route_name(view, detail.get("into")))
        case EditKind.START_CHANGED:
            at = detail.get("at_s")
            return (
                _("%(route)s loads at %(at)s", route=route, at=clock_text(at))
                if at is not None
                else _("%(route)s loads as late as is good", route=route)
            )
        case EditKind.RELOAD_CHANGED:
            return (
                _("%(route)s loads again", route=route)
                if detail.get("on")
                else _("%(route)s no longer loads again", route=route)
            )
        case EditKind.ORDERS_CHANGED:
            return _(
                "Took the order book in: %(added)d new orders, %(gone)d gone",
                added=detail.get("added", 0),
                gone=detail.get("gone", 0),
            )
        case EditKind.DRIVER_ILL | EditKind.BROKEN_DOWN | EditKind.ROAD_CLOSED | EditKind.ROAD_OPENED:
            return move_words.event_sentence(edit.kind, detail, route)
        case EditKind.PROPOSAL_TAKEN:
            return _("Took the new plan: %(moved)d stops moved", moved=detail.get("moved", 0))
        case EditKind.UNDONE:
            return _("Undid what %(by)s had done", by=detail.get("by", ""))
        case EditKind.REDONE:
            return _("Did again what %(by)s had done", by=detail.get("by", ""))


def effect_sentence(answer: Answer) -> str:
    """What the change did to the whole plan: time, way, money, lateness, heat, faces, limits. Only what changed is said."""
    whole = answer.impact.get(None)
    said = differences(whole) if whole is not None else []
    parts = [
        *said,
        _("breaks %(n)d limits", n=len(answer.new_broken)) if answer.new_broken else _("breaks nothing new"),
    ]
    return _("; ").join(parts)


def differences(effect: Effect) -> list[str]:
    """The figures that differ, each with its sign."""
    one, other = effect.before, effect.after
    found = [
        _signed(other.duration_s - one.duration_s, 60, _("%(n)+d min")),
        _signed(other.distance_m - one.distance_m, 1, _("%(n)+d m")),
        _money(one, other),
        _signed(other.late_s - one.late_s, 60, _("lateness %(n)+d min")),
        _margin(one, other),
        _signed(other.new_faces - one.new_faces, 1, _("new faces %(n)+d")),
    ]
    return [text for text in found if text]


def _signed(by: int, unit: int, sentence: str) -> str:
    rounded = by // unit if by >= 0 else -(-by // unit)
    return sentence % {"n": rounded} if rounded else ""


def _money(one: Figures, other: Figures) -> str:
    by = other.cost_fen - one.cost_fen
    return _("%(yuan)s yuan", yuan=f"{by / 100:+.2f}") if by else ""


def _margin(one: Figures, other: Figures) -> str:
    if one.margin_s is None or other.margin_s is None or one.margin_s // 60 == other.margin_s // 60:
        return ""
    return _("least heat left %(a)d → %(b)d min", a=one.margin_s // 60, b=other.margin_s // 60)


def _lock_word(detail: object, view: DraftView) -> str:
    assert hasattr(detail, "get")
    lock, stops, vehicles = detail.get("lock"), detail.get("stops", ()), detail.get("vehicles", ())
    match lock:
        case Lock.ROUTE:
            return ", ".join(route_name(view, vehicle) for vehicle in vehicles)
        case Lock.ORDER:
            return _("the order of %(n)d stops", n=len(stops))
        case _:
            return _("%(n)d stops", n=len(stops))


def _where(view: DraftView, fault: Broken, name: Name | None) -> str:
    route = route_name(view, fault.vehicle)
    if fault.stop is None:
        return route
    return name(fault.stop) if name is not None else _("stop %(stop)s", stop=stop_name(view, fault.stop))


def _late(view: DraftView, fault: Broken) -> int:
    route = view.of_vehicle(fault.vehicle) if fault.vehicle is not None else None
    visits = route.visits if route is not None else ()
    return next((visit.late_s for visit in visits if visit.stop == fault.stop), 0)
