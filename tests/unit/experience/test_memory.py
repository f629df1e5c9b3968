"""What several weeks of handovers add up to."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.core.clock import FixedClock
from mealroute.experience import queries, service
from mealroute.experience.records import DoorMemory, MeetingRecord
from mealroute.experience.rules import remembered
from tests.unit.residents.ledger import one

DAY = date(2026, 3, 9)
NOON = 43_200


def met(driver: str, days_ago: int, at: int | None = NOON, *, meal: int = 0, resident: int = 1) -> MeetingRecord:
    number = meal or hash((driver, days_ago, at)) % 10**6
    return MeetingRecord(
        resident_id=resident, driver_code=driver, day=DAY - timedelta(days_ago), book_line_id=number, met_s=at
    )


def memory(*meetings: MeetingRecord, weeks: int = 8, half_life_days: int = 14) -> DoorMemory:
    return remembered(meetings, DAY, weeks=weeks, half_life_days=half_life_days)


def test_the_driver_who_comes_most_is_the_measure_of_all_faces() -> None:
    often = [met("D1", n) for n in range(1, 5)]
    assert memory(*often, met("D2", 1)).faces == {"D1": 1.0, "D2": 0.269}


def test_a_meeting_weighs_half_after_its_half_life() -> None:
    assert memory(met("D1", 1), met("D2", 15)).faces == {"D1": 1.0, "D2": 0.5}


def test_who_came_before_the_weeks_of_the_memory_is_a_stranger_again() -> None:
    assert memory(met("D1", 57), met("D2", 56)).faces == {"D2": 1.0}


def test_the_day_itself_is_not_known_on_its_morning() -> None:
    assert memory(met("D1", 0)) == DoorMemory()


def test_two_meals_on_one_day_are_one_meeting() -> None:
    twice = memory(met("D1", 3, 40_000), met("D1", 3, 60_000), met("D2", 3))
    assert twice.faces == {"D1": 1.0, "D2": 1.0}


def test_the_usual_hour_is_the_median_and_needs_three_meetings_with_a_time() -> None:
    assert memory(met("D1", 1), met("D1", 2), met("D1", 3, None)).usual_s is None
    assert memory(met("D1", 1, 40_000), met("D2", 2, 41_000), met("D1", 3, 50_000)).usual_s == 41_000


@given(st.lists(st.tuples(st.sampled_from(["D1", "D2", "D3"]), st.integers(0, 70)), max_size=30))
def test_some_face_is_the_most_familiar_and_nobody_is_more_than_that(visits: list[tuple[str, int]]) -> None:
    faces = memory(*(met(driver, ago) for driver, ago in visits)).faces
    assert max(faces.values(), default=1.0) == 1.0
    assert all(0 < how <= 1 for how in faces.values())


def test_a_meal_that_is_recorded_twice_is_met_once_and_a_corrected_one_never(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    meeting = met("D1", 1, meal=7, resident=resident)
    for _time in range(2):
        service.meet(db, [meeting])
    wanted = {"weeks": 8, "half_life_days": 14}
    assert queries.memories(db, [resident], DAY, **wanted)[resident].faces == {"D1": 1.0}
    service.forget(db, [7])
    assert queries.memories(db, [resident], DAY, **wanted) == {}
