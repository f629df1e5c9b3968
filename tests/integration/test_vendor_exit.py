"""A vendor leaves: a trial of the next day that leaves no trace, and everything handed over in one step with nobody unserved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.accounts import queries as accounts
from mealroute.accounts import service as access
from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.dispatch import exit_trial, vendor_exit
from mealroute.dispatch.exit_hanging import hanging
from mealroute.dispatch.exit_records import NOBODY, Choices, Trial
from mealroute.orders import closing
from mealroute.orders.models import BookLine, Order
from mealroute.planning import service as planning
from mealroute.planning.solving import plan_quick
from mealroute.vendors import queries as vendors
from mealroute.vendors.models import Driver, Kitchen, Vehicle
from mealroute.vendors.records import VendorState
from tests.integration.exit_world import STREETS, build
from tests.integration.orders_world import FIVE, LUNCH, MONDAY

TUESDAY = MONDAY + timedelta(days=1)
EVENING = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)  # 18:00 in Beijing
CHIEF = Actor(account_id=2, name="李科长", role=Role.DISTRICT, scope=Scope.everything())
TO_V2 = Choices(kitchens={"K1": NOBODY}, stations={"S1": "V2"}, contracts={STREETS[0]: "V2"})


def tried(db: Session, clock: FixedClock, choices: Choices = TO_V2) -> Trial:
    sides = exit_trial.gather(db, "V1", choices, pricing=FIVE, by=CHIEF, clock=clock)
    return exit_trial.run(sides, StraightLine().matrix)


def leave(db: Session, clock: FixedClock, trial: Trial, **named: object) -> int:
    responsible = named.get("responsible", {})
    assert isinstance(responsible, dict)
    return vendor_exit.confirm(db, trial, responsible, reason="合同到期", pricing=FIVE, by=CHIEF, clock=clock)


def test_what_hangs_on_a_vendor_is_all_there(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    hangs = hanging(db, "V1", clock=clock)
    assert hangs.next_day == TUESDAY
    assert [each.code for each in hangs.kitchens] == ["K1"]
    assert [each.code for each in (*hangs.drivers, *hangs.vehicles)] == ["D11", "D12", "E11", "E12"]
    assert [each.code for each in hangs.stations] == ["S1"]
    assert [each.street_code for each in hangs.contracts] == [STREETS[0]]
    assert (hangs.station_orders, hangs.brought_to, len(hangs.residents)) == (6, 24, 24)
    assert hangs.runs


def test_a_trial_says_who_is_taken_over_and_leaves_no_trace(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    clock.at = EVENING
    before = [db.scalar(select(func.count()).select_from(table)) for table in (Order, BookLine)], audit.count(db)
    trial = tried(db, clock)
    after = [db.scalar(select(func.count()).select_from(table)) for table in (Order, BookLine)], audit.count(db)
    assert before == after
    assert vendors.vendor(db, "V1").state is VendorState.ACTIVE
    assert trial.residents == trial.taken_over + trial.not_due + trial.without_place + trial.unserved_own
    assert (trial.unserved, trial.planned_after, trial.portions) == ((), 24, 24)
    assert trial.cost_after_fen > 0
    assert Trial.from_json(trial.as_json()) == trial


def test_an_exit_hands_everything_over_and_nobody_is_unserved_the_next_day(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    access.create_account(
        db, login="boss", display_name="赵老板", role=Role.VENDOR, vendor_code="V1", by=SYSTEM, clock=clock
    )
    clock.at = EVENING
    number = leave(db, clock, tried(db, clock))
    vendor = vendors.vendor(db, "V1")
    assert (vendor.state, vendor.contract_to) == (VendorState.EXITED, MONDAY)
    assert db.query(Kitchen).filter_by(code="K1").one().closed_on == TUESDAY
    assert {row.code for row in db.query(Driver).filter_by(active=False)} == {"D11", "D12"}
    assert {row.code for row in db.query(Vehicle).filter_by(active=False)} == {"E11", "E12"}
    assert [station.operator_vendor_code for station in vendors.stations(db)] == ["V2"]
    assert [each.vendor_code for each in vendors.street_contracts(db, day=TUESDAY)] == ["V2"]
    assert vendors.backups(db, STREETS[0], TUESDAY) == ()
    assert [account.active for account in accounts.accounts(db) if account.login == "boss"] == [False]
    assert [each.id for each in vendor_exit.exits(db, "V1")] == [number]
    closing.close_book(db, TUESDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)
    given = planning.prepare(db, TUESDAY, LUNCH, matrix_of=StraightLine().matrix)
    output = plan_quick(given)
    assert {vehicle.kitchen_code for vehicle in given.built.vehicles} == {"K2"}
    assert (output.plan.unassigned, given.built.rejected, output.violations) == ((), (), ())


def test_a_kitchen_taken_over_goes_on_with_its_crews_under_the_new_vendor(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    clock.at = EVENING
    choices = replace(TO_V2, kitchens={"K1": "V2"}, drivers={"D12": NOBODY}, vehicles={"E12": "K2"})
    leave(db, clock, tried(db, clock, choices))
    drivers = {each.code: (each.vendor_code, each.kitchen_code, each.active) for each in db.query(Driver)}
    assert drivers["D11"] == ("V2", "K1", True)
    assert drivers["D12"][2] is False
    assert db.query(Vehicle).filter_by(code="E12").one().kitchen_code == "K2"
    assert {unit.vehicle.code for unit in vendors.roster(db, TUESDAY)} == {"E11", "E21", "E22"}


def test_nobody_leaves_while_runs_are_still_to_be_driven(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    with pytest.raises(Conflict, match="exit-runs-open"):
        leave(db, clock, tried(db, clock))
    assert vendors.vendor(db, "V1").state is VendorState.ACTIVE


def test_an_exit_is_refused_until_somebody_answers_for_each_person_unserved(db: Session, clock: FixedClock) -> None:
    build(db, clock, capacity=20)
    clock.at = EVENING
    trial = tried(db, clock)
    assert trial.unserved
    assert trial.planned_after + sum(one.portions for one in trial.unserved) == 24
    assert trial.residents == trial.taken_over + trial.not_due + trial.without_place + trial.unserved_own
    people = trial.unserved_people
    with pytest.raises(MealrouteError, match="exit-unserved"):
        leave(db, clock, trial, responsible=dict.fromkeys(people[1:], "孙站长"))
    assert vendors.vendor(db, "V1").state is VendorState.ACTIVE
    leave(db, clock, trial, responsible=dict.fromkeys(people, "孙站长"))
    (kept,) = vendor_exit.exits(db, "V1")
    assert kept.unserved == tuple((who, "孙站长") for who in people)


def test_a_trial_of_other_orders_is_not_carried_out(db: Session, clock: FixedClock) -> None:
    world = build(db, clock)
    clock.at = EVENING
    trial = tried(db, clock)
    world.resident("R99", lon=116.401, lat=39.907)
    world.standing("R99")
    with pytest.raises(Conflict, match="exit-trial-outdated"):
        leave(db, clock, trial)


def test_with_nobody_left_to_cook_everybody_is_named_unserved(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    clock.at = EVENING
    for driver in db.query(Driver).filter_by(vendor_code="V2"):
        driver.active = False
    db.flush()
    trial = tried(db, clock)
    assert (len(trial.unserved), trial.planned_after) == (24, 0)


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        (Choices(kitchens={"K1": NOBODY}, contracts={STREETS[0]: NOBODY}), "exit-choice-missing"),
        (replace(TO_V2, stations={"S1": "V1"}), "exit-taker-wrong"),
        (replace(TO_V2, contracts={}), "exit-choice-missing"),
    ],
)
def test_a_hand_over_with_gaps_is_refused(db: Session, clock: FixedClock, choices: Choices, code: str) -> None:
    build(db, clock)
    with pytest.raises(MealrouteError) as refused:
        tried(db, clock, choices)
    assert refused.value.code == code


def test_a_vendor_does_not_hand_itself_over(db: Session, clock: FixedClock) -> None:
    build(db, clock)
    clock.at = EVENING
    own = replace(CHIEF, role=Role.VENDOR, scope=Scope(vendor="V1"))
    with pytest.raises(Forbidden):
        vendor_exit.start_trial(db, "V1", TO_V2, by=own, clock=clock)
    with pytest.raises(Forbidden):
        vendor_exit.confirm(db, tried(db, clock), {}, reason="x", pricing=FIVE, by=own, clock=clock)
