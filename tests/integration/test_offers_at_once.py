"""Several people, or several processes, at one run in the same moment: one vendor has it, the others read why not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mealroute.core.db import unit_of_work
from mealroute.core.errors import MealrouteError
from mealroute.dispatch import offer_hand, offer_service, offer_sweep
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunEvent, RunOffer
from tests.integration import offers_world as world
from tests.integration.offers_world import ANSWER, desk, person

Work = Callable[[Session], object]


def at_once(*works: Work) -> list[str]:
    """Each work in a thread and transaction of its own, all beginning together; the result, or the refusal's code."""
    barrier = Barrier(len(works))

    def one(work: Work) -> str:
        barrier.wait(10)
        try:
            with unit_of_work() as db:
                return str(work(db))
        except MealrouteError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def first_run() -> tuple[int, int]:
    """The first run of V1 and its open offer."""
    with unit_of_work(read_only=True) as db:
        run = db.scalars(select(Run).where(Run.vendor_code == "V1").order_by(Run.id)).first()
        assert run
        return run.id, world.live(db, run.id).id


def holders(run_id: int) -> list[str]:
    with unit_of_work(read_only=True) as db:
        return list(
            db.scalars(
                select(RunOffer.vendor_code).where(RunOffer.run_id == run_id, RunOffer.state.in_(["open", "accepted"]))
            )
        )


def test_two_people_of_a_vendor_accept_in_the_same_moment(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()

    def accept(db: Session) -> object:
        return offer_service.accept(db, offer_id, by=person("V1"), clock=clock).state

    assert at_once(accept, accept, accept) == ["accepted"] * 3
    with unit_of_work(read_only=True) as db:
        assert world.kinds(db, run_id) == ["offered", "accepted"]


def test_one_accepts_while_the_other_declines(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()

    at_once(
        lambda db: offer_service.accept(db, offer_id, by=person("V1", "甲"), clock=clock).state,
        lambda db: offer_service.decline(db, offer_id, "车坏了", by=person("V1", "乙"), clock=clock).state,
    )

    assert len(holders(run_id)) == 1


def test_a_vendor_accepts_while_the_dispatcher_gives_the_run_away(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()

    done = at_once(
        lambda db: offer_service.accept(db, offer_id, by=person("V1"), clock=clock).state,
        lambda db: offer_hand.offer_by_hand(db, run_id, vendor_code="V3", reason="换", by=desk(), clock=clock).state,
    )

    assert done[0] in {"accepted", "offer-over"}
    assert holders(run_id) == ["V3"]


def test_two_dispatchers_give_one_run_to_two_vendors(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
        world.spare_vendor(db, "V4")
    run_id, _offer = first_run()

    at_once(
        *(
            lambda db, code=code: (
                offer_hand.offer_by_hand(
                    db, run_id, vendor_code=code, reason="换", agreed_by="孙", by=desk(), clock=clock
                ).state
            )
            for code in ("V3", "V4")
        )
    )

    (holder,) = holders(run_id)
    with unit_of_work(read_only=True) as db:
        run = db.get(Run, run_id)
        assert run is not None
        assert run.vendor_code == holder


def test_two_sweeps_and_a_late_answer_leave_one_vendor_asked(any_engine: Engine) -> None:
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()
    clock.at += ANSWER

    def swept() -> str:
        offer_sweep.tick(clock=clock)
        return "swept"

    barrier = Barrier(3)

    def late() -> str:
        try:
            with unit_of_work() as db:
                return offer_service.accept(db, offer_id, by=person("V1"), clock=clock).state
        except MealrouteError as refusal:
            return refusal.code

    def together(work: Callable[[], str]) -> str:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(together, [swept, swept, late]))

    assert done == ["swept", "swept", "offer-over"]
    assert len(holders(run_id)) <= 1
    with unit_of_work(read_only=True) as db:
        lapsed = db.scalars(select(RunEvent.run_id).where(RunEvent.kind == "lapsed")).all()
        assert len(lapsed) == len(set(lapsed))
        assert set(db.scalars(select(Run.id))) == set(lapsed)


def test_a_server_killed_while_a_vendor_accepts_leaves_the_run_as_it_was_or_accepted(any_engine: Engine) -> None:
    """The answer, the run and the history are one transaction: what is not committed has not happened."""
    with unit_of_work() as db:
        clock = world.build(db)
    run_id, offer_id = first_run()
    with Session(any_engine) as dying:
        offer_service.accept(dying, offer_id, by=person("V1"), clock=clock)
        dying.connection().invalidate()  # the connection is gone as it is when its process is killed
    with unit_of_work(read_only=True) as db:
        run = db.get(Run, run_id)
        assert run is not None
        assert (run.accepted_at, world.live(db, run_id).state, world.kinds(db, run_id)) == (None, "open", ["offered"])
