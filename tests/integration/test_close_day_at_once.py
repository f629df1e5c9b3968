"""The day is closed while a vendor still answers: both get through, in either order; nobody waits for somebody who waits for them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text

from mealroute.core.actor import Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.delivery import queries
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput, Source
from mealroute.dispatch import offer_round, offer_service
from mealroute.dispatch.models import Run
from tests.integration import offers_world as world
from tests.integration.offers_world import desk, person
from tests.integration.planning_world import DAY
from tests.integration.test_offers_at_once import at_once, first_run


def _somebody_waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")))


def _all_recorded(run_id: int, clock: FixedClock) -> None:
    """The driver was at every door before the vendor's answer: the run is only waiting to be closed."""
    with unit_of_work() as db:
        lines = [
            line
            for line in queries.loaded_lines(db, scope=Scope.everything(), day=DAY, slot="lunch")
            if line.run_id == run_id
        ]
        delivery.record_proofs(
            db,
            [
                ProofInput(
                    client_id=str(uuid4()), run_id=run_id, book_line_id=line.book_line_id, outcome=Outcome.HANDED_OVER,
                    source=Source.PHONE, by_name="刘建国",
                )
                for line in lines
            ],
            by=desk(), clock=clock,
        )  # fmt: skip


@pytest.mark.parametrize("any_engine", ["postgresql"], indirect=True)
def test_closing_the_day_waits_for_an_answer_that_was_first(any_engine: Engine) -> None:
    """SQLite has one writer at a time; on PostgreSQL both must take runs before the audit trail."""
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()
    _all_recorded(run_id, clock)
    held = Event()

    def answer() -> str:
        with unit_of_work() as db:
            offer_round.lock(db, [run_id])
            held.set()
            for _tenth in range(1200):
                if _somebody_waits(any_engine):
                    break
                time.sleep(0.05)
            return str(offer_service.accept(db, offer_id, by=person("V1"), clock=clock).state)

    def close() -> int:
        assert held.wait(60)
        with unit_of_work() as db:
            return delivery.close_day(db, DAY, "lunch", by=desk(), clock=clock).runs

    with ThreadPoolExecutor(2) as pool:
        answered, closed = pool.submit(answer), pool.submit(close)
        assert answered.result(60) == "accepted"
        assert closed.result(60) > 0


def test_an_answer_and_the_close_of_the_day_in_the_same_moment_both_end(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
    _run_id, offer_id = first_run()

    done = at_once(
        lambda db: offer_service.accept(db, offer_id, by=person("V1"), clock=clock).state,
        lambda db: delivery.close_day(db, DAY, "lunch", by=desk("甲"), clock=clock).runs,
        lambda db: delivery.close_day(db, DAY, "lunch", by=desk("乙"), clock=clock).runs,
    )

    assert done[0] in {"accepted", "offer-over", "offer-not-found"}
    with unit_of_work(read_only=True) as db:
        runs = db.scalars(select(Run).where(Run.day == DAY)).all()
        assert {run.state for run in runs} == {"done"}
    assert sorted(map(int, done[1:])) == [0, len(runs)]
    with unit_of_work() as db, pytest.raises(MealrouteError):
        offer_service.accept(db, offer_id, by=person("V2"), clock=clock)
