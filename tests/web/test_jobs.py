"""The pages of jobs: place and reason, money with its source, the curve that survives a reload, who ended it."""

from __future__ import annotations

from flask.testing import FlaskClient

from mealroute.core import audit, job_queue, jobs
from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.jobs import JobId
from tests.web_world import DAY

PROGRESS = {
    "stage": "sisr", "elapsed_s": 30.4, "limit_s": 60, "running_s": 33.0, "best_cost": 12_000, "unassigned": 2, "set_aside": 6, "gained_s": 25.0,
    "driver_hour_fen": 3000, "curve": [[1.0, 18_000], [10.0, 15_000], [25.0, 12_000]],
}  # fmt: skip
OTHER = Actor(account_id=77, name="王芳", role=Role.DISPATCHER, scope=Scope.everything())


def asked(key: str, now: FixedClock, by: Actor = SYSTEM) -> JobId:
    with unit_of_work() as db:
        payload = {"day": DAY.isoformat(), "slot": "lunch", "time_limit_s": 60}
        return jobs.enqueue(db, "plan-day", key, payload, by=by, clock=now)[0]


def running(key: str, now: FixedClock) -> JobId:
    job_id = asked(key, now)
    with unit_of_work() as db:
        jobs.claim(db, job_id, clock=now)
        jobs.heartbeat(db, job_id, 1, PROGRESS, clock=now)
    return job_id


def test_a_running_search_shows_yuan_with_their_source_and_its_curve(desk: FlaskClient, now: FixedClock) -> None:
    job_id = running("a", now)

    page = desk.get(f"/jobs/{job_id}").text

    assert '<b data-figure="best">100.00 元</b>' in page
    assert "司机一小时按 30.00 元计（本系统默认值 30 元）" in page
    assert '<span class="sub job__time" data-figure="elapsed">0:30 / 1:00</span>' in page
    assert '<dd data-figure="gained">5 秒前</dd>' in page
    assert 'd="M3.3 4H33.3V20H83.3V36H101.3"' in page


def test_the_interface_gives_what_the_page_shows(desk: FlaskClient, now: FixedClock) -> None:
    job_id = running("a", now)

    answer = desk.get(f"/api/jobs/{job_id}").json

    assert answer["figures"] == {
        "stage": "正在改进方案", "elapsed": "0:30 / 1:00", "best": "100.00 元", "unassigned": "2", "set_aside": "6", "gained": "5 秒前", "attempt": "1",
        "state": "进行中",
    }  # fmt: skip
    assert answer["percent"] == "50.7%"
    assert answer["curve"]["line"] == "M3.3 4H33.3V20H83.3V36H101.3"


def test_a_waiting_job_shows_its_place_and_why_none_can_begin(desk: FlaskClient, now: FixedClock) -> None:
    asked("a", now)
    second = asked("b", now)
    third = asked("c", now, OTHER)

    assert "排队第 2 位" in desk.get(f"/jobs/{third}").text
    assert desk.get(f"/api/jobs/{second}").json["place"] == 3
    with unit_of_work() as db:
        job_queue.set_waiting(db, "scheduler-away")
    assert "排线集群没有应答" in desk.get(f"/jobs/{third}").text
    assert "排线集群没有应答" in desk.get("/jobs").text


def test_the_list_shows_what_is_under_way_before_what_is_over(desk: FlaskClient, now: FixedClock) -> None:
    waiting, under_way, over = asked("a", now), running("b", now), asked("c", now)
    with unit_of_work() as db:
        jobs.request_cancel(db, over, clock=now)

    page = desk.get("/jobs").text

    rows = [page.index(f'href="/jobs/{job_id}"') for job_id in (under_way, waiting, over)]
    assert rows == sorted(rows)
    assert page.count("data-job=") == 2


def test_a_job_that_failed_says_why_and_a_second_attempt_says_so(desk: FlaskClient, now: FixedClock) -> None:
    job_id = running("a", now)
    with unit_of_work() as db:
        jobs.orphan(db, job_id, 1, stop=False, clock=now)
        jobs.claim(db, job_id, clock=now)
    assert "第 2 次尝试，之前的被中断" in desk.get(f"/jobs/{job_id}").text

    with unit_of_work() as db:
        jobs.fail(db, job_id, 2, "worker-lost", "任务中断。", clock=now)
    assert "任务中断。" in desk.get(f"/jobs/{job_id}").text
    assert "任务中断。" in desk.get("/jobs").text


def test_ending_a_job_from_its_page_is_recorded(desk: FlaskClient, now: FixedClock) -> None:
    job_id = running("a", now)

    desk.post(f"/jobs/{job_id}/cancel", data={"keep": "yes"})
    desk.post(f"/jobs/{job_id}/cancel", data={"keep": "no"})

    with unit_of_work(read_only=True) as db:
        found = jobs.job(db, job_id)
        actions = [event.action for event in audit.events(db, subject=f"job/{job_id}")]
    assert (found.stop_requested, found.cancel_requested) == (True, True)
    assert actions == ["jobs.dropped", "jobs.stopped"]


def test_a_finished_search_leads_to_its_plan_and_keeps_its_curve(desk: FlaskClient, now: FixedClock) -> None:
    job_id = running("a", now)
    with unit_of_work() as db:
        jobs.finish(db, job_id, 1, {"version_id": 1, "cost": 12_000}, clock=now)

    page = desk.get(f"/jobs/{job_id}").text

    assert f'href="/days/{DAY.isoformat()}/lunch/plan?version=1"' in page
    assert "M3.3 4H33.3V20H83.3V36" in page
    assert "100.00 元" in page
