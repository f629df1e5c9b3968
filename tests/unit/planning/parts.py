"""Made-up lines, kitchens and fleets for tests of planning: records only, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.menus.records import Compartment
from mealroute.orders.records import BookLineId, BookLineRecord, Delivery, OrderId, Size
from mealroute.planning import queries
from mealroute.planning.build import build_problem
from mealroute.planning.records import BuiltProblem, LineFact, PlanInput
from mealroute.planning.sources import PlanParts
from mealroute.residents.records import Handover, Precision, ResidentId
from mealroute.vendors.records import BatchRecord, DriverRecord, FleetUnit, KitchenRecord, VehicleKind, VehicleRecord

DAY = date(2026, 3, 9)
HOUR = 3600
READY, EAT_BY = 10 * HOUR + 900, 13 * HOUR
POLICY = queries.policy_on(DAY, MealSlot.LUNCH)


def line(n: int, **changes: Any) -> BookLineRecord:
    """The n-th meal: its own building near the kitchen, ordinary, to the door, any time from 10:50 to 12:50."""
    values: dict[str, Any] = {
        "line_id": BookLineId(n), "order_id": OrderId(n), "resident_id": ResidentId(n), "revision": 0, "quantity": 1,
        "street_code": "110101005", "lon": 116.40 + 0.001 * (n % 17), "lat": 39.93 + 0.001 * (n // 17), "precision": Precision.DOOR,
        "place_key": f"b{n:04d}", "floor": 1, "has_lift": False, "diets": ("normal",), "strict_diets": frozenset(), "dish_code": "D1",
        "size": Size.NORMAL, "delivery": Delivery.HOME, "station_code": None, "handover": Handover.CONTACT_ALLOWED, "priority": 30,
        "must_serve": False, "window_from_s": 39000, "window_to_s": 46200, "unit_price_fen": 1700, "cash_due_fen": 0, "flags": (),
        "flag_owner": "", "amendment_id": None,
    }  # fmt: skip
    return BookLineRecord(**(values | changes))


def kitchen(code: str = "K1", **changes: Any) -> KitchenRecord:
    values: dict[str, Any] = {
        "code": code, "name": f"央厨 {code}", "vendor_code": "V1", "street_code": None, "address": "", "point": LonLat(116.405, 39.935),
        "daily_capacity": 500, "loading_places": 4, "diets": frozenset({"low-sugar", "halal"}),
        "batches": (BatchRecord(slot=MealSlot.LUNCH, cooked_at_s=9 * HOUR, ready_at_s=READY, eat_by_s=EAT_BY),),
    }  # fmt: skip
    return KitchenRecord(**(values | changes))


def unit(n: int, kitchen_code: str = "K1", **changes: Any) -> FleetUnit:
    """An e-bike with 24 boxes whose driver works from 10:00 to 13:15; ``changes`` go to the vehicle."""
    values: dict[str, Any] = {
        "code": f"E{n:02d}", "plate": f"T{n:04d}", "kind": VehicleKind.E_BIKE, "profile": "ebike", "kitchen_code": kitchen_code,
        "hot_boxes": 24, "cold_boxes": 6, "halal_marked": n == 1, "driver_code": f"D{n:02d}", "fixed_fen": 500, "per_km_fen": 20,
        "per_hour_fen": 2600, "max_trips": 2, "load_duration_s": 300, "active": True,
    }  # fmt: skip
    driver = DriverRecord(
        code=f"D{n:02d}", name="刘建国", phone=None, vendor_code="V1", kitchen_code=kitchen_code, shift_start_s=10 * HOUR,
        shift_end_s=13 * HOUR + 900, volunteer=False, health_certificate_to=None, weekdays=127, active=True,
    )  # fmt: skip
    return FleetUnit(VehicleRecord(**(values | changes)), driver)


def parts(lines: list[BookLineRecord], **changes: Any) -> PlanParts:
    values: dict[str, Any] = {
        "slot": MealSlot.LUNCH, "lines": tuple(lines), "units": tuple(unit(n) for n in range(1, 5)), "kitchens": (kitchen(),),
        "compartments": {"D1": Compartment.HOT, "C1": Compartment.COLD}, "known": {}, "owners": {"110101005": "北新桥街道调度"},
        "policy": POLICY,
    }  # fmt: skip
    return PlanParts(**(values | changes))


def built(lines: list[BookLineRecord], **changes: Any) -> BuiltProblem:
    return build_problem(parts(lines, **changes), StraightLine().matrix)[0]


def plan_input(lines: list[BookLineRecord], **changes: Any) -> PlanInput:
    made = parts(lines, **changes)
    return PlanInput(
        day=DAY, slot=MealSlot.LUNCH, built=build_problem(made, StraightLine().matrix)[0],
        lines={
            each.line_id: LineFact(portions=each.quantity, owner="北新桥街道调度", faces=made.faces_of(each), resident=int(each.resident_id))
            for each in lines
        },
        book_digest="b", network="straight-line", matrix_digest="m",
    )  # fmt: skip


def district(count: int, seed: int = 1) -> list[BookLineRecord]:
    """``count`` meals in buildings of one to four residents, some with diets."""
    random = Random(seed)
    found: list[BookLineRecord] = []
    building = 0
    while len(found) < count:
        building += 1
        place = {
            "place_key": f"b{building:04d}",
            "lon": 116.405 + random.uniform(-0.02, 0.02),
            "lat": 39.935 + random.uniform(-0.015, 0.015),
        }
        for _resident in range(min(random.choice((1, 1, 2, 4)), count - len(found))):
            diets = random.choice((("normal",), ("normal",), ("normal",), ("low-sugar",), ("halal",)))
            made = line(
                len(found) + 1, diets=diets, floor=random.randint(1, 6), priority=random.randint(0, 100), **place
            )
            found.append(replace(made, quantity=random.choice((1, 1, 1, 2))))
    return found
