"""Stops that change hands on the road: what sheets, doors, the board and claims make of them; and the laws that hold whatever is done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock, at_seconds
from mealroute.core.errors import MealrouteError
from mealroute.delivery import moving, moving_facts, progress, queries
from mealroute.delivery import service as doors
from mealroute.delivery.letters import Letter, deliver
from mealroute.delivery.moving import Order
from mealroute.delivery.moving_records import Move
from mealroute.delivery.records import Outcome, ProofInput, Recorded
from mealroute.dispatch import notices, transfers
from mealroute.dispatch import queries as runs
from mealroute.dispatch.records import ManifestStop, RunRecord
from mealroute.dispatch.transfer_records import FoodWay
from tests.integration.planning_world import DAY
from tests.integration.republish_world import SECRET, World
from tests.web_world import MORNING

MATRIX = StraightLine().matrix
DESK = Actor(account_id=None, name="李敏", role=Role.DISPATCHER, scope=Scope.everything())
EVERYTHING = Scope.everything()


class Road:
    """The small district on the road: two runs of one kitchen where there are two, the first doors of each recorded on time."""

    def __init__(self, db: Session) -> None:
        self.db, self.clock = db, FixedClock(MORNING)
        self.world = World(db, SYSTEM, self.clock)
        found = sorted(self.world.runs(), key=lambda run: -len(self.stops(run)))
        self.giver, self.taker = found[0], found[1]

    def stops(self, run: RunRecord) -> list[ManifestStop]:
        return [stop for trip in runs.manifest(self.db, run.id).trips for stop in trip.stops]

    def drive(self, run: RunRecord, count: int) -> None:
        """Record the first doors of a run at their planned times."""
        for stop in self.stops(run)[:count]:
            self.clock.at = at_seconds(DAY, stop.arrival_s + 120, self.clock.zone)
            for item in stop.items:
                self.record(run.id, item.book_line_id)

    def record(self, run: int, line: int, outcome: Outcome = Outcome.HANDED_OVER) -> object:
        entry = ProofInput(
            client_id=str(uuid.uuid4()), run_id=run, book_line_id=line, outcome=outcome, phone_at=self.clock.now(), by_name="司机"
        )  # fmt: skip
        return doors.record_proof(self.db, entry, by=DESK, clock=self.clock)

    def open_home(self, run: RunRecord) -> ManifestStop:
        """The third open stop at a home door."""
        recorded = {line.book_line_id for line in self.outcomes() if line.outcome}
        found = [
            stop
            for stop in self.stops(run)
            if not stop.station_bulk and not {i.book_line_id for i in stop.items} & recorded
        ]
        return found[2]

    def outcomes(self) -> Sequence[queries.LineOutcome]:
        return queries.outcomes(self.db, DAY, "lunch", scope=EVERYTHING)

    def moves(self, stop: ManifestStop, to: RunRecord) -> tuple[Move, ...]:
        stands = moving_facts.standing(self.db, stop.visit_id, by=DESK, clock=self.clock)
        return moving_facts.moves_to(self.db, stands, to.id, by=DESK, clock=self.clock, matrix_of=MATRIX)

    def order(self, stop: ManifestStop, move: Move, to: RunRecord, **more: object) -> Order:
        made = Order(
            client_id=str(uuid.uuid4()), visit_id=stop.visit_id, reason="车慢了", food=move.food, to_run_id=to.id,
            spot=move.spot.id if move.spot else None, accepts_late=move.newly_late,
        )  # fmt: skip
        return replace(made, **more)  # type: ignore[arg-type]

    def move(self, stop: ManifestStop, to: RunRecord) -> Move:
        best = next(each for each in self.moves(stop, to) if not each.refused)
        moving.move(self.db, self.order(stop, best, to), by=DESK, clock=self.clock, matrix_of=MATRIX)
        return best


@pytest.fixture
def road(db: Session) -> Road:
    made = Road(db)
    made.drive(made.giver, 2)
    made.drive(made.taker, 2)
    return made


def test_the_stop_leaves_one_sheet_and_stands_on_the_other(road: Road) -> None:
    stop = road.open_home(road.giver)
    before = {road.giver.id: len(road.stops(road.giver)), road.taker.id: len(road.stops(road.taker))}
    road.move(stop, road.taker)
    assert stop.visit_id not in {each.visit_id for each in road.stops(road.giver)}
    assert [each.visit_id for each in road.stops(road.taker)].count(stop.visit_id) == 1
    assert {run.id: len(road.stops(run)) for run in (road.giver, road.taker)} == {
        road.giver.id: before[road.giver.id] - 1, road.taker.id: before[road.taker.id] + 1,
    }  # fmt: skip


def test_a_sheet_still_adds_up(road: Road) -> None:
    road.move(road.open_home(road.giver), road.taker)
    for run in (road.giver, road.taker):
        sheet = runs.manifest(road.db, run.id)
        assert sheet.portions == sum(total.portions for total in sheet.load_totals)
        assert sheet.portions == sum(trip.portions for trip in sheet.trips)
        assert sheet.portions == sum(stop.portions for trip in sheet.trips for stop in trip.stops)


def test_food_aboard_is_met_or_given_out_again_and_never_jumps(road: Road) -> None:
    moves = road.moves(road.open_home(road.giver), road.taker)
    assert moves
    assert {move.food for move in moves} <= {FoodWay.MEET, FoodWay.AGAIN}
    assert all(move.spot is not None and move.meet_s is not None and move.meet_s < move.arrive_s for move in moves)


def test_a_meeting_is_no_earlier_than_both_can_be_there(road: Road) -> None:
    now_s = int((road.clock.now() - at_seconds(DAY, 0, road.clock.zone)).total_seconds())
    meets = [move for move in road.moves(road.open_home(road.giver), road.taker) if move.food is FoodWay.MEET]
    assert meets
    assert all(move.meet_s is not None and move.meet_s >= now_s for move in meets)


def test_food_that_was_met_keeps_its_limit_and_a_fresh_portion_gets_its_own(road: Road) -> None:
    stop = road.open_home(road.giver)
    stands = moving_facts.standing(road.db, stop.visit_id, by=DESK, clock=road.clock)
    for move in road.moves(stop, road.taker):
        if move.food is FoodWay.MEET:
            assert move.deadline_s == stands.visit.deadline_s
        else:
            assert move.deadline_s is not None
            assert move.meet_s is not None
            assert move.deadline_s > move.meet_s


def test_the_consequences_are_those_that_the_board_then_shows(road: Road) -> None:
    stop = road.open_home(road.giver)
    chosen = road.move(stop, road.taker)
    shown = progress.foretell(road.db, DAY, "lunch", clock=road.clock, matrix_of=MATRIX)
    after = next(each for each in shown.routes[road.taker.id].stops if each.visit_id == stop.visit_id)
    assert after.expected is not None
    assert chosen.margin_s is not None
    assert shown.facts[road.taker.id].doors != ()
    assert all(each.visit_id != stop.visit_id for each in shown.routes[road.giver.id].stops)


def test_a_record_of_the_taking_driver_counts_on_the_taking_run(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    for item in stop.items:
        assert isinstance(road.record(road.taker.id, item.book_line_id), Recorded)
    done = [line for line in road.outcomes() if line.visit_id == stop.visit_id]
    assert {(line.run_id, line.outcome) for line in done} == {(road.taker.id, Outcome.HANDED_OVER)}


def test_what_the_first_driver_recorded_before_knowing_is_not_refused(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    assert isinstance(road.record(road.giver.id, stop.items[0].book_line_id), Recorded)
    assert next(line for line in road.outcomes() if line.visit_id == stop.visit_id).outcome is Outcome.HANDED_OVER


def test_both_phones_may_send_their_letters(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    letters = []
    for run in (road.giver, road.taker):
        key = runs.link_key(runs.token(road.db, run.id, secret_key=SECRET), secret_key=SECRET)
        assert key is not None
        entry = ProofInput(
            client_id=str(uuid.uuid4()), run_id=0, book_line_id=stop.items[0].book_line_id, outcome=Outcome.HANDED_OVER, phone_at=road.clock.now()
        )  # fmt: skip
        letters.append(Letter(key, (entry,)))
    answers = deliver(road.db, letters, instance=__import__("pathlib").Path("."), clock=road.clock)
    assert all(answer is not None and isinstance(answer[0], Recorded) for answer in answers)


def test_both_drivers_are_told_first_what_changed(road: Road) -> None:
    road.move(road.open_home(road.giver), road.taker)
    for run in (road.giver, road.taker):
        told = notices.for_run(road.db, run, clock=road.clock)
        assert [str(one.kind) for one in told] == ["hands"]
        assert told[0].reason == "车慢了"


def test_a_stop_that_is_done_does_not_change_hands(road: Road) -> None:
    stop = road.open_home(road.giver)
    move = road.moves(stop, road.taker)[0]
    for item in stop.items:
        road.record(road.giver.id, item.book_line_id)
    with pytest.raises(MealrouteError) as refused:
        moving.move(road.db, road.order(stop, move, road.taker), by=DESK, clock=road.clock, matrix_of=MATRIX)
    assert refused.value.code == "stop-done"


def test_more_late_stops_than_were_shown_are_asked_for_again(road: Road) -> None:
    stop = road.open_home(road.giver)
    move = road.moves(stop, road.taker)[0]
    order = road.order(stop, move, road.taker, accepts_late=move.newly_late - 1)
    if move.newly_late:
        with pytest.raises(MealrouteError) as refused:
            moving.move(road.db, order, by=DESK, clock=road.clock, matrix_of=MATRIX)
        assert refused.value.code == "more-late-now"
    else:
        assert order.accepts_late == -1


def test_the_same_decision_sent_twice_counts_once(road: Road) -> None:
    stop = road.open_home(road.giver)
    order = road.order(stop, road.moves(stop, road.taker)[0], road.taker)
    done = [moving.move(road.db, order, by=DESK, clock=road.clock, matrix_of=MATRIX) for _n in range(2)]
    assert done == [True, False]
    assert len(transfers.of_day(road.db, DAY, "lunch")) == 1


def test_a_stop_can_go_back(road: Road) -> None:
    stop = road.open_home(road.giver)
    road.move(stop, road.taker)
    road.move(stop, road.giver)
    assert stop.visit_id in {each.visit_id for each in road.stops(road.giver)}
    assert stop.visit_id not in {each.visit_id for each in road.stops(road.taker)}


def test_what_a_person_brings_is_on_no_sheet_and_is_recorded_at_the_desk(road: Road) -> None:
    stop = road.open_home(road.giver)
    order = Order(
        client_id=str(uuid.uuid4()), visit_id=stop.visit_id, reason="车坏了", food=FoodWay.DROP, to_name="陈洁", place="北新仓驿站门口"
    )  # fmt: skip
    moving.to_person(road.db, order, by=DESK, clock=road.clock)
    assert all(stop.visit_id not in {each.visit_id for each in road.stops(run)} for run in (road.giver, road.taker))
    held = [line for line in road.outcomes() if line.visit_id == stop.visit_id]
    assert {line.held_by for line in held} == {"陈洁"}
    assert isinstance(road.record(held[0].run_id, held[0].book_line_id), Recorded)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"to_name": " "}, "named-person-missing"), ({"place": ""}, "place-missing"), ({"reason": ""}, "reason-needed")],
)
def test_a_person_a_place_and_a_reason_are_named(road: Road, more: dict[str, str], code: str) -> None:
    stop = road.open_home(road.giver)
    order = Order(
        client_id=str(uuid.uuid4()), visit_id=stop.visit_id, reason="车坏了", food=FoodWay.DROP, to_name="陈洁", place="驿站门口"
    )  # fmt: skip
    with pytest.raises(MealrouteError) as refused:
        moving.to_person(road.db, replace(order, **more), by=DESK, clock=road.clock)
    assert refused.value.code == code


def test_what_is_left_at_a_station_stands_at_its_counter(road: Road) -> None:
    stop = road.open_home(road.giver)
    order = Order(
        client_id=str(uuid.uuid4()), visit_id=stop.visit_id, reason="来不及", food=FoodWay.DROP, station_code="S1"
    )
    moving.to_station(road.db, order, by=DESK, clock=road.clock)
    led = next(each for each in road.stops(road.giver) if each.visit_id == stop.visit_id)
    assert (led.station_bulk, led.station_code) == (True, "S1")
    counter = queries.loaded_lines(road.db, scope=Scope(station="S1"), day=DAY, slot="lunch")
    assert {item.book_line_id for item in stop.items} <= {line.book_line_id for line in counter}


def test_a_driver_reaches_what_was_taken_over_and_not_what_was_given_away(road: Road) -> None:
    stop = road.open_home(road.giver)
    if road.giver.driver_code == road.taker.driver_code:
        pytest.skip("both runs have one driver")
    road.move(stop, road.taker)
    of_taker = queries.outcomes(road.db, DAY, "lunch", scope=Scope(driver=road.taker.driver_code))
    of_giver = queries.outcomes(road.db, DAY, "lunch", scope=Scope(driver=road.giver.driver_code))
    assert stop.visit_id in {line.visit_id for line in of_taker}
    assert stop.visit_id not in {line.visit_id for line in of_giver}


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["move", "person", "station", "record", "late"]), st.integers(0, 40), st.integers(0, 5)),
    max_size=7,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_each_loaded_portion_is_counted_and_ends_once_whatever_changes_hands(road: Road, steps: list[Step]) -> None:
    saved = road.db.begin_nested()
    try:
        loaded = sum(line.quantity for line in road.outcomes())
        for step, which, to in steps:
            _do(road, step, which, to)
            lines = road.outcomes()
            assert len({line.book_line_id for line in lines}) == len(lines)
            totals = queries.totals_of(lines)
            assert totals.portions_loaded == loaded
            assert totals.portions_loaded == totals.delivered + totals.not_delivered + totals.open
            on_sheets = [stop.visit_id for run in road.world.runs() for stop in road.stops(run)]
            assert len(on_sheets) == len(set(on_sheets))
        doors.close_day(road.db, DAY, "lunch", by=DESK, clock=road.clock)
        assert queries.totals(road.db, DAY, "lunch").open == 0
        assert queries.totals(road.db, DAY, "lunch").portions_loaded == loaded
    finally:
        saved.rollback()


def _do(road: Road, step: str, which: int, to: int) -> None:
    lines = road.outcomes()
    line = lines[which % len(lines)]
    every = road.world.runs()
    run = every[to % len(every)]
    order = Order(
        client_id=str(uuid.uuid4()),
        visit_id=line.visit_id,
        reason="试一试",
        food=FoodWay.DROP,
        to_name="陈洁",
        place="门口",
        station_code="S1",
    )
    try:
        match step:
            case "move":
                stands = moving_facts.standing(road.db, line.visit_id, by=DESK, clock=road.clock)
                found = moving_facts.moves_to(road.db, stands, run.id, by=DESK, clock=road.clock, matrix_of=MATRIX)
                best = next((each for each in found if not each.refused), None)
                if best is not None:
                    wanted = replace(
                        order,
                        to_run_id=run.id,
                        food=best.food,
                        spot=best.spot.id if best.spot else None,
                        accepts_late=best.newly_late,
                        station_code="",
                    )
                    moving.move(road.db, wanted, by=DESK, clock=road.clock, matrix_of=MATRIX)
            case "person":
                moving.to_person(road.db, order, by=DESK, clock=road.clock)
            case "station":
                moving.to_station(road.db, order, by=DESK, clock=road.clock)
            case "record":
                road.record(line.run_id, line.book_line_id, list(Outcome)[to])
            case "late":
                road.record(every[0].id, line.book_line_id)
    except MealrouteError:
        pass
