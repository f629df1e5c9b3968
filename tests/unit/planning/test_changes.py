"""What differs between two versions: every order once, sums that hold, and nobody touched who need not be."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.slots import MealSlot
from mealroute.dispatch.notice_records import Audience
from mealroute.dispatch.notice_rules import notices_of
from mealroute.orders.records import BookLineId
from mealroute.planning.change_records import Changes, Meal, MealChangeKind, StopChangeKind
from mealroute.planning.changes import compare
from mealroute.planning.pairing import out_of_order
from mealroute.planning.records import (
    PlanState,
    PlanVersionId,
    PlanVersionRecord,
    PlanVersionSummary,
    RouteRecord,
    UnassignedRecord,
    VisitKind,
    VisitRecord,
)

Layout = list[tuple[str, list[list[int]]]]
"""Driver → stops, each a list of orders."""


def visit(number: int, kind: VisitKind, at: int, lines: tuple[int, ...] = (), portions: int = 0) -> VisitRecord:
    return VisitRecord(
        id=number, position=number, trip=1, kind=kind, stop_id=None, arrival_s=at, waiting_s=0, setup_s=0, service_s=120, portions=portions,
        lon=None, lat=None, window_from_s=None, window_to_s=None, food_margin_s=None, station_code="",
        lines=tuple(BookLineId(line) for line in lines),
    )  # fmt: skip


def version(
    number: int, layout: Layout, left: list[int], meals: dict[int, Meal], *, delay: int = 0
) -> PlanVersionRecord:
    """Routes as laid out, a stop every five minutes; the line of an order is ``number * 1000 + order``."""
    routes = []
    for place, (driver, stops) in enumerate(layout, 1):
        lines = [tuple(number * 1000 + order for order in stop) for stop in stops]
        portions = [sum(meals[line].portions for line in stop) for stop in lines]
        visits = [visit(place * 100, VisitKind.START, 36_000 + delay, portions=sum(portions))]
        visits += [
            visit(place * 100 + n, VisitKind.JOB, 36_000 + delay + n * 300, stop, count)
            for n, (stop, count) in enumerate(zip(lines, portions, strict=True), 1)
        ]
        routes.append(
            RouteRecord(
                id=number * 100 + place, number=int(driver[1:]), vehicle_code=f"E{driver[1:]}", driver_code=driver,
                kitchen_code=f"K{int(driver[1:]) % 2}", trips=1, portions=sum(portions), stops=len(stops), distance_m=0, travel_s=0,
                starts_s=36_000, ends_s=40_000, eat_by_s=46_800, boxes=99, most_aboard=sum(portions), late_margin_s=None,
                visits=tuple(visits),
            )
        )  # fmt: skip
    unassigned = tuple(
        UnassignedRecord(
            book_line_id=BookLineId(number * 1000 + order), portions=meals[number * 1000 + order].portions, reason_code="x", reason="x", owner="x"
        )
        for order in left
    )  # fmt: skip
    planned = sum(route.portions for route in routes)
    missing = sum(one.portions for one in unassigned)
    summary = PlanVersionSummary(
        id=PlanVersionId(number), day=date(2026, 3, 9), slot=MealSlot.LUNCH, number=number, state=PlanState.DRAFT, engine="test", threads=1, max_iterations=None, seed=0,
        seconds=0, cost=0, routes=len(routes), trips=len(routes), distance_m=0, travel_s=0, ordered=planned + missing, planned=planned,
        unassigned=missing, violations=(), override_reason="", network="test", estimated_pairs=0, book_digest="", matrix_digest="",
        parent_id=None, created_by="test", created_at=datetime(2026, 3, 9, tzinfo=UTC), published_by="", published_at=None,
        withdrawn_by="", withdrawn_at=None, withdraw_reason="",
    )  # fmt: skip
    return PlanVersionRecord(summary=summary, routes=tuple(routes), unassigned=unassigned)


def changes_of(old: Layout, new: Layout, *, left: tuple[list[int], list[int]] = ([], []), **more: object) -> Changes:
    orders = {order for layout in (old, new) for _driver, stops in layout for stop in stops for order in stop}
    orders |= {*left[0], *left[1]}
    portions = more.get("portions", {})
    assert isinstance(portions, dict)
    meals = {
        n * 1000 + order: Meal(
            order_id=order, portions=portions.get((n, order), 1), diets=("halal",) if order % 7 == 0 else ()
        )
        for order in orders
        for n in (1, 2)
    }
    delay = more.get("delay", 0)
    assert isinstance(delay, int)
    return compare(version(1, old, left[0], meals), version(2, new, left[1], meals, delay=delay), meals)


def kinds(changes: Changes) -> dict[int, str]:
    return {meal.order_id: str(meal.kind) for meal in changes.meals}


def test_each_order_is_named_by_what_happened_to_it() -> None:
    old: Layout = [("D1", [[1], [2], [3], [4]]), ("D2", [[5], [6]]), ("D3", [[7]])]
    new: Layout = [("D1", [[1], [4], [3]]), ("D2", [[5], [2], [6], [9]]), ("D4", [[7]])]

    found = changes_of(old, new, left=([9, 10], [10]))

    assert kinds(found) == {2: "moved", 4: "reordered", 6: "retimed", 7: "moved", 9: "placed"}


def test_a_meal_with_more_portions_adds_the_difference_only() -> None:
    found = changes_of(
        [("D1", [[1], [2]])], [("D1", [[1], [2], [3]])], portions={(1, 1): 1, (2, 1): 3, (1, 2): 2, (2, 2): 1}
    )

    assert (found.added, found.cancelled) == (3, 1)
    assert found.holds
    assert kinds(found) == {1: "changed", 2: "changed", 3: "added"}


@pytest.mark.parametrize(("delay", "told"), [(60, False), (61, True)])
def test_a_minute_is_no_change(delay: int, told: bool) -> None:
    found = changes_of([("D1", [[1], [2]])], [("D1", [[1], [2]])], delay=delay)

    assert bool(found.touched) is told


def test_a_stop_added_and_a_stop_gone_are_told_by_their_numbers() -> None:
    found = changes_of([("D1", [[1], [2], [3]])], [("D1", [[1], [4], [5], [3]])])

    stops = [(stop.kind, stop.old_stop, stop.new_stop) for stop in found.routes[0].stops]
    assert stops == [
        (StopChangeKind.ADDED, None, 2),
        (StopChangeKind.ADDED, None, 3),
        (StopChangeKind.RETIMED, 3, 4),
        (StopChangeKind.GONE, 2, None),
    ]


def test_the_fewest_stops_explain_a_new_order() -> None:
    assert out_of_order({0: 0, 1: 2, 2: 3, 3: 1}) == {3}
    assert out_of_order({0: 3, 1: 0, 2: 1, 3: 2}) == {0}
    assert out_of_order({0: 0, 1: 1}) == frozenset()
    assert out_of_order({}) == frozenset()


@st.composite
def rearrangements(draw: st.DrawFn) -> tuple[Layout, Layout, tuple[list[int], list[int]], dict[tuple[int, int], int]]:
    """Two plans over up to four drivers; orders may move, come, go, change their size or have no place."""
    size = draw(st.integers(1, 14))
    sides: list[Layout] = []
    left: tuple[list[int], list[int]] = ([], [])
    portions: dict[tuple[int, int], int] = {}
    for n in (1, 2):
        places: dict[str, list[list[int]]] = {}
        for order in draw(st.permutations(range(1, size + 1))):
            where = draw(st.sampled_from(["D1", "D2", "D3", "D4", "left", "absent"]))
            portions[n, order] = draw(st.integers(1, 3))
            if where == "left":
                left[n - 1].append(order)
            elif where != "absent":
                stops = places.setdefault(where, [])
                if stops and draw(st.booleans()):
                    stops[-1].append(order)
                else:
                    stops.append([order])
        sides.append(sorted(places.items()))
    if draw(st.booleans()):
        sides[1] = sides[0]
        left = (left[0], list(left[0]))
        portions = {(n, order): portions[1, order] for n, order in portions}
    return sides[0], sides[1], left, portions


@given(rearrangements())
def test_every_sum_holds_and_no_order_stands_twice(
    made: tuple[Layout, Layout, tuple[list[int], list[int]], dict[tuple[int, int], int]],
) -> None:
    old, new, left, portions = made
    found = changes_of(old, new, left=left, portions=portions)

    assert found.holds
    assert max(Counter(meal.order_id for meal in found.meals).values(), default=1) == 1
    for route in found.routes:
        was, now = (look.portions if look else 0 for look in (route.old, route.new))
        assert now == was + route.joined - route.left
        assert sum(load.new - load.old for load in route.loads) == now - was
    for kitchen in found.kitchens:
        assert sum(load.new - load.old for load in kitchen.loads) == kitchen.new_portions - kitchen.old_portions
    joined = sum(route.joined - route.left for route in found.routes)
    assert joined == found.new.planned - found.old.planned
    assert {meal.kind for meal in found.meals if meal.before is None and meal.old_line is None} <= {
        MealChangeKind.ADDED
    }


@given(rearrangements())
def test_exactly_those_whose_sheet_differs_are_told(
    made: tuple[Layout, Layout, tuple[list[int], list[int]], dict[tuple[int, int], int]],
) -> None:
    old, new, left, portions = made
    found = changes_of(old, new, left=left, portions=portions)
    vendors = {look.id: f"V{look.kitchen_code}" for route in found.routes for look in (route.old, route.new) if look}

    told = notices_of(found, runs={route: route for route in vendors}, vendors=vendors)

    def sheet(n: int, layout: Layout, driver: str) -> list[list[tuple[int, int]]]:
        return [
            sorted((order, portions[n, order]) for order in stop)
            for who, stops in layout
            if who == driver
            for stop in stops
        ]

    differing = {d for d in ("D1", "D2", "D3", "D4") if sheet(1, old, d) != sheet(2, new, d)}
    assert {note.code for note in told if note.audience is Audience.DRIVER} == differing
    assert {note.code for note in told if note.audience is Audience.VENDOR} == {
        f"VK{int(d[1:]) % 2}" for d in differing
    }
    packed = {d for d in differing if sorted(chain(*sheet(1, old, d))) != sorted(chain(*sheet(2, new, d)))}
    assert {note.code for note in told if note.audience is Audience.KITCHEN} == {f"K{int(d[1:]) % 2}" for d in packed}
    keys = [(note.audience, note.code, note.run_id) for note in told]
    assert len(keys) == len(set(keys))
