"""A vendor names its own drivers and vehicles for its own runs; who cannot drive is refused by the right name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.dispatch import crew, crew_queries, offer_service, queries
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_facts import needs_of
from mealroute.dispatch.records import Manifest
from mealroute.experience.models import Meeting
from mealroute.vendors.models import Driver, Vehicle
from tests.integration import offers_world as world
from tests.integration.offers_world import DAY, person


@pytest.fixture
def held(db: Session) -> tuple[Run, FixedClock]:
    """A run that V3 has taken over from V1: it has no driver yet. It carries halal meals."""
    clock = world.build(db)
    runs = db.scalars(select(Run).where(Run.vendor_code == "V1")).all()
    needs = needs_of(db, [run.id for run in runs])
    run = next(run for run in runs if "halal" in needs[run.id].diets)
    offer_service.decline(db, world.live(db, run.id).id, "车坏了", by=person("V1"), clock=clock)
    offer_service.accept(db, world.live(db, run.id).id, by=person("V3"), clock=clock)
    return run, clock


def driver(db: Session, code: str = "DV31") -> Driver:
    found = db.scalar(select(Driver).where(Driver.code == code))
    assert found
    return found


def vehicle(db: Session, code: str = "EV31") -> Vehicle:
    found = db.scalar(select(Vehicle).where(Vehicle.code == code))
    assert found
    return found


def refused(db: Session, held: tuple[Run, FixedClock], who: str = "DV31", what: str = "EV31") -> str:
    run, clock = held
    with pytest.raises(MealrouteError) as refusal:
        crew.name_crew(db, run.id, who, what, by=person("V3"), clock=clock)
    assert run.driver_code == ""
    return refusal.value.code


def test_the_former_link_closes_and_the_new_drivers_opens(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    crew.name_crew(db, run.id, "DV31", "EV31", by=person("V3"), clock=clock)
    first = queries.token(db, run.id, secret_key="test")
    crew.name_crew(db, run.id, "DV31", "EV32", by=person("V3"), clock=clock)
    assert queries.run_by_token(db, first, clock=clock, secret_key="test"), "only the vehicle has changed"

    crew.name_crew(db, run.id, "DV32", "EV32", by=person("V3"), clock=clock)

    assert queries.run_by_token(db, first, clock=clock, secret_key="test") is None
    assert queries.run_by_token(db, queries.token(db, run.id, secret_key="test"), clock=clock, secret_key="test")
    assert world.kinds(db, run.id)[-3:] == ["crew", "crew", "crew"]


def test_naming_the_same_again_writes_nothing(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    for _time in range(2):
        crew.name_crew(db, run.id, "DV31", "EV31", by=person("V3"), clock=clock)
    assert world.kinds(db, run.id).count("crew") == 1


@pytest.mark.parametrize("who", ["D11", "D21", "nobody", ""])
def test_a_driver_of_somebody_else_is_refused(db: Session, held: tuple[Run, FixedClock], who: str) -> None:
    assert refused(db, held, who) == "driver-not-own"


def test_a_driver_off_duty_is_refused(db: Session, held: tuple[Run, FixedClock]) -> None:
    driver(db).weekdays = 0b1111110  # Mondays off
    assert refused(db, held) == "driver-off-duty"


def test_a_driver_whose_shift_is_too_short_is_refused(db: Session, held: tuple[Run, FixedClock]) -> None:
    driver(db).shift_end_s = 11 * 3600
    assert refused(db, held) == "driver-off-shift"


def test_a_certificate_counts_through_its_last_day(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    driver(db).health_certificate_to = DAY - timedelta(days=1)
    assert refused(db, held) == "certificate-over"
    driver(db).health_certificate_to = DAY
    crew.name_crew(db, run.id, "DV31", "EV31", by=person("V3"), clock=clock)
    assert run.driver_code == "DV31"


def test_nobody_drives_two_runs_at_one_time(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    other = next(each for each in db.scalars(select(Run).where(Run.vendor_code == "V1")) if each.id != run.id)
    offer_service.decline(db, world.live(db, other.id).id, "车坏了", by=person("V1"), clock=clock)
    offer_service.accept(db, world.live(db, other.id).id, by=person("V3"), clock=clock)
    crew.name_crew(db, other.id, "DV31", "EV31", by=person("V3"), clock=clock)
    assert refused(db, held, "DV31", "EV32") == "driver-busy"
    assert refused(db, held, "DV32", "EV31") == "vehicle-busy"


@pytest.mark.parametrize(
    ("what", "change", "code"),
    [
        ("E11", {}, "vehicle-not-own"),
        ("EV31", {"active": False}, "vehicle-not-own"),
        ("EV31", {"hot_boxes": 3}, "vehicle-too-small"),
        ("EV31", {"halal_marked": False}, "vehicle-not-halal"),
    ],
)
def test_a_vehicle_that_cannot_do_it_is_refused(
    db: Session, held: tuple[Run, FixedClock], what: str, change: dict[str, object], code: str
) -> None:
    for name, value in change.items():
        setattr(vehicle(db), name, value)
    assert refused(db, held, "DV31", what) == code


def test_a_run_of_another_vendor_does_not_exist_for_this_one(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    with pytest.raises(NotFound):
        crew.name_crew(db, run.id, "D11", "E11", by=person("V1"), clock=clock)


def test_a_run_on_the_road_changes_its_driver_only_with_a_reason(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    crew.name_crew(db, run.id, "DV31", "EV31", by=person("V3"), clock=clock)
    run.begun_at = clock.now()
    with pytest.raises(MealrouteError, match="reason-needed"):
        crew.name_crew(db, run.id, "DV32", "EV31", by=person("V3"), clock=clock)
    crew.name_crew(db, run.id, "DV32", "EV31", reason="司机中暑", by=person("V3"), clock=clock)
    assert run.driver_code == "DV32"


def test_the_list_offers_only_own_people_and_says_why_one_cannot(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, _clock = held
    driver(db).weekdays = 0b1111110
    (found,) = crew_queries.crews(db, DAY, queries.runs(db, DAY, "lunch", scope=person("V3").scope))
    assert found.run.id == run.id
    assert {option.code for option in found.drivers} == {"DV31", "DV32", "DV33", "DV34"}
    assert [option.code for option in found.drivers if option.fault] == ["DV31"]
    assert found.drivers[-1].code == "DV31"


def test_the_sheet_marks_who_is_new_to_the_driver_who_really_comes(db: Session, held: tuple[Run, FixedClock]) -> None:
    run, clock = held
    crew.name_crew(db, run.id, "DV31", "EV31", by=person("V3"), clock=clock)
    known = next(item for trip in _sheet(db, run.id).trips for stop in trip.stops for item in stop.items if item.door)
    assert known.new_face
    for days in (3, 4, 5):
        moment = clock.at - timedelta(days=days)
        met = Meeting(
            resident_id=known.resident_id,
            driver_code="DV31",
            day=moment.date(),
            met_s=11 * 3600,
            book_line_id=-100 - days,
        )
        db.add(met)
    db.flush()

    def marks() -> dict[int, bool]:
        items = [item for trip in _sheet(db, run.id).trips for stop in trip.stops for item in stop.items if item.door]
        return {item.resident_id: item.new_face for item in items}

    assert not marks()[known.resident_id]
    assert all(new for resident, new in marks().items() if resident != known.resident_id)
    crew.name_crew(db, run.id, "DV32", "EV31", by=person("V3"), clock=clock)
    assert all(marks().values()), "the renamed driver has met nobody"


def _sheet(db: Session, run_id: int) -> Manifest:
    return queries.manifest(db, run_id)
