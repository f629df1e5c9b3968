"""The call-back: the seed stands before the draw, the draw can be repeated, answers are kept, numbers are shown on record."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks import call_back, call_back_queries, call_back_rules, exports
from mealroute.checks.call_back_records import Heard, SeedId
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.delivery import service as delivery
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.delivery.reopening import ReopenInput, reopen
from mealroute.dispatch.models import Run
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.planning.models import PlanVisit
from mealroute.vendors.models import Vendor
from tests.integration.settlement_world import World, make_world

DAY = date(2026, 2, 2)
MONTH = "2026-02"
NOON = datetime(2026, 2, 2, 4, 0, tzinfo=UTC)
LATER = FixedClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
EVERYTHING = Scope.everything()
KNOWN = {"V01": (84, "d1206116cf36adf8"), "V02": (29, "c8dfbf8049386f60"), "V03": (1, "03f0e7bc6e447439")}
"""Vendor → meals of the list, and the beginning of its hash."""
DRAWN = "5c67d70f744c929e"
"""The beginning of the hash of the drawn meals, by vendor and rank."""


def _month(db: Session, people: int = 24) -> tuple[World, int, list[int]]:
    world = make_world(db)
    book = world.book(DAY)
    lines = [world.line(book, world.order(world.resident(), DAY)) for _ in range(people)]
    run = world.publish(DAY, lines)
    for line in lines[:-1]:
        _record(db, run, line)
    return world, run, lines


def _record(db: Session, run: int, line: int, outcome: Outcome = Outcome.HANDED_OVER) -> None:
    entry = ProofInput(
        client_id=str(uuid4()),
        run_id=run,
        book_line_id=line,
        outcome=outcome,
        phone_at=NOON,
        by_name="刘司机",
    )
    delivery.record_proof(db, entry, by=SYSTEM, clock=FixedClock(NOON + timedelta(hours=1)))


def _seed(db: Session, **more: str) -> SeedId:
    return call_back.publish_seed(
        db, MONTH, seed="03 11 19 24 27 33 + 08", origin="双色球 2026131 期", by=SYSTEM, clock=LATER, **more
    )


def test_seed_method_and_population_stand_before_anything_is_drawn(db: Session) -> None:
    _month(db)
    seed = call_back_queries.seed(db, _seed(db))
    assert not seed.drawn
    (population,) = seed.populations
    assert (population.vendor, population.meals, population.size) == ("V01", 23, 20)
    assert population.digest == call_back_rules.digest(call_back_queries.candidates(db, MONTH)["V01"])


def test_anybody_can_draw_the_same_sample_again(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    drawn = [pick.book_line_id for pick in call_back_queries.picks(db, seed, scope=EVERYTHING)]
    meals = call_back_queries.candidates(db, MONTH)["V01"]
    again = call_back_rules.draw(meals, 20, seed="03 11 19 24 27 33 + 08", month=MONTH, vendor="V01")
    assert drawn == [meal.line for meal in again]


def test_a_known_month_and_seed_give_the_list_and_the_sample_they_always_gave(db: Session) -> None:
    """Four runs on two days; one run is cooked by another vendor, one stop by a third; one record is replaced, one taken back."""
    world = make_world(db)
    db.add_all(Vendor(code=code, name=code) for code in ("V02", "V03"))
    db.flush()
    people = [world.resident() for _ in range(30)]
    runs, lines = [], []
    for day, slot in product((DAY, DAY + timedelta(days=1)), ("lunch", "dinner")):
        book = world.book(day, slot)
        lines.append([world.line(book, world.order(person, day, slot)) for person in people])
        runs.append(world.publish(day, lines[-1], slot=slot))
    db.get_one(Run, runs[1]).cooked_by = "V02"
    moved = db.scalars(
        select(PlanVisit.id).join(Run, Run.route_id == PlanVisit.route_id).where(Run.id == runs[2])
    ).first()
    assert moved is not None
    for number, cook in ((1, ""), (2, "V03")):
        db.add(
            StopTransfer(
                client_id=f"t{number}", visit_id=moved, number=number, from_run_id=runs[2], kind="person", food="drop", arrive_s=0,
                deadline_s=None, portions=1, cooked_by=cook, reason="车坏", by_name="x", at=NOON,
            )
        )  # fmt: skip
    for run, part in zip(runs, lines, strict=True):
        for line in part[:-1]:
            _record(db, run, line)
    _record(db, runs[0], lines[0][0])
    _record(db, runs[0], lines[0][1], Outcome.REFUSED)
    taken_back = db.scalars(select(Proof).where(Proof.book_line_id == lines[0][2])).one()
    reopen(db, ReopenInput(client_id="r", proof=taken_back.client_id), run_ids=runs, by=SYSTEM, clock=LATER)
    found = call_back_queries.candidates(db, MONTH)
    said = {vendor: (len(meals), call_back_rules.digest(meals)[:16]) for vendor, meals in found.items()}
    assert said == KNOWN
    assert [meal.line for meal in found["V01"]] == sorted(meal.line for meal in found["V01"])
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    drawn = [(pick.vendor, pick.book_line_id) for pick in call_back_queries.picks(db, seed, scope=EVERYTHING)]
    assert hashlib.sha256(repr(drawn).encode()).hexdigest()[:16] == DRAWN


def test_drawing_twice_draws_once(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    assert call_back.draw(db, seed, by=SYSTEM, clock=LATER) == call_back.draw(db, seed, by=SYSTEM, clock=LATER) == 20
    assert len(call_back_queries.picks(db, seed, scope=EVERYTHING)) == 20


def test_a_record_that_came_after_the_seed_stops_the_draw(db: Session) -> None:
    _world, run, lines = _month(db)
    seed = _seed(db)
    _record(db, run, lines[-1])
    with pytest.raises(Conflict, match="population-changed"):
        call_back.draw(db, seed, by=SYSTEM, clock=LATER)


def test_a_second_seed_needs_a_reason(db: Session) -> None:
    _month(db)
    _seed(db)
    with pytest.raises(Conflict, match="seed-stands"):
        _seed(db)
    _seed(db, reason="晚到的记录")
    assert [seed.number for seed in call_back_queries.seeds(db, MONTH)] == [2, 1]


def test_answers_become_a_rate_with_its_interval_and_the_last_answer_counts(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    picks = call_back_queries.picks(db, seed, scope=EVERYTHING)
    for pick in picks[:10]:
        call_back.answer(db, pick.id, Heard.RECEIVED, by=SYSTEM, clock=LATER)
    call_back.answer(db, picks[0].id, Heard.NOT_RECEIVED, note="说那天没人来", by=SYSTEM, clock=LATER)
    found = call_back_queries.estimates(db, MONTH)["V01"]
    assert (found.rate, found.low, found.high, found.waiting) == (100, 17, 405, 10)


def test_numbers_are_masked_until_somebody_says_what_for(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    assert {pick.name for pick in call_back_queries.picks(db, seed, scope=EVERYTHING)} == {"王*兰"}
    with pytest.raises(MealrouteError, match="reveal-without-reason"):
        call_back.reveal(db, seed, vendor="V01", reason="", by=SYSTEM, clock=LATER)
    shown = call_back.reveal(db, seed, vendor="V01", reason="三月回访", by=SYSTEM, clock=LATER)
    assert {one.name for one in shown} == {"王玉兰"}
    (event,) = audit.events(db, action="checks.call-back-revealed")
    assert (event.reason, event.rows) == ("三月回访", 20)
    assert "王玉兰" not in str(event.detail)


def test_vendors_and_other_streets_see_no_calls(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    assert call_back_queries.picks(db, seed, scope=Scope(streets=frozenset(), vendor="V01")) == ()
    assert call_back_queries.picks(db, seed, scope=Scope(streets=frozenset({"110101001"}))) == ()


def test_the_file_is_masked_and_recorded(db: Session) -> None:
    _month(db)
    seed = _seed(db)
    call_back.draw(db, seed, by=SYSTEM, clock=LATER)
    file = exports.calls_file(db, seed, "csv", purpose="第三方评估", by=SYSTEM, clock=LATER)
    text = file.content.decode("utf-8-sig")
    assert file.rows == 20
    assert "王玉兰" not in text
    assert audit.events(db, action="checks.call-back-exported")[0].reason == "第三方评估"
