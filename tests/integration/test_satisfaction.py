"""Whether residents are content: when they are asked, and what becomes of the answer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery import rules, satisfaction, service
from mealroute.delivery.records import Answer, Duplicate, Outcome, ProofInput
from mealroute.delivery.satisfaction_models import Satisfaction
from tests.integration.oversight_world import NOON, Doors

HOTLINE = Actor(account_id=None, name="王磊", role=Role.HOTLINE, scope=Scope.everything())


@pytest.fixture
def doors(db: Session) -> Doors:
    return Doors(db)


def test_an_answer_is_stored_with_the_proof_of_who_was_met(db: Session, doors: Doors) -> None:
    rows = {row.book_line_id: row for row in db.query(Satisfaction)}
    assert {line: row.answer for line, row in rows.items()} == {
        doors.lines[0]: "good", doors.lines[1]: "bad", doors.lines[4]: "so-so",
    }  # fmt: skip
    assert all(row.by_name == "刘司机" and row.source == "phone" for row in rows.values())


def test_a_record_sent_again_answers_once(db: Session, doors: Doors) -> None:
    entry = ProofInput(
        client_id=str(uuid4()), run_id=doors.run, book_line_id=doors.lines[7], outcome=Outcome.HANDED_OVER, answer=Answer.GOOD
    )  # fmt: skip
    clock = FixedClock(NOON)
    service.record_proof(db, entry, by=SYSTEM, clock=clock)
    assert isinstance(service.record_proof(db, entry, by=SYSTEM, clock=clock), Duplicate)
    assert db.query(Satisfaction).filter_by(book_line_id=doors.lines[7]).count() == 1


def test_the_hotline_writes_down_an_answer_and_the_newest_counts(db: Session, doors: Doors, clock: FixedClock) -> None:
    key = str(uuid4())
    assert satisfaction.by_phone(db, doors.lines[1], Answer.SO_SO, client_id=key, by=HOTLINE, clock=clock)
    assert not satisfaction.by_phone(db, doors.lines[1], Answer.SO_SO, client_id=key, by=HOTLINE, clock=clock)
    assert satisfaction.answers(db, doors.lines)[doors.lines[1]] is Answer.SO_SO
    assert [event.detail for event in audit.events(db, action="delivery.satisfaction")] == [{"answer": "so-so"}]


def test_a_meal_without_a_record_or_out_of_reach_has_no_answer(db: Session, doors: Doors, clock: FixedClock) -> None:
    elsewhere = Actor(account_id=None, name="x", role=Role.HOTLINE, scope=Scope(streets=frozenset({"1"})))
    for line, who in ((doors.lines[7], HOTLINE), (doors.lines[0], elsewhere)):
        with pytest.raises(NotFound):
            satisfaction.by_phone(db, line, Answer.GOOD, client_id=str(uuid4()), by=who, clock=clock)
    with pytest.raises(MealrouteError, match="answer-missing"):
        satisfaction.by_phone(db, doors.lines[0], Answer.NOT_ASKED, client_id="x" * 8, by=HOTLINE, clock=clock)


@given(st.integers(1, 10_000), st.integers(1, 30), st.integers(0, 500))
def test_in_any_row_of_meetings_a_resident_is_asked_exactly_once_a_turn(resident: int, nth: int, start: int) -> None:
    assert sum(rules.is_asked(resident, start + n, nth) for n in range(nth)) == 1
