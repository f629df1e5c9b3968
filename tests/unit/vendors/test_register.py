from datetime import date

from sqlalchemy.orm import Session

from mealroute.adapters.sheets import read_bytes
from mealroute.areas.service import import_areas
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.geo import haversine_m
from mealroute.core.importing import ImportResult
from mealroute.vendors import queries, service

MONDAY = date(2026, 3, 9)
AREAS = "街道编码,街道,社区\n110101005,北新桥街道,九道湾社区\n"
VENDORS = "编号,名称,类型,许可有效期,合同起,合同止,状态,开户行\nV1,安心餐饮,餐饮企业,2026-03-20,2024-01-01,2026-12-31,在营,演示银行\n"
KITCHENS = "kitchen_code,name,vendor_code,lng,lat,daily_capacity,diets,cooked_at,ready_at,eat_by\nK1,民安央厨,V1,116.41,39.94,400,normal;halal,09:30,10:30,13:30\n"
DRIVERS = "编号,姓名,厨房编号,上班,下班,星期,健康证有效期\nD1,刘建国,K1,10:00,13:00,1234567,\nD2,王强,K1,10:00,13:00,12345,2026-03-08\nD3,赵敏,K1,10:00,13:00,67,\nD4,孙立,K1,10:00,13:00,,\n"
VEHICLES = "编号,类型,厨房编号,热箱格,清真专用,司机编号,固定成本\nE1,电三轮,K1,24,是,D1,25.00\nE2,van,K1,120,否,D2,60\nE3,e-bike,K1,24,no,,25\nE4,电三轮,K1,24,no,,25\n"


def _load(db: Session, clock: FixedClock) -> dict[str, ImportResult]:
    steps = (
        ("areas", import_areas, AREAS), ("vendors", service.import_vendors, VENDORS), ("kitchens", service.import_kitchens, KITCHENS),
        ("drivers", service.import_drivers, DRIVERS), ("vehicles", service.import_vehicles, VEHICLES),
    )  # fmt: skip
    return {
        name: use(db, read_bytes(text.encode(), f"{name}.csv"), by=SYSTEM, clock=clock) for name, use, text in steps
    }


def test_a_register_enters_once_however_often_it_is_imported(db: Session, clock: FixedClock) -> None:
    assert {name: result.added for name, result in _load(db, clock).items()} == {
        "areas": 1,
        "vendors": 1,
        "kitchens": 1,
        "drivers": 4,
        "vehicles": 4,
    }
    again = _load(db, clock)
    assert {name: (result.added, result.changed) for name, result in again.items()} == dict.fromkeys(again, (0, 0))


def test_unknown_columns_are_kept(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    from mealroute.vendors.models import Vendor

    assert db.query(Vendor).one().extra == {"开户行": "演示银行"}


def test_the_usual_driver_goes_with_the_vehicle_and_a_free_one_fills_the_gap(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    roster = queries.roster(db, MONDAY)
    assert [(unit.vehicle.code, unit.driver.code) for unit in roster.units] == [("E1", "D1"), ("E2", "D4")]
    assert [(gap.vehicle_code or gap.driver_code, gap.code) for gap in roster.gaps] == [
        ("D2", "health-certificate-over"),
        ("E3", "no-driver"),
        ("E4", "no-driver"),
    ]


def test_a_vehicle_taken_out_stays_behind_with_a_reason(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    service.set_vehicle_active(db, "E1", active=False, reason="flat tyre", by=SYSTEM, clock=clock)
    db.flush()
    roster = queries.roster(db, MONDAY)
    assert "E1" not in {unit.vehicle.code for unit in roster.units}
    assert {gap.code for gap in roster.gaps if gap.vehicle_code == "E1"} == {"vehicle-inactive"}


def test_papers_that_ran_out_block_and_those_that_soon_will_warn(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    found = {(item.code, item.blocks) for item in queries.warnings(db, MONDAY, scope=Scope.everything())}
    assert found == {("licence-ending", False), ("health-certificate-over", True)}


def test_a_row_that_points_nowhere_or_contradicts_itself_is_set_aside_beside_the_good_ones(
    db: Session, clock: FixedClock
) -> None:
    _load(db, clock)
    bad = "编号,姓名,厨房编号,上班,下班\nD8,张三,K9,10:00,13:00\nD9,李四,K1,13:00,10:00\nD7,王五,K1,10:00,13:00\n"
    result = service.import_drivers(db, read_bytes(bad.encode(), "drivers.csv"), by=SYSTEM, clock=clock)
    assert result.added == 1
    assert [(p.row, p.code) for p in result.problems] == [(2, "unknown-code"), (3, "shift-ends-before-it-begins")]


def test_a_kitchen_point_in_another_datum_is_stored_as_wgs84(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    other = KITCHENS.replace("lat,daily", "lat,datum,daily").replace("39.94,400", "39.94,gcj02,400").replace("K1", "K2")
    service.import_kitchens(db, read_bytes(other.encode(), "kitchens.csv"), by=SYSTEM, clock=clock)
    given, moved = (kitchen.point for kitchen in queries.kitchens(db))
    assert 100 < haversine_m(given, moved) < 1000


def test_a_vendor_sees_only_itself(db: Session, clock: FixedClock) -> None:
    _load(db, clock)
    assert [v.code for v in queries.vendors(db, scope=Scope(vendor="V1"))] == ["V1"]
    assert queries.vendors(db, scope=Scope(vendor="V2")) == ()
