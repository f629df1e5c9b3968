"""What each kind of change does to an arrangement. Pure; the database is not needed to try one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.drafting import build, placing, rules
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
from mealroute.drafting.evaluate import Evaluation
from mealroute.drafting.records import Arrangement, EditKind, Ground, trips_of

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change carried out: the new arrangement, what it is called, and what it was about (for conflicts and the trail)."""

    arrangement: Arrangement
    kind: EditKind
    detail: Mapping[str, Any] = field(default_factory=dict)
    stops: frozenset[int] = frozenset()
    vehicles: frozenset[int] = frozenset()


def touches(change: Change) -> tuple[frozenset[int], frozenset[int]]:
    """Stops and whole routes that a change is about, before it is carried out."""
    match change:
        case MoveStops(stops=stops, after=after):
            return frozenset(stops) | ({after} if after is not None else frozenset()), frozenset()
        case TakeOff(stops=stops):
            return frozenset(stops), frozenset()
        case ShiftStop(stop=stop) | SetReload(stop=stop):
            return frozenset({stop}), frozenset()
        case SetLock(stops=stops, vehicles=vehicles):
            return frozenset(stops), frozenset(vehicles)
        case MergeRoutes(vehicle=vehicle, into=into):
            return frozenset(), frozenset({vehicle, into})
        case SplitRoute(vehicle=vehicle, after=after, to=to):
            return frozenset({after}), frozenset({vehicle, to})
        case VehicleOut(vehicle=vehicle) | ChangeDriver(vehicle=vehicle) | SetStart(vehicle=vehicle):
            return frozenset(), frozenset({vehicle})
        case VehicleIn():
            return frozenset(), frozenset()


def apply(ground: Ground, now: Evaluation, change: Change) -> Applied:
    """Carry a change out on the arrangement of ``now``.

    Raises MealrouteError (Conflict where a lock is in the way) with a sentence and the way out; nothing is changed then.
    """
    known = now.given.built.problem
    for stop in touches(change)[0]:
        if not known.has_stop(stop):
            raise Conflict(
                "stop-gone", _("This stop is no longer in the order book."), _("Look again: the book has changed.")
            )
    for vehicle in (getattr(change, name, None) for name in ("vehicle", "into", "to")):
        if vehicle is not None and not known.has_vehicle(vehicle):
            raise MealrouteError("vehicle-unknown", _("This vehicle is not on duty that day."), _("Put it in first."))
    done = _carried_out(ground, now, change)
    if not isinstance(change, SetLock):
        rules.require_locks(now.arrangement, done.arrangement)
    stops, vehicles = touches(change)
    arrangement = build.numbered(done.arrangement)
    return replace(done, arrangement=arrangement, stops=done.stops | stops, vehicles=done.vehicles | vehicles)


def _carried_out(ground: Ground, now: Evaluation, change: Change) -> Applied:
    before = now.arrangement
    match change:
        case MoveStops():
            return _moved(now, change)
        case ShiftStop(stop=stop, by=by):
            detail = {"stops": [stop], "by": by, "vehicle": before.vehicle_of(stop)}
            return Applied(arrangement=rules.shifted(before, stop, by), kind=EditKind.MOVED, detail=detail)
        case TakeOff(stops=stops):
            detail = {"stops": list(stops), "from": _bearers(before, stops)}
            return Applied(arrangement=rules.without(before, stops), kind=EditKind.TAKEN_OFF, detail=detail)
        case SetLock(lock=lock, on=on, stops=stops, vehicles=vehicles):
            detail = {"lock": str(lock), "stops": list(stops), "vehicles": list(vehicles)}
            kind = EditKind.LOCKED if on else EditKind.UNLOCKED
            return Applied(arrangement=rules.locked(before, lock, stops, vehicles, on=on), kind=kind, detail=detail)
        case VehicleOut():
            return _out(now, change)
        case VehicleIn(vehicle_code=code, driver_code=driver):
            return _back(ground, now, code, driver)
        case ChangeDriver(vehicle=vehicle, driver_code=driver):
            return _driven(ground, now, vehicle, driver)
        case SplitRoute(vehicle=vehicle, after=after, to=to):
            _require_free(before, to)
            detail = {"vehicle": vehicle, "after": after, "to": to}
            return Applied(arrangement=rules.split(before, vehicle, after, to), kind=EditKind.SPLIT, detail=detail)
        case MergeRoutes():
            return _merged(now, change)
        case SetStart(vehicle=vehicle, at_s=at):
            return _started(before, vehicle, at)
        case SetReload(stop=stop, on=on):
            detail = {"stops": [stop], "on": on, "vehicle": before.vehicle_of(stop)}
            return Applied(arrangement=rules.reloaded(before, stop, on=on), kind=EditKind.RELOAD_CHANGED, detail=detail)


def _moved(now: Evaluation, change: MoveStops) -> Applied:
    before, stops = now.arrangement, tuple(dict.fromkeys(change.stops))
    if not stops:
        raise MealrouteError("nothing-marked", _("No stop is marked."), _("Choose a stop, or mark several with X."))
    taken = rules.without(before, stops)
    kind = EditKind.MOVED if any(before.vehicle_of(stop) is not None for stop in stops) else EditKind.PLACED
    detail: dict[str, Any] = {"stops": list(stops), "from": _bearers(before, stops), "to": change.vehicle}
    if change.vehicle is None:
        moved = placing.spread(now, taken, stops)
        left = [stop for stop in stops if moved.vehicle_of(stop) is None]
        if len(left) == len(stops):
            raise Conflict(
                "no-whole-place", _("No route can take it without breaking a limit."), _("See the ways to place it, and choose one.")
            )  # fmt: skip
        detail |= {"placed": {str(stop): moved.vehicle_of(stop) for stop in stops}, "left": left}
        return Applied(arrangement=moved, kind=kind, detail=detail)
    _require_on_duty(before, change.vehicle)
    trips = trips_of(taken, change.vehicle)
    if change.after is not None:
        at = rules.spot(taken, change.after)
        if at is None or at.vehicle != change.vehicle:
            raise Conflict(
                "anchor-moved", _("The stop behind which it was to go is no longer on that route."), _("Look again: somebody may have moved it.")
            )  # fmt: skip
        moved = rules.with_trips(taken, change.vehicle, rules.inserted(trips, at.trip, at.position + 1, stops))
        detail["after"] = change.after
    elif change.trip is not None:
        trip = min(max(change.trip - 1, 0), len(trips))
        moved = rules.with_trips(taken, change.vehicle, rules.inserted(trips, trip, 0, stops))
    else:
        moved = placing.joined(now, taken, change.vehicle, stops)
    return Applied(arrangement=moved, kind=kind, detail=detail)


def _out(now: Evaluation, change: VehicleOut) -> Applied:
    before, vehicle = now.arrangement, change.vehicle
    if not change.reason.strip():
        raise MealrouteError("reason-needed", _("Say why it stays behind."))
    if vehicle in before.out:
        raise Conflict("vehicle-out", _("This vehicle has been taken out already."))
    stops = [stop for trip in trips_of(before, vehicle) for stop in trip]
    emptied = replace(
        rules.without(before, stops), out=before.out | {vehicle},
        starts={v: at for v, at in before.starts.items() if v != vehicle},
    )  # fmt: skip
    after = placing.spread(now, emptied, stops) if change.spread and stops else emptied
    left = [stop for stop in stops if after.vehicle_of(stop) is None]
    detail = {"vehicle": vehicle, "reason": change.reason.strip(), "moved": len(stops) - len(left), "left": left}
    return Applied(arrangement=after, kind=EditKind.VEHICLE_OUT, detail=detail, stops=frozenset(stops))


def _back(ground: Ground, now: Evaluation, code: str, driver: str) -> Applied:
    """A vehicle of the problem goes out after all; one that is new to the problem is ``service``'s to bring in."""
    before = now.arrangement
    vehicle = next((v for v in ground.given.built.vehicles if v.vehicle_code == code), None)
    if vehicle is None:
        raise MealrouteError("vehicle-unknown", _("This vehicle is not on duty that day."), _("Put it in first."))
    drivers = dict(before.drivers)
    if driver and driver != vehicle.driver_code:
        _require_driver(ground, before, vehicle.number, driver)
        drivers[vehicle.number] = driver
    after = replace(before, out=before.out - {vehicle.number}, drivers=drivers)
    detail = {"vehicle": vehicle.number, "driver": drivers.get(vehicle.number, vehicle.driver_code)}
    return Applied(arrangement=after, kind=EditKind.VEHICLE_IN, detail=detail, vehicles=frozenset({vehicle.number}))


def _driven(ground: Ground, now: Evaluation, vehicle: int, driver: str) -> Applied:
    before = now.arrangement
    drivers = {v: code for v, code in before.drivers.items() if v != vehicle}
    own = next(v.driver_code for v in ground.given.built.vehicles if v.number == vehicle)
    others = before
    if driver and driver != own:
        others = _require_driver(ground, before, vehicle, driver)
        drivers[vehicle] = driver
    detail = {"vehicle": vehicle, "driver": driver or own, "before": before.drivers.get(vehicle, own)}
    after = replace(before, drivers=drivers, out=others.out)
    return Applied(arrangement=after, kind=EditKind.DRIVER_CHANGED, detail=detail)


def _require_driver(ground: Ground, before: Arrangement, vehicle: int, driver: str) -> Arrangement:
    """The driver is on duty and has no other route. A vehicle that would then stand in the yard without a driver is taken out."""
    if driver not in ground.shifts:
        raise MealrouteError("driver-off-duty", _("This driver is not on duty that day."), _("Choose one who is."))
    for other in ground.given.built.vehicles:
        drives = before.drivers.get(other.number, other.driver_code)
        if other.number == vehicle or drives != driver or other.number in before.out:
            continue
        if trips_of(before, other.number):
            number = before.numbers.get(other.number, other.number)
            raise Conflict(
                "driver-busy",
                _("This driver already drives route %(n)s.", n=number),
                _("Give that route to somebody else first."),
            )
        return replace(before, out=before.out | {other.number})
    return before


def _merged(now: Evaluation, change: MergeRoutes) -> Applied:
    before = now.arrangement
    _require_on_duty(before, change.into)
    trips = trips_of(before, change.vehicle)
    stops = [stop for trip in trips for stop in trip]
    if not stops or change.vehicle == change.into:
        raise MealrouteError("nothing-to-do", _("There is nothing to merge."))
    emptied = rules.without(before, stops)
    if change.keep_order:
        after = rules.with_trips(emptied, change.into, (*trips_of(emptied, change.into), *trips))
    else:
        after = placing.joined(now, emptied, change.into, stops)
    detail = {"vehicle": change.vehicle, "into": change.into, "moved": len(stops)}
    return Applied(arrangement=after, kind=EditKind.MERGED, detail=detail, stops=frozenset(stops))


def _started(before: Arrangement, vehicle: int, at: int | None) -> Applied:
    if at is not None and not 0 <= at < DAY_S:
        raise MealrouteError("time-wrong", _("This is no time of day."), _("Write it like 10:15."))
    if build.leading(before, vehicle):
        raise Conflict("trip-under-way", _("That trip has left with its food already."))
    starts = {v: s for v, s in before.starts.items() if v != vehicle}
    if at is not None:
        starts[vehicle] = at
    detail = {"vehicle": vehicle, "at_s": at, "before_s": before.starts.get(vehicle)}
    return Applied(arrangement=replace(before, starts=starts), kind=EditKind.START_CHANGED, detail=detail)


def _require_on_duty(arrangement: Arrangement, vehicle: int) -> None:
    if vehicle in arrangement.out:
        raise Conflict("vehicle-out", _("This vehicle has been taken out."), _("Put it in again first."))


def _require_free(arrangement: Arrangement, vehicle: int) -> None:
    _require_on_duty(arrangement, vehicle)
    if trips_of(arrangement, vehicle):
        raise Conflict(
            "vehicle-busy",
            _("This vehicle has a route already."),
            _("Choose one that stands in the yard, or merge the routes."),
        )


def _bearers(arrangement: Arrangement, stops: Iterable[int]) -> Sequence[int | None]:
    return list(dict.fromkeys(arrangement.vehicle_of(stop) for stop in stops))
