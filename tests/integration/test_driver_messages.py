"""Messages to a driver: once, to the driver whatever the plan does, read once, beyond nobody's reach."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.delivery import messages
from tests.integration.republish_world import World
from tests.web_world import MORNING

PERSON = Actor(account_id=None, name="李敏", role=Role.DISPATCHER, scope=Scope.everything())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def world(db: Session, clock: FixedClock) -> World:
    return World(db, SYSTEM, clock)


def test_a_message_sent_twice_counts_once(world: World, clock: FixedClock) -> None:
    run = world.runs()[0]
    sent = [
        messages.send(world.db, run.id, "到了先打电话", client_id="one-message", by=PERSON, clock=clock)
        for _n in range(2)
    ]
    assert sent == [True, False]
    assert [each.text for each in messages.of_driver(world.db, run)] == ["到了先打电话"]


def test_reading_a_message_twice_leaves_one_receipt(world: World, clock: FixedClock) -> None:
    run = world.runs()[0]
    messages.send(world.db, run.id, "到了先打电话", client_id="one-message", by=PERSON, clock=clock)
    ids = [each.id for each in messages.of_driver(world.db, run)]
    assert [messages.seen(world.db, run, ids, by=SYSTEM, clock=clock) for _n in range(2)] == [1, 0]
    assert messages.unseen(messages.of_driver(world.db, run)) == ()


def test_a_driver_reads_no_other_drivers_messages(world: World, clock: FixedClock) -> None:
    one, other = (run for run in world.runs()[:2])
    messages.send(world.db, one.id, "到了先打电话", client_id="one-message", by=PERSON, clock=clock)
    ids = [each.id for each in messages.of_driver(world.db, one)]
    assert messages.of_driver(world.db, other) == ()
    assert messages.seen(world.db, other, ids, by=SYSTEM, clock=clock) == 0


def test_a_new_plan_does_not_lose_a_message(world: World, clock: FixedClock) -> None:
    run = world.runs()[0]
    messages.send(world.db, run.id, "到了先打电话", client_id="one-message", by=PERSON, clock=clock)
    world.replace(world.draft())
    now = next(each for each in world.runs() if each.driver_code == run.driver_code)
    assert [each.text for each in messages.of_driver(world.db, now)] == ["到了先打电话"]


def test_a_withdrawn_run_takes_no_message(world: World, clock: FixedClock) -> None:
    run = world.runs()[0]
    world.replace(world.draft())
    with pytest.raises(MealrouteError) as refused:
        messages.send(world.db, run.id, "到了先打电话", client_id="one-message", by=PERSON, clock=clock)
    assert refused.value.code == "run-not-open"


@pytest.mark.parametrize(("text", "code"), [("  ", "message-empty"), ("长" * 301, "message-too-long")])
def test_a_message_says_something_short(world: World, clock: FixedClock, text: str, code: str) -> None:
    with pytest.raises(MealrouteError) as refused:
        messages.send(world.db, world.runs()[0].id, text, client_id="one-message", by=PERSON, clock=clock)
    assert refused.value.code == code


def test_a_desk_writes_only_to_runs_within_its_reach(world: World, clock: FixedClock) -> None:
    stranger = Actor(account_id=None, name="王", role=Role.DISPATCHER, scope=Scope(streets=frozenset({"elsewhere"})))
    with pytest.raises(MealrouteError) as refused:
        messages.send(world.db, world.runs()[0].id, "到了先打电话", client_id="one-message", by=stranger, clock=clock)
    assert refused.value.code == "run-not-found"
