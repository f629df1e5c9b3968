"""Who may be given work on a day: papers to the day, states on their day, kitchens with their vendor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.sheets import read_bytes
from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.planning import service as planning
from mealroute.planning.solving import plan_quick
from mealroute.vendors import life, queries, rules, service, streets
from mealroute.vendors.area_records import BackupKind
from mealroute.vendors.models import Driver, Kitchen, Vehicle, Vendor
from mealroute.vendors.records import SupplyMode, VendorRecord, VendorState, VendorType
from tests.integration.planning_world import DAY, OTHER_STREET, STREET, build_world

TODAY = date(2026, 3, 9)


def vendor(**changes: object) -> VendorRecord:
    values: dict[str, object] = {
        "id": 1, "code": "V1", "name": "安心餐饮", "uscc": "", "type": VendorType.CATERING, "supply_mode": None, "contact_name": "",
        "licence_no": "", "licence_kind": "", "licence_valid_to": date(2030, 1, 1), "filing_no": "", "contract_no": "",
        "contract_from": date(2024, 1, 1), "contract_to": date(2030, 1, 1), "state": VendorState.ACTIVE, "street_codes": (),
    }  # fmt: skip
    return VendorRecord(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", ["licence_valid_to", "contract_to"])
def test_a_paper_that_ends_today_serves_today_and_not_tomorrow(paper: str) -> None:
    ending = vendor(**{paper: TODAY})
    assert rules.may_work(ending, TODAY) == ()
    assert [reason.code for reason in rules.may_work(ending, TODAY + timedelta(days=1))] == [
        {"licence_valid_to": "licence-over", "contract_to": "contract-over"}[paper]
    ]


@pytest.mark.parametrize(("days", "warned"), [(30, True), (31, False)])
def test_a_paper_is_warned_about_thirty_days_ahead(days: int, warned: bool) -> None:
    found = rules.vendor_warnings(vendor(licence_valid_to=TODAY + timedelta(days=days)), TODAY)
    assert [item.code for item in found if not item.blocks] == (["licence-ending"] if warned else [])


def test_a_contract_that_begins_tomorrow_gives_no_work_today() -> None:
    assert [reason.code for reason in rules.may_work(vendor(contract_from=TODAY + timedelta(days=1)), TODAY)] == [
        "contract-not-begun"
    ]


@pytest.mark.parametrize("state", [VendorState.APPLIED, VendorState.SUSPENDED, VendorState.EXITED])
def test_a_vendor_outside_its_working_states_may_not_work(state: VendorState) -> None:
    assert [reason.code for reason in rules.may_work(vendor(state=state), TODAY)] == [f"vendor-{state}"]


def test_the_ways_of_supply_are_preferred_in_the_order_of_the_plan() -> None:
    modes = [None, SupplyMode.ELDER_TABLE, SupplyMode.HUB_MAIN, SupplyMode.GROUP_MEAL_CHAIN]
    assert sorted(modes, key=rules.preference) == [
        SupplyMode.HUB_MAIN,
        SupplyMode.GROUP_MEAL_CHAIN,
        SupplyMode.ELDER_TABLE,
        None,
    ]


def test_a_state_counts_from_its_day_and_leaves_the_days_before_as_they_were(db: Session, clock: FixedClock) -> None:
    db.add(Vendor(code="V1", name="安心餐饮", state="active"))
    db.flush()
    life.write_step(
        db, life.locked(db, "V1"), VendorState.SUSPENDED, on=TODAY, reason="冷链断了", by=SYSTEM, clock=clock
    )
    assert queries.may_work(db, "V1", TODAY - timedelta(days=1)) == ()
    assert [reason.code for reason in queries.may_work(db, "V1", TODAY)] == ["vendor-suspended"]
    assert queries.state_on(db, "V1", TODAY - timedelta(days=400)) is VendorState.ACTIVE


def test_an_unknown_vendor_is_an_error_and_not_a_free_pass(db: Session) -> None:
    with pytest.raises(NotFound):
        queries.may_work(db, "V9", TODAY)


def test_nothing_loads_at_the_kitchen_of_a_blocked_vendor_whoever_drives(db: Session) -> None:
    build_world(db)
    db.query(Vendor).filter_by(code="V1").one().licence_valid_to = DAY - timedelta(days=1)
    db.query(Driver).filter_by(code="D11").one().vendor_code = "V2"
    db.flush()
    roster = queries.roster(db, DAY)
    assert {unit.vehicle.kitchen_code for unit in roster} == {"K2"}
    assert {(gap.driver_code, gap.code) for gap in roster.gaps if gap.driver_code == "D11"} == {
        ("D11", "kitchen-blocked")
    }
    assert {gap.code for gap in roster.gaps if gap.vehicle_code} == {"kitchen-blocked"}


def test_a_vehicle_of_a_blocked_vendor_stays_behind_at_another_ones_kitchen(db: Session) -> None:
    build_world(db)
    db.add(Vendor(code="V3", name="配送公司", state="suspended"))
    db.flush()
    db.query(Vehicle).filter_by(code="E21").one().vendor_code = "V3"
    db.flush()
    assert ("E21", "vendor-blocked") in {(gap.vehicle_code, gap.code) for gap in queries.roster(db, DAY).gaps}


def test_a_kitchen_works_until_the_day_before_it_closes(db: Session) -> None:
    build_world(db)
    db.query(Kitchen).filter_by(code="K1").one().closed_on = DAY + timedelta(days=1)
    db.flush()
    assert {unit.vehicle.kitchen_code for unit in queries.roster(db, DAY)} == {"K1", "K2"}
    assert {unit.vehicle.kitchen_code for unit in queries.roster(db, DAY + timedelta(days=1))} == {"K2"}


def test_a_plan_with_a_vendor_suspended_since_is_not_handed_out(db: Session, clock: FixedClock) -> None:
    build_world(db)
    given = planning.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    life.write_step(db, life.locked(db, "V1"), VendorState.SUSPENDED, on=DAY, reason="检查", by=SYSTEM, clock=clock)
    with pytest.raises(Conflict) as refused:
        dispatch.publish(db, version, by=SYSTEM, clock=clock, secret_key="a secret of the tests")
    assert refused.value.code == "papers-over"
    assert "V1" in refused.value.sentence


def test_a_plan_with_a_driver_whose_certificate_ended_since_is_not_handed_out(db: Session, clock: FixedClock) -> None:
    build_world(db)
    given = planning.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
    version = planning.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    for driver in db.query(Driver):
        driver.health_certificate_to = DAY - timedelta(days=1)
    db.flush()
    with pytest.raises(Conflict, match="papers-over"):
        dispatch.publish(db, version, by=SYSTEM, clock=clock, secret_key="a secret of the tests")


def test_who_stands_in_is_asked_in_order_and_one_that_may_not_work_says_why(db: Session, clock: FixedClock) -> None:
    build_world(db)
    db.query(Driver).filter_by(code="D11").one().volunteer = True
    db.query(Vendor).filter_by(code="V2").one().licence_valid_to = DAY - timedelta(days=1)
    db.flush()
    streets.add_backup(db, STREET, vendor_code="V2", position=2, valid_from=DAY, by=SYSTEM, clock=clock)
    streets.add_backup(db, STREET, driver_code="D11", position=1, valid_from=DAY, valid_to=DAY, by=SYSTEM, clock=clock)
    streets.add_backup(db, OTHER_STREET, vendor_code="V1", position=1, valid_from=DAY, by=SYSTEM, clock=clock)
    found = queries.backups(db, STREET, DAY)
    assert [(one.kind, one.code, [why.code for why in one.against]) for one in found] == [
        (BackupKind.VOLUNTEER, "D11", []),
        (BackupKind.VENDOR, "V2", ["licence-over"]),
    ]
    assert [one.code for one in queries.backups(db, STREET, DAY + timedelta(days=1))] == ["V2"]
    assert queries.backups(db, STREET, DAY - timedelta(days=1)) == ()


def test_a_driver_who_is_no_volunteer_does_not_stand_in(db: Session, clock: FixedClock) -> None:
    build_world(db)
    with pytest.raises(MealrouteError, match="not-a-volunteer"):
        streets.add_backup(db, STREET, driver_code="D11", position=1, valid_from=DAY, by=SYSTEM, clock=clock)


def test_a_contract_of_a_street_ends_with_its_last_day_and_no_two_overlap(db: Session, clock: FixedClock) -> None:
    build_world(db)
    streets.add_contract(db, "V1", STREET, contract_no="JD-1", valid_from=DAY, by=SYSTEM, clock=clock)
    with pytest.raises(Conflict, match="dates-overlap"):
        streets.add_contract(db, "V1", STREET, valid_from=DAY + timedelta(days=9), by=SYSTEM, clock=clock)
    streets.end_contract(db, queries.street_contracts(db)[0].id, DAY, by=SYSTEM, clock=clock)
    assert [one.contract_no for one in queries.street_contracts(db, day=DAY)] == ["JD-1"]
    assert queries.street_contracts(db, day=DAY + timedelta(days=1)) == ()
    assert queries.street_contracts(db, scope=Scope(vendor="V2")) == ()


def test_sheets_of_contracts_and_of_who_stands_in_enter_once(db: Session, clock: FixedClock) -> None:
    build_world(db)
    contracts = read_bytes(
        f"商户编号,街道编码,合同起\nV1,{STREET},2026-01-01\nV9,{STREET},2026-01-01\n".encode(), "street-contracts.csv"
    )
    backups = read_bytes(
        f"街道编码,顺序,商户编号,志愿者编号,生效日\n{STREET},1,V2,,2026-01-01\n{STREET},2,V2,D11,2026-01-01\n".encode(),
        "backups.csv",
    )
    first = [
        streets.import_contracts(db, contracts, by=SYSTEM, clock=clock),
        streets.import_backups(db, backups, by=SYSTEM, clock=clock),
    ]
    assert [(done.added, [problem.code for problem in done.problems]) for done in first] == [
        (1, ["unknown-code"]),
        (1, ["unknown-code"]),
    ]
    again = [
        streets.import_contracts(db, contracts, by=SYSTEM, clock=clock),
        streets.import_backups(db, backups, by=SYSTEM, clock=clock),
    ]
    assert [(done.added, done.changed, done.unchanged) for done in again] == [(0, 0, 1), (0, 0, 1)]


def test_a_sheet_brings_capacity_and_diets_and_does_not_change_a_state(db: Session, clock: FixedClock) -> None:
    first = "编号,名称,状态,午餐配送能力,可送饮食,星级,规模\nV1,安心餐饮,在营,400,普通;清真,4,中型\n"
    service.import_vendors(db, read_bytes(first.encode(), "vendors.csv"), by=SYSTEM, clock=clock)
    held = queries.vendor(db, "V1")
    assert (held.capacity_for(MealSlot.LUNCH), held.capacity_for(MealSlot.DINNER), held.star) == (400, None, 4)
    assert held.delivers({"halal"})
    assert not held.delivers({"puree"})
    again = read_bytes(first.replace("在营,400", "暂停,300").encode(), "vendors.csv")
    result = service.import_vendors(db, again, by=SYSTEM, clock=clock)
    assert [(problem.code, problem.set_aside) for problem in result.problems] == [("state-by-sheet", False)]
    after = queries.vendor(db, "V1")
    assert (after.state, after.capacity_lunch) == (VendorState.ACTIVE, 300)
