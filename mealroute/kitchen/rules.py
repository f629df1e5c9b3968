"""Counts from planned portions. Pure: every total here is a sum over the same rows, so the sheets agree with the plan."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from mealroute.kitchen.records import (
    BatchSheet,
    Departure,
    DietGroup,
    DishCount,
    Label,
    Pace,
    PackingTrip,
    PlannedPortion,
    Tick,
    TripState,
)

NORMAL = "normal"
LARGE = "large"


def real_diets(diets: Iterable[str]) -> tuple[str, ...]:
    """The diets that ask for something; the ordinary meal asks for nothing."""
    return tuple(sorted(diet for diet in diets if diet != NORMAL))


def dish_counts(rows: Iterable[PlannedPortion]) -> tuple[DishCount, ...]:
    """Totals by dish and size, by name."""
    total: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        total[row.dish_name, row.dish_code, row.size] += row.quantity
    return tuple(DishCount(code, name, size, n) for (name, code, size), n in sorted(total.items()))


def diet_groups(rows: Iterable[PlannedPortion]) -> tuple[DietGroup, ...]:
    """Clash groups: special ones first, those that must never be wrong before the others, the ordinary meal last."""
    parts: dict[tuple[tuple[str, ...], bool], list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        diets = real_diets(row.diets)
        parts[diets, row.strict and bool(diets)].append(row)
    groups = (
        DietGroup(diets=diets, strict=strict, subtotal=sum(row.quantity for row in part), rows=dish_counts(part))
        for (diets, strict), part in parts.items()
    )
    return tuple(sorted(groups, key=lambda group: (not group.diets, not group.strict, group.diets)))


def departures(rows: Iterable[PlannedPortion]) -> tuple[Departure, ...]:
    """Portions by the time at which their trip is loaded."""
    portions: Counter[int] = Counter()
    routes: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        portions[row.load_at_s] += row.quantity
        routes[row.load_at_s].add(row.route)
    return tuple(
        Departure(load_at_s=at, portions=n, routes=tuple(sorted(routes[at]))) for at, n in sorted(portions.items())
    )


def batches(rows: Iterable[PlannedPortion]) -> tuple[BatchSheet, ...]:
    """The same counts by cooking, the earliest first."""
    parts: dict[tuple[int, int, int], list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        parts[row.ready_at_s, row.cooked_at_s, row.eat_by_s].append(row)
    return tuple(
        BatchSheet(
            cooked_at_s=cooked, ready_at_s=ready, eat_by_s=eat_by, portions=sum(row.quantity for row in part),
            dishes=dish_counts(part), groups=diet_groups(part), departures=departures(part),
        )
        for (ready, cooked, eat_by), part in sorted(parts.items())
    )  # fmt: skip


def content_of(rows: Iterable[PlannedPortion]) -> str:
    """A digest of what is in the boxes of a trip: equal contents are equal, whatever route or version carries them."""
    content = sorted(
        [row.book_line_id, row.quantity, row.dish_code, row.size, sorted(row.diets), row.cooked_at_s] for row in rows
    )
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:32]


def packing(rows: Iterable[PlannedPortion], pace: Pace = Pace()) -> tuple[PackingTrip, ...]:  # noqa: B008 -- frozen
    """One list for each trip, by kitchen in the order of loading."""
    parts: dict[tuple[int, int], list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        parts[row.route, row.trip].append(row)
    trips = (_trip(route, trip, part, pace) for (route, trip), part in parts.items())
    return tuple(sorted(trips, key=lambda trip: (trip.kitchen_code, trip.load_at_s, trip.route, trip.trip)))


def _trip(route: int, trip: int, part: list[PlannedPortion], pace: Pace) -> PackingTrip:
    first, portions = part[0], sum(row.quantity for row in part)
    return PackingTrip(
        route=route, trip=trip, kitchen_code=first.kitchen_code, driver_name=first.driver_name, vehicle=first.vehicle,
        vehicle_code=first.vehicle_code, pack_from_s=first.load_at_s - pace.base_s - pace.portion_s * portions,
        load_at_s=first.load_at_s, leave_s=first.leave_s, cooked_at_s=first.cooked_at_s, eat_by_s=first.eat_by_s,
        portions=portions, cold=sum(row.quantity for row in part if row.cold), stops=len({row.position for row in part}),
        content=content_of(part), rows=diet_groups(part),
    )  # fmt: skip


def labels(rows: Iterable[PlannedPortion]) -> tuple[Label, ...]:
    """One label a portion, with the times of its own batch: by kitchen, specials first, then route, then stop."""
    made = [
        Label(
            kitchen_code=row.kitchen_code, route=row.route, position=row.position, resident_name=row.resident_name,
            dish_name=row.dish_name, diets=real_diets(row.diets), strict=row.strict, size=row.size, part=part,
            parts=row.quantity, made_at_s=row.cooked_at_s, eat_by_s=row.eat_by_s,
        )
        for row in rows
        for part in range(1, row.quantity + 1)
    ]  # fmt: skip
    return tuple(
        sorted(
            made,
            key=lambda item: (
                item.kitchen_code,
                not item.special,
                item.route,
                item.position,
                item.resident_name,
                item.part,
            ),
        )
    )


def trip_state(trip: PackingTrip, content: str, tick: Tick | None, now_s: int) -> TripState:
    """Where a trip stands at ``now_s`` (seconds since the midnight of its day). ``content`` is that of the whole trip.

    A tick holds for what was packed then: boxes whose content has changed since are to be opened again.
    """
    if tick is not None and tick.packed:
        return TripState.PACKED if tick.content == content else TripState.CHANGED
    if now_s >= trip.load_at_s:
        return TripState.LATE
    return TripState.NOW if now_s >= trip.pack_from_s else TripState.AHEAD
