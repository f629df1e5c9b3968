"""The order book becomes a problem in which nobody is missing and every limit is the kitchen's, the fleet's or the policy's."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.rulebook import RULES, RulebookError
from mealroute.core.slots import MealSlot
from mealroute.experience.records import DoorMemory
from mealroute.orders.records import Delivery, Flag
from mealroute.planning import queries
from mealroute.planning.rules import DIET_SKILLS, HALAL_SKILL, FacePrice
from mealroute.vendors.records import BatchRecord
from solver.problem import TimeWindow
from tests.unit.planning.parts import (
    DAY,
    EAT_BY,
    HOUR,
    POLICY,
    READY,
    built,
    district,
    kitchen,
    line,
    plan_input,
    unit,
)


def test_every_line_is_in_one_stop_or_rejected_with_a_reason_and_an_owner() -> None:
    lines = [
        line(1), line(2, lon=None, lat=None, flags=(Flag.NO_POINT,), flag_owner="李敏"), line(3, dish_code=None, flags=(Flag.NO_DISH,)),
        line(4, diets=("puree",)), line(5, window_from_s=8 * HOUR, window_to_s=9 * HOUR), line(6, window_from_s=EAT_BY, window_to_s=EAT_BY + 60),
    ]  # fmt: skip

    result = built(lines)

    assert result.stop_lines == {1: (1,)}
    assert {r.line_id: r.code for r in result.rejected} == {
        2: "no-point", 3: "no-dish", 4: "no-kitchen-for-diet", 5: "window-before-food", 6: "window-after-eat-by",
    }  # fmt: skip
    assert {r.line_id: r.owner for r in result.rejected}[2] == "李敏"
    assert {r.owner for r in result.rejected if r.line_id != 2} == {"北新桥街道调度"}
    assert all(r.reason for r in result.rejected)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(0, 1000))
def test_no_portion_is_lost_or_doubled(count: int, seed: int) -> None:
    lines = district(count, seed)

    result = built(lines)

    seen = Counter(each for stop in result.stops for each in stop.lines) + Counter(r.line_id for r in result.rejected)
    assert seen == Counter(each.line_id for each in lines)
    assert all(stop.portions == sum(lines[n - 1].quantity for n in stop.lines) for stop in result.stops)
    assert all(sum(s.delivery) == stop.portions for s, stop in zip(result.problem.stops, result.stops, strict=True))


def test_residents_behind_one_entrance_share_a_stop_up_to_the_policys_portions() -> None:
    crowd = [line(n, place_key="tower", lon=116.41, lat=39.94) for n in range(1, 12)]

    stops = built(crowd).stops

    assert sorted(stop.portions for stop in stops) == [3, 8]


def test_halal_meals_travel_apart_in_marked_vehicles_from_kitchens_that_cook_them() -> None:
    two = [
        line(1, place_key="x", lon=116.41, lat=39.94),
        line(2, place_key="x", lon=116.41, lat=39.94, diets=("halal",)),
    ]

    problem = built(two).problem

    ordinary, halal = problem.stops
    assert (ordinary.skills, halal.skills) == (frozenset(), {HALAL_SKILL})
    assert halal.depot_skills == {DIET_SKILLS["halal"]} <= problem.depots[0].skills
    assert [HALAL_SKILL in vehicle.skills for vehicle in problem.vehicles] == [True, False, False, False]


def test_without_a_marked_vehicle_a_halal_meal_has_a_reason() -> None:
    result = built([line(1, diets=("halal",))], units=(unit(2),))

    assert [r.code for r in result.rejected] == ["no-halal-vehicle"]


def test_meals_for_a_station_are_one_bulk_stop_that_the_largest_vehicle_can_hold() -> None:
    collected = [
        line(n, delivery=Delivery.STATION, station_code="S1", lon=116.42, lat=39.95, place_key=f"home{n}")
        for n in range(1, 31)
    ]

    result = built(collected)

    assert [stop.station_code for stop in result.stops] == ["S1", "S1"]
    assert [stop.portions for stop in result.stops] == [24, 6]
    assert result.problem.stops[0].setup == POLICY.doors.station_setup_s
    assert result.problem.stops[0].service == POLICY.doors.sign_off_s + 24 * POLICY.doors.station_box_s


def test_the_resident_s_food_clock_ends_at_the_handover() -> None:
    stop = built([line(1, floor=6, has_lift=False)]).problem.stops[0]

    assert stop.service == POLICY.doors.handover_s + 5 * POLICY.doors.stairs_s
    assert stop.max_ride == POLICY.times.ride_limit_s - stop.setup - stop.service
    assert stop.release == READY
    assert stop.time_windows == (TimeWindow(39000, min(46200, EAT_BY - stop.setup - stop.service)),)


def test_between_two_batches_the_ride_is_short_enough_for_the_older_one() -> None:
    early = BatchRecord(slot=MealSlot.LUNCH, cooked_at_s=8 * HOUR, ready_at_s=9 * HOUR, eat_by_s=11 * HOUR + 1800)
    late = BatchRecord(slot=MealSlot.LUNCH, cooked_at_s=10 * HOUR, ready_at_s=10 * HOUR + 1800, eat_by_s=13 * HOUR)

    result = built([line(1)], kitchens=(kitchen(batches=(early, late)),))

    assert result.stops[0].ride_limit_s == HOUR - 300  # 11:30 − 10:30, less the loading


def test_vehicles_load_at_their_kitchen_within_shift_and_food() -> None:
    vehicle = built([line(1)]).problem.vehicles[0]

    assert vehicle.start == vehicle.end == 0
    assert vehicle.shift == TimeWindow(READY, 13 * HOUR + 900)
    assert (vehicle.max_trips, vehicle.load_duration, vehicle.capacity) == (2, 300, (24,))


def test_a_kitchen_whose_food_ends_earlier_calls_its_vehicles_back_in_time() -> None:
    early = kitchen(
        "K0",
        point=LonLat(116.40, 39.93),
        batches=(BatchRecord(slot=MealSlot.LUNCH, cooked_at_s=8 * HOUR, ready_at_s=9 * HOUR, eat_by_s=12 * HOUR),),
    )

    vehicles = built([line(1)], kitchens=(kitchen(), early), units=(unit(1), unit(2, "K0"))).problem.vehicles

    assert {v.description: v.shift.latest for v in vehicles} == {"E01": 13 * HOUR + 900, "E02": 12 * HOUR}


def test_cold_dishes_fill_cold_boxes_and_count_against_the_whole_kitchen() -> None:
    problem = built([line(1, dish_code="C1", quantity=2), line(2)]).problem

    assert [stop.delivery for stop in problem.stops] == [(0, 2, 2), (1, 0, 1)]
    assert problem.vehicles[0].capacity == (24, 6, 30)
    assert problem.depots[0].capacity == (500, 500, 500)


def test_known_faces_are_credited_in_seconds_for_each_resident_as_far_as_they_are_familiar() -> None:
    couple = [line(1, place_key="x", lon=116.41, lat=39.94), line(2, place_key="x", lon=116.41, lat=39.94)]
    known = {1: DoorMemory(faces={"D02": 1.0}), 2: DoorMemory(faces={"D02": 0.25, "D03": 1.0})}

    stop = built(couple, known=known).problem.stops[0]

    face = POLICY.prices.known_face
    assert stop.familiarity == {2: face + face // 4, 3: face}


def test_a_street_that_sets_its_own_price_for_a_face_is_reckoned_with_it() -> None:
    doors = [line(1), line(2, street_code="110101006", place_key="b9")]
    known = {1: DoorMemory(faces={"D02": 1.0}), 2: DoorMemory(faces={"D02": 1.0})}

    made = built(doors, known=known, streets={"110101006": FacePrice(known_face=600, usual_hour=0)})

    credit = {stop.lines[0]: made.problem.stop(stop.number).familiarity for stop in made.stops}
    assert credit == {1: {2: POLICY.prices.known_face}, 2: {2: 600}}


def test_one_cost_unit_is_a_second_of_the_reference_driver() -> None:
    costs = built([line(1)], units=(unit(1, fixed_fen=1000, per_km_fen=50, per_hour_fen=0),)).problem.vehicles[0].costs

    assert (costs.fixed, costs.per_hour, costs.per_km) == (1200, 3600, 60)


def test_people_behind_one_door_add_their_priorities_up_to_the_scale_s_end() -> None:
    couple = [
        line(1, place_key="x", lon=116.41, lat=39.94, priority=70),
        line(2, place_key="x", lon=116.41, lat=39.94, priority=70, must_serve=True),
    ]

    stop = built(couple).problem.stops[0]

    assert (stop.priority, stop.must_serve) == (100, True)


def test_the_same_book_gives_the_same_problem_in_any_order() -> None:
    lines = district(40)

    assert built(lines).problem.stops == built(lines[::-1]).problem.stops


def test_what_crosses_to_another_process_holds_ids_only() -> None:
    sent = pickle.dumps(plan_input(district(30)))

    assert pickle.loads(sent).ordered == sum(each.quantity for each in district(30))
    for word in ("刘建国", "央厨", "b0001"):
        assert word.encode() not in sent


@pytest.mark.parametrize("missing", [{"kitchens": ()}, {"units": ()}, {"slot": MealSlot.DINNER}])
def test_a_day_without_a_kitchen_that_can_send_anything_out_is_refused_with_a_hint(missing: dict[str, object]) -> None:
    with pytest.raises(MealrouteError, match="no-kitchen"):
        built([line(1)], **missing)


def test_the_policy_of_a_day_is_the_newest_value_that_has_begun(tmp_path: Path) -> None:
    text = (RULES / "planning.yaml").read_text("utf-8")
    changed = tmp_path / "planning.yaml"
    changed.write_text(
        text.replace("value: 3000,", "value: 3000, source: x}, {from: 2026-06-01, value: 3600,"), "utf-8"
    )

    assert queries.policy_on(date(2026, 5, 31), MealSlot.LUNCH, path=changed).prices.driver_hour == 3000
    assert queries.policy_on(date(2026, 6, 1), MealSlot.LUNCH, path=changed).prices.driver_hour == 3600


def test_a_policy_with_a_misspelt_key_names_file_and_key(tmp_path: Path) -> None:
    broken = tmp_path / "planning.yaml"
    broken.write_text((RULES / "planning.yaml").read_text("utf-8").replace("known-face:", "knwon-face:"), "utf-8")

    with pytest.raises(RulebookError, match=r"planning\.yaml.*knwon-face"):
        queries.policy_on(DAY, MealSlot.LUNCH, path=broken)
