"""A stop that changed hands on the road, in the month's claims: who cooked is paid, who drove is named, and nothing is claimed twice."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.orm import Session

from mealroute.delivery import moving
from mealroute.delivery import service as doors
from mealroute.delivery.moving import Order
from mealroute.delivery.records import Outcome, ProofInput, Source
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import ManifestStop
from mealroute.dispatch.transfer_records import FoodWay
from mealroute.subsidy.build import DoorRow
from mealroute.subsidy.rows import month_rows
from mealroute.vendors.models import Vendor
from tests.integration.test_changing_hands import DESK, Road

MONTH = "2026-03"


@pytest.fixture
def road(db: Session) -> Road:
    """Two runs on the road; the second is driven by another company than the one that cooks."""
    made = Road(db)
    db.add(Vendor(code="V77", name="顺路配送"))
    db.flush()
    db.get_one(Run, made.taker.id).vendor_code = "V77"
    made.drive(made.giver, 2)
    made.drive(made.taker, 2)
    return made


def claimed(road: Road, stop: ManifestStop) -> list[DoorRow]:
    """What the month's claims rest on for the meals of a stop."""
    road.db.flush()
    found = month_rows(road.db, MONTH)
    return [found.doors[item.book_line_id] for item in stop.items if item.book_line_id in found.doors]


def cook_of(road: Road, stop: ManifestStop) -> str:
    """Who is paid for a door of the same run that did not change hands."""
    other = next(each for each in road.stops(road.giver) if each.visit_id != stop.visit_id and claimed(road, each))
    return claimed(road, other)[0].vendor_code


def test_the_cook_is_paid_and_the_driver_who_took_the_stop_is_named(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    for item in stop.items:
        road.record(road.taker.id, item.book_line_id)
    rows = claimed(road, stop)
    assert len(rows) == len(stop.items)
    assert {(row.vendor_code, row.run_id, row.driver_code) for row in rows} == {
        (cook_of(road, stop), road.taker.id, road.taker.driver_code)
    }
    assert road.taker.driver_code != road.giver.driver_code
    assert {row.vendor_code for row in rows} != {"V77"}  # who only drove claims nothing


def test_what_the_first_driver_recorded_before_knowing_names_the_first(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    for item in stop.items:
        road.record(road.giver.id, item.book_line_id)
    assert {(row.run_id, row.driver_code) for row in claimed(road, stop)} == {(road.giver.id, road.giver.driver_code)}


def test_both_drivers_records_are_one_claim(road: Road) -> None:
    before = len(month_rows(road.db, MONTH).doors)
    other = road.open_home(road.giver)
    road.move(other, road.taker)
    for run in (road.giver, road.taker):
        for item in other.items:
            road.record(run.id, item.book_line_id)
    road.db.flush()
    found = month_rows(road.db, MONTH).doors
    assert len(found) == before + len(other.items)
    assert {found[item.book_line_id].run_id for item in other.items} == {road.taker.id}


def test_what_a_person_brings_is_claimed_by_the_cook_of_the_run_that_had_it(road: Road) -> None:
    stop = road.open_home(road.giver)
    cook = cook_of(road, stop)
    order = Order(
        client_id=str(uuid.uuid4()), visit_id=stop.visit_id, reason="车坏了", food=FoodWay.DROP, to_name="张强", place="胡同口",
    )  # fmt: skip
    moving.to_person(road.db, order, by=DESK, clock=road.clock)
    for item in stop.items:
        entry = ProofInput(
            client_id=str(uuid.uuid4()), run_id=road.giver.id, book_line_id=item.book_line_id, outcome=Outcome.HANDED_OVER,
            by_name="张强", source=Source.DESK,
        )  # fmt: skip
        doors.record_proof(road.db, entry, by=DESK, clock=road.clock)
    assert {row.vendor_code for row in claimed(road, stop)} == {cook}
