"""The queue of jobs: askers take turns, the machine is shared, a reason to wait is seen."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mealroute.core import audit, job_queue, jobs
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.jobs import JobId, JobRecord, JobState
from tests.conftest import MONDAY


def person(account: int, street: str | None = None) -> Actor:
    scope = Scope(streets=None if street is None else frozenset({street}))
    return Actor(account_id=account, name=f"person {account}", role=Role.DISPATCHER, scope=scope)


def queued(db: Session, clock: FixedClock, key: str, by: Actor) -> JobId:
    clock.at += timedelta(seconds=1)
    return jobs.enqueue(db, "plan-day", key, {}, by=by, clock=clock)[0]


def record(number: int, asker: str, waited_s: int) -> JobRecord:
    return JobRecord(
        id=JobId(number), kind="plan-day", state=JobState.QUEUED, natural_key=str(number), payload={}, progress={}, result={}, attempt=0,
        cancel_requested=False, stop_requested=False, error_code="", error_sentence="", asker=asker, waiting_code="", created_by=asker,
        created_at=MONDAY - timedelta(seconds=waited_s), started_at=None, finished_at=None,
    )  # fmt: skip


def test_who_asks_for_ten_searches_does_not_hold_up_who_asks_for_one(db: Session, clock: FixedClock) -> None:
    many = [queued(db, clock, f"many/{n}", person(1)) for n in range(3)]
    one = queued(db, clock, "one", person(2))

    assert [job.id for job in job_queue.queue(db)] == [many[0], one, many[1], many[2]]
    jobs.claim(db, many[0], clock=clock)
    assert [job.id for job in job_queue.queue(db)] == [one, many[1], many[2]]
    assert job_queue.places(db) == {one: 1, many[1]: 2, many[2]: 3}


def test_the_people_of_one_street_share_its_turn(db: Session, clock: FixedClock) -> None:
    first = queued(db, clock, "a", person(1, "110101005"))
    second = queued(db, clock, "b", person(2, "110101005"))
    other = queued(db, clock, "c", person(3, "110101006"))
    program = queued(db, clock, "d", SYSTEM)

    assert [job.id for job in job_queue.queue(db)] == [first, other, program, second]
    assert jobs.job(db, second).asker == "street/110101005"


@pytest.mark.parametrize(("at_once", "threads"), [(1, 8), (2, 4), (3, 2), (8, 1), (30, 1)])
def test_searches_share_the_cores(db: Session, clock: FixedClock, at_once: int, threads: int) -> None:
    for n in range(at_once):
        queued(db, clock, str(n), person(n))

    assert job_queue.threads_for(db, 8) == threads


def test_a_reason_to_wait_is_on_every_queued_job_until_it_begins(db: Session, clock: FixedClock) -> None:
    under_way, waiting = (queued(db, clock, key, SYSTEM) for key in ("a", "b"))
    jobs.claim(db, under_way, clock=clock)

    job_queue.set_waiting(db, "scheduler-away")
    noted = [jobs.job(db, job_id).waiting_code for job_id in (under_way, waiting)]
    begun = jobs.claim(db, waiting, clock=clock)

    assert noted == ["", "scheduler-away"]
    assert begun is not None
    assert begun.waiting_code == ""


ASKED = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 100)), max_size=25)
UNDER_WAY = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 4))


@given(ASKED, UNDER_WAY)
def test_at_each_turn_nobody_with_fewer_jobs_under_way_is_passed_over(
    asked: list[tuple[str, int]], under_way: dict[str, int]
) -> None:
    waiting = [record(n, asker, waited) for n, (asker, waited) in enumerate(asked)]

    order = job_queue.fair_order(waiting, under_way)

    assert sorted(job.id for job in order) == [job.id for job in waiting]
    counts = Counter(under_way)
    for turn, job in enumerate(order):
        rivals = order[turn:]
        assert counts[job.asker] == min(counts[rival.asker] for rival in rivals)
        own = [rival for rival in rivals if rival.asker == job.asker]
        assert job.created_at == min(rival.created_at for rival in own)
        counts[job.asker] += 1


def test_who_ended_a_job_is_recorded_once_a_wish(db: Session, clock: FixedClock) -> None:
    job_id = queued(db, clock, "a", person(1))
    jobs.claim(db, job_id, clock=clock)

    for keep in (True, True, False, False):
        jobs.stop(db, job_id, keep=keep, by=person(2), clock=clock)
    jobs.cancelled(db, job_id, 1, clock=clock)
    jobs.stop(db, job_id, keep=False, by=person(2), clock=clock)

    events = audit.events(db, subject=f"job/{job_id}")
    assert [(event.action, event.actor) for event in reversed(events)] == [
        ("jobs.stopped", "person 2"),
        ("jobs.dropped", "person 2"),
    ]
