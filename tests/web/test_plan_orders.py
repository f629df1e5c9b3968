"""Late orders into a draft, cancelled ones out of it, searches around the locks and what-ifs beside the plan."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from mealroute.core import jobs
from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.drafting.records import EditKind
from mealroute.orders import queries as orders
from mealroute.residents import queries as residents
from tests.integration.planning_world import DAY
from tests.web.conftest import Bell
from tests.web.test_plan_draft import PLAN, VERSION, Bench

ORDER = {
    "quantity": "1", "size": "normal", "choice": "A", "delivery": "home", "channel": "phone", "pay_means": "monthly", "reason": "家属补订",
}  # fmt: skip


@pytest.fixture
def bench(desk: FlaskClient) -> Bench:
    desk.post(f"{PLAN}/draft?version={VERSION}", data={"version": str(VERSION)})
    return Bench(desk)


def test_an_order_is_cancelled_from_its_stop_with_a_reason(bench: Bench) -> None:
    key = bench.keys(1)[0]
    before = bench.view()
    form = bench.client.get(f"{PLAN}/cancel?stop={key}", headers={"X-Fragment": "beside"}).text
    order = re.search(r'name="order" value="(\d+)"', form)[1]

    refused = bench.client.post(f"{PLAN}/cancel", data={"order": order, "reason": ""})
    assert refused.status_code in {303, 422}
    assert bench.view().ordered == before.ordered
    bench.client.post(f"{PLAN}/cancel", data={"order": order, "reason": "今早住院"})

    after = bench.view()
    assert after.ordered < before.ordered
    assert after.ordered == after.planned + after.unassigned
    assert after.last.kind is EditKind.ORDERS_CHANGED


def test_a_late_order_is_found_by_name_added_once_and_placed_or_explained(bench: Bench) -> None:
    key = bench.keys(1)[0]
    form = bench.client.get(f"{PLAN}/cancel?stop={key}").text
    order = re.search(r'name="order" value="(\d+)"', form)[1]
    with unit_of_work(read_only=True) as db:
        line = next(one for one in orders.book(db, DAY, MealSlot.LUNCH).lines if one.order_id == int(order))
        person = residents.by_ids(db, [line.resident_id], day=DAY)[line.resident_id]
    bench.client.post(f"{PLAN}/cancel", data={"order": order, "reason": "取消"})
    ordered = bench.view().ordered

    found = bench.client.post(f"{PLAN}/late/find", data={"q": person.name}).text
    assert mask_name(person.name) in found
    assert f"resident={person.code}" in found
    page = bench.client.get(f"{PLAN}/late?resident={person.code}").text
    request_id = re.search(r'name="request_id" value="(\w+)"', page)[1]
    for _press in range(2):
        bench.client.post(f"{PLAN}/late", data={**ORDER, "resident": person.code, "request_id": request_id})

    view = bench.view()
    assert view.ordered == ordered + 1
    served = {line for route in view.routes for visit in route.visits for line in visit.lines}
    told = {line: left.sentence for left in view.unplaced for line in left.lines}
    with unit_of_work(read_only=True) as db:
        newest = max(one.line_id for one in orders.book(db, DAY, MealSlot.LUNCH).lines if one.resident_id == person.id)
    assert newest in served or told[newest]  # without a point on the map it stands first, with that reason


def test_people_of_other_streets_are_not_found_for_a_late_order(bench: Bench) -> None:
    with unit_of_work(read_only=True) as db:
        assert residents.active_on(db, DAY, scope=Scope.everything())
    assert "没有符合的人" in bench.client.post(f"{PLAN}/late/find", data={"q": "没有这个人"}).text


def test_planning_again_queues_one_search_of_the_draft_that_can_be_stopped(bench: Bench, bell: Bell) -> None:
    for _press in range(2):
        bench.client.post(f"{PLAN}/replan", data={"seconds": "10"})

    with unit_of_work(read_only=True) as db:
        found = jobs.recent(db)
    assert [job.kind for job in found] == ["draft-replan"]
    assert bell.rung == 2
    assert f"/api/jobs/{found[0].id}" in bench.client.get(PLAN).text
    bench.client.post(f"{PLAN}/stop", data={"keep": "no"})
    with unit_of_work(read_only=True) as db:
        assert not jobs.job(db, found[0].id).open


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ({"fewer": "yes"}, {"fewer": True}),
        ({"kitchen_code": "K1", "earlier": "60"}, {"kitchen_code": "K1", "earlier_s": 3600}),
        ({"wider": "15"}, {"wider_minutes": 15}),
    ],
)
def test_a_what_if_is_asked_with_what_should_be_different(
    bench: Bench, form: dict[str, str], asked: dict[str, object]
) -> None:
    bench.client.post(f"{PLAN}/what-if", data={**form, "seconds": "10"})
    with unit_of_work(read_only=True) as db:
        job = jobs.recent(db)[0]
    assert job.kind == "draft-what-if"
    assert job.payload["asked"] == asked


def test_a_what_if_without_anything_different_is_refused(bench: Bench) -> None:
    bench.client.post(f"{PLAN}/what-if", data={"seconds": "10"})
    with unit_of_work(read_only=True) as db:
        assert jobs.recent(db) == ()
