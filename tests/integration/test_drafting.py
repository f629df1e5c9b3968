from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries, service, words
from mealroute.drafting.changes import (
    ChangeDriver,
    MergeRoutes,
    MoveStops,
    SetLock,
    SetReload,
    SetStart,
    ShiftStop,
    SplitRoute,
    TakeOff,
    VehicleIn,
    VehicleOut,
)
from mealroute.drafting.records import Answer, DraftId, DraftView, EditKind, Lock
from mealroute.menus.models import MenuEntry
from mealroute.orders import service as orders
from mealroute.orders.records import Channel, FullPrice, PayMeans
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from mealroute.residents.models import Resident
from solver.plan import Cause
from tests.integration.planning_world import DAY, HOUR, build_world
from tests.planted import planted

LUNCH = MealSlot.LUNCH
MATRIX = StraightLine().matrix
EARLY = FixedClock(datetime(2026, 3, 9, 0, 0, tzinfo=UTC))
WANG = Actor(account_id=1, name="王芳", role=SYSTEM.role, scope=SYSTEM.scope)
LI = Actor(account_id=2, name="李敏", role=SYSTEM.role, scope=SYSTEM.scope)


@pytest.fixture
def version(db: Session) -> PlanVersionId:
    return planted(db, "drafting", lambda: saved(db))


def saved(db: Session) -> PlanVersionId:
    build_world(db)
    given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
    return plans.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=EARLY)


@pytest.fixture
def draft(db: Session, version: PlanVersionId) -> DraftId:
    return service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=EARLY)


def do(db: Session, draft: DraftId, change: object, seen: int | None = None, by: Actor = WANG) -> Answer:
    revision = queries.revision(db, draft)[0] if seen is None else seen
    return service.edit(db, draft, change, seen=revision, by=by, clock=EARLY, matrix_of=MATRIX)  # type: ignore[arg-type]


def stops(view: DraftView, number: int) -> list[int]:
    route = view.route(number)
    assert route is not None
    return [visit.stop for visit in route.visits if visit.stop is not None]


def test_a_draft_begins_as_its_version_is(db: Session, version: PlanVersionId, draft: DraftId) -> None:
    view, kept = queries.view(db, draft), planning.version(db, version)
    assert [(r.number, r.vehicle_code, r.starts_s, r.ends_s) for r in view.routes] == [
        (r.number, r.vehicle_code, r.starts_s, r.ends_s) for r in kept.routes
    ]
    assert (view.ordered, view.planned, view.unassigned) == (
        kept.summary.ordered,
        kept.summary.planned,
        kept.summary.unassigned,
    )
    assert view.broken == ()
    assert service.open_draft(db, version, matrix_of=MATRIX, by=LI, clock=EARLY) == draft


def test_what_was_one_stop_in_the_version_is_one_stop_in_its_draft(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_world(db)
    given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
    version = plans.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=EARLY)
    policy = planning.policy_on(DAY, LUNCH)
    smaller = replace(policy, prices=replace(policy.prices, bulk_portions=2))
    monkeypatch.setattr(planning, "policy_on", lambda *_a, **_k: smaller)
    view = queries.view(db, service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=EARLY))
    kept = planning.version(db, version)
    assert [[set(v.lines) for v in r.visits] for r in view.routes] == [
        [set(v.lines) for v in r.visits] for r in kept.routes
    ]


def test_a_stop_goes_to_another_route_behind_a_stop_and_the_answer_says_what_it_costs(
    db: Session, draft: DraftId
) -> None:
    view = queries.view(db, draft)
    stop, anchor = stops(view, 1)[0], stops(view, 2)[0]
    target = view.route(2)
    assert target is not None
    answer = do(db, draft, MoveStops(stops=(stop,), vehicle=target.vehicle, after=anchor))
    assert stops(answer.view, 2)[:2] == [anchor, stop]
    assert answer.changed == {view.routes[0].vehicle, target.vehicle}
    whole = answer.impact[None]
    assert whole.after.cost_fen != whole.before.cost_fen
    assert answer.view.planned == view.planned
    assert words.effect_sentence(answer)


def test_undo_and_redo_go_back_to_the_beginning_and_forth_again(db: Session, draft: DraftId) -> None:
    seen = [queries.view(db, draft)]
    for n in range(4):
        view = seen[-1]
        stop = stops(view, 1)[n % 2]
        seen.append(do(db, draft, TakeOff(stops=(stop,)) if n % 2 else ShiftStop(stop=stop, by=1)).view)
    for earlier in reversed(seen[:-1]):
        view = service.undo(db, draft, seen=queries.revision(db, draft)[0], by=LI, clock=EARLY).view
        assert [r.visits for r in view.routes] == [r.visits for r in earlier.routes]
    assert view.undo is None
    for later in seen[1:]:
        view = service.redo(db, draft, seen=queries.revision(db, draft)[0], by=WANG, clock=EARLY).view
        assert [r.visits for r in view.routes] == [r.visits for r in later.routes]
    assert view.redo is None
    assert [edit.by for edit in queries.trail(db, draft)][4:8] == ["李敏"] * 4


def test_two_people_on_different_stops_both_get_their_way_and_see_each_other(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    one, other = stops(view, 1)[0], stops(view, 2)[0]
    do(db, draft, TakeOff(stops=(one,)), seen=0)
    answer = do(db, draft, TakeOff(stops=(other,)), seen=0, by=LI)
    assert [edit.by for edit in answer.others] == ["王芳"]
    assert {each.stop for each in answer.view.unplaced} >= {one, other}
    assert {view.routes[0].vehicle, view.routes[1].vehicle} <= answer.changed


def test_the_second_to_touch_a_stop_is_told_and_changes_nothing(db: Session, draft: DraftId) -> None:
    stop = stops(queries.view(db, draft), 1)[0]
    do(db, draft, TakeOff(stops=(stop,)), seen=0)
    with pytest.raises(Conflict) as told:
        do(db, draft, MoveStops(stops=(stop,), vehicle=queries.view(db, draft).routes[1].vehicle), seen=0, by=LI)
    assert told.value.code == "draft-moved-on"
    assert told.value.facts["by"] == "王芳"
    assert queries.revision(db, draft)[0] == 1


def test_undo_of_what_one_has_not_seen_is_refused(db: Session, draft: DraftId) -> None:
    stop = stops(queries.view(db, draft), 1)[0]
    do(db, draft, TakeOff(stops=(stop,)))
    with pytest.raises(Conflict):
        service.undo(db, draft, seen=0, by=LI, clock=EARLY)


@pytest.mark.parametrize("lock", [Lock.STOP, Lock.ROUTE])
def test_what_is_locked_stays(db: Session, draft: DraftId, lock: Lock) -> None:
    view = queries.view(db, draft)
    route, stop = view.routes[0], stops(view, 1)[0]
    chosen = {"stops": (stop,)} if lock is Lock.STOP else {"vehicles": (route.vehicle,)}
    locked = do(db, draft, SetLock(lock=lock, on=True, **chosen))  # type: ignore[arg-type]
    assert next(v.lock for v in locked.view.routes[0].visits if v.stop == stop) is lock
    for change in (
        TakeOff(stops=(stop,)),
        VehicleOut(vehicle=route.vehicle, reason="电瓶坏了"),
        MergeRoutes(vehicle=route.vehicle, into=view.routes[1].vehicle),
    ):
        with pytest.raises(Conflict):
            do(db, draft, change)
    do(db, draft, SetLock(lock=lock, on=False, **chosen))  # type: ignore[arg-type]
    do(db, draft, TakeOff(stops=(stop,)))


def test_a_locked_order_lets_others_in_between_but_not_out_of_turn(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    first, second = stops(view, 1)[:2]
    do(db, draft, SetLock(lock=Lock.ORDER, on=True, stops=(second, first)))
    with pytest.raises(Conflict) as told:
        do(db, draft, ShiftStop(stop=first, by=1))
    assert told.value.code == "order-locked"
    other = stops(view, 2)[0]
    answer = do(db, draft, MoveStops(stops=(other,), vehicle=view.routes[0].vehicle, after=first))
    assert stops(answer.view, 1)[:3] == [first, other, second]


def test_a_vehicle_taken_out_leaves_its_stops_to_others_and_nobody_is_lost(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    vehicle = view.routes[0].vehicle
    answer = do(db, draft, VehicleOut(vehicle=vehicle, reason="司机病了"))
    assert answer.view.of_vehicle(vehicle) is None
    assert answer.view.ordered == answer.view.planned + answer.view.unassigned
    assert answer.view.broken == ()
    assert any(spare.vehicle == vehicle and spare.out for spare in answer.view.spare)
    with pytest.raises(Conflict):
        do(db, draft, MoveStops(stops=(stops(answer.view, 2)[0],), vehicle=vehicle))
    back = do(
        db, draft, VehicleIn(vehicle_code=next(s.vehicle_code for s in answer.view.spare if s.vehicle == vehicle))
    )
    assert any(spare.vehicle == vehicle and not spare.out for spare in back.view.spare)


def test_unassigned_stops_say_where_they_fit_and_go_there(db: Session, draft: DraftId) -> None:
    stop = stops(queries.view(db, draft), 1)[0]
    view = do(db, draft, TakeOff(stops=(stop,))).view
    left = next(each for each in view.unplaced if each.stop == stop)
    assert left.fits is not None
    places = queries.places(db, draft, stop)
    assert places
    assert places[0].breaks == ()
    answer = do(db, draft, MoveStops(stops=(stop,)))
    assert all(each.stop != stop for each in answer.view.unplaced)


def test_split_and_merge_carry_everything_over(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    vehicle, before = view.routes[0].vehicle, stops(view, 1)
    spare = next((each for each in view.spare if each.kitchen_code == view.routes[0].kitchen_code), None)
    if spare is None:
        last = view.routes[-1]
        do(db, draft, TakeOff(stops=tuple(stops(view, last.number))))
        target = last.vehicle
    else:
        target = spare.vehicle
    split = do(db, draft, SplitRoute(vehicle=vehicle, after=before[1], to=target)).view
    assert stops(split, 1) == before[:2]
    other = split.of_vehicle(target)
    assert other is not None
    assert [v.stop for v in other.visits if v.stop is not None] == before[2:]
    merged = do(db, draft, MergeRoutes(vehicle=target, into=vehicle, keep_order=True)).view
    assert stops(merged, 1) == before


def test_a_start_is_kept_and_what_it_breaks_is_named(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    route = view.routes[0]
    late = do(db, draft, SetStart(vehicle=route.vehicle, at_s=13 * HOUR)).view
    changed = late.of_vehicle(route.vehicle)
    assert changed is not None
    assert (changed.starts_s, changed.start_fixed) == (13 * HOUR, True)
    assert {fault.cause for fault in changed.broken} >= {Cause.TIME_WINDOW}
    for fault in changed.broken:
        assert words.broken_sentence(late, fault)
    freed = do(db, draft, SetStart(vehicle=route.vehicle, at_s=None)).view.of_vehicle(route.vehicle)
    assert freed is not None
    assert freed.starts_s == route.starts_s


def test_loading_again_before_a_stop_makes_a_trip(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    second = stops(view, 1)[1]
    before = view.routes[0].figures.trips
    assert do(db, draft, SetReload(stop=second, on=True)).view.routes[0].figures.trips == before + 1
    assert do(db, draft, SetReload(stop=second, on=False)).view.routes[0].figures.trips == before


def test_another_driver_brings_another_shift_and_other_faces(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    route = view.routes[0]
    busy = next(r for r in view.routes if r.vehicle != route.vehicle)
    with pytest.raises(Conflict) as told:
        do(db, draft, ChangeDriver(vehicle=route.vehicle, driver_code=busy.driver_code))
    assert told.value.code == "driver-busy"
    with pytest.raises(MealrouteError):
        do(db, draft, ChangeDriver(vehicle=route.vehicle, driver_code="D99"))


def test_a_late_order_enters_the_draft_and_everything_else_keeps_its_number(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    before = {route.vehicle: [v.stop for v in route.visits] for route in view.routes}
    db.add(
        MenuEntry(
            code="m1",
            valid_from=date(2026, 1, 1),
            weekday=1,
            slot="lunch",
            diet="normal",
            choice="A",
            dish_code="D1",
            price_fen=1700,
        )
    )
    resident = db.get(Resident, 5)
    assert resident is not None
    resident.lon, resident.lat, resident.precision = 116.405, 39.937, "door"
    db.flush()
    orders.amend_add(
        db, resident_id=5, day=DAY, slot=LUNCH, channel=Channel.PHONE, pay_means=PayMeans.CARD, reason="女儿来电", by=WANG,
        clock=EARLY, pricing=FullPrice(), request_id="late-1",
    )  # fmt: skip
    assert queries.view(db, draft).outdated
    with pytest.raises(Conflict) as told:
        service.save(db, draft, by=WANG, clock=EARLY)
    assert told.value.code == "draft-outdated"
    answer = service.take_in_orders(db, draft, matrix_of=MATRIX, by=WANG, clock=EARLY)
    assert {route.vehicle: [v.stop for v in route.visits] for route in answer.view.routes} == before
    assert answer.view.ordered == view.ordered + 1
    new = [each for each in answer.view.unplaced if each.stop is not None]
    assert len(new) == 1
    assert not answer.view.outdated
    placed = do(db, draft, MoveStops(stops=(new[0].stop,)))
    assert placed.view.planned == view.planned + 1
    back = service.undo(db, draft, seen=placed.view.revision, by=WANG, clock=EARLY)
    assert back.view.ordered == view.ordered + 1


def test_a_saved_draft_is_a_version_with_the_same_routes_and_what_it_breaks(db: Session, draft: DraftId) -> None:
    view = queries.view(db, draft)
    do(db, draft, SetStart(vehicle=view.routes[0].vehicle, at_s=13 * HOUR))
    last = queries.view(db, draft)
    saved = planning.version(db, service.save(db, draft, by=WANG, clock=EARLY))
    assert [(r.number, r.vehicle_code, r.starts_s, r.ends_s) for r in saved.routes] == [
        (r.number, r.vehicle_code, r.starts_s, r.ends_s) for r in last.routes
    ]
    assert len(saved.summary.violations) >= 1
    assert saved.summary.parent_id == view.base_version
    with pytest.raises(Conflict) as told:
        do(db, draft, TakeOff(stops=(stops(last, 1)[0],)))
    assert told.value.code == "draft-ended"


def test_what_is_on_the_road_stays_and_later_trips_are_open(db: Session, version: PlanVersionId) -> None:
    plans.publish_version(db, version, by=SYSTEM, clock=EARLY)
    noon = FixedClock(datetime(2026, 3, 9, 3, 0, tzinfo=UTC))  # 11:00 in Beijing
    draft = service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=noon)
    view = queries.view(db, draft)
    kept = planning.version(db, version)
    away = {r.vehicle_code for r in kept.routes if r.starts_s <= 11 * HOUR}
    assert away
    for route in view.routes:
        first = [v.lock for v in route.visits if v.stop is not None and v.trip == 1]
        assert (set(first) == {Lock.UNDER_WAY}) is (route.vehicle_code in away)
        assert route.starts_s == next(r.starts_s for r in kept.routes if r.vehicle_code == route.vehicle_code)
    gone = next(r for r in view.routes if r.vehicle_code in away)
    with pytest.raises(Conflict):
        do(db, draft, TakeOff(stops=(stops(view, gone.number)[0],)))


def test_a_draft_on_another_version_is_not_pushed_aside(db: Session, version: PlanVersionId, draft: DraftId) -> None:
    given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
    other = plans.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=EARLY)
    with pytest.raises(Conflict) as told:
        service.open_draft(db, other, matrix_of=MATRIX, by=LI, clock=EARLY)
    assert told.value.code == "draft-open"
    service.open_draft(db, other, matrix_of=MATRIX, by=LI, clock=EARLY, drop="从新版本开始")
    assert queries.trail(db, draft)[-1].kind is EditKind.OPENED
