"""A search begins where the last plan ended: the same driver, the same doors, the same order."""

from __future__ import annotations

from dataclasses import replace

from mealroute.planning import habits
from mealroute.planning.face_records import UsualRoute
from mealroute.planning.records import SolveLimits
from mealroute.planning.searching import search_day
from mealroute.planning.solving import plan_quick
from solver.construct import sequences
from tests.unit.planning.parts import district, plan_input, unit


def test_the_same_day_again_begins_with_the_same_plan() -> None:
    given = plan_input(district(40))
    plan = plan_quick(given).plan

    begun = habits.begin_with(given, habits.of_plan(given, plan))

    assert begun is not None
    assert sequences(begun) == sequences(plan)


def test_a_route_follows_its_driver_to_another_vehicle() -> None:
    given = plan_input(district(12))
    usual = habits.of_plan(given, plan_quick(given).plan)[0]

    begun = habits.begin_with(given, [replace(usual, driver_code="D04")])

    assert begun is not None
    assert [route.vehicle for route in begun.routes] == [4]


def test_who_is_not_there_today_is_left_out_and_nobody_is_visited_twice() -> None:
    given = plan_input(district(20))
    people = [fact.resident for fact in given.lines.values()]
    twice = UsualRoute(
        driver_code="D01", vehicle_code="E01", trips=(((99_999,), *((one,) for one in people[:5])), ((people[0],),))
    )

    begun = habits.begin_with(given, [twice])

    assert begun is not None
    stops = [stop for route in begun.routes for stop in route.stops]
    assert len(stops) == len(set(stops))
    assert habits.begin_with(given, [replace(twice, trips=(((99_999,),),))]) is None


def test_a_route_whose_driver_and_vehicle_are_both_away_is_no_start() -> None:
    given = plan_input(district(12), units=(unit(1), unit(2)))
    usual = UsualRoute(driver_code="D09", vehicle_code="E09", trips=(((1,), (2,)),))
    assert habits.begin_with(given, [usual]) is None


def test_a_search_that_begins_with_the_last_plan_ends_no_worse_than_that() -> None:
    given = plan_input(district(30))
    first = search_day(given, SolveLimits(seed=1, threads=1, max_iterations=30))

    again = search_day(
        replace(given, before=habits.of_plan(given, first.plan)), SolveLimits(seed=2, threads=1, max_iterations=30)
    )

    assert (len(again.plan.unassigned), again.cost) <= (len(first.plan.unassigned), first.cost)
    assert again.violations == ()
