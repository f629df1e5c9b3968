"""What the doors teach."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from mealroute.core.clock import FixedClock
from mealroute.experience import queries, service
from mealroute.experience.records import DoorAnswer, Familiarity
from tests.unit.residents.ledger import bring, one

DAY = date(2026, 3, 9)


def test_a_driver_is_known_by_days_not_by_meals(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    for day in (DAY, DAY, DAY + timedelta(1), DAY):
        service.remember(db, resident, "D1", day)
    service.remember(db, resident, "D2", DAY)
    assert queries.familiar(db, [resident]) == {resident: {"D1": 2, "D2": 1}}
    assert queries.known_by(db, resident)[0] == Familiarity(resident, "D1", 2, DAY + timedelta(1))


def test_a_whole_day_at_once_is_the_same_as_one_by_one_and_twice_is_once(db: Session, clock: FixedClock) -> None:
    bring(db, clock, {"姓名": "甲"}, {"姓名": "乙"})
    for _time in range(2):
        service.remember_all(db, [(1, "D1"), (2, "D1"), (1, "D1")], DAY)
    service.remember_all(db, [(1, "D1")], DAY + timedelta(1))
    assert queries.familiar(db, [1, 2]) == {1: {"D1": 2}, 2: {"D1": 1}}


def test_a_strangers_door_is_not_in_the_answer(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    assert queries.familiar(db, [resident]) == {}
    assert queries.door_answers(db, [resident]) == {}


def test_the_usual_wait_is_the_median_of_the_last_visits_rounded_up(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    for seconds in (3000, 3000, 40, 45, 50, 41, 300, 45, 45, 46, 47, 47):
        clock.at += timedelta(days=1)
        service.door_time(db, resident, seconds, clock=clock)
    db.flush()
    assert queries.door_answers(db, [resident]) == {resident: DoorAnswer(resident, 46, 10)}


def test_a_forgotten_button_is_no_door(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    for seconds in (-1, 3601):
        service.door_time(db, resident, seconds, clock=clock)
    db.flush()
    assert queries.door_answers(db, [resident]) == {}
