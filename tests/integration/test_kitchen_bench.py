"""The packing bench on a real plan: the batch of each trip, the tick, and what a changed content does to it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.accounts.rules import PERMISSIONS
from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch import service as dispatch
from mealroute.kitchen import packing, queries, service
from mealroute.kitchen.records import PackingTrip, TripState
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.records import PlanVersionId, PlanVersionSummary
from mealroute.planning.solving import plan_quick
from mealroute.vendors.models import KitchenBatch
from tests.integration.planning_world import DAY, HOUR, STREET, build_world

SECRET = "a secret of the tests"
COOK = Actor(account_id=1, name="赵厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K1"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 9, 1, 0, tzinfo=UTC))  # 09:00 in Beijing


@pytest.fixture
def version(db: Session, clock: FixedClock) -> PlanVersionSummary:
    build_world(db)
    db.add(
        KitchenBatch(kitchen_code="K1", slot="lunch", cooked_at_s=10 * HOUR, ready_at_s=11 * HOUR, eat_by_s=14 * HOUR)
    )
    db.flush()
    given = plans.prepare(db, DAY, MealSlot.LUNCH, matrix_of=StraightLine().matrix)
    version_id = plans.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    dispatch.publish(db, PlanVersionId(version_id), by=SYSTEM, clock=clock, secret_key=SECRET)
    return planning.summary(db, version_id)


def _trips(db: Session, version: PlanVersionSummary, kitchen: str = "K1") -> list[PackingTrip]:
    return [trip for trip in service.production(db, version.id).packing if trip.kitchen_code == kitchen]


def _tick(db: Session, version: PlanVersionSummary, trip: PackingTrip, clock: FixedClock, **more: object) -> bool:
    asked: dict[str, object] = {
        "vehicle_code": trip.vehicle_code, "trip": trip.trip, "content": trip.content, "packed": True, "by": COOK,
        "clock": clock,
    }  # fmt: skip
    return packing.tick(db, version.id, **{**asked, **more})  # type: ignore[arg-type]


def test_each_portion_has_the_batch_that_is_newest_when_its_trip_loads(
    db: Session, version: PlanVersionSummary
) -> None:
    rows = [row for row in queries.planned_portions(db, version.id) if row.kitchen_code == "K1"]
    assert rows
    assert {(row.load_at_s >= 11 * HOUR, row.cooked_at_s) for row in rows} <= {(True, 10 * HOUR), (False, 9 * HOUR)}
    made = {(label.route, label.position): label.made_at_s for label in service.production(db, version.id).labels}
    assert {made[row.route, row.position] == row.cooked_at_s for row in rows} == {True}


def test_the_batches_of_a_kitchen_add_up_to_its_count(db: Session, version: PlanVersionSummary) -> None:
    for kitchen in service.production(db, version.id).kitchens:
        assert sum(batch.portions for batch in kitchen.batches) == kitchen.portions


def test_a_tick_says_who_and_when_and_counts_once(db: Session, version: PlanVersionSummary, clock: FixedClock) -> None:
    trip = _trips(db, version)[0]
    assert _tick(db, version, trip, clock)
    assert not _tick(db, version, trip, clock)
    (held,) = packing.ticks(db, DAY, "lunch").values()
    assert (held.by_name, held.portions, held.at) == ("赵厨师", trip.portions, clock.now())
    (first, *_rest) = packing.bench(db, version, (trip,), scope=COOK.scope, clock=clock)
    assert first.state is TripState.PACKED


def test_a_tick_taken_back_leaves_both_rows(db: Session, version: PlanVersionSummary, clock: FixedClock) -> None:
    trip = _trips(db, version)[0]
    _tick(db, version, trip, clock)
    assert _tick(db, version, trip, clock, packed=False)
    assert packing.bench(db, version, (trip,), scope=COOK.scope, clock=clock)[0].state is TripState.AHEAD
    assert _tick(db, version, trip, clock)
    assert [tick.number for tick in packing.ticks(db, DAY, "lunch").values()] == [3]


def test_a_trip_whose_page_is_old_is_not_ticked(db: Session, version: PlanVersionSummary, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="trip-changed"):
        _tick(db, version, _trips(db, version)[0], clock, content="0" * 32)


def test_a_trip_is_late_when_loading_has_begun(db: Session, version: PlanVersionSummary, clock: FixedClock) -> None:
    trips = service.production(db, version.id).packing
    clock.at = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    assert {each.state for each in packing.bench(db, version, trips, scope=Scope.everything(), clock=clock)} == {
        TripState.LATE
    }


def test_another_kitchen_cannot_tick(db: Session, version: PlanVersionSummary, clock: FixedClock) -> None:
    other = Actor(account_id=3, name="钱厨师", role=Role.KITCHEN, scope=Scope(streets=frozenset(), kitchen="K2"))
    with pytest.raises(NotFound):
        _tick(db, version, _trips(db, version)[0], clock, by=other)


def test_a_street_does_not_tick_a_trip_that_serves_others_too(
    db: Session, version: PlanVersionSummary, clock: FixedClock
) -> None:
    desk = Actor(account_id=2, name="李敏", role=Role.DISPATCHER, scope=Scope(streets=frozenset({STREET})))
    shared = {(row.vehicle_code, row.trip) for row in queries.planned_portions(db, version.id)} - {
        (row.vehicle_code, row.trip) for row in queries.planned_portions(db, version.id, scope=desk.scope)
    }
    for trip in service.production(db, version.id).packing:
        mine = service.production(db, version.id, scope=desk.scope).packing
        same = [each for each in mine if (each.vehicle_code, each.trip) == (trip.vehicle_code, trip.trip)]
        if same and same[0].content != trip.content:
            with pytest.raises(Forbidden):
                _tick(db, version, trip, clock, by=desk)
            return
    assert shared, "the world has a trip that serves two streets"


def test_a_street_that_holds_part_of_a_trip_sees_the_tick_of_the_whole(
    db: Session, version: PlanVersionSummary, clock: FixedClock
) -> None:
    for trip in _trips(db, version):
        _tick(db, version, trip, clock)
    scope = Scope(streets=frozenset({STREET}))
    mine = service.production(db, version.id, scope=scope).packing
    found = packing.bench(db, version, mine, scope=scope, clock=clock)
    assert {each.state for each in found if each.trip.kitchen_code == "K1"} == {TripState.PACKED}


def test_only_those_who_pack_or_stand_in_for_them_write_the_log() -> None:
    assert {role for role in Role if "kitchen.log" in PERMISSIONS[role]} == {
        Role.KITCHEN, Role.DISPATCHER, Role.SYSTEM,
    }  # fmt: skip
