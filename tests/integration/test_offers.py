"""Runs offered to vendors: in order, until a time, to one at once, and to a person when nobody takes them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.dispatch import (
    offer_block,
    offer_hand,
    offer_queries,
    offer_service,
    offer_simulate,
    offer_sweep,
    queries,
)
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.dispatch.offer_records import DISTRICT, Standing
from mealroute.vendors.models import Driver, Vendor
from tests.integration import offers_world as world
from tests.integration.offers_world import ANSWER, DAY, LUNCH, desk, person


def board(db: Session, clock) -> dict[int, object]:  # type: ignore[no-untyped-def]
    return {one.run.id: one for one in offer_queries.board(db, DAY, LUNCH, scope=Scope.everything(), clock=clock)}


def test_publishing_offers_every_run_to_the_vendor_whose_driver_the_plan_uses(db: Session) -> None:
    world.build(db)
    for run in db.scalars(select(Run)):
        offer = world.live(db, run.id)
        assert offer.vendor_code == run.vendor_code == f"V{run.driver_code[1]}"
        assert (offer.state, offer.deadline_at - offer.offered_at) == ("open", ANSWER)
        assert run.accepted_at is None
        assert world.kinds(db, run.id) == ["offered"]


def test_opening_the_offers_again_asks_nobody_twice(db: Session) -> None:
    clock = world.build(db)
    done = offer_service.open_offers(db, 1, by=SYSTEM, clock=clock)
    assert done.offered == 0
    assert len(db.scalars(select(RunOffer)).all()) == len(db.scalars(select(Run)).all())


def test_an_accepted_run_is_the_vendors_and_accepting_twice_is_once(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run)).first()
    assert run
    offer, driver, nonce = world.live(db, run.id), run.driver_code, run.link_nonce

    for _press in range(2):
        assert offer_service.accept(db, offer.id, by=person(run.vendor_code), clock=clock).state == "accepted"

    assert run.accepted_at == clock.now()
    assert (run.driver_code, run.link_nonce) == (driver, nonce)
    assert world.kinds(db, run.id) == ["offered", "accepted"]
    assert [event.action for event in audit.events(db, action="dispatch.offer-accepted")] == ["dispatch.offer-accepted"]


def test_a_vendor_reaches_no_offer_of_another(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    for act in (
        lambda: offer_service.accept(db, world.live(db, run.id).id, by=person("V2"), clock=clock),
        lambda: offer_service.decline(db, world.live(db, run.id).id, "x", by=person("V2"), clock=clock),
        lambda: queries.run(db, run.id, scope=person("V2").scope),
    ):
        with pytest.raises(NotFound):
            act()


def test_before_a_vendor_accepts_it_sees_an_offer_but_no_run_with_people(db: Session) -> None:
    clock = world.build(db)
    scope = person("V1").scope
    assert queries.runs(db, DAY, LUNCH, scope=scope) == ()
    asked = offer_queries.vendor_offers(db, "V1", clock=clock)
    assert {one.run.vendor_code for one in asked} == {"V1"}

    for one in asked:
        offer_service.accept(db, one.offer.id, by=person("V1"), clock=clock)

    assert {run.id for run in queries.runs(db, DAY, LUNCH, scope=scope)} == {one.run.id for one in asked}
    assert offer_queries.vendor_offers(db, "V1", clock=clock) == ()


def test_a_declined_run_goes_to_the_next_by_itself_and_the_history_tells_why(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    with pytest.raises(MealrouteError, match="reason-needed"):
        offer_service.decline(db, world.live(db, run.id).id, " ", by=person("V1"), clock=clock)

    offer_service.decline(db, world.live(db, run.id).id, "车坏了", by=person("V1"), clock=clock)

    assert [(offer.vendor_code, offer.state) for offer in world.offers(db, run.id)] == [
        ("V1", "declined"),
        ("V3", "open"),
    ]
    declined = next(event for event in offer_queries.history(db, [run.id])[run.id] if event.kind == "declined")
    assert (declined.by_name, declined.reason) == ("赵敏", "车坏了")


def test_a_silent_offer_lapses_at_its_time_and_goes_on(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    clock.at += ANSWER - timedelta(seconds=1)
    assert offer_service.sweep(db, clock=clock).lapsed == 0
    clock.at += timedelta(seconds=1)

    done = offer_service.sweep(db, clock=clock)

    assert done.lapsed == len(db.scalars(select(Run)).all())
    assert (world.offers(db, run.id)[0].vendor_code, world.offers(db, run.id)[0].state) == ("V1", "lapsed")
    assert offer_service.sweep(db, clock=clock).lapsed == 0


def test_an_answer_after_the_time_is_refused_with_a_sentence_even_before_the_sweep(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    first = world.live(db, run.id).id
    clock.at += ANSWER

    for sweep in (False, True):
        if sweep:
            offer_service.sweep(db, clock=clock)
        with pytest.raises(MealrouteError, match="09:15") as refusal:
            offer_service.accept(db, first, by=person("V1"), clock=clock)
        assert refusal.value.code == "offer-over"


def test_a_vendor_is_not_asked_for_more_runs_than_it_has_drivers_free(db: Session) -> None:
    """One spare driver of V3, all runs silent at once: V3 is asked for one of them."""
    clock = FixedClock(world.NINE)
    world.build_world(db, doors=60)
    world.spare_vendor(db, drivers=1)
    world.publish(db, clock)
    clock.at += ANSWER
    offer_service.sweep(db, clock=clock)
    asked = db.scalars(select(RunOffer.run_id).where(RunOffer.vendor_code == "V3", RunOffer.state == "open")).all()
    assert len(asked) == 1


def test_with_nobody_left_the_board_names_who_must_act(db: Session) -> None:
    clock = world.build(db, spare=False)
    run = world.run_with_must_serve(db)
    offer_service.decline(db, world.live(db, run.id).id, "没有人手", by=person(run.vendor_code), clock=clock)
    while [offer for offer in world.offers(db, run.id) if offer.state == "open"]:
        live = world.live(db, run.id)
        offer_service.decline(db, live.id, "没有人手", by=person(live.vendor_code), clock=clock)

    first = offer_queries.board(db, DAY, LUNCH, scope=Scope.everything(), clock=clock)[0]

    assert (first.run.id, first.standing, first.severity) == (run.id, Standing.NOBODY, 0)
    assert "调度" in first.owner
    assert world.kinds(db, run.id)[-1] == "nobody"


def test_a_must_serve_run_is_escalated_at_the_deadline_whether_or_not_anybody_swept(db: Session) -> None:
    clock = world.build(db)
    run = world.run_with_must_serve(db)
    assert not board(db, clock)[run.id].urgent
    clock.at += ANSWER
    assert board(db, clock)[run.id].owner
    offer_service.sweep(db, clock=clock)
    assert board(db, clock)[run.id].owner
    live = world.live(db, run.id)
    offer_service.accept(db, live.id, by=person(live.vendor_code), clock=clock)
    standing = board(db, clock)[run.id]
    assert not standing.escalated


def test_published_too_near_loading_nobody_is_waited_for(db: Session) -> None:
    clock = world.build(db)
    dispatch.withdraw(db, 1, "改线", by=SYSTEM, clock=clock)
    clock.at += timedelta(minutes=85)
    world.publish(db, clock)
    runs = db.scalars(select(Run).where(Run.state == "published")).all()
    assert {world.kinds(db, run.id)[0] for run in runs} == {"nobody"}
    assert all(one.owner for one in board(db, clock).values())


def test_withdrawing_a_plan_ends_its_offers(db: Session) -> None:
    clock = world.build(db)
    first = db.scalars(select(RunOffer)).first()
    assert first
    dispatch.withdraw(db, 1, "改线", by=SYSTEM, clock=clock)
    assert set(db.scalars(select(RunOffer.state))) == {"ended"}
    with pytest.raises(MealrouteError, match="offer-over"):
        offer_service.accept(db, first.id, by=person(first.vendor_code), clock=clock)


def test_another_vendors_acceptance_takes_the_former_driver_off_and_closes_the_link(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    token = queries.token(db, run.id, secret_key="test")
    offer_service.decline(db, world.live(db, run.id).id, "车坏了", by=person("V1"), clock=clock)
    assert queries.run_by_token(db, token, clock=clock, secret_key="test"), "a meal does not wait for a missing click"

    offer_service.accept(db, world.live(db, run.id).id, by=person("V3"), clock=clock)

    assert (run.vendor_code, run.driver_code, run.cooked_by) == ("V3", "", "V1")
    assert queries.run_by_token(db, token, clock=clock, secret_key="test") is None
    assert board(db, clock)[run.id].standing is Standing.NO_CREW


def test_a_run_given_back_before_loading_goes_on_and_after_it_does_not(db: Session) -> None:
    clock = world.build(db)
    run, other = db.scalars(select(Run).where(Run.vendor_code == "V1")).all()[:2]
    for each in (run, other):
        offer_service.accept(db, world.live(db, each.id).id, by=person("V1"), clock=clock)
    offer_service.decline(db, world.live(db, run.id).id, "司机病了", by=person("V1"), clock=clock)
    assert (run.accepted_at, world.live(db, run.id).vendor_code) == (None, "V3")
    clock.at += timedelta(hours=3)
    with pytest.raises(MealrouteError, match="run-under-way"):
        offer_service.decline(db, world.live(db, other.id).id, "司机病了", by=person("V1"), clock=clock)


def test_a_dispatcher_gives_a_run_to_a_vendor_by_hand_with_the_reason(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    offer_service.accept(db, world.live(db, run.id).id, by=person("V1"), clock=clock)

    offer = offer_hand.offer_by_hand(db, run.id, vendor_code="V3", reason="V1 少一人", by=desk(), clock=clock)

    assert [(one.vendor_code, one.state) for one in world.offers(db, run.id)] == [("V1", "taken-back"), ("V3", "open")]
    assert (offer.place, offer.hand_reason, run.accepted_at) == (0, "V1 少一人", None)


def test_what_was_agreed_on_the_phone_is_accepted_in_that_persons_name_even_after_loading(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    clock.at += timedelta(hours=3)
    with pytest.raises(MealrouteError, match="too-near-to-wait"):
        offer_hand.offer_by_hand(db, run.id, vendor_code="V3", reason="急", by=desk(), clock=clock)
    offer = offer_hand.offer_by_hand(
        db, run.id, vendor_code="V3", reason="急", agreed_by="孙经理", by=desk(), clock=clock
    )
    assert (offer.state, offer.answered_by, run.vendor_code) == ("accepted", "孙经理", "V3")


def test_a_volunteer_takes_a_run_for_the_district(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    helper = db.scalar(select(Driver).where(Driver.code == "DV31"))
    assert run
    assert helper
    for give in ({}, {"agreed_by": "备用司机1"}):
        with pytest.raises(MealrouteError, match="volunteer-unknown"):
            offer_hand.offer_by_hand(db, run.id, volunteer="DV31", reason="没人", by=desk(), clock=clock, **give)
    helper.volunteer = True
    with pytest.raises(MealrouteError, match="named-person-missing"):
        offer_hand.offer_by_hand(db, run.id, volunteer="DV31", reason="没人", by=desk(), clock=clock)

    offer_hand.offer_by_hand(db, run.id, volunteer="DV31", reason="没人", agreed_by="备用司机1", by=desk(), clock=clock)

    assert (run.vendor_code, run.driver_code) == (DISTRICT, "DV31")
    assert queries.runs(db, DAY, LUNCH, scope=person("").scope) == ()
    assert offer_service.sweep(db, clock=clock).lapsed == 0


def test_a_run_on_the_road_moves_only_when_the_dispatcher_says_they_know(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    assert run
    run.begun_at = clock.now()
    db.flush()
    give = {"vendor_code": "V3", "reason": "追尾", "agreed_by": "孙经理", "by": desk(), "clock": clock}
    with pytest.raises(MealrouteError, match="run-under-way"):
        offer_hand.offer_by_hand(db, run.id, **give)
    assert offer_hand.offer_by_hand(db, run.id, **give, under_way_known=True).state == "accepted"


def test_a_vendor_suspended_in_the_morning_loses_what_it_has_not_loaded_and_keeps_nobody_waiting(db: Session) -> None:
    clock = world.build(db)
    waiting, held, moving = db.scalars(select(Run).where(Run.vendor_code == "V1")).all()[:3]
    for run in (held, moving):
        offer_service.accept(db, world.live(db, run.id).id, by=person("V1"), clock=clock)
    moving.begun_at = clock.now()
    db.scalar(select(Vendor).where(Vendor.code == "V1")).state = "suspended"
    db.flush()

    counts = offer_block.vendor_blocked(db, "V1", reason="食品安全", by=desk(), clock=clock)

    assert counts == {"offered-on": 2, "on-the-road": 1}
    assert {world.live(db, run.id).vendor_code for run in (waiting, held)} == {"V3"}
    assert (held.accepted_at, held.driver_code) == (None, "")
    assert moving.driver_code
    found = board(db, clock)[moving.id]
    assert (found.standing, bool(found.owner)) == (Standing.BLOCKED, True)
    assert not any(offer_block.vendor_blocked(db, "V1", by=desk(), clock=clock).values())

    offer_block.stays(db, moving.id, "餐已在车上，司机送完", by=desk(), clock=clock)

    assert board(db, clock)[moving.id].standing is Standing.HELD
    with pytest.raises(MealrouteError, match="nothing-to-decide"):
        offer_block.stays(db, waiting.id, "x", by=desk(), clock=clock)


def test_a_suspended_vendor_accepts_nothing_and_the_sweep_finds_it_without_being_told(db: Session) -> None:
    clock = world.build(db)
    run = db.scalars(select(Run).where(Run.vendor_code == "V1")).first()
    vendor = db.scalar(select(Vendor).where(Vendor.code == "V1"))
    assert run
    assert vendor
    vendor.state = "suspended"
    db.flush()
    with pytest.raises(MealrouteError, match="vendor-blocked"):
        offer_service.accept(db, world.live(db, run.id).id, by=person("V1"), clock=clock)
    offer_service.sweep(db, clock=clock)
    assert "V1" not in {offer.vendor_code for offer in db.scalars(select(RunOffer).where(RunOffer.state == "open"))}


def test_a_licence_that_ends_today_still_works_today_and_not_tomorrow(db: Session) -> None:
    world.build_world(db)
    world.spare_vendor(db)
    for code, end in (("V1", DAY), ("V2", DAY - timedelta(days=1))):
        vendor = db.scalar(select(Vendor).where(Vendor.code == code))
        assert vendor
        vendor.licence_valid_to = end
    db.flush()
    from mealroute.dispatch.offer_facts import vendor_facts

    facts = vendor_facts(db, DAY, LUNCH)
    assert (facts["V1"].blocks, bool(facts["V2"].blocks)) == ((), True)


def test_the_database_refuses_a_second_live_offer_of_a_run(db: Session) -> None:
    world.build(db)
    first = db.scalars(select(RunOffer)).first()
    assert first
    db.add(
        RunOffer(
            run_id=first.run_id, vendor_code="V3", place=2, offered_at=first.offered_at, offered_by="x", deadline_at=first.deadline_at, state="open"
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        db.flush()


def test_simulated_vendors_take_every_run_once_and_the_audit_says_so(db: Session) -> None:
    clock = world.build(db)
    taken = offer_simulate.simulate_answers(db, DAY, LUNCH, by=SYSTEM, clock=clock)
    assert taken == len(db.scalars(select(Run)).all())
    assert offer_simulate.simulate_answers(db, DAY, LUNCH, by=SYSTEM, clock=clock) == 0
    assert {one.standing for one in board(db, clock).values()} == {Standing.HELD}
    assert {event.reason for event in audit.events(db, action="dispatch.answers-simulated")} == {"simulation"}


def test_the_tick_goes_on_alone_and_twice_is_once(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
        runs = len(db.scalars(select(Run)).all())
    offer_sweep.tick(clock=clock)
    clock.at += ANSWER
    for _time in range(2):
        offer_sweep.tick(clock=clock)
    with unit_of_work(read_only=True) as db:
        assert list(db.scalars(select(RunOffer.state))).count("lapsed") == runs
