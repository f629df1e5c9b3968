"""A new version in the place of the published one: records stay, sums hold, and exactly those who are touched are told."""

from __future__ import annotations

import uuid
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict
from mealroute.delivery import queries as delivery
from mealroute.delivery import replacing
from mealroute.delivery import service as doors
from mealroute.delivery.records import Outcome, Recorded
from mealroute.dispatch import notices
from mealroute.dispatch import queries as runs
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.notice_records import Audience, NoticeKind
from mealroute.orders.models import Amendment, BookLine, OrderBook
from mealroute.planning import publishing, queries, service
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from mealroute.subsidy.build import day_facts
from mealroute.subsidy.queries import rows_between
from tests.integration.planning_world import AT, DAY
from tests.integration.republish_world import LUNCH, SECRET, World


@pytest.fixture
def world(db: Session, by: Actor, clock: FixedClock) -> World:
    return World(db, by, clock)


def test_the_same_plan_again_changes_no_work_and_tells_nobody(world: World, db: Session, clock: FixedClock) -> None:
    before = {run.driver_code: run for run in world.runs()}

    world.replace(world.draft())

    after = world.runs()
    assert {run.driver_code: run.replaces_run_id for run in after} == {code: run.id for code, run in before.items()}
    assert {run.number for run in after} == {run.number for run in before.values()}
    assert notices.notices(db, Scope.everything(), day=DAY, slot=LUNCH, clock=clock) == ()
    assert [v.state for v in queries.versions(db, DAY, LUNCH)] == ["published", "withdrawn"]
    assert audit.verify(db) is None


def test_exactly_those_whose_work_changes_are_told(world: World, db: Session, clock: FixedClock) -> None:
    stops, _moved, giver = world.one_stop_moved()
    driver = next(run.driver_code for run in world.runs() if run.vehicle_code == giver)
    new = world.draft(stops)
    preview = replacing.preview(db, new, replaces=world.first, clock=clock)
    touched = {code for route in preview.changes.touched for code in route.drivers}

    world.replace(new)

    told = notices.notices(db, Scope.everything(), day=DAY, slot=LUNCH, clock=clock)
    assert {note.code for note in told if note.audience is Audience.DRIVER} == touched
    assert driver in touched
    assert len(touched) == 2
    unmoved = {route.new.driver_code for route in preview.changes.routes if route.new and not route.touched}
    assert touched.isdisjoint(unmoved)
    assert preview.changes.holds
    mine = notices.notices(db, Scope(driver=driver), day=DAY, slot=LUNCH, clock=clock)
    assert [note.kind for note in mine] == [NoticeKind.CHANGED]
    assert mine[0].content["left"] >= 1


def test_a_door_done_before_is_done_after_and_counts_once(world: World, db: Session) -> None:
    run = world.runs()[0]
    route = next(r for r in world.routes(world.first) if r.id == run.route_id)
    line = next(visit.lines[0] for visit in route.visits if visit.lines and not visit.station_code)
    world.hand_over(run, line)
    before = delivery.totals(db, DAY, "lunch")

    world.replace(world.draft())

    assert delivery.totals(db, DAY, "lunch") == before
    found = [one for one in delivery.outcomes(db, DAY, "lunch", scope=Scope.everything()) if one.book_line_id == line]
    assert [(one.outcome, one.run_id) for one in found] == [(Outcome.HANDED_OVER, world.runs()[0].id)]
    board = delivery.live_board(db, DAY, "lunch", Scope.everything())
    assert sum(one.portions for one in board.runs) == board.totals.portions_loaded


def test_a_record_from_a_phone_that_was_out_of_reach_counts_on_the_replaced_run(world: World, db: Session) -> None:
    run = world.runs()[0]
    route = next(r for r in world.routes(world.first) if r.id == run.route_id)
    line = next(visit.lines[0] for visit in route.visits if visit.lines)
    world.replace(world.draft())

    assert isinstance(world.hand_over(run, line), Recorded)

    assert delivery.totals(db, DAY, "lunch").delivered == db.get_one(BookLine, line).quantity


def test_what_is_under_way_is_not_changed_without_a_reason_each(world: World, db: Session, clock: FixedClock) -> None:
    stops, moved, giver = world.one_stop_moved()
    run = next(run for run in world.runs() if run.vehicle_code == giver)
    lines = world.given.built.stop_lines[moved]
    for line in lines:
        world.hand_over(run, line)
    before = delivery.totals(db, DAY, "lunch")
    new = world.draft(stops)

    with pytest.raises(Conflict, match="plan-breaks-rules") as refused:
        world.replace(new)
    broken = refused.value.facts["violations"]
    assert {one.cause for one in broken} == {"under-way"}
    assert any(one.key.startswith("under-way/stop/") and dict(one.facts)["moved"] for one in broken)

    world.replace(new, overrides={one.key: "已和司机说好" for one in broken})

    assert {one.key for one in publishing.overrides(db, new)} == {one.key for one in broken}
    assert delivery.totals(db, DAY, "lunch") == before


def test_a_meal_handed_over_and_then_dropped_with_a_reason_still_counts(world: World, db: Session) -> None:
    run = world.runs()[0]
    route = next(r for r in world.routes(world.first) if r.id == run.route_id)
    line = next(visit.lines[0] for visit in route.visits if visit.lines and not visit.station_code)
    world.hand_over(run, line)
    order = db.get_one(BookLine, line).order_id
    book = db.query(OrderBook).one()
    db.add(
        Amendment(
            book_id=book.id,
            kind="cancel",
            order_id=order,
            cancels_line_id=line,
            reason="来电取消",
            by_name="test",
            at=AT,
        )
    )
    db.flush()
    db.expire_all()
    given = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    new = service.save_draft(db, given, plan_quick(given), by=world.by, clock=world.clock)
    preview = replacing.preview(db, new, replaces=world.first, clock=world.clock)

    world.replace(new, overrides={one.key: "餐已送到，取消不算" for one in preview.under_way})

    totals = delivery.totals(db, DAY, "lunch")
    assert preview.changes.cancelled == db.get_one(BookLine, line).quantity
    assert totals.portions_loaded == queries.summary(db, new).planned + totals.delivered
    assert totals.portions_loaded == totals.delivered + totals.not_delivered + totals.open


def test_a_driver_s_old_link_opens_the_new_sheet_and_another_s_does_not(
    world: World, db: Session, clock: FixedClock
) -> None:
    links = {run.driver_code: (run.id, runs.token(db, run.id, secret_key=SECRET)) for run in world.runs()}

    world.replace(world.draft())

    for run in world.runs():
        opened = runs.run_by_token(db, links[run.driver_code][1], clock=clock, secret_key=SECRET)
        assert opened is not None
        assert (opened.id, opened.driver_code) == (run.id, run.driver_code)


def test_withdrawing_tells_every_driver_vendor_and_kitchen(world: World, db: Session, clock: FixedClock) -> None:
    before = world.runs()

    dispatch.withdraw(db, world.first, "停电", by=world.by, clock=clock)

    told = notices.notices(db, Scope.everything(), day=DAY, slot=LUNCH, clock=clock)
    assert {note.code for note in told} == {
        *(run.driver_code for run in before),
        *(run.vendor_code for run in before),
        *(run.kitchen_code for run in before),
    }
    assert {note.kind for note in told} == {NoticeKind.WITHDRAWN}


def test_a_second_replacement_of_the_same_version_is_refused(world: World) -> None:
    second, third = world.draft(), world.draft()
    world.replace(second)

    with pytest.raises(Conflict, match="plan-not-published"):
        replacing.republish(
            world.db, third, replaces=world.first, reason="又改", by=world.by, clock=world.clock, secret_key=SECRET
        )


def test_two_people_who_publish_at_once_leave_one_plan_in_force(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    drafts = [world.draft(), world.draft()]
    db.commit()
    begin, answers = Barrier(2), []

    def put(draft: PlanVersionId) -> None:
        begin.wait()
        try:
            with database.unit_of_work() as own:
                replacing.republish(
                    own, draft, replaces=world.first, reason="改线", by=by, clock=clock, secret_key=SECRET
                )
            answers.append("done")
        except Conflict as refused:
            answers.append(refused.code)

    people = [Thread(target=put, args=(draft,)) for draft in drafts]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert sorted(answers) == ["done", "plan-not-published"]
    db.expire_all()
    assert sorted(str(one.state) for one in queries.versions(db, DAY, LUNCH)) == ["draft", "published", "withdrawn"]
    carried = [one.book_line_id for one in delivery.outcomes(db, DAY, "lunch", scope=Scope.everything())]
    assert len(carried) == len(set(carried)) == len(world.lines) - 1


def test_two_people_who_publish_different_drafts_of_a_free_day_leave_one_in_force(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    dispatch.withdraw(db, world.first, "改线", by=by, clock=clock)
    drafts = [world.draft(), world.draft()]
    db.commit()
    begin, answers = Barrier(2), []

    def put(draft: PlanVersionId) -> None:
        begin.wait()
        try:
            with database.unit_of_work() as own:
                dispatch.publish(own, draft, by=by, clock=clock, secret_key=SECRET)
            answers.append("done")
        except Conflict as refused:
            answers.append(refused.code)

    people = [Thread(target=put, args=(draft,)) for draft in drafts]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert sorted(answers) == ["done", "plan-already-published"]


def test_the_month_adds_up_after_a_day_on_which_the_plan_was_replaced(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    run = world.runs()[0]
    route = next(r for r in world.routes(world.first) if r.id == run.route_id)
    early = [line for visit in route.visits for line in visit.lines if not visit.station_code][:3]
    for line in early:
        world.hand_over(run, line)
    stops, _moved, _giver = world.one_stop_moved()
    new = world.draft(stops)
    preview = replacing.preview(db, new, replaces=world.first, clock=clock)
    world.replace(new, overrides={one.key: "已和司机说好" for one in preview.under_way})
    doors.close_day(db, DAY, "lunch", by=by, clock=clock)

    (day,) = day_facts(rows_between(db, DAY, DAY))

    totals = delivery.totals(db, DAY, "lunch")
    assert (day.planned, day.delivered, day.not_delivered, day.open, day.adrift) == (
        totals.portions_loaded,
        totals.delivered,
        totals.not_delivered,
        0,
        0,
    )
    assert day.ordered == day.planned + day.unassigned
    assert day.delivered == sum(db.get_one(BookLine, line).quantity for line in early)


def test_the_month_counts_a_meal_that_was_handed_over_and_then_dropped(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    run = world.runs()[0]
    route = next(r for r in world.routes(world.first) if r.id == run.route_id)
    line = next(visit.lines[0] for visit in route.visits if visit.lines and not visit.station_code)
    world.hand_over(run, line)
    order = db.get_one(BookLine, line).order_id
    book = db.query(OrderBook).one()
    db.add(
        Amendment(
            book_id=book.id,
            kind="cancel",
            order_id=order,
            cancels_line_id=line,
            reason="来电取消",
            by_name="test",
            at=AT,
        )
    )
    db.flush()
    db.expire_all()
    given = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    new = service.save_draft(db, given, plan_quick(given), by=by, clock=clock)
    preview = replacing.preview(db, new, replaces=world.first, clock=clock)
    world.replace(new, overrides={one.key: "餐已送到" for one in preview.under_way})
    doors.close_day(db, DAY, "lunch", by=by, clock=clock)

    (day,) = day_facts(rows_between(db, DAY, DAY))

    assert day.adrift == 0
    assert day.delivered == db.get_one(BookLine, line).quantity
    assert day.planned == day.delivered + day.not_delivered == delivery.totals(db, DAY, "lunch").portions_loaded
    assert day.ordered == day.planned + day.unassigned


def test_a_station_s_signature_counts_after_the_plan_was_replaced_and_not_for_a_box_with_more_in_it(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    def bulk(version: PlanVersionId) -> int:
        return next(visit.id for route in world.routes(version) for visit in route.visits if visit.station_code)

    doors.station_receipt(
        db, client_id=str(uuid.uuid4()), visit_id=bulk(world.first), station_code="S1", portions=6, signed_by="王站长", by=by, clock=clock
    )  # fmt: skip
    second = world.draft()
    preview = replacing.preview(db, second, replaces=world.first, clock=clock)
    world.replace(second, overrides={one.key: "站里知道" for one in preview.under_way})

    assert delivery.station_receipts(db, [bulk(second)])[bulk(second)].signed_by == "王站长"
    assert preview.under_way == ()
