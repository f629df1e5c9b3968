"""A late order, a cancelled one, an ill driver, a closed road, a breakdown: each one step of the draft; on both databases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.adapters.travel_closed import Closed, ClosedTravel
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.drafting import amending, queries, service, words
from mealroute.drafting.happenings import Food
from mealroute.drafting.move_words import move_sentence
from mealroute.drafting.records import DraftId, EditKind, RouteView
from mealroute.orders import service as orders
from mealroute.orders.records import FullPrice, OrderId
from mealroute.planning import closures
from mealroute.planning import service as plans
from mealroute.planning.build import MatrixOf
from mealroute.planning.solving import plan_quick
from mealroute.vendors.models import Driver
from tests.integration.planning_world import DAY, HOUR, build_world
from tests.planted import planted

LUNCH = MealSlot.LUNCH
MATRIX = StraightLine().matrix


def without(closed: Sequence[Closed]) -> MatrixOf:
    return ClosedTravel(StraightLine(), closed).matrix


@pytest.fixture
def draft(db: Session, by: Actor, clock: FixedClock) -> DraftId:
    return planted(db, "amending", lambda: opened(db, by, clock))


def opened(db: Session, by: Actor, clock: FixedClock) -> DraftId:
    build_world(db)
    given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
    version = plans.save_draft(db, given, plan_quick(given), by=by, clock=clock)
    plans.publish_version(db, version, by=by, clock=clock)
    return service.open_draft(db, version, matrix_of=MATRIX, by=by, clock=clock)


def first(db: Session, draft: DraftId) -> RouteView:
    return queries.view(db, draft).routes[0]


def test_a_cancelled_order_leaves_its_route_and_nobody_else_changes_route(
    db: Session, draft: DraftId, by: Actor, clock: FixedClock
) -> None:
    line = next(line for visit in first(db, draft).visits for line in visit.lines)
    order = OrderId(int(line))
    orders.amend_cancel(db, order, reason="住院", give_back=True, by=by, clock=clock, pricing=FullPrice())

    done = amending.orders_changed(db, draft, matrix_of=MATRIX, by=by, clock=clock)

    assert done.answer.view.ordered == done.answer.view.planned + done.answer.view.unassigned
    assert not [move for move in done.moves if move.before and move.after and move.changes_route]
    assert done.answer.view.last.kind is EditKind.ORDERS_CHANGED


def test_an_ill_driver_is_one_step_that_can_be_undone_and_every_change_is_told(
    db: Session, draft: DraftId, by: Actor, clock: FixedClock
) -> None:
    busy = {route.driver_code for route in queries.view(db, draft).routes}
    for driver in db.query(Driver):
        driver.active = driver.code in busy
    db.flush()
    service.take_in_orders(db, draft, matrix_of=MATRIX, by=by, clock=clock)
    route = first(db, draft)
    done = amending.driver_ill(db, draft, route.vehicle, "发烧", by=by, clock=clock)

    told = [move_sentence(move) for move in done.moves]
    assert len(told) == len(done.moves) >= sum(visit.stop is not None for visit in route.visits)
    assert "发烧" in words.edit_sentence(done.answer.view.last, done.answer.view)
    back = service.undo(db, draft, seen=done.answer.view.revision, by=by, clock=clock)
    assert amending.changed_since(db, draft) == ()
    assert back.view.route(route.number) is not None


def test_a_free_driver_takes_the_route_as_it_is(db: Session, draft: DraftId, by: Actor, clock: FixedClock) -> None:
    db.add(
        Driver(code="D99", name="马强", phone="13900000099", kitchen_code="K1", vendor_code="V1", shift_start_s=10 * HOUR, shift_end_s=13 * HOUR + 900)
    )  # fmt: skip
    db.flush()
    service.take_in_orders(db, draft, matrix_of=MATRIX, by=by, clock=clock)
    route = first(db, draft)

    done = amending.driver_ill(db, draft, route.vehicle, "发烧", by=by, clock=clock)

    found = done.answer.view.of_vehicle(route.vehicle)
    assert found is not None
    assert found.driver_code != route.driver_code
    assert done.moves == ()
    assert done.price_s == 0


def test_a_closed_road_is_kept_for_the_day_and_found_again_when_the_ground_is_built_anew(
    db: Session, draft: DraftId, by: Actor, clock: FixedClock
) -> None:
    visit = next(visit for visit in first(db, draft).visits if visit.stop is not None)
    assert visit.lon is not None
    assert visit.lat is not None
    before = queries.view(db, draft).total.travel_s

    done = amending.road_closed(
        db, draft, LonLat(visit.lon, visit.lat), 120, "施工", measured=without, by=by, clock=clock
    )
    again = service.take_in_orders(db, draft, matrix_of=without(closures.closed_on(db, DAY)), by=by, clock=clock)

    assert done.answer.view.total.travel_s > before
    assert again.view.total.travel_s == done.answer.view.total.travel_s
    assert [record.reason for record in closures.on(db, DAY)] == ["施工"]
    (closure,) = closures.on(db, DAY)
    opened = amending.road_opened(db, draft, closure.id, "通车", measured=without, by=by, clock=clock)
    assert closures.on(db, DAY) == ()
    assert opened.answer.view.total.travel_s <= done.answer.view.total.travel_s
    assert audit.verify(db) is None


def test_a_breakdown_on_the_road_hands_the_food_over_or_cooks_it_again_and_the_sum_still_holds(
    db: Session, draft: DraftId, by: Actor, clock: FixedClock
) -> None:
    route = first(db, draft)
    visits = [visit for visit in route.visits if visit.stop is not None]
    at = visits[0].departure_s

    done = amending.broken_down(
        db, draft, route.vehicle, "爆胎", food=Food.COOKED_AGAIN, done=visits[0].lines, at_s=at, by=by, clock=clock
    )

    view = done.answer.view
    assert view.ordered == view.planned + view.unassigned
    kept = view.of_vehicle(route.vehicle)
    assert kept is not None
    assert [visit.stop for visit in kept.visits if visit.stop is not None] == [visits[0].stop]
    again = service.take_in_orders(db, draft, matrix_of=MATRIX, by=by, clock=clock)
    assert [fault.key for fault in again.view.broken] == [fault.key for fault in view.broken]


def test_an_event_needs_a_reason(db: Session, draft: DraftId, by: Actor, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="reason-needed"):
        amending.driver_ill(db, draft, first(db, draft).vehicle, " ", by=by, clock=clock)


@pytest.mark.parametrize(
    ("radius", "reason", "code"),
    [(5, "x", "radius-out-of-range"), (900, "x", "radius-out-of-range"), (50, "", "reason-needed")],
)
def test_a_closure_that_makes_no_sense_is_refused(
    db: Session, by: Actor, clock: FixedClock, radius: int, reason: str, code: str
) -> None:
    with pytest.raises(MealrouteError, match=code):
        closures.close(db, DAY, LonLat(116.4, 39.9), radius, reason, by=by, clock=clock)
