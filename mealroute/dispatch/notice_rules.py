"""Who must know what about a changed plan: one notice to each driver, vendor and kitchen that is touched. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mealroute.dispatch.notice_records import Audience, NoticeDraft, NoticeKind
from mealroute.planning.change_records import Changes, KitchenChange, RouteChange, RouteLook, StopChange

Vendors = Mapping[int, str]
"""Route id → vendor of its run, of both versions."""


def notices_of(changes: Changes, *, runs: Mapping[int, int], vendors: Vendors) -> tuple[NoticeDraft, ...]:
    """``runs`` gives the run by route id, of both versions. Nobody who is not touched is told anything."""
    return (*_drivers(changes, runs), *_vendors(changes, vendors), *_kitchens(changes))


def withdrawals_of(
    routes: Sequence[tuple[int, str, str, str]], kind: NoticeKind = NoticeKind.WITHDRAWN
) -> tuple[NoticeDraft, ...]:
    """The whole plan is taken back: every driver, vendor and kitchen of ``(run, driver, vendor, kitchen)`` is told."""
    found = [_draft(Audience.DRIVER, driver, kind, run, {}) for run, driver, _vendor, _kitchen in routes if driver]
    for audience, place in ((Audience.VENDOR, 2), (Audience.KITCHEN, 3)):
        for code in sorted({str(entry[place]) for entry in routes}):
            count = sum(1 for entry in routes if entry[place] == code)
            found.append(_draft(audience, code, kind, None, {"routes": count}))
    return tuple(found)


def _draft(audience: Audience, code: str, kind: NoticeKind, run: int | None, content: Mapping[str, Any]) -> NoticeDraft:
    return NoticeDraft(audience=audience, code=code, kind=kind, run_id=run, content=content)


def _drivers(changes: Changes, runs: Mapping[int, int]) -> Iterator[NoticeDraft]:
    for route in changes.touched:
        if route.old is not None and route.new is not None and not route.driver_changed:
            if route.new.driver_code:
                yield _draft(
                    Audience.DRIVER, route.new.driver_code, NoticeKind.CHANGED, runs.get(route.new.id), _changed(route)
                )
            continue
        if route.old is not None and route.old.driver_code:
            yield _draft(
                Audience.DRIVER,
                route.old.driver_code,
                NoticeKind.GONE,
                runs.get(route.old.id),
                _gone(changes, route.old),
            )
        if route.new is not None and route.new.driver_code:
            yield _draft(
                Audience.DRIVER, route.new.driver_code, NoticeKind.NEW, runs.get(route.new.id), _whole(route.new)
            )


def _whole(look: RouteLook) -> dict[str, Any]:
    return {
        "route": look.number, "stops": look.stops, "portions": look.portions, "kitchen": look.kitchen_code,
        "vehicle": look.vehicle_code, "load_s": look.loads[0][0] if look.loads else look.starts_s,
    }  # fmt: skip


def _gone(changes: Changes, old: RouteLook) -> dict[str, Any]:
    """Who takes over: (route, driver, portions), the most first."""
    taken: dict[tuple[int, str], int] = {}
    for meal in changes.meals:
        if meal.before is not None and meal.before.route == old.number and meal.after is not None:
            place = (meal.after.route, meal.after.driver_code)
            taken[place] = taken.get(place, 0) + meal.new_portions
    ordered = sorted(taken.items(), key=lambda item: (-item[1], item[0]))
    return _whole(old) | {"taken": [[*place, portions] for place, portions in ordered]}


def _changed(route: RouteChange) -> dict[str, Any]:
    assert route.old is not None
    assert route.new is not None
    found = _whole(route.new) | {
        "changes": [_stop(stop) for stop in route.stops],
        "joined": route.joined,
        "left": route.left,
    }
    found["loads"] = [[list(load.diets), load.dish_code, load.size, load.old, load.new] for load in route.loads]
    if route.loading_moved:
        found["loading"] = [[list(trip) for trip in route.old.loads], [list(trip) for trip in route.new.loads]]
    if route.vehicle_changed:
        found["old_vehicle"] = route.old.vehicle_code
    if route.renumbered:
        found["old_route"] = route.old.number
    return found


def _stop(stop: StopChange) -> dict[str, Any]:
    return {
        "kind": str(stop.kind), "old": stop.old_stop, "new": stop.new_stop, "old_s": stop.old_begin_s, "new_s": stop.new_begin_s,
        "old_portions": stop.old_portions, "new_portions": stop.new_portions, "trip": stop.trip, "visit": stop.visit_id,
        "lines": list(stop.lines),
    }  # fmt: skip


def _vendors(changes: Changes, vendors: Vendors) -> Iterator[NoticeDraft]:
    """A vendor is told about its touched routes: those that it had and those that it has now."""
    found: dict[str, list[dict[str, Any]]] = {}
    for route in changes.touched:
        sides = {
            vendors[look.id]: side
            for side, look in (("old", route.old), ("new", route.new))
            if look and look.id in vendors
        }
        both = {vendors[look.id] for look in (route.old, route.new) if look and look.id in vendors}
        for code in sorted(both):
            found.setdefault(code, []).append(_vendor_route(route, stays=len(both) == 1, side=sides[code]))
    for code, routes in sorted(found.items()):
        yield _draft(Audience.VENDOR, code, NoticeKind.CHANGED, None, {"routes": routes})


def _vendor_route(route: RouteChange, *, stays: bool, side: str) -> dict[str, Any]:
    old = route.old if stays or side == "old" else None
    new = route.new if stays or side == "new" else None
    return {
        "old_route": old.number if old else None, "route": new.number if new else None,
        "old_portions": old.portions if old else 0, "portions": new.portions if new else 0,
        "old_driver": old.driver_code if old else "", "driver": new.driver_code if new else "",
        "stops": len(route.stops), "loading_moved": route.loading_moved,
    }  # fmt: skip


def _kitchens(changes: Changes) -> Iterator[NoticeDraft]:
    for kitchen in changes.kitchens:
        if kitchen.touched:
            yield _draft(Audience.KITCHEN, kitchen.kitchen_code, NoticeKind.CHANGED, None, _kitchen(kitchen))


def _kitchen(kitchen: KitchenChange) -> dict[str, Any]:
    return {
        "old_portions": kitchen.old_portions, "portions": kitchen.new_portions, "relabel": kitchen.relabel,
        "loads": [[list(load.diets), load.dish_code, load.size, load.old, load.new] for load in kitchen.loads],
        "trips": [
            [trip.route, trip.trip, trip.old_portions, trip.new_portions, trip.old_load_s, trip.new_load_s] for trip in kitchen.trips
        ],
    }  # fmt: skip
