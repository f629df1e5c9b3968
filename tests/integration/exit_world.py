"""Two vendors that cook and drive for the same residents, with a published Monday: what a vendor's exit starts from."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.dispatch import service as dispatch
from mealroute.menus import service as calendar
from mealroute.orders import closing
from mealroute.planning import service as planning
from mealroute.planning.solving import plan_quick
from mealroute.vendors import streets
from mealroute.vendors.models import Driver, Kitchen, KitchenBatch, Station, Vehicle, Vendor
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

HOUR = 3600
STREETS = ("110101001", "110101002")


def build(db: Session, clock: FixedClock, *, capacity: int = 60, people: int = 24) -> World:
    """V1 has kitchen K1 with two crews and runs station S1, V2 has K2 with two; every fourth resident fetches at S1.

    V2's vehicles are dearer, so that V1 brings everything while it is there."""
    world = World(db)
    for n in (1, 2):
        db.add(Vendor(code=f"V{n}", name=f"餐饮 {n}", state="active"))
        db.flush()
        db.add(
            Kitchen(
                code=f"K{n}", vendor_code=f"V{n}", name=f"央厨 {n}", lon=116.395 + 0.008 * n, lat=39.905, daily_capacity=capacity,
            )
        )  # fmt: skip
        db.flush()
        db.add(
            KitchenBatch(
                kitchen_code=f"K{n}", slot="lunch", cooked_at_s=9 * HOUR, ready_at_s=10 * HOUR, eat_by_s=13 * HOUR
            )
        )
        for v in (1, 2):
            db.add(
                Driver(
                    code=f"D{n}{v}", name="刘建国", kitchen_code=f"K{n}", vendor_code=f"V{n}", shift_start_s=10 * HOUR, shift_end_s=13 * HOUR
                )
            )  # fmt: skip
            db.flush()
            db.add(
                Vehicle(
                    code=f"E{n}{v}", kind="e-bike", profile="ebike", kitchen_code=f"K{n}", hot_boxes=24, driver_code=f"D{n}{v}",
                    fixed_fen=500 * n**3, per_hour_fen=2600, max_trips=3, load_duration_s=300,
                )
            )  # fmt: skip
    db.flush()
    db.query(Station).filter_by(code="S1").one().operator_vendor_code = "V1"
    for n in range(people):
        code = f"R{n:02d}"
        world.resident(code, street=STREETS[n % 2], lon=116.395 + 0.001 * (n % 6), lat=39.905 + 0.001 * (n // 6))
        fetches = {"delivery": "station", "station_code": "S1"} if n % 4 == 0 else {}
        world.standing(code, **fetches)
    calendar.seed_service_days(db, MONDAY - timedelta(days=7), MONDAY + timedelta(days=40), by=SYSTEM, clock=clock)
    streets.add_contract(db, "V1", STREETS[0], valid_from=MONDAY, by=SYSTEM, clock=clock)
    streets.add_backup(db, STREETS[0], vendor_code="V1", position=1, valid_from=MONDAY, by=SYSTEM, clock=clock)
    closing.close_book(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)
    given = planning.prepare(db, MONDAY, LUNCH, matrix_of=StraightLine().matrix)
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    dispatch.publish(db, version, by=SYSTEM, clock=clock, secret_key="a secret of the tests")
    return world
