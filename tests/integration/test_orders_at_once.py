"""Two people at once: the day is written once, the book is closed once, money moves once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.orders import queries, service
from mealroute.orders.models import BookLine, Order, Payment, StandingOrder
from mealroute.orders.records import OrderId
from tests.integration.orders_world import FIVE, LUNCH, MONDAY, World

TOGETHER = 3


def _at_once(work) -> list[object]:  # type: ignore[no-untyped-def]
    """Run ``work(session)`` in several threads that begin together; each result, or the refusal's code."""
    barrier = Barrier(TOGETHER)

    def one(_n: int) -> object:
        barrier.wait(10)
        try:
            with unit_of_work() as db:
                return work(db)
        except MealrouteError as refusal:
            return refusal.code

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, range(TOGETHER)))


def _fill(engine: Engine) -> None:
    with Session(engine) as db:
        world = World(db)
        for n in range(8):
            world.resident(f"R{n}")
            world.standing(f"R{n}")
        db.commit()


def test_a_book_closed_by_several_people_at_once_is_one_book(any_engine: Engine, clock: FixedClock) -> None:
    _fill(any_engine)
    books = _at_once(lambda db: service.close_book(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE).digest)
    assert len(set(books)) == 1
    with Session(any_engine) as db:
        counts = [db.scalar(select(func.count()).select_from(model)) for model in (Order, Payment, BookLine)]
    assert counts == [8, 8, 8]


def test_a_refund_sent_several_times_at_once_is_given_once(any_engine: Engine, clock: FixedClock) -> None:
    _fill(any_engine)
    with unit_of_work() as db:
        order = service.materialise(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)[0]

    done = _at_once(
        lambda db: service.refund(db, OrderId(order), amount_fen=1100, reason="退", by=SYSTEM, clock=clock).amount_fen
    )

    assert sorted(map(str, done)) == ["1100", "refund-more-than-paid", "refund-more-than-paid"]
    with unit_of_work(read_only=True) as db:
        assert queries.order(db, OrderId(order), scope=Scope.everything()).paid_fen == 0


def test_writing_the_day_and_cancelling_at_the_same_time_never_wait_for_each_other(
    any_engine: Engine, clock: FixedClock
) -> None:
    _fill(any_engine)
    with unit_of_work() as db:
        first, *_others = service.materialise(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)
        for row in db.scalars(select(StandingOrder)):
            row.portions = [2] * 7
    numbers = iter(range(TOGETHER))

    def work(db: Session) -> object:
        if next(numbers) % 2:
            return service.cancel_order(db, OrderId(first), reason="不用", by=SYSTEM, clock=clock).state
        return len(service.materialise(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)) in {7, 8}

    assert set(map(str, _at_once(work))) == {"cancelled", "True"}
    with unit_of_work() as db:
        assert len(service.materialise(db, MONDAY, LUNCH, by=SYSTEM, clock=clock, pricing=FIVE)) == 7
