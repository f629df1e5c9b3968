"""Events on a printed plan: what stays, what moves, what it costs, and where the food is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.core.errors import Conflict, MealrouteError
from mealroute.drafting import happenings, mishaps, moves, repair, rules, searching, storing
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.happenings import Food
from mealroute.drafting.records import Arrangement, Ground
from mealroute.planning.records import SolveLimits
from solver.plan import Cause
from solver.problem import Matrix, Problem
from tests.unit.drafting.grounds import HOUR, arranged, ground

PRICE = repair.MovePrice(moved_stop=600, moved_minute=10, tolerance_s=300)
BOTH = arranged({1: ((1, 2, 3, 4), (5, 6)), 3: ((7, 8, 9, 10), (11, 12))})
HALF_PAST = 10 * HOUR + 1800


def now_(arrangement: Arrangement = BOTH, base: Ground | None = None) -> Evaluation:
    return evaluate(base or ground(), arrangement)


def mended(now: Evaluation, happened: happenings.Happened, price: repair.MovePrice = PRICE) -> Evaluation:
    return repair.repaired(happened.ground, happened.arrangement, repair.sheets(now), price, only=happened.homeless)


def test_a_driver_who_is_ill_is_stood_in_for_and_no_stop_moves() -> None:
    now = now_(
        arranged({1: ((1, 2),)}), replace(ground(), shifts={"D1": (10 * HOUR, 13 * HOUR), "D8": (9 * HOUR, 13 * HOUR)})
    )

    happened = happenings.driver_ill(now, 1, "发烧")
    after = mended(now, happened)

    assert after.arrangement.drivers == {1: "D8"}
    assert moves.moves(now, after) == ()


def test_nobody_stands_in_whose_shift_has_no_room() -> None:
    now = now_(arranged({1: ((1, 2),)}), replace(ground(), shifts={"D8": (9 * HOUR, 10 * HOUR + 60)}))

    happened = happenings.driver_ill(now, 1, "发烧")
    after = mended(now, happened)

    assert 1 in after.arrangement.out
    assert happened.homeless == {1, 2}
    assert after.unplaced == tuple(range(3, 13))
    assert {after.arrangement.vehicle_of(stop) for stop in (1, 2)} <= {2, 3, 4}


def test_who_falls_ill_on_the_road_is_a_breakdown_because_the_food_is_aboard() -> None:
    now = now_(replace(BOTH, under_way=frozenset({1, 2, 3, 4})))
    with pytest.raises(Conflict, match="trip-under-way"):
        happenings.driver_ill(now, 1, "发烧")


def on_the_road(base: Ground | None = None) -> Evaluation:
    """Vehicle 1 left at 10:00 with the food of four doors; 2 and 4 stand in the yard."""
    way = replace(BOTH, under_way=frozenset({1, 2, 3, 4}), starts={1: 10 * HOUR})
    return now_(way, base)


def first_done(now: Evaluation, count: int) -> set[int]:
    route = next(route for route in now.routes if route.vehicle == 1)
    return {visit.stop for visit in route.visits if visit.stop is not None and 0 < visit.number <= count}


def test_what_is_handed_over_stays_with_the_broken_vehicle_and_nothing_more_is_put_on_it() -> None:
    now = on_the_road()
    happened = happenings.broken_down(
        now, 1, at_s=HALF_PAST, food=Food.HANDED_OVER, reason="爆胎", done=first_done(now, 2)
    )
    after = mended(now, happened)

    assert happened.homeless == {3, 4, 5, 6}
    assert happenings.route_stops(after.arrangement, 1) == (1, 2)
    assert 1 in after.arrangement.locked_routes


def test_food_that_is_taken_over_is_brought_by_the_rescuer_alone_from_where_it_stands_and_its_clock_runs_on() -> None:
    now = on_the_road()
    happened = happenings.broken_down(
        now, 1, at_s=HALF_PAST, food=Food.HANDED_OVER, reason="爆胎", done=first_done(now, 2)
    )
    after = mended(now, happened)

    problem = happened.ground.given.built.problem
    taker = next(v for v in happened.ground.given.built.vehicles if v.vehicle_code == happened.detail["to"])
    rescuer = problem.vehicle(taker.number)
    assert rescuer.start == problem.stop(2).location
    way = int(
        ground()
        .given.built.problem.matrices["ebike"]
        .durations[ground().given.built.problem.vehicle(taker.number).start or 0, problem.stop(2).location]
    )
    assert rescuer.shift.earliest == HALF_PAST + way
    loaded = next(v for v in next(r for r in now.routes if r.vehicle == 1).visits if v.stop is None).departure_s
    for stop in (3, 4):
        assert problem.stop(stop).time_windows[-1].latest == min(12 * HOUR, loaded + HOUR)
        assert after.arrangement.vehicle_of(stop) in {taker.number, None}
    assert {after.arrangement.vehicle_of(stop) for stop in (5, 6)}.isdisjoint({1})


def test_food_that_would_be_too_old_by_then_is_not_brought() -> None:
    now = on_the_road()
    late = happenings.broken_down(
        now, 1, at_s=11 * HOUR + 1200, food=Food.HANDED_OVER, reason="爆胎", done=first_done(now, 2)
    )
    after = mended(now, late)

    assert {3, 4} <= set(after.unplaced)
    assert all(fault.stop not in {3, 4} for fault in after.broken)


def test_food_that_is_cooked_again_is_loaded_no_earlier_than_it_is_ready_and_counts_against_the_kitchen() -> None:
    now = on_the_road()
    happened = happenings.broken_down(
        now, 1, at_s=HALF_PAST, food=Food.COOKED_AGAIN, reason="爆胎", done=first_done(now, 2), cook_again_s=1200
    )
    after = mended(now, happened)

    problem = happened.ground.given.built.problem
    assert {problem.stop(stop).release for stop in (3, 4)} == {HALF_PAST + 1200}
    assert problem.stop(5).release == 10 * HOUR
    assert [depot.capacity for depot in problem.depots] == [(8,), (10,)]
    for route in after.routes:
        for visit in route.visits:
            if visit.stop in {3, 4}:
                loading = next(v for v in route.visits if v.stop is None and v.trip == visit.trip)
                assert loading.begin_s >= HALF_PAST + 1200


def test_without_a_vehicle_in_the_yard_the_food_cannot_change_vehicles() -> None:
    now = now_(replace(BOTH, under_way=frozenset({1, 2, 3, 4}), starts={1: 10 * HOUR}, out=frozenset({2, 4})))
    with pytest.raises(MealrouteError, match="no-rescuer"):
        happenings.broken_down(now, 1, at_s=HALF_PAST, food=Food.HANDED_OVER, reason="爆胎", done=first_done(now, 2))


def test_a_mishap_is_made_again_when_the_ground_is_built_anew_and_survives_storing() -> None:
    now = on_the_road()
    happened = happenings.broken_down(
        now, 1, at_s=HALF_PAST, food=Food.HANDED_OVER, reason="爆胎", done=first_done(now, 2)
    )

    anew = mishaps.applied(ground().given, ground().orders, happened.ground.assumes)
    kept = storing.unpack_ground(storing.pack_ground(happened.ground), storing.pack_matrices(happened.ground))

    assert anew.built.problem.stops == happened.ground.given.built.problem.stops
    assert anew.built.problem.vehicles == happened.ground.given.built.problem.vehicles
    assert kept.given.built.problem.stops == happened.ground.given.built.problem.stops
    assert kept.assumes == happened.ground.assumes


def slower(base: Ground, by_s: int) -> Ground:
    """Every way from and to door 3 takes so much longer."""
    problem = base.given.built.problem
    table = problem.matrices["ebike"].durations.astype(np.int64).copy()
    table[4, :] += by_s
    table[:, 4] += by_s
    table[4, 4] = 0
    other = Problem(
        stops=problem.stops,
        vehicles=problem.vehicles,
        depots=problem.depots,
        matrices={"ebike": Matrix(table, problem.matrices["ebike"].distances)},
    )
    return happenings.with_matrices(base, other, "closed", "x")


def test_a_closed_road_that_costs_minutes_moves_nobody_to_another_route() -> None:
    now = now_()
    ground_ = slower(now.ground, 120)
    arrangement, gone = repair.relieved(ground_, now.arrangement)
    after = repair.repaired(ground_, arrangement, repair.sheets(now), PRICE, only=gone)

    assert gone == frozenset()
    assert not any(move.changes_route for move in moves.moves(now, after))


def test_a_route_that_a_closed_road_makes_late_gives_up_as_few_stops_as_make_it_whole() -> None:
    now = now_()
    ground_ = slower(now.ground, 2400)

    arrangement, gone = repair.relieved(ground_, now.arrangement)

    assert gone == {3}
    assert all(fault.vehicle != 1 for fault in evaluate(ground_, arrangement).broken)


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 12), max_size=4), st.integers(0, 3), st.integers(0, 1200))
def test_a_repair_serves_no_less_breaks_nothing_and_leaves_locks_alone(gone: set[int], locked: int, price: int) -> None:
    way = replace(BOTH, locked_stops=frozenset(range(1, 1 + locked)))
    now = now_(way)
    homeless = frozenset(gone - way.locked_stops)

    after = repair.repaired(
        now.ground, rules.without(way, homeless), repair.sheets(now), replace(PRICE, moved_stop=price), only=homeless
    )

    assert {fault.key for fault in after.broken} <= {fault.key for fault in now.broken}
    assert len(after.unplaced) <= len(now.unplaced) + len(homeless)
    rules.require_locks(way, after.arrangement)
    assert after.arrangement.under_way == way.under_way


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, 12), min_size=1, max_size=5))
def test_every_stop_that_changes_is_named_and_no_other(gone: set[int]) -> None:
    now = now_()
    after = now_(rules.without(BOTH, gone))

    told = {move.stop: move for move in moves.moves(now, after)}

    before, later = moves.seats(now), moves.seats(after)
    for stop in range(1, 13):
        one, other = before.get(stop), later.get(stop)
        differs = (one.route if one else None) != (other.route if other else None) or (
            one is not None and other is not None and abs(other.at_s - one.at_s) >= 60
        )
        assert differs == (stop in told)


def test_with_a_high_price_others_stay_and_without_one_they_may_move() -> None:
    now = now_(arranged({1: ((1, 2, 3, 4),), 3: ((5, 6, 7, 8),)}))
    after = repair.repaired(
        now.ground, now.arrangement, repair.sheets(now), replace(PRICE, moved_stop=100_000), only=frozenset({9, 10})
    )
    assert {9, 10} & set(after.unplaced) == set()
    assert not [move for move in moves.moves(now, after) if move.before and move.changes_route]
    assert Cause.LOCKED not in {fault.cause for fault in after.broken}


def test_a_search_on_a_printed_plan_moves_a_stop_only_where_that_saves_the_price() -> None:
    """Doors 3 and 9 are on each other's routes: swapping them saves minutes, but less than a high price."""
    crossed = arranged({1: ((1, 2, 9, 4),), 3: ((7, 8, 3, 10),)})
    now = now_(crossed)
    limits = SolveLimits(threads=1, max_iterations=300, engine="sisr")
    printed = {stop: route.vehicle for route in crossed.routes for stop in route.stops}

    free = searching.search(now, limits).now
    held = searching.search(now, limits, printed=printed, moved_stop=100_000).now

    assert free.arrangement.vehicle_of(9) != 1
    assert {stop: held.arrangement.vehicle_of(stop) for stop in printed} == printed
