"""Answers of searches beside the draft: asked for, shown with the difference, taken or let go, by form and by script; and who
drives what: a vehicle put in, another driver.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mealroute.adapters.job_worker import JobContext
from mealroute.adapters.straight_line import StraightLine
from mealroute.core import jobs as table
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.drafting import jobs, proposals, queries
from mealroute.drafting.changes import WhatIf
from mealroute.drafting.records import EditKind, ProposalRecord
from tests.integration.test_drafting import WANG
from tests.web.conftest import Bell
from tests.web.test_plan_draft import PLAN, VERSION, Bench

SignIn = Callable[[Role | str], FlaskClient]
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def bench(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(jobs, "_travel", lambda *_: StraightLine().matrix)
    desk.post(f"{PLAN}/draft?version={VERSION}", data={"version": str(VERSION)})
    return Bench(desk)


def answered(bench: Bench, now: FixedClock, what: WhatIf) -> ProposalRecord:
    """What waits beside the draft after a search as if ``what`` were so."""
    with unit_of_work() as db:
        job_id = proposals.start_what_if(db, bench.view().id, what, seconds=1.0, by=WANG, clock=now)
    with unit_of_work() as db:
        job = table.claim(db, job_id, clock=now)
    assert job is not None
    with JobContext(job, now) as context:
        jobs.what_if(context)
    with unit_of_work(read_only=True) as db:
        return queries.proposals(db, bench.view().id)[0]


@pytest.mark.parametrize("path", ["replan", "what-if"])
def test_asking_for_a_search_queues_one_job_and_wakes_the_workers(bench: Bench, bell: Bell, path: str) -> None:
    asked = {"seconds": "5", "fewer": "yes"}
    bench.client.post(f"{PLAN}/{path}", data=asked)
    again = bench.client.post(f"{PLAN}/{path}", data=asked)

    with unit_of_work(read_only=True) as db:
        found = [job for job in table.recent(db) if job.kind == f"draft-{path}"]
    assert len(found) == 1
    assert bell.rung == 2
    assert "data-job=" in bench.client.get(again.location).text


@pytest.mark.parametrize("seconds", ["1", "9999", "soon"])
def test_a_search_of_an_odd_length_is_refused(bench: Bench, seconds: str) -> None:
    answer = bench.client.post(f"{PLAN}/replan", data={"seconds": seconds}, headers=SCRIPT)
    assert answer.status_code in {303, 422}
    with unit_of_work(read_only=True) as db:
        lengths = [job.payload["time_limit_s"] for job in table.recent(db) if job.kind == "draft-replan"]
    assert all(5 <= length <= 600 for length in lengths)


def test_a_proposal_shows_its_difference_and_is_taken_by_form(bench: Bench, now: FixedClock) -> None:
    found = answered(bench, now, WhatIf(fewer=True))
    page = bench.client.get(PLAN).text
    assert f"proposals/{found.id}/take" in page
    assert "少一名司机" in page or "少一" in page

    bench.client.post(f"{PLAN}/proposals/{found.id}/take", data={"seen": bench.view().revision})

    assert bench.view().last.kind is EditKind.PROPOSAL_TAKEN
    assert f"proposals/{found.id}/take" not in bench.client.get(PLAN).text


def test_a_proposal_taken_by_script_answers_with_every_route_that_changed_and_can_be_undone(
    bench: Bench, now: FixedClock
) -> None:
    found = answered(bench, now, WhatIf(fewer=True))
    before = [bench.keys(route.number) for route in bench.view().routes]

    answer = bench.client.post(
        f"{PLAN}/proposals/{found.id}/take", data={"seen": bench.view().revision}, headers=SCRIPT
    ).json

    assert answer["revision"] == 1
    assert "route-list" in answer["parts"]
    bench.do("undo")
    assert [bench.keys(route.number) for route in bench.view().routes] == before


def test_a_dismissed_proposal_is_gone_and_cannot_be_taken(bench: Bench, now: FixedClock) -> None:
    found = answered(bench, now, WhatIf(fewer=True))

    bench.client.post(f"{PLAN}/proposals/{found.id}/dismiss")

    assert f"proposals/{found.id}/" not in bench.client.get(PLAN).text
    late = bench.client.post(f"{PLAN}/proposals/{found.id}/take", data={"seen": 0}, headers=SCRIPT)
    assert late.json["code"] == "proposal-ended"
    assert bench.view().revision == 0


def test_a_proposal_of_another_draft_is_not_found(bench: Bench, now: FixedClock) -> None:
    found = answered(bench, now, WhatIf(fewer=True))
    bench.client.post(f"{PLAN}/draft/drop", data={"reason": "重来"})
    bench.client.post(f"{PLAN}/draft?version={VERSION}", data={"version": str(VERSION)})

    answer = bench.client.post(f"{PLAN}/proposals/{found.id}/take", data={"seen": 0}, headers=SCRIPT)

    assert answer.status_code == 404


def test_a_stale_proposal_says_so_and_names_the_way_out(bench: Bench, now: FixedClock) -> None:
    found = answered(bench, now, WhatIf(fewer=True))
    for route in bench.view().routes:
        bench.do("later", stop=bench.keys(route.number)[0])

    assert "之后草稿有改动" in bench.client.get(PLAN).text
    answer = bench.client.post(
        f"{PLAN}/proposals/{found.id}/take", data={"seen": bench.view().revision}, headers=SCRIPT
    )

    assert answer.status_code == 409
    assert answer.json["code"] == "proposal-old"
    assert answer.json["hint"]


def test_who_only_reads_plans_neither_asks_nor_takes(bench: Bench, now: FixedClock, signed_in: SignIn) -> None:
    found = answered(bench, now, WhatIf(fewer=True))
    reader = signed_in(Role.DISTRICT)
    assert f"proposals/{found.id}/take" not in reader.get(PLAN).text
    for path in ("replan", "what-if", f"proposals/{found.id}/take", f"proposals/{found.id}/dismiss"):
        assert reader.post(f"{PLAN}/{path}", data={"seconds": "5", "seen": 0}).status_code == 403, path


def _out(bench: Bench) -> str:
    code = bench.vehicle(2)
    bench.do("out", vehicle=code, reason="车坏")
    return code


@pytest.mark.parametrize("script", [False, True], ids=["form", "script"])
def test_a_vehicle_that_was_taken_out_is_put_in_again(bench: Bench, script: bool) -> None:
    code = _out(bench)
    assert next(one.out for one in bench.view().spare if one.vehicle_code == code)

    answer = bench.do("in", script=script, vehicle=code, driver="")

    assert bench.view().last.kind is EditKind.VEHICLE_IN
    assert not next(one.out for one in bench.view().spare if one.vehicle_code == code)
    assert answer.status_code == (200 if script else 303)


def test_a_vehicle_put_in_can_take_a_route(bench: Bench) -> None:
    code, key = _out(bench), bench.keys(1)[0]
    bench.do("in", vehicle=code, driver="")

    answer = bench.do("move", script=True, stop=key, to=code).json

    assert key in [min(v.lines) for r in bench.view().routes if r.vehicle_code == code for v in r.visits if v.lines]
    assert "route-list" in answer["parts"]  # a route came into being


@pytest.mark.parametrize("script", [False, True], ids=["form", "script"])
def test_another_driver_takes_a_route_and_the_page_names_the_new_one(bench: Bench, script: bool) -> None:
    spare = next(one for one in bench.view().spare if not one.out)

    answer = bench.do("driver", script=script, vehicle=bench.vehicle(1), driver=spare.driver_code)

    view = bench.view()
    assert view.last.kind is EditKind.DRIVER_CHANGED
    assert view.routes[0].driver_code == spare.driver_code
    assert next(one.out for one in view.spare if one.vehicle_code == spare.vehicle_code)  # nobody is left to drive it
    assert answer.status_code == (200 if script else 303)
    assert f'<option value="{spare.driver_code}" selected>' in bench.client.get(f"{PLAN}?route=1").text


@pytest.mark.parametrize(("driver", "code"), [("D99", "driver-off-duty"), ("route 2", "driver-busy")])
def test_a_driver_who_cannot_take_it_is_refused_with_the_reason(bench: Bench, driver: str, code: str) -> None:
    busy = bench.view().routes[1].driver_code
    answer = bench.do("driver", script=True, vehicle=bench.vehicle(1), driver=busy if driver == "route 2" else driver)
    assert answer.json["code"] == code
    assert bench.view().revision == 0


def test_the_page_says_who_could_stand_in_and_changes_nothing(bench: Bench) -> None:
    page = bench.client.get(PLAN).text
    assert f"{PLAN}/standing-in" in page
    found = bench.client.get(f"{PLAN}/standing-in").text
    one = bench.client.get(f"{PLAN}/standing-in?of=2", headers={"X-Fragment": "beside"}).text

    assert "有人来不了时" in found
    assert found.count("<tr><th scope") == len(bench.view().routes[:5])
    assert one.count("<tr><th scope") == 1
    assert "<html" not in one
    assert bench.view().revision == 0
