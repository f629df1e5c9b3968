"""From a closed book to a published plan with its sheets, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.dispatch import queries as dispatch_queries
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.offer_simulate import simulate_answers
from mealroute.dispatch.records import RunState
from mealroute.orders.models import Amendment, BookLine, OrderBook
from mealroute.planning import exports, models, publishing, queries, service
from mealroute.planning.drawing import draw
from mealroute.planning.records import PlanInput, PlanState, PlanVersionId, VisitKind
from mealroute.planning.solving import plan_quick
from mealroute.planning.travel_table import TravelTable
from solver.check import check
from solver.json_in import read_problem
from solver.json_plan import read_plan
from solver.plan import Cause, Violation
from tests.integration.planning_world import AT, DAY, OTHER_STREET, STREET, build_world

LUNCH = MealSlot.LUNCH
SECRET = "a secret of the tests"


def prepared(db: Session) -> PlanInput:
    return service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)


def drafted(db: Session, by: Actor, clock: FixedClock) -> PlanVersionId:
    given = prepared(db)
    return service.save_draft(db, given, plan_quick(given), by=by, clock=clock)


def test_every_portion_of_the_book_is_planned_or_unassigned_with_reason_and_owner(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    lines = build_world(db)

    version = queries.version(db, drafted(db, by, clock))

    summary = version.summary
    ordered = sum(db.scalars(select(BookLine.quantity)))
    assert summary.ordered == ordered == summary.planned + summary.unassigned
    assert summary.violations == ()
    assert [(u.book_line_id, u.reason_code, u.owner) for u in version.unassigned] == [(lines[-1], "no-point", "李敏")]
    placed = [line for route in version.routes for visit in route.visits for line in visit.lines]
    assert sorted(placed) == lines[:-1]
    assert summary.planned == sum(route.portions for route in version.routes)
    assert sorted(db.scalars(select(models.PlanLine.book_line_id))) == lines


def test_a_route_tells_its_clock_its_loads_and_the_heat_left_at_each_door(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)

    version = queries.version(db, drafted(db, by, clock))

    assert [route.number for route in version.routes] == list(range(1, len(version.routes) + 1))
    for route in version.routes:
        jobs = [visit for visit in route.visits if visit.kind is VisitKind.JOB]
        loads = [visit for visit in route.visits if visit.kind in {VisitKind.START, VisitKind.RELOAD}]
        assert sum(visit.portions for visit in jobs) == sum(visit.portions for visit in loads) == route.portions
        assert max(visit.portions for visit in loads) == route.most_aboard <= route.boxes == 24
        assert len(loads) == route.trips
        assert route.starts_s == loads[0].begin_s >= 10 * 3600 + 900
        assert route.vehicle_code[1] == route.kitchen_code[1]
        assert route.late_margin_s == min(visit.food_margin_s for visit in jobs if visit.food_margin_s is not None) >= 0
        for visit in jobs:
            leave = next(load.departure_s for load in reversed(loads) if load.trip == visit.trip)
            assert visit.food_margin_s == min(leave + 5400, 13 * 3600) - visit.departure_s


def test_a_halal_meal_rides_with_the_marked_vehicle_and_known_faces_are_no_new_ones(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    lines = build_world(db)

    routes = queries.version(db, drafted(db, by, clock)).routes

    carrier = {line: (route, visit) for route in routes for visit in route.visits for line in visit.lines}
    assert carrier[lines[2]][0].vehicle_code == "E11"
    known_route, known_visit = carrier[lines[0]]
    assert (lines[0] in known_visit.new_faces) == (known_route.driver_code != "D11")
    assert lines[1] in carrier[lines[1]][1].new_faces
    assert all(not visit.new_faces for route in routes for visit in route.visits if visit.station_code)


def test_a_version_is_immutable_and_its_state_only_moves_forward(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    row = db.get_one(models.PlanVersion, drafted(db, by, clock))

    def changed(target: object, **values: object) -> None:
        with db.begin_nested():
            for key, value in values.items():
                setattr(target, key, value)
            db.flush()

    def removed() -> None:
        with db.begin_nested():
            db.delete(row)
            db.flush()

    for values in ({"cost": 1}, {"state": "withdrawn"}):
        with pytest.raises(ValueError, match="immutable"):
            changed(row, **values)
    service.publish_version(db, PlanVersionId(row.id), by=by, clock=clock)
    for values in ({"published_by": "somebody else"}, {"state": "draft"}, {"plan_json": b""}):
        with pytest.raises(ValueError, match="immutable"):
            changed(row, **values)
    with pytest.raises(ValueError, match="append-only"):
        changed(db.scalars(select(models.PlanVisit)).first(), arrival_s=0)
    with pytest.raises(ValueError, match="immutable"):
        removed()


def test_one_version_a_day_is_published_and_a_withdrawn_one_makes_room(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    first, second = drafted(db, by, clock), drafted(db, by, clock)
    dispatch.publish(db, first, by=by, clock=clock)

    with pytest.raises(Conflict, match="plan-already-published"):
        dispatch.publish(db, second, by=by, clock=clock)
    with pytest.raises(MealrouteError, match="reason-needed"):
        dispatch.withdraw(db, first, "  ", by=by, clock=clock)
    dispatch.withdraw(db, first, "司机生病", by=by, clock=clock)
    dispatch.publish(db, second, by=by, clock=clock)

    assert [(v.number, v.state) for v in queries.versions(db, DAY, LUNCH)] == [
        (2, PlanState.PUBLISHED),
        (1, PlanState.WITHDRAWN),
    ]
    standing = queries.published(db, DAY, LUNCH)
    assert standing is not None
    assert standing.id == second == queries.best_id(queries.versions(db, DAY, LUNCH))
    assert {
        run.state for run in dispatch_queries.runs(db, DAY, LUNCH, scope=Scope.everything()) if run.version_id == first
    } == {RunState.WITHDRAWN}
    with pytest.raises(Conflict, match="plan-not-draft"):
        dispatch.publish(db, first, by=by, clock=clock)
    assert audit.verify(db) is None


def test_the_database_itself_refuses_two_published_versions(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    service.publish_version(db, drafted(db, by, clock), by=by, clock=clock)
    second = drafted(db, by, clock)

    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(
            models.PlanVersion.__table__.update().where(models.PlanVersion.id == second).values(state="published")
        )


def test_a_plan_older_than_the_book_s_last_amendment_needs_a_reason(db: Session, by: Actor, clock: FixedClock) -> None:
    lines = build_world(db)
    version = drafted(db, by, clock)
    book = db.scalars(select(OrderBook)).one()
    order = db.get_one(BookLine, lines[0]).order_id
    db.add(
        Amendment(
            book_id=book.id,
            kind="cancel",
            order_id=order,
            cancels_line_id=lines[0],
            reason="住院",
            by_name="test",
            at=AT,
        )
    )
    db.flush()
    db.expire_all()

    with pytest.raises(Conflict, match="plan-outdated"):
        dispatch.publish(db, version, by=by, clock=clock)
    dispatch.publish(db, version, by=by, clock=clock, outdated_reason="已电话通知司机")

    assert [(one.key, one.reason) for one in publishing.overrides(db, version)] == [("book-outdated", "已电话通知司机")]


def test_a_plan_that_breaks_rules_is_kept_and_published_only_with_a_reason_for_each(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    given = prepared(db)
    late, again = (
        Violation(Cause.SHIFT, "back 3 min late", vehicle=1),
        Violation(Cause.SHIFT, "and once more", vehicle=1),
    )
    version = service.save_draft(db, given, replace(plan_quick(given), violations=(late, again)), by=by, clock=clock)
    first, second = publishing.violations(db, version)

    carrier = next(route for route in queries.version(db, version).routes if route.number == first.route)
    assert (first.key, second.key, first.vehicle_code) == ("shift/1/-", "shift/1/-.2", carrier.vehicle_code)
    for given_for, still in (
        ({}, [first, second]),
        ({first.key: "司机同意"}, [second]),
        ({second.key: " "}, [first, second]),
    ):
        with pytest.raises(Conflict, match="plan-breaks-rules") as refused:
            dispatch.publish(db, version, by=by, clock=clock, overrides=given_for)
        assert list(refused.value.facts["violations"]) == still
    assert queries.summary(db, version).violations == ("shift: back 3 min late", "shift: and once more")
    dispatch.publish(db, version, by=by, clock=clock, overrides={first.key: "司机同意晚 3 分钟", second.key: "同上"})
    assert [(one.key, one.reason) for one in publishing.overrides(db, version)] == [
        (first.key, "司机同意晚 3 分钟"),
        (second.key, "同上"),
    ]


def test_an_open_book_is_not_planned(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)

    with pytest.raises(Conflict, match="book-open"):
        service.prepare(db, DAY + timedelta(days=1), LUNCH, matrix_of=StraightLine().matrix)
    with pytest.raises(Conflict, match="book-open"):
        service.start_job(db, DAY + timedelta(days=1), LUNCH, by=by, clock=clock)


def test_the_sheets_agree_with_the_plan_and_name_people_in_full(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)

    sheets = dispatch.publish(
        db, version_id, by=by, clock=clock, link_base="https://meals.example/r/", secret_key=SECRET
    )

    version = queries.version(db, version_id)
    assert [sheet.portions for sheet in sheets] == [route.portions for route in version.routes]
    for sheet in sheets:
        stops = [stop for trip in sheet.trips for stop in trip.stops]
        assert (
            sheet.portions == sum(total.portions for total in sheet.load_totals) == sum(stop.portions for stop in stops)
        )
        assert (
            sheet.portions
            == sum(trip.portions for trip in sheet.trips)
            == sum(i.quantity for s in stops for i in s.items)
        )
        assert [stop.position for stop in stops] == list(range(1, sheet.stops + 1))
        assert sheet.depart_s - sheet.packed_at_s == 300
        assert sheet.eat_by_s == 13 * 3600
    items = {
        item.book_line_id: (stop, item)
        for sheet in sheets
        for trip in sheet.trips
        for stop in trip.stops
        for item in stop.items
    }
    stop, rare = next(pair for pair in items.values() if pair[1].name == "曾𠮷祥")
    assert (rare.phone, rare.door, rare.contact_name) == ("13900000001", "1 单元 3 楼 无电梯", "李女士")
    assert stop.address == "北新桥三条 1 号院 2 号楼"
    assert sum(sheet.cash_total_fen for sheet in sheets) == 1200
    halal = next(total for sheet in sheets for total in sheet.load_totals if total.sealed)
    assert (halal.portions, halal.label) == (1, "清真")
    bulk = [s for s, _item in items.values() if s.station_bulk]
    assert {(s.address, s.station_code) for s in bulk} == {("北新桥驿站 香饵胡同 8 号", "S1")}


def test_forty_sheets_take_a_handful_of_statements(
    any_engine: Engine, db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)
    dispatch.publish(db, version_id, by=by, clock=clock)
    db.expire_all()
    statements: list[str] = []
    event.listen(any_engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    dispatch_queries.manifests(db, version_id)

    assert len(statements) <= 18


def test_a_signed_link_opens_its_run_until_the_end_of_the_day_and_not_after_withdrawal(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)
    sheets = dispatch.publish(
        db, version_id, by=by, clock=clock, link_base="https://meals.example/r/", secret_key=SECRET
    )
    token = sheets[0].link_url.removeprefix("https://meals.example/r/")

    def opened(text: str) -> int | None:
        run = dispatch_queries.run_by_token(db, text, clock=clock, secret_key=SECRET)
        return None if run is None else run.id

    assert opened(token) == sheets[0].run_id
    assert opened(dispatch_queries.token(db, sheets[1].run_id, secret_key=SECRET)) == sheets[1].run_id
    content, signature = token.split(".")
    assert opened(f"{content}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}") is None
    assert opened("nonsense") is None
    assert dispatch_queries.run_by_token(db, token, clock=clock, secret_key="another") is None
    clock.at += timedelta(days=1)
    assert opened(token) is None
    clock.at -= timedelta(days=1)
    dispatch.withdraw(db, version_id, "改线", by=by, clock=clock)
    assert opened(token) is None


def test_runs_and_sheets_are_seen_only_by_those_whom_they_concern(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)
    sheets = dispatch.publish(db, version_id, by=by, clock=clock)

    def seen(scope: Scope) -> list[int]:
        return [run.id for run in dispatch_queries.runs(db, DAY, LUNCH, scope=scope)]

    everything = seen(Scope.everything())
    assert everything == [sheet.run_id for sheet in sheets]
    assert seen(Scope(vendor="V1")) == [], "an offer is no run yet"
    simulate_answers(db, DAY, LUNCH, by=by, clock=clock)
    by_vendor = [seen(Scope(vendor=code)) for code in ("V1", "V2")]
    assert sorted(by_vendor[0] + by_vendor[1]) == everything
    assert seen(Scope(driver=sheets[0].driver_code)) == [sheets[0].run_id]
    assert seen(Scope(vendor="V2", driver="D11")) == []
    assert seen(Scope(streets=frozenset())) == []
    streets = {run for code in (STREET, OTHER_STREET) for run in seen(Scope(streets=frozenset({code})))}
    assert sorted(streets) == everything
    at_station = [s.run_id for s in sheets if any(stop.station_code == "S1" for trip in s.trips for stop in trip.stops)]
    assert seen(Scope(station="S1")) == at_station
    with pytest.raises(NotFound):
        dispatch_queries.manifest(db, sheets[0].run_id, scope=Scope(driver="D99"))


def test_the_map_draws_what_was_stored_and_straight_lines_otherwise(db: Session, by: Actor, clock: FixedClock) -> None:
    build_world(db)
    given = prepared(db)
    output = plan_quick(given)
    drawn = service.save_draft(db, given, output, lines=draw(given, output.plan, StraightLine()), by=by, clock=clock)
    plain = service.save_draft(db, given, output, by=by, clock=clock)

    with_roads, without = queries.geometry(db, drawn), queries.geometry(db, plain)

    assert [line.number for line in with_roads] == [route.number for route in queries.version(db, drawn).routes]
    assert [len(line.legs) for line in with_roads] == [len(line.legs) for line in without]
    assert abs(with_roads[0].legs[0][0].lon - without[0].legs[0][0].lon) < 1e-5


def test_many_days_ask_for_travel_times_once(db: Session) -> None:
    build_world(db)
    asked: list[int] = []

    class Counting(StraightLine):
        def matrix(self, points, profile):
            asked.append(len(points))
            return super().matrix(points, profile)

    table = TravelTable(Counting(), queries.known_points(db))
    first = service.prepare(db, DAY, LUNCH, matrix_of=table)
    second = service.prepare(db, DAY, LUNCH, matrix_of=table)
    plain = prepared(db)

    assert len(asked) <= 2
    assert first.matrix_digest == second.matrix_digest == plain.matrix_digest


def test_a_stored_version_gives_back_its_problem_and_plan_as_the_solver_reads_them(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)

    problem = read_problem(exports.problem_json(db, version_id, StraightLine()))
    plan = read_plan(exports.plan_json(db, version_id))

    assert check(problem, plan) == ()
    assert len(plan.routes) == queries.summary(db, version_id).routes


def test_a_network_that_has_changed_since_is_not_passed_off_as_the_plan_s_own(
    db: Session, by: Actor, clock: FixedClock
) -> None:
    build_world(db)
    version_id = drafted(db, by, clock)

    class Slower(StraightLine):
        def matrix(self, points, profile):
            found = super().matrix(points, profile)
            return replace(found, durations=found.durations * 2)

    with pytest.raises(Conflict, match="network-changed"):
        exports.problem_json(db, version_id, Slower())
