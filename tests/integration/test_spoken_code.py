"""The code said at the door: one's own, hard to guess, replaced when it is lost, never in the audit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.delivery import spoken_code
from tests.integration.planning_world import build_world


@pytest.fixture
def world(db: Session) -> Session:
    build_world(db)
    return db


def test_the_right_code_is_known_however_it_was_typed(world: Session, clock: FixedClock) -> None:
    code = spoken_code.issue(world, 1, reason="第一次发卡", by=SYSTEM, clock=clock)
    assert spoken_code.check(world, 1, code)
    assert spoken_code.check(world, 1, " ".join(code))
    assert spoken_code.check(world, 1, code.translate({48 + n: 0xFF10 + n for n in range(10)}))


def test_a_wrong_code_an_empty_one_and_a_resident_without_one_fail(world: Session, clock: FixedClock) -> None:
    code = spoken_code.issue(world, 1, reason="第一次发卡", by=SYSTEM, clock=clock)
    assert not spoken_code.check(world, 1, f"{(int(code) + 1) % 10000:04d}")
    assert not spoken_code.check(world, 1, "")
    assert not spoken_code.check(world, 2, code)
    assert not spoken_code.check(world, 2, "----")


def test_a_new_code_ends_the_old_one_which_still_holds_for_the_days_before(world: Session, clock: FixedClock) -> None:
    first = spoken_code.issue(world, 1, reason="第一次发卡", by=SYSTEM, clock=clock)
    before = clock.today()
    clock.at += timedelta(days=3)
    second = spoken_code.issue(world, 1, reason="卡丢了", by=SYSTEM, clock=clock)
    assert spoken_code.check(world, 1, second)
    assert not spoken_code.check(world, 1, first)
    assert spoken_code.check(world, 1, first, on=before)


def test_no_code_is_one_that_a_stranger_would_guess(world: Session, clock: FixedClock) -> None:
    for number in range(1, 31):
        code = spoken_code.issue(world, number, reason="第一次发卡", by=SYSTEM, clock=clock)
        assert len(set(code)) > 2
        assert code not in {"1234", "4321", "1940", "0101", f"{number:04d}"}


def test_codes_are_encrypted_and_the_audit_does_not_hold_them(world: Session, clock: FixedClock) -> None:
    code = spoken_code.issue(world, 1, reason="第一次发卡", by=SYSTEM, clock=clock)
    stored = world.execute(text("select code from spoken_code")).scalar_one()
    assert code not in stored[:4]
    assert stored.startswith("gAAAA")
    (event,) = world.scalars(select(AuditEvent).where(AuditEvent.action == "delivery.code-issued"))
    assert code not in f"{event.reason}{event.detail}{event.subject}"


def test_cards_of_a_route_keep_codes_until_the_rule_says_that_they_are_old(world: Session, clock: FixedClock) -> None:
    first = spoken_code.ensure(world, [1, 2, 3], keep_days=30, by=SYSTEM, clock=clock)
    assert spoken_code.ensure(world, [1, 2, 3], keep_days=30, by=SYSTEM, clock=clock) == first
    clock.at += timedelta(days=30)
    later = spoken_code.ensure(world, [1], keep_days=30, by=SYSTEM, clock=clock)
    assert later[1] != first[1]
    assert spoken_code.codes_of(world, [1, 2], on=date(2026, 3, 9)) == {1: first[1], 2: first[2]}


def test_nobody_issues_a_code_out_of_their_streets_or_without_a_reason(world: Session, clock: FixedClock) -> None:
    stranger = Actor(account_id=1, name="李敏", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"110101001"})))
    with pytest.raises(NotFound):
        spoken_code.issue(world, 1, reason="卡丢了", by=stranger, clock=clock)
    with pytest.raises(MealrouteError, match="reason-needed"):
        spoken_code.issue(world, 1, reason=" ", by=SYSTEM, clock=clock)
