"""A stop given to a driver who has no route today: a run of their own on sheet, phone, board, ladder and claim; and taken back."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import outbox
from mealroute.core.actor import Scope
from mealroute.core.audit import AuditEvent
from mealroute.core.errors import MealrouteError
from mealroute.core.slots import MealSlot
from mealroute.delivery import calling, moving_facts, progress, queries, undoing
from mealroute.delivery.calling import Call
from mealroute.delivery.letters import Letter, deliver
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.moving import Order
from mealroute.delivery.moving_records import Move
from mealroute.delivery.records import Outcome, ProofInput, Recorded
from mealroute.dispatch import notice_words, notices, offer_queries, sheet_codes, transfers
from mealroute.dispatch import queries as runs
from mealroute.dispatch.exports import manifest_pdf
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.dispatch.transfer_records import FoodWay
from mealroute.paper import keying
from mealroute.paper.keying_records import FootText, RowText
from mealroute.planning import queries as planning
from mealroute.subsidy.rows import rows_between
from mealroute.vendors.models import Driver, Vehicle
from tests.integration.planning_world import DAY
from tests.integration.republish_world import SECRET
from tests.integration.test_changing_hands import DESK, EVERYTHING, MATRIX, Road

SPARE, SPARE_VEHICLE = "D19", "E19"


class OneMore(Road):
    """The small district on the road, with one driver of the giving kitchen on duty who has no route."""

    def __init__(self, db: Session) -> None:
        super().__init__(db)
        kitchen = self.giver.kitchen_code
        db.add(
            Driver(
                code=SPARE, name="赵卫东", phone="13900000199", kitchen_code=kitchen, vendor_code=f"V{kitchen[1]}", shift_start_s=36000,
                shift_end_s=50400,
            )
        )  # fmt: skip
        db.flush()
        db.add(
            Vehicle(
                code=SPARE_VEHICLE, plate="T0019", kind="e-bike", profile="ebike", kitchen_code=kitchen, hot_boxes=24, cold_boxes=6,
                halal_marked=True, driver_code=SPARE, fixed_fen=500, per_hour_fen=2600, max_trips=2, load_duration_s=300,
            )
        )  # fmt: skip
        db.flush()
        self.drive(self.giver, 2)
        self.stop = self.open_home(self.giver)

    def call(self, **more: object) -> Call:
        stands = moving_facts.standing(self.db, self.stop.visit_id, by=DESK, clock=self.clock)
        made = Call(driver_code=SPARE, ready_s=calling.ready_s(stands), agreed_by="赵卫东")
        return replace(made, **more)  # type: ignore[arg-type]

    def ways(self) -> tuple[Move, ...]:
        stands = moving_facts.standing(self.db, self.stop.visit_id, by=DESK, clock=self.clock)
        return calling.ways(self.db, stands, self.call(), by=DESK, clock=self.clock, matrix_of=MATRIX)

    def decision(self, food: FoodWay | None = None) -> Order:
        chosen = next(each for each in self.ways() if not each.refused and food in {None, each.food})
        return Order(
            client_id=str(uuid.uuid4()), visit_id=self.stop.visit_id, reason="前车坏了", food=chosen.food, spot=chosen.spot.id if chosen.spot else None,
            accepts_late=chosen.newly_late,
        )  # fmt: skip

    def give(self, food: FoodWay | None = None) -> RunRecord:
        order = self.decision(food)
        assert calling.to_driver(
            self.db, order, self.call(), link_of=self.link, by=DESK, clock=self.clock, matrix_of=MATRIX
        )
        return self.opened()

    def opened(self) -> RunRecord:
        return next(run for run in runs.runs(self.db, DAY, "lunch", scope=EVERYTHING) if run.driver_code == SPARE)

    def link(self, run: int) -> str:
        return f"https://m.example/r/{runs.token(self.db, run, secret_key=SECRET)}"

    def take_back(self) -> bool:
        return undoing.take_back(
            self.db, self.stop.visit_id, transfers.of_day(self.db, DAY, "lunch")[0].id, by=DESK, clock=self.clock
        )


@pytest.fixture
def road(db: Session) -> OneMore:
    return OneMore(db)


def test_only_who_has_no_route_can_be_called(road: OneMore) -> None:
    stands = moving_facts.standing(road.db, road.stop.visit_id, by=DESK, clock=road.clock)
    found = calling.on_call(road.db, stands, by=DESK)
    driving = {run.driver_code for run in runs.runs(road.db, DAY, "lunch", scope=EVERYTHING)}
    assert SPARE in {each.driver.code for each in found if not each.fault}
    assert not driving & {each.driver.code for each in found}


def test_somebody_whose_certificate_is_over_is_listed_with_the_reason_and_not_called(road: OneMore) -> None:
    road.db.scalars(select(Driver).where(Driver.code == SPARE)).one().health_certificate_to = DAY - timedelta(days=1)
    stands = moving_facts.standing(road.db, road.stop.visit_id, by=DESK, clock=road.clock)
    found = {each.driver.code: each for each in calling.on_call(road.db, stands, by=DESK)}
    assert found[SPARE].fault
    with pytest.raises(MealrouteError) as refused:
        road.ways()
    assert refused.value.code == "driver-not-free"


def test_the_food_is_met_or_fetched_and_never_jumps(road: OneMore) -> None:
    found = road.ways()
    assert {each.food for each in found} <= {FoodWay.MEET, FoodWay.AGAIN}
    assert all(each.meet_s is not None and each.meet_s < each.arrive_s for each in found)
    assert all(each.meet_s is not None and each.meet_s >= road.call().ready_s for each in found)


@pytest.mark.parametrize("food", [FoodWay.MEET, FoodWay.AGAIN])
def test_the_stop_stands_on_a_sheet_of_its_own_and_on_no_other(road: OneMore, food: FoodWay) -> None:
    run = road.give(food)
    assert [each.visit_id for each in road.stops(run)] == [road.stop.visit_id]
    assert road.stop.visit_id not in {each.visit_id for each in road.stops(road.giver)}
    sheet = runs.manifest(road.db, run.id)
    assert sheet.portions == road.stop.portions == sum(total.portions for total in sheet.load_totals)
    assert (sheet.driver_name, sheet.depart_s < sheet.last_stop_s <= sheet.back_s) == ("赵卫东", True)
    assert "赵卫东" in _text(manifest_pdf([sheet]))


def _text(pdf: bytes) -> str:
    from io import BytesIO

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_published_version_is_not_edited(road: OneMore) -> None:
    before = planning.version(road.db, planning.published(road.db, DAY, MealSlot.LUNCH).id)  # type: ignore[union-attr]
    road.give()
    road.db.expire_all()
    assert planning.version(road.db, before.id) == before


def test_the_new_sheet_is_among_the_day_s_sheets_and_no_portion_is_on_two(road: OneMore) -> None:
    run = road.give()
    sheets = runs.manifests(road.db, run.version_id)
    lines = [
        item.book_line_id for sheet in sheets for trip in sheet.trips for stop in trip.stops for item in stop.items
    ]
    assert run.id in {sheet.run_id for sheet in sheets}
    assert len(lines) == len(set(lines)) == len(road.outcomes())


def test_both_drivers_are_told_first_and_the_called_one_gets_the_way_to_it(road: OneMore) -> None:
    run = road.give()
    told = {each.driver_code: notices.for_run(road.db, each, clock=road.clock) for each in (road.giver, run)}
    assert [str(one.content["side"]) for one in told[SPARE]] == ["takes"]
    assert [str(one.content["side"]) for one in told[road.giver.driver_code]] == ["gives"]
    sent = road.db.scalars(select(outbox.Outgoing).where(outbox.Outgoing.subject == f"run/{run.id}")).one()
    assert (sent.to_name, sent.phone, sent.channel) == ("赵卫东", "13900000199", "sms")
    assert road.link(run.id) in sent.text


@pytest.mark.parametrize("taken_back", [False, True])
def test_the_kitchen_hears_what_it_is_to_give_out_and_that_it_is_off(road: OneMore, taken_back: bool) -> None:
    run = road.give(FoodWay.AGAIN)
    if taken_back:
        road.take_back()
    told = notices.notices(road.db, Scope(kitchen=road.giver.kitchen_code), day=DAY, slot="lunch", clock=road.clock)
    said = " ".join(notice_words.sentences(told[0]))
    assert f"{run.number} 线" in said
    assert ("没有人来取" in said, f"+{road.stop.portions} 份" in said) == (taken_back, not taken_back)


def test_the_kitchen_is_not_told_of_food_that_drivers_hand_over(road: OneMore) -> None:
    road.give(FoodWay.MEET)
    assert (
        notices.notices(road.db, Scope(kitchen=road.giver.kitchen_code), day=DAY, slot="lunch", clock=road.clock) == ()
    )


def test_the_run_is_held_by_whoever_said_yes_and_the_trail_says_who_opened_it(road: OneMore) -> None:
    run = road.give()
    one = offer_queries.board_run(road.db, run.id, scope=EVERYTHING, clock=road.clock)
    assert run.accepted_at is not None
    assert one.offer is not None
    assert (one.offer.answered_by, one.offer.hand_reason) == ("赵卫东", "前车坏了")
    trail = road.db.scalars(
        select(AuditEvent).where(AuditEvent.subject == f"run/{run.id}", AuditEvent.action == "dispatch.run-opened")
    )
    assert [event.reason for event in trail] == ["前车坏了"]


def test_the_board_foretells_it_like_any_other(road: OneMore) -> None:
    chosen = next(each for each in road.ways() if not each.refused)
    run = road.give()
    shown = progress.foretell(road.db, DAY, "lunch", clock=road.clock, matrix_of=MATRIX)
    stop = shown.routes[run.id].stops[0]
    assert stop.visit_id == road.stop.visit_id
    assert stop.expected is not None
    assert abs(stop.expected.arrive_s - chosen.arrive_s) <= 60
    assert run.id in {
        one.run.run_id for one in progress.view(road.db, DAY, "lunch", scope=EVERYTHING, foretold=shown).runs
    }


def test_the_street_of_the_stop_sees_the_run_and_its_sheet_and_another_does_not(road: OneMore) -> None:
    run = road.give()
    street = next(line.street_code for line in road.outcomes() if line.visit_id == road.stop.visit_id)
    mine = Scope(streets=frozenset({street}))
    assert run.id in {each.id for each in runs.runs(road.db, DAY, "lunch", scope=mine)}
    assert runs.manifest(road.db, run.id, scope=mine).portions == road.stop.portions
    assert run.id not in {
        each.id for each in runs.runs(road.db, DAY, "lunch", scope=Scope(streets=frozenset({"none"})))
    }


def test_both_phones_may_send_and_neither_undoes_the_other(road: OneMore) -> None:
    run = road.give()
    letters = []
    for each, outcome in ((road.giver, Outcome.NO_ANSWER), (run, Outcome.HANDED_OVER)):
        road.clock.at += timedelta(minutes=1)
        key = runs.link_key(runs.token(road.db, each.id, secret_key=SECRET), secret_key=SECRET)
        assert key is not None
        entry = ProofInput(
            client_id=str(uuid.uuid4()), run_id=0, book_line_id=road.stop.items[0].book_line_id, outcome=outcome, phone_at=road.clock.now()
        )  # fmt: skip
        letters.append(Letter(key, (entry,)))
    answers = deliver(road.db, letters, instance=__import__("pathlib").Path("."), clock=road.clock)
    assert all(answer is not None and isinstance(answer[0], Recorded) for answer in answers)
    line = road.stop.items[0].book_line_id
    stands = queries.current_proofs(road.db, [line])[line]
    assert (stands.outcome, stands.run_id) == ("handed-over", run.id)
    assert len(road.db.scalars(select(Proof).where(Proof.book_line_id == line)).all()) == 2


def test_a_door_that_stays_closed_on_the_new_run_climbs_the_ladder(road: OneMore) -> None:
    run = road.give()
    road.record(run.id, road.stop.items[0].book_line_id, Outcome.NO_ANSWER)
    case = road.db.scalars(select(FollowUp).where(FollowUp.book_line_id == road.stop.items[0].book_line_id)).one()
    assert (case.state, bool(case.rung)) == ("open", True)
    board = queries.live_board(road.db, DAY, "lunch", EVERYTHING)
    assert run.number in {each.run_number for each in board.cases}


def test_the_sheet_is_keyed_back_from_paper(road: OneMore) -> None:
    run = road.give()
    code = sheet_codes.read(runs.manifest(road.db, run.id).sheet_code)
    assert code is not None
    found = keying.sheet(road.db, code, scope=EVERYTHING)
    foot = FootText(seen=str(road.stop.portions), left="0", back="0")
    keying.save(road.db, found, (RowText(stop="1", digit="1"),), foot, by=DESK, clock=road.clock)
    line = road.stop.items[0].book_line_id
    stands = queries.current_proofs(road.db, [line])[line]
    assert (stands.outcome, stands.source, stands.run_id) == ("handed-over", "paper", run.id)


def test_the_claim_names_the_run_and_driver_that_brought_it_and_the_kitchen_that_cooked(road: OneMore) -> None:
    run = road.give()
    line = road.stop.items[0].book_line_id
    road.record(run.id, line)
    door = rows_between(road.db, DAY, DAY).doors[line]
    assert (door.run_id, door.route_no, door.driver_code) == (run.id, run.number, SPARE)
    assert door.vendor_code == f"V{road.giver.kitchen_code[1]}"


def test_the_same_decision_sent_twice_opens_one_run(road: OneMore) -> None:
    order, call = road.decision(), road.call()
    done = [
        calling.to_driver(road.db, order, call, link_of=road.link, by=DESK, clock=road.clock, matrix_of=MATRIX)
        for _n in range(2)
    ]
    assert done == [True, False]
    assert len(road.db.scalars(select(Run).where(Run.driver_code == SPARE)).all()) == 1


def test_nobody_is_called_without_a_yes_by_name(road: OneMore) -> None:
    with pytest.raises(MealrouteError) as refused:
        calling.to_driver(
            road.db,
            road.decision(),
            road.call(agreed_by=" "),
            link_of=road.link,
            by=DESK,
            clock=road.clock,
            matrix_of=MATRIX,
        )
    assert refused.value.code == "named-person-missing"


def test_a_second_stop_joins_the_opened_run(road: OneMore) -> None:
    run = road.give()
    road.move(road.open_home(road.giver), run)
    assert len(road.stops(run)) == 2


def test_who_has_brought_everything_is_offered_the_next_stop(road: OneMore) -> None:
    run = road.give()
    for item in road.stop.items:
        road.record(run.id, item.book_line_id)
    stands = moving_facts.standing(road.db, road.open_home(road.giver).visit_id, by=DESK, clock=road.clock)
    near = {each.run.id: each for each in moving_facts.nearby(road.db, stands, by=DESK, clock=road.clock)}
    assert near[run.id].free
    assert near[run.id].driver_name == "赵卫东"


def test_taking_it_back_puts_the_stop_where_it_was(road: OneMore) -> None:
    before = [(stop.visit_id, stop.trip, stop.arrival_s) for stop in road.stops(road.giver)]
    run = road.give()
    assert road.take_back()
    assert [(stop.visit_id, stop.trip, stop.arrival_s) for stop in road.stops(road.giver)] == before
    assert road.stops(run) == []
    assert {str(one.content["food"]) for one in notices.for_run(road.db, run, clock=road.clock)[:1]} == {"stays"}


def test_taking_it_back_twice_counts_once(road: OneMore) -> None:
    road.give()
    assert [road.take_back(), road.take_back()] == [True, False]


def test_what_the_called_driver_recorded_before_knowing_that_it_was_taken_back_counts(road: OneMore) -> None:
    run = road.give()
    road.take_back()
    assert isinstance(road.record(run.id, road.stop.items[0].book_line_id), Recorded)


def test_nothing_is_taken_back_once_somebody_was_at_the_door(road: OneMore) -> None:
    run = road.give()
    road.record(run.id, road.stop.items[0].book_line_id)
    with pytest.raises(MealrouteError) as refused:
        road.take_back()
    assert refused.value.code == "stop-begun"


def test_nothing_is_taken_back_when_its_time_is_over(road: OneMore) -> None:
    road.give()
    road.clock.at += timedelta(minutes=6)
    with pytest.raises(MealrouteError) as refused:
        road.take_back()
    assert refused.value.code == "undo-over"


def test_a_new_plan_ends_the_opened_run_and_tells_its_driver(road: OneMore) -> None:
    run = road.give()
    reasons = {each.key: "已电话说好" for each in _under_way(road)}
    road.world.replace(road.world.draft(), overrides=reasons)
    assert runs.run(road.db, run.id, scope=EVERYTHING).state is RunState.WITHDRAWN
    assert next(str(one.kind) for one in notices.for_run(road.db, run, clock=road.clock)) == "gone"


def _under_way(road: OneMore) -> tuple[object, ...]:
    from mealroute.delivery import replacing

    standing = planning.published(road.db, DAY, MealSlot.LUNCH)
    assert standing is not None
    draft = road.world.draft()
    return replacing.preview(road.db, draft, replaces=standing.id, clock=road.clock).under_way


def test_a_meal_that_stayed_at_a_door_of_the_opened_run_counts_after_the_plan_was_withdrawn(road: OneMore) -> None:
    run = road.give()
    for item in road.stop.items:
        road.record(run.id, item.book_line_id)
    from mealroute.dispatch import service as dispatch

    dispatch.withdraw(road.db, road.world.first, "停电", by=DESK, clock=road.clock)
    line = road.stop.items[0].book_line_id
    assert line in {each.book_line_id for each in road.outcomes()}
    rows = rows_between(road.db, DAY, DAY)
    assert rows.plan[line].aboard
