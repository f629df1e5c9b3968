"""Which route is the hardest to replace, found by taking each out on trial."""

from __future__ import annotations

from dataclasses import replace

from mealroute.drafting import changing
from mealroute.drafting.changes import VehicleOut
from mealroute.drafting.evaluate import evaluate
from mealroute.drafting.standing_in import hardest
from tests.unit.drafting.grounds import START, arranged, ground

GROUND = ground()


def test_a_trial_says_what_taking_the_vehicle_out_would_do() -> None:
    now = evaluate(GROUND, START)
    for trial in hardest(now):
        done = changing.apply(GROUND, now, VehicleOut(vehicle=trial.vehicle, reason="-"))
        real = evaluate(GROUND, done.arrangement)
        assert real.total == trial.whole.after
        assert set(trial.left) == set(real.unplaced) - set(now.unplaced)
        assert trial.moved + len(trial.left) == now.figures(trial.vehicle).stops


def test_the_route_that_leaves_most_behind_comes_first() -> None:
    small = ground(vehicles={v: {"capacity": (4,), "max_trips": 1} for v in range(1, 5)})
    now = evaluate(small, arranged({1: ((1, 2, 3, 4),), 3: ((5, 6, 7),), 4: ((8, 9),)}))
    found = hardest(now)
    assert [each.left_portions for each in found] == sorted((each.left_portions for each in found), reverse=True)
    assert len(found) == 3


def test_locked_routes_and_what_is_on_the_road_are_not_tried() -> None:
    held = replace(START, locked_routes=frozenset({START.routes[0].vehicle}))
    tried = {each.vehicle for each in hardest(evaluate(GROUND, held))}
    assert START.routes[0].vehicle not in tried
    away = replace(START, under_way=frozenset(START.routes[-1].stops))
    assert START.routes[-1].vehicle not in {each.vehicle for each in hardest(evaluate(GROUND, away))}


def test_one_route_can_be_asked_for() -> None:
    now = evaluate(GROUND, START)
    vehicle = now.routes[-1].vehicle
    assert [each.vehicle for each in hardest(now, vehicle)] == [vehicle]
