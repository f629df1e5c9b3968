"""A station's counter on a real plan: boxes, people, the end of the hand-out, and the chain of money behind it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries, service, simulate, station_queries, stations
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.delivery.station_models import StationClosing
from mealroute.delivery.station_records import Counter, Fetched, Shortfall
from mealroute.dispatch import service as dispatch
from mealroute.experience.models import DriverMemory
from mealroute.kitchen import log_queries
from mealroute.kitchen.log_records import Action
from mealroute.planning import service as plans
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, OTHER_STREET, STREET, build_world

LUNCH = MealSlot.LUNCH
ALL = Scope.everything()
CLERK = Actor(account_id=7, name="陈洁", role=Role.STATION, scope=Scope(streets=frozenset({STREET}), station="S1"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 9, 3, 30, tzinfo=UTC))  # 11:30 in Beijing


@pytest.fixture(autouse=True)
def _published(db: Session, clock: FixedClock) -> None:
    build_world(db, doors=6, stations=6)
    given = plans.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
    version = plans.save_draft(db, given, plan_quick(given), by=SYSTEM, clock=clock)
    dispatch.publish(db, PlanVersionId(version), by=SYSTEM, clock=clock, secret_key="a secret of the tests")


def _counter(db: Session, clock: FixedClock, by: Actor = CLERK) -> Counter:
    return station_queries.counter(db, DAY, LUNCH, "S1", by=by, clock=clock)


def _sign(db: Session, clock: FixedClock, portions: int | None = None, **more: object) -> bool:
    box = _counter(db, clock).boxes[0]
    asked: dict[str, object] = {
        "visit_id": box.visit_id, "client_id": "box-000001", "portions": box.expected if portions is None else portions,
        "tenths": 640, "signed_by": "陈洁", "by": CLERK, "clock": clock,
    }  # fmt: skip
    return stations.sign(db, DAY, LUNCH, "S1", **{**asked, **more})  # type: ignore[arg-type]


def _hand(db: Session, clock: FixedClock, n: int, fetched: Fetched = Fetched.SELF, **more: object) -> None:
    line = _counter(db, clock).lines[n]
    stations.hand_out(
        db, DAY, LUNCH, "S1", line_id=line.book_line_id, client_id=f"hand-{line.book_line_id:06d}", fetched=fetched, by=CLERK,
        clock=clock, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _close(db: Session, clock: FixedClock, **more: object) -> stations.StationClosed:
    return stations.close(db, DAY, LUNCH, "S1", by=CLERK, clock=clock, **more)  # type: ignore[arg-type]


def _late(clock: FixedClock) -> None:
    clock.at = datetime(2026, 3, 9, 4, 45, tzinfo=UTC)


def test_the_list_holds_everybody_who_collects_here_whatever_their_street(db: Session, clock: FixedClock) -> None:
    found = _counter(db, clock)
    loaded = queries.loaded_lines(db, scope=ALL, day=DAY, slot="lunch")
    here = {line.book_line_id for line in loaded if line.station_code == "S1"}
    assert {line.book_line_id for line in found.lines} == here
    assert OTHER_STREET in {line.street_code for line in loaded if line.station_code == "S1"}
    assert found.totals.expected == sum(line.quantity for line in found.lines) == found.boxes[0].expected


def test_names_are_masked_on_the_list(db: Session, clock: FixedClock) -> None:
    assert {line.resident_name for line in _counter(db, clock).lines} == {"王*兰"}
    assert {line.initials for line in _counter(db, clock).lines} == {"wyl"}
    assert {proxy.name for line in _counter(db, clock).lines for proxy in line.proxies} == {"李*士"}


def test_boxes_are_signed_for_with_count_temperature_and_name(db: Session, clock: FixedClock) -> None:
    assert _sign(db, clock)
    assert not _sign(db, clock)
    (box,) = _counter(db, clock).boxes
    assert (box.received, box.tenths, box.signed_by) == (box.expected, 640, "陈洁")
    (reading,) = log_queries.readings(db, DAY, DAY, scope=ALL)
    assert (reading.kind, reading.station_code, reading.tenths) == ("station", "S1", 640)


def test_another_count_than_the_sheets_needs_its_reason(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="shortfall-missing"):
        _sign(db, clock, 5)
    assert _sign(db, clock, 5, shortfall=Shortfall.NOT_LOADED)
    assert _counter(db, clock).boxes[0].shortfall is Shortfall.NOT_LOADED


def test_food_without_a_temperature_is_not_signed_for(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="temperature-missing"):
        _sign(db, clock, tenths=None)


def test_boxes_that_come_too_cold_ask_what_was_done_and_are_watched(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="action-missing"), db.begin_nested():
        _sign(db, clock, tenths=520)
    assert _sign(db, clock, tenths=520, action=Action.REHEATED, again_tenths=730)
    (watch,) = log_queries.watches(db, scope=CLERK.scope)
    assert watch.owner == "北新桥驿站"


def test_a_meal_fetched_by_the_resident_is_a_handover_in_person(db: Session, clock: FixedClock) -> None:
    _sign(db, clock)
    _hand(db, clock, 0)
    line = _counter(db, clock).lines[0]
    assert (line.outcome, line.delivered, line.by_name) == (Outcome.HANDED_OVER, line.quantity, "陈洁")
    assert queries.follow_ups(db, scope=ALL) == ()
    assert queries.totals(db, DAY, "lunch").delivered == line.quantity


def test_a_meal_fetched_by_somebody_else_is_left_not_seen(db: Session, clock: FixedClock) -> None:
    with pytest.raises(MealrouteError, match="proxy-missing"):
        _hand(db, clock, 0, Fetched.PROXY, proxy=" ")
    _hand(db, clock, 0, Fetched.PROXY, proxy="1")
    line = _counter(db, clock).lines[0]
    assert (line.outcome, line.left_with) == (Outcome.LEFT_WITH_CONTACT, "女儿 李女士")
    (case,) = queries.follow_ups(db, scope=ALL)
    assert case.kind == "left-not-seen"


def test_a_driver_is_no_known_face_of_people_who_fetch_their_meal(db: Session, clock: FixedClock) -> None:
    before = len(db.scalars(select(DriverMemory)).all())
    _hand(db, clock, 0)
    assert len(db.scalars(select(DriverMemory)).all()) == before


def test_nobody_is_given_up_before_the_time_is_over(db: Session, clock: FixedClock) -> None:
    _sign(db, clock)
    with pytest.raises(Conflict, match="handout-too-early"):
        _close(db, clock)


def test_a_counter_whose_boxes_are_not_signed_for_does_not_close(db: Session, clock: FixedClock) -> None:
    _late(clock)
    with pytest.raises(Conflict, match="boxes-not-signed"):
        _close(db, clock)


def test_whoever_did_not_come_is_a_case_of_the_station(db: Session, clock: FixedClock) -> None:
    _sign(db, clock)
    _hand(db, clock, 0)
    _hand(db, clock, 1)
    _late(clock)
    closed = _close(db, clock)
    lines = _counter(db, clock).lines
    assert closed.handed_out == lines[0].quantity + lines[1].quantity
    assert closed.received == closed.handed_out + closed.not_fetched + closed.short == closed.expected
    cases = queries.follow_ups(db, scope=CLERK.scope)
    assert {(case.kind, case.owner) for case in cases} == {("not-fetched", "北新桥驿站")}
    assert len(cases) == len(lines) - 2


def test_portions_that_did_not_arrive_are_named_after_the_people_who_got_none(db: Session, clock: FixedClock) -> None:
    lines = _counter(db, clock).lines
    single = [n for n, line in enumerate(lines) if line.quantity == 1]
    expected = _counter(db, clock).totals.expected
    _sign(db, clock, expected - 1, shortfall=Shortfall.NOT_LOADED)
    for n in range(len(lines)):
        if n != single[0]:
            _hand(db, clock, n)
    _late(clock)
    with pytest.raises(Conflict, match="short-unnamed"):
        _close(db, clock)
    closed = _close(db, clock, short_lines=[lines[single[0]].book_line_id])
    assert (closed.expected, closed.missing, closed.received) == (expected, 1, expected - 1)
    assert (closed.handed_out, closed.not_fetched, closed.short) == (expected - 1, 0, 0)
    (case,) = queries.follow_ups(db, scope=ALL)
    assert (case.kind, case.outcome) == ("short", Outcome.SHORT)


def test_portions_that_vanish_at_the_counter_are_explained(db: Session, clock: FixedClock) -> None:
    _sign(db, clock)
    line = next(line for line in _counter(db, clock).lines if line.quantity == 1)
    _late(clock)
    with pytest.raises(MealrouteError, match="explanation-missing"):
        _close(db, clock, short_lines=[line.book_line_id])
    closed = _close(db, clock, short_lines=[line.book_line_id], explanation="打翻一份")
    assert (closed.short, closed.explanation) == (1, "打翻一份")
    assert closed.received == closed.not_fetched + 1


def test_somebody_who_comes_late_ends_the_case_and_closing_again_keeps_both_sums(
    db: Session, clock: FixedClock
) -> None:
    _sign(db, clock)
    _late(clock)
    first = _close(db, clock)
    assert _close(db, clock) == first
    before = len(queries.follow_ups(db, scope=ALL))
    _hand(db, clock, 0)
    assert len(queries.follow_ups(db, scope=ALL)) == before - 1
    second = _close(db, clock)
    assert (second.number, second.handed_out) == (2, _counter(db, clock).lines[0].quantity)
    assert len(db.scalars(select(StationClosing)).all()) == 2


def test_another_stations_counter_is_out_of_reach(db: Session, clock: FixedClock) -> None:
    for scope in (
        Scope(streets=frozenset({STREET}), station="S2"), Scope(streets=frozenset({OTHER_STREET})),
        Scope(streets=frozenset(), vendor="V1"), Scope(streets=frozenset(), driver="D11"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            _counter(db, clock, replace(CLERK, scope=scope))


def test_a_meal_for_a_door_is_not_handed_out_at_the_counter(db: Session, clock: FixedClock) -> None:
    door = next(x for x in queries.loaded_lines(db, scope=ALL, day=DAY, slot="lunch") if not x.station_code)
    with pytest.raises(NotFound, match="line-not-here"):
        stations.hand_out(
            db, DAY, LUNCH, "S1", line_id=door.book_line_id, client_id="hand-door01", fetched=Fetched.SELF, by=CLERK,
            clock=clock,
        )  # fmt: skip


def test_the_simulated_counter_is_signed_for_handed_out_and_closed(db: Session, clock: FixedClock) -> None:
    clock.at = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    simulate.simulate_day(db, DAY, "lunch", seed=1, by=SYSTEM, clock=clock)
    assert simulate.simulate_day(db, DAY, "lunch", seed=1, by=SYSTEM, clock=clock) == 0
    found = _counter(db, clock)
    assert found.closed is not None
    assert found.totals.open == 0
    assert found.totals.expected == found.totals.received == found.closed.handed_out + found.closed.not_fetched
    service.close_day(db, DAY, "lunch", by=SYSTEM, clock=clock)
    totals = queries.totals(db, DAY, "lunch")
    assert totals.portions_loaded == totals.delivered + totals.not_delivered


def _at_the_door(db: Session, clock: FixedClock, outcome: Outcome, street: str = STREET) -> int:
    """A record at a home door of a street; the line."""
    line = next(
        line
        for line in queries.loaded_lines(db, scope=ALL, day=DAY, slot="lunch")
        if not line.station_code and line.street_code == street
    )
    entry = ProofInput(
        client_id=f"door-{outcome}-{street}", run_id=line.run_id, book_line_id=line.book_line_id, outcome=outcome,
        reason="敲门没人应", left_with="女儿" if outcome is Outcome.LEFT_WITH_CONTACT else "", by_name="刘建国",
    )  # fmt: skip
    service.record_proof(db, entry, by=SYSTEM, clock=clock)
    return line.book_line_id


def test_a_case_at_a_home_door_that_is_the_stations_is_seen_and_closed_there(db: Session, clock: FixedClock) -> None:
    line = _at_the_door(db, clock, Outcome.NO_ANSWER)

    (case,) = queries.follow_ups(db, scope=CLERK.scope)
    assert case.book_line_id == line
    assert "*" in case.resident_name
    service.close_follow_up(db, case.id, named_person="陈洁", how="上门见到本人", by=CLERK, clock=clock)
    assert queries.follow_ups(db, scope=CLERK.scope) == ()


@pytest.mark.parametrize(
    ("outcome", "street"),
    [(Outcome.REFUSED, STREET), (Outcome.LEFT_WITH_CONTACT, STREET), (Outcome.NO_ANSWER, OTHER_STREET)],
)
def test_what_is_the_dispatchers_or_another_streets_stays_out_of_the_stations_sight(
    db: Session, clock: FixedClock, outcome: Outcome, street: str
) -> None:
    _at_the_door(db, clock, outcome, street)
    (case,) = queries.follow_ups(db, scope=ALL)

    assert queries.follow_ups(db, scope=CLERK.scope) == ()
    with pytest.raises(NotFound):
        service.close_follow_up(db, case.id, named_person="陈洁", how="打电话", by=CLERK, clock=clock)
