"""What holds whatever people do to a draft."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.core.errors import MealrouteError
from mealroute.drafting import build, changing, placing, storing
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
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.fitting import Known, fitting
from mealroute.drafting.records import Lock
from solver.plan import Cause
from tests.unit.drafting.grounds import DOORS, HOUR, START, arranged, ground

GROUND = ground()
UNTRUE = {Cause.TIMING, Cause.LOAD_DURATION, Cause.UNKNOWN_JOB, Cause.SERVED_TWICE}


def anything(random: Random) -> Change:
    stop, vehicle, other = random.randint(1, DOORS), random.randint(1, 4), random.randint(1, 4)
    some = tuple(random.sample(range(1, DOORS + 1), random.randint(1, 4)))
    lock = random.choice([Lock.STOP, Lock.ORDER, Lock.ROUTE])
    return random.choice(
        [
            MoveStops(stops=some, vehicle=vehicle),
            MoveStops(stops=some),
            MoveStops(stops=(stop,), vehicle=vehicle, after=random.randint(1, DOORS)),
            MoveStops(stops=(stop,), vehicle=vehicle, trip=random.randint(1, 3)),
            ShiftStop(stop=stop, by=random.choice((-1, 1))),
            TakeOff(stops=some),
            SetLock(lock=lock, on=random.random() < 0.4, stops=some, vehicles=(vehicle,)),
            VehicleOut(vehicle=vehicle, reason="-", spread=random.random() < 0.5),
            VehicleIn(vehicle_code=f"E{vehicle}"),
            ChangeDriver(vehicle=vehicle, driver_code=random.choice(("D1", "D4", "D9", ""))),
            SplitRoute(vehicle=vehicle, after=stop, to=other),
            MergeRoutes(vehicle=vehicle, into=other, keep_order=random.random() < 0.5),
            SetStart(vehicle=vehicle, at_s=random.choice((None, 10 * HOUR + 600))),
            SetReload(stop=stop, on=random.random() < 0.5),
        ]
    )


def worked(seed: int, steps: int) -> tuple[Evaluation, list[Evaluation]]:
    random, now = Random(seed), evaluate(GROUND, START)
    trail = [now]
    for _ in range(steps):
        try:
            done = changing.apply(GROUND, now, anything(random))
        except MealrouteError:
            continue
        now = evaluate(GROUND, done.arrangement)
        trail.append(now)
    return now, trail


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_taking_over_what_did_not_change_changes_nothing(seed: int) -> None:
    _now, trail = worked(seed, 12)
    near = trail[0]
    for fresh in Random(seed).sample(trail, len(trail)):
        quick = evaluate(GROUND, fresh.arrangement, near)
        assert (quick.plan, quick.violations, quick.broken) == (fresh.plan, fresh.violations, fresh.broken)
        assert (quick.routes, quick.total, quick.unplaced) == (fresh.routes, fresh.total, fresh.unplaced)
        near = quick


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_what_fits_is_found_alike_with_and_without_an_earlier_answer(seed: int) -> None:
    _now, trail = worked(seed, 12)
    known = None
    for at in trail:
        fits = fitting(at, at.unplaced, known)
        assert set(fits) == set(fitting(at, at.unplaced))
        known = Known(at, fits, frozenset(at.unplaced))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_every_stop_is_on_one_route_or_unassigned_and_the_portions_add_up(seed: int) -> None:
    _now, trail = worked(seed, 12)
    for at in trail:
        placed = [stop for route in at.arrangement.routes for stop in route.stops]
        assert sorted([*placed, *at.unplaced]) == list(range(1, DOORS + 1))
        assert at.total.portions == len(placed)
        assert sum(route.figures.portions for route in at.routes) == at.total.portions
        assert not {route.vehicle for route in at.arrangement.routes} & at.arrangement.out


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_times_are_always_true_and_numbers_stay(seed: int) -> None:
    _now, trail = worked(seed, 12)
    numbers: dict[int, int] = {}
    for at in trail:
        assert not {violation.cause for violation in at.violations} & UNTRUE
        for vehicle, number in numbers.items():
            assert at.arrangement.numbers[vehicle] == number
        numbers = dict(at.arrangement.numbers)
        assert len(set(numbers.values())) == len(numbers)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_place_that_is_called_whole_breaks_nothing_new(seed: int) -> None:
    now, _trail = worked(seed, 8)
    had = {fault.key for fault in now.broken}
    for stop in fitting(now, now.unplaced):
        done = changing.apply(GROUND, now, MoveStops(stops=(stop,)))
        assert {fault.key for fault in evaluate(GROUND, done.arrangement).broken} <= had
    if now.unplaced:
        for place in placing.places(GROUND, now, now.unplaced[0], most=4):
            moved = changing.apply(
                GROUND,
                now,
                MoveStops(stops=(now.unplaced[0],), vehicle=place.vehicle, after=place.after, trip=place.trip),
            )
            new = {
                fault.key for fault in evaluate(GROUND, moved.arrangement).broken if fault.vehicle == place.vehicle
            } - had
            assert new == {fault.key for fault in place.breaks if fault.vehicle == place.vehicle}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_stored_comes_back(seed: int) -> None:
    now, _trail = worked(seed, 10)
    assert storing.unpack_arrangement(storing.pack_arrangement(now.arrangement)) == now.arrangement


def test_a_ground_comes_back_from_its_bytes_and_means_the_same() -> None:
    again = storing.unpack_ground(storing.pack_ground(GROUND), storing.pack_matrices(GROUND))
    assert (again.orders, again.shifts, again.highest) == (GROUND.orders, GROUND.shifts, GROUND.highest)
    assert evaluate(again, START).routes == evaluate(GROUND, START).routes


def test_what_is_on_the_road_keeps_its_place_and_takes_nothing_more() -> None:
    away = arranged({1: ((1, 2), (9, 10)), 3: ((5, 6, 7, 8),)}, under_way=frozenset({1, 2}), starts={1: 10 * HOUR})
    now = evaluate(GROUND, away)
    part = build.open_part(GROUND.given.built.problem, away, set(), build.returns(away, now.plan))
    assert not part.has_stop(1)
    assert part.vehicle(1).max_trips == 1
    assert part.vehicle(1).shift.earliest == next(v.arrival_s for v in now.routes[0].visits if v.kind == "reload")
    moved = changing.apply(GROUND, now, MoveStops(stops=(3, 4), vehicle=1))
    assert moved.arrangement.route(1).trips[0] == (1, 2)  # type: ignore[union-attr]
