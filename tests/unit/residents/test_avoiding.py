"""Avoided foods: only with consent, encrypted, dated, erased when consent is withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, NotFound
from mealroute.residents import avoiding, queries
from mealroute.residents.records import Consent, ResidentId, ResidentRecord
from tests.unit.residents.ledger import EVERYWHERE, JINGSHAN, bring, clerk, one

DAY = date(2026, 3, 9)
FOODS = {"忌食": "鸡蛋", "过敏": "花生；虾蟹", "忌口信息同意": "是"}


def look(db: Session, resident: ResidentId, on: date = DAY) -> ResidentRecord:
    return queries.resident(db, resident, scope=EVERYWHERE, day=on)


def test_a_sheet_brings_avoided_foods_with_consent(db: Session, clock: FixedClock) -> None:
    person = look(db, one(db, clock, **FOODS))
    assert person.avoids == ("allergen:crustacean", "allergen:peanut", "avoid:egg")
    assert person.strict_avoids == {"allergen:crustacean", "allergen:peanut"}
    assert person.health_consent is Consent.GIVEN


def test_bringing_the_same_sheet_again_changes_nothing(db: Session, clock: FixedClock) -> None:
    one(db, clock, **FOODS)
    assert bring(db, clock, FOODS).unchanged == 1


@pytest.mark.parametrize("said", [None, "否"])
def test_foods_without_consent_set_the_row_aside(db: Session, clock: FixedClock, said: str | None) -> None:
    result = bring(db, clock, {"忌食": "鸡蛋", "忌口信息同意": said})
    assert [(problem.code, problem.set_aside) for problem in result.problems] == [("no-health-consent", True)]


def test_a_food_that_nobody_knows_sets_the_row_aside(db: Session, clock: FixedClock) -> None:
    result = bring(db, clock, {**FOODS, "忌食": "鸡旦"})
    assert result.set_aside == 1


def test_stored_foods_cannot_be_read_without_the_key(db: Session, clock: FixedClock) -> None:
    one(db, clock, **FOODS)
    (stored,) = db.execute(text("select cast(content as text) from resident_avoidance")).scalars()
    assert "avoid:egg" not in stored  # the colon keeps base64 from spelling it by chance
    assert "sealed" in stored


def test_a_desk_may_write_foods_only_after_the_person_agreed(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock)
    with pytest.raises(Conflict) as refused:
        avoiding.change_avoids(db, resident, ["avoid:egg"], [], by=SYSTEM, clock=clock)
    assert refused.value.code == "no-health-consent"
    avoiding.note_consent(db, resident, Consent.GIVEN, by=SYSTEM, clock=clock)
    assert avoiding.change_avoids(db, resident, ["avoid:egg", "allergen:milk"], [], by=SYSTEM, clock=clock)
    assert look(db, resident).strict_avoids == {"allergen:milk"}


def test_a_change_counts_from_today_and_the_past_stays(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, **FOODS)
    tomorrow = FixedClock(clock.at + timedelta(days=1))
    avoiding.change_avoids(db, resident, ["avoid:fish"], [], by=SYSTEM, clock=tomorrow)
    assert "avoid:egg" in look(db, resident).avoids
    assert look(db, resident, DAY + timedelta(days=1)).avoids == ("avoid:fish",)


def test_withdrawing_consent_erases_the_foods_and_their_past(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, **FOODS)
    later = FixedClock(clock.at + timedelta(days=3))
    avoiding.note_consent(db, resident, Consent.REFUSED, by=SYSTEM, clock=later)
    assert look(db, resident).avoids == look(db, resident, DAY + timedelta(days=3)).avoids == ()
    assert set(db.execute(text("select cast(content as text) from resident_avoidance")).scalars()) == {"{}"}


def test_foods_can_be_written_again_on_the_day_of_a_new_consent(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, **FOODS)
    for consent in (Consent.REFUSED, Consent.GIVEN):
        avoiding.note_consent(db, resident, consent, by=SYSTEM, clock=clock)
    avoiding.change_avoids(db, resident, ["avoid:egg"], [], by=SYSTEM, clock=clock)
    assert look(db, resident).avoids == ("avoid:egg",)


def test_another_street_s_clerk_changes_nothing(db: Session, clock: FixedClock) -> None:
    resident = one(db, clock, **FOODS)
    with pytest.raises(NotFound):
        avoiding.note_consent(db, resident, Consent.REFUSED, by=clerk(JINGSHAN), clock=clock)
