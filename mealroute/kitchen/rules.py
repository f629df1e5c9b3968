"""Counts from planned portions. Pure: every total here is a sum over the same rows, so the sheets agree with the plan."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from mealroute.kitchen.records import Departure, DietGroup, DishCount, Label, PackingTrip, PlannedPortion

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


def packing(rows: Iterable[PlannedPortion]) -> tuple[PackingTrip, ...]:
    """One list for each trip, in the order of loading."""
    parts: dict[tuple[int, int], list[PlannedPortion]] = defaultdict(list)
    for row in rows:
        parts[row.route, row.trip].append(row)
    trips = (
        PackingTrip(
            route=route, trip=trip, kitchen_code=part[0].kitchen_code, driver_name=part[0].driver_name, vehicle=part[0].vehicle,
            load_at_s=part[0].load_at_s, leave_s=part[0].leave_s, portions=sum(row.quantity for row in part),
            stops=len({row.position for row in part}), rows=diet_groups(part),
        )
        for (route, trip), part in parts.items()
    )  # fmt: skip
    return tuple(sorted(trips, key=lambda trip: (trip.kitchen_code, trip.load_at_s, trip.route, trip.trip)))


def labels(rows: Iterable[PlannedPortion], times: dict[str, tuple[int, int]]) -> tuple[Label, ...]:
    """One label a portion: by kitchen, specials first, then route, then stop. ``times`` is (made at, eat by) a kitchen."""
    made: list[Label] = []
    for row in rows:
        made_at, eat_by = times[row.kitchen_code]
        made += (
            Label(
                kitchen_code=row.kitchen_code, route=row.route, position=row.position, resident_name=row.resident_name,
                dish_name=row.dish_name, diets=real_diets(row.diets), strict=row.strict, size=row.size, part=part,
                parts=row.quantity, made_at_s=made_at, eat_by_s=eat_by,
            )
            for part in range(1, row.quantity + 1)
        )  # fmt: skip
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
