"""After the routes: whose hands they go to, in what order they suit habits, and what memory has cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.experience.records import DoorMemory
from mealroute.planning import hands, hours
from mealroute.planning.records import PlanInput, SolveLimits
from mealroute.planning.searching import search_day
from mealroute.planning.solving import plan_quick
from mealroute.planning.work_records import balance
from solver.check import check
from solver.cost import UNITS_PER_COST, cost_terms
from tests.unit.planning.parts import DAY, HOUR, district, plan_input

REPEATABLE = SolveLimits(seed=3, threads=1, max_iterations=200)


def two_routes(**changes: object) -> PlanInput:
    """Enough meals for two e-bikes or more."""
    made = plan_input(district(40), **changes)
    return replace(made, overwork_price=2)


def drivers_of(given: PlanInput) -> dict[int, str]:
    return {vehicle.number: vehicle.driver_code for vehicle in given.built.vehicles}


def test_the_routes_go_to_whom_people_know() -> None:
    plan = plan_quick(two_routes()).plan
    halal = {vehicle.number for vehicle in two_routes().built.vehicles if vehicle.halal_marked}
    route = next(route for route in plan.routes if route.vehicle not in halal)
    lines = [line for stop in two_routes().built.stops if stop.number in route.stops for line in stop.lines]
    stranger = next(code for number, code in drivers_of(two_routes()).items() if number not in {route.vehicle, *halal})
    known = {int(line): DoorMemory(faces={stranger: 1.0}) for line in lines}

    dealt = hands.dealt_out(two_routes(known=known), plan, time_limit_s=None)

    assert (
        drivers_of(two_routes())[next(r.vehicle for r in dealt.routes if set(r.stops) == set(route.stops))] == stranger
    )


def test_who_has_worked_more_than_the_others_gets_the_shorter_route() -> None:
    given_ = two_routes()
    plan = plan_quick(given_).plan
    able = [r for r in plan.routes if not given_.built.problem.vehicle(r.vehicle).skills]
    longest = max(able, key=lambda r: r.visits[-1].departure - r.visits[0].begin)
    tired = replace(given_, worked_above={drivers_of(given_)[longest.vehicle]: 20 * HOUR})

    dealt = hands.dealt_out(tired, plan, time_limit_s=None)

    assert hands.worth(tired, dealt) > hands.worth(tired, plan)
    assert next(r.vehicle for r in dealt.routes if set(r.stops) == set(longest.stops)) != longest.vehicle


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 50), st.dictionaries(st.sampled_from(["D01", "D02", "D03", "D04"]), st.integers(-HOUR, 9 * HOUR)))
def test_other_hands_serve_the_same_stops_within_every_limit_at_the_same_cost(seed: int, above: dict[str, int]) -> None:
    given_ = replace(plan_input(district(30, seed)), overwork_price=2, worked_above=above)
    plan = plan_quick(given_).plan

    dealt = hands.dealt_out(given_, plan, time_limit_s=None)

    problem = given_.built.problem
    assert dealt.served == plan.served
    assert check(problem, dealt) == ()
    assert cost_terms(problem, dealt).total == cost_terms(problem, plan).total
    assert hands.worth(given_, dealt) >= hands.worth(given_, plan)


def habitual(seed: int, price: int) -> PlanInput:
    """Everybody is used to eat at an hour of their own."""
    lines = district(25, seed)
    known = {int(one.resident_id): DoorMemory(usual_s=39_600 + 97 * (n * 37 % 80)) for n, one in enumerate(lines)}
    made = plan_input(lines, known=known)
    facts = {
        line.line_id: replace(made.lines[line.line_id], usual_s=known[int(line.resident_id)].usual_s, hour_price=price)
        for line in lines
    }
    return replace(made, lines=facts)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 200), st.integers(1, 60))
def test_habits_are_never_paid_more_than_they_are_worth(seed: int, price: int) -> None:
    given_ = habitual(seed, price)
    problem, plan = given_.built.problem, plan_quick(given_).plan

    moved = hours.nearer(given_, plan)

    def total(at: object) -> float:
        return cost_terms(problem, at).total + UNITS_PER_COST * hours.discomfort_s(given_, at)  # type: ignore[arg-type]

    assert check(problem, moved) == ()
    assert moved.served == plan.served
    assert total(moved) <= total(plan)


def test_a_high_price_brings_meals_nearer_to_the_usual_hour() -> None:
    given_ = habitual(1, 60)
    plan = plan_quick(given_).plan
    assert hours.discomfort_s(given_, hours.nearer(given_, plan)) < hours.discomfort_s(given_, plan)


def test_where_minutes_have_no_price_nothing_moves() -> None:
    given_ = habitual(1, 0)
    plan = plan_quick(given_).plan
    assert hours.nearer(given_, plan) == plan


def test_a_driver_owes_nothing_for_days_on_which_they_did_not_drive() -> None:
    other = DAY.replace(day=8)
    work = [(DAY, "K1", "D1", 7200), (DAY, "K1", "D2", 3600), (other, "K1", "D1", 3600), (other, "K2", "D3", 900)]
    assert balance(work).above == {"D1": 1800, "D2": -1800, "D3": 0}


@pytest.mark.parametrize("faces", [True, False])
def test_a_whole_search_with_an_iteration_limit_is_repeatable_and_says_what_memory_costs(faces: bool) -> None:
    known = {n: DoorMemory(faces={f"D0{1 + n % 4}": 1.0}) for n in range(1, 31)} if faces else {}
    asked = replace(plan_input(district(30), known=known), overwork_price=2)

    first, again = search_day(asked, REPEATABLE), search_day(asked, REPEATABLE)

    assert first.plan == again.plan
    assert first.violations == ()
    assert first.seed == 3
    assert (first.faces is not None) == faces
    if first.faces is not None:
        assert again.faces is not None
        assert first.faces.paid_s == again.faces.paid_s >= 0
