"""Publishing with a reason for each broken rule, in the place of the published plan or not; who is told and has seen it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from mealroute.accounts import service as accounts
from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries as delivery
from mealroute.dispatch import notices
from mealroute.dispatch import queries as dispatch
from mealroute.planning import publishing, queries, service
from mealroute.planning.records import PlanVersionId
from mealroute.planning.solving import plan_quick
from solver.follow import follow
from solver.plan import Cause, Plan, Violation
from tests import web_world
from tests.integration.planning_world import DAY

SignIn = Callable[[Role | str], FlaskClient]
LUNCH = MealSlot.LUNCH


@pytest.fixture
def broken(app: Flask, now: FixedClock) -> PlanVersionId:
    """A draft that breaks two rules and turns every route round."""
    with unit_of_work() as db:
        given = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        output = plan_quick(given)
        problem, vehicle = given.built.problem, output.plan.routes[0].vehicle
        routes = [
            follow(problem, problem.vehicle(route.vehicle), tuple(tuple(reversed(trip)) for trip in route.trip_stops))
            for route in output.plan.routes
            if route.stops
        ]
        stop = output.plan.routes[0].stops[0]
        found = (
            Violation(Cause.SHIFT, f"the route ends at 47000, vehicle {vehicle}", vehicle),
            Violation(Cause.TIME_WINDOW, f"job {stop} begins late", vehicle, stop),
        )
        answer = replace(output, plan=Plan(routes=tuple(routes), unassigned=output.plan.unassigned), violations=found)
        return service.save_draft(db, given, answer, by=SYSTEM, clock=now)


def form(page: str) -> dict[str, str]:
    names = re.findall(r'name="(override:[^"]+|outdated|reason|replaces)"(?: value="([^"]*)")?', page)
    return {name: value or "说好了" for name, value in names}


def test_each_broken_rule_is_named_in_words_with_route_and_stop_and_needs_a_reason(
    desk: FlaskClient, broken: PlanVersionId
) -> None:
    page = desk.get(f"/plans/{broken}/publish").text

    assert len(re.findall(r'name="override:', page)) >= 2
    assert "超出司机的班次" in page
    assert "要求在 10:50 到 12:50 之间送到" in page
    assert re.search(r"王\*兰|曾\*祥|北新桥驿站", page)
    assert "job" not in re.sub(r"<[^>]+>", "", page)


def test_a_missing_reason_shows_the_page_again_with_the_others_kept(desk: FlaskClient, broken: PlanVersionId) -> None:
    sent = form(desk.get(f"/plans/{broken}/publish").text)
    missing = next(name for name in sent if name.startswith("override:"))

    answer = desk.post(f"/plans/{broken}/publish", data={**sent, missing: ""})

    assert answer.status_code == 409
    assert answer.text.count('value="说好了"') == len(sent) - 2
    with unit_of_work(read_only=True) as db:
        assert queries.published(db, DAY, LUNCH).number == 1


def test_the_new_version_takes_the_place_of_the_old_and_says_who_answered(
    desk: FlaskClient, broken: PlanVersionId
) -> None:
    sent = form(desk.get(f"/plans/{broken}/publish").text)

    answer = desk.post(f"/plans/{broken}/publish", data=sent, follow_redirects=True)

    assert "谁已知道改动" in answer.text
    with unit_of_work(read_only=True) as db:
        assert queries.published(db, DAY, LUNCH).id == broken
        assert {one.reason for one in publishing.overrides(db, broken)} == {"说好了"}
    record = desk.get(f"/plans/{broken}/publish").text
    assert "说好了" in record
    assert '<form class="broken-form"' not in record


def test_the_pages_speak_both_languages(desk: FlaskClient, broken: PlanVersionId) -> None:
    desk.post("/language", data={"language": "en", "back": "/"})

    review = desk.get(f"/plans/{broken}/publish").text
    compare = desk.get(f"/plans/1/compare/{broken}").text

    assert "which is not all within the driver&#39;s shift" in review
    assert "Who moves" in compare


def test_two_versions_stand_side_by_side_with_sums_that_hold_and_filters(
    desk: FlaskClient, broken: PlanVersionId
) -> None:
    page = desk.get(f"/plans/1/compare/{broken}").text
    nothing = desk.get(f"/plans/1/compare/{broken}?kind=cancelled").text

    assert "平</span>" in page
    assert "差 " not in page
    assert "王玉兰" not in page
    rows = len(re.findall(r'<tr><th scope="row"><b>', page))
    assert rows > 0
    assert "没有符合条件的" in nothing


def test_only_those_who_dispatch_publish_or_note_a_call(signed_in: SignIn, broken: PlanVersionId) -> None:
    for role in (Role.DISTRICT, Role.VENDOR, Role.KITCHEN, Role.HOTLINE):
        assert signed_in(role).post(f"/plans/{broken}/publish").status_code == 403, role


def test_a_call_is_noted_and_another_s_notice_is_not_there(
    desk: FlaskClient, signed_in: SignIn, broken: PlanVersionId, now: FixedClock
) -> None:
    desk.post(f"/plans/{broken}/publish", data=form(desk.get(f"/plans/{broken}/publish").text))
    with unit_of_work(read_only=True) as db:
        found = notices.notices(db, Scope.everything(), day=DAY, slot=LUNCH, clock=now)
    driver = next(one for one in found if one.audience == "driver")

    stranger = signed_in(Role.STATION)
    desk.post(f"/notices/{driver.id}/seen", data={"back": "//elsewhere.example"})

    with unit_of_work(read_only=True) as db:
        told = notices.notice(db, driver.id, scope=Scope.everything(), clock=now)
    assert [(one.by_name, str(one.means)) for one in told.receipts] == [("李敏", "phone")]
    other = next(one for one in found if one.audience == "kitchen" and one.code != "K1") if len(found) > 6 else None
    if other is not None:
        assert signed_in(Role.KITCHEN).post(f"/notices/{other.id}/seen").status_code == 404
    assert stranger.post("/notices/999999/seen").status_code == 404


def links(now: FixedClock) -> dict[str, str]:
    """The signed link of every driver with a run in force."""
    with unit_of_work(read_only=True) as db:
        runs = dispatch.runs(db, DAY, LUNCH, scope=Scope.everything())
        return {
            run.driver_code: dispatch.token(db, run.id, secret_key=web_world.SECRET)
            for run in runs
            if run.state != "withdrawn"
        }


def test_a_driver_s_old_link_shows_the_change_first_and_then_the_new_sheet(
    client: FlaskClient, desk: FlaskClient, broken: PlanVersionId, now: FixedClock
) -> None:
    token = next(iter(links(now).values()))
    desk.post(f"/plans/{broken}/publish", data=form(desk.get(f"/plans/{broken}/publish").text))

    first = client.get(f"/r/{token}").text
    after = client.post(f"/r/{token}/seen", follow_redirects=True).text

    assert "你的路线有变" in first
    assert "说好了" in first
    assert "交餐" in after or "第 1 站" in after
    assert "你的路线有变" not in after
    told = desk.get(f"/days/{DAY}/lunch/notices").text
    assert "在页面上" in told


def test_a_record_kept_in_a_phone_counts_after_the_door_went_to_somebody_else(
    client: FlaskClient, desk: FlaskClient, app: Flask, now: FixedClock
) -> None:
    tokens = links(now)
    with unit_of_work() as db:
        given = service.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        plan = plan_quick(given)
        routes = [route for route in plan.plan.routes if route.stops]
        spare = next(v for v in given.built.vehicles if v.number not in {route.vehicle for route in routes})
        taken = follow(given.built.problem, given.built.problem.vehicle(spare.number), routes[0].trip_stops)
        driver = next(v.driver_code for v in given.built.vehicles if v.number == routes[0].vehicle)
        answer = replace(plan, plan=Plan(routes=(taken, *routes[1:]), unassigned=plan.plan.unassigned), violations=())
        new = service.save_draft(db, given, answer, by=SYSTEM, clock=now)
        line = int(given.built.stop_lines[routes[0].stops[0]][0])
    desk.post(f"/plans/{new}/publish", data=form(desk.get(f"/plans/{new}/publish").text))
    proof = {"client_id": str(uuid.uuid4()), "book_line_id": line, "outcome": "handed-over"}

    sent = client.post(f"/api/runs/{tokens[driver]}/proofs", json=proof)

    assert sent.status_code == 201, sent.text
    with unit_of_work(read_only=True) as db:
        found = delivery.outcomes(db, DAY, "lunch", scope=Scope.everything())
    assert [str(one.outcome) for one in found if one.book_line_id == line] == ["handed-over"]
    page = client.get(f"/r/{tokens[driver]}").text
    assert "不再由你送" in page


def test_the_kitchen_sees_first_what_changed_until_it_says_seen(
    desk: FlaskClient, signed_in: SignIn, broken: PlanVersionId
) -> None:
    desk.post("/plans/1/withdraw", data={"reason": "停电"})
    kitchen = signed_in(Role.KITCHEN)
    page = kitchen.get(f"/days/{DAY}/lunch/kitchen").text

    assert "计划已撤回" in page
    notice = re.search(r"/notices/(\d+)/seen", page)
    assert notice
    kitchen.post(f"/notices/{notice[1]}/seen", data={"back": f"/days/{DAY}/lunch/kitchen"})
    assert "计划已撤回" not in kitchen.get(f"/days/{DAY}/lunch/kitchen").text
    assert "在页面上" in desk.get(f"/days/{DAY}/lunch/notices").text


def test_a_vendor_reads_its_own_notices_and_no_other_vendor_s(
    desk: FlaskClient, signed_in: SignIn, now: FixedClock
) -> None:
    with unit_of_work() as db:
        accounts.create_account(
            db, login="vendor-2", display_name="王经理", role=Role.VENDOR, password=web_world.PASSWORD, by=SYSTEM, clock=now, vendor_code="V2"
        )  # fmt: skip
    desk.post("/plans/1/withdraw", data={"reason": "停电"})
    with unit_of_work(read_only=True) as db:
        every = {one.id for one in notices.notices(db, Scope.everything(), day=DAY, slot=LUNCH, clock=now)}
        mine = {one.id for one in notices.notices(db, Scope(vendor="V1"), day=DAY, slot=LUNCH, clock=now)}
        other = {one.id for one in notices.notices(db, Scope(vendor="V2"), day=DAY, slot=LUNCH, clock=now)}

    assert mine | other == every
    assert not mine & other
    stranger = signed_in("vendor-2")
    assert {stranger.post(f"/notices/{one}/seen").status_code for one in mine} == {404}
    assert "停电" in signed_in(Role.VENDOR).get(f"/days/{DAY}/lunch/notices").text
    assert "停电" not in stranger.get(f"/days/{DAY}/lunch/notices").text or other


def test_today_names_who_must_phone_when_a_change_stays_unseen(
    desk: FlaskClient, broken: PlanVersionId, now: FixedClock
) -> None:
    desk.post(f"/plans/{broken}/publish", data=form(desk.get(f"/plans/{broken}/publish").text))
    assert "打电话。" not in desk.get(f"/days/{DAY}/lunch/today").text

    now.at += timedelta(minutes=6)

    assert "打电话。" in desk.get(f"/days/{DAY}/lunch/today").text
    assert "要打电话" in desk.get(f"/days/{DAY}/lunch/notices").text


def test_papers_of_what_changed_are_printed_and_only_for_a_plan_that_replaced_another(
    desk: FlaskClient, broken: PlanVersionId
) -> None:
    papers = ("count", "packing", "labels", "manifests")
    assert {desk.post(f"/plans/1/changes/{name}.pdf").status_code for name in papers} == {422}

    desk.post(f"/plans/{broken}/publish", data=form(desk.get(f"/plans/{broken}/publish").text))

    texts = {}
    for name in papers:
        answer = desk.post(f"/plans/{broken}/changes/{name}.pdf")
        assert answer.mimetype == "application/pdf", name
        texts[name] = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "替换 10:30 的单子（第 1 版）" in texts["manifests"].replace("\n", "")
    assert "只打印和上一版不同的" in desk.get(f"/days/{DAY}/lunch/kitchen").text


def test_a_page_that_was_open_before_the_change_leads_to_it_and_on(
    client: FlaskClient, desk: FlaskClient, broken: PlanVersionId, now: FixedClock
) -> None:
    token = next(iter(links(now).values()))
    visit = re.findall(r"/stops/(\d+)", client.get(f"/r/{token}/stops").text)[0]
    desk.post(f"/plans/{broken}/publish", data=form(desk.get(f"/plans/{broken}/publish").text))

    old = client.get(f"/r/{token}/stops/{visit}", follow_redirects=True)

    assert old.status_code == 200
    assert "先看这里" in old.text
    assert client.get(f"/r/{token}/stops").status_code == 200
