"""The live board: what is shown first, what a poll answers, and who sees what of a route."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.delivery import service
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.records import Manifest
from tests import web_world
from tests.integration.planning_world import DAY
from web.live import polled

LIVE = f"/days/{DAY}/lunch/live"
MIDNIGHT = datetime(2026, 3, 8, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that was worked out a moment ago is not given again: tests are faster than people."""
    monkeypatch.setattr(polled, "FRESH_S", 0.0)


@pytest.fixture
def sheet(app: object) -> Manifest:
    """The longest run of the day."""
    with database.unit_of_work(read_only=True) as db:
        runs = dispatch.runs(db, DAY, "lunch", scope=Scope.everything())
        return max((dispatch.manifest(db, run.id) for run in runs), key=lambda manifest: manifest.stops)


@pytest.fixture
def record(now: FixedClock, sheet: Manifest) -> Callable[..., None]:
    """Record the n-th door of the sheet at a number of seconds after the planned arrival; the clock follows."""

    def write(number: int, outcome: Outcome = Outcome.HANDED_OVER, late_s: int = 0) -> None:
        stop = [stop for trip in sheet.trips for stop in trip.stops][number - 1]
        now.at = MIDNIGHT + timedelta(seconds=stop.arrival_s + 120 + late_s)
        with database.unit_of_work() as db:
            for item in stop.items:
                entry = ProofInput(
                    client_id=str(uuid.uuid4()), run_id=sheet.run_id, book_line_id=item.book_line_id, outcome=outcome, phone_at=now.at
                )  # fmt: skip
                service.record_proof(db, entry, by=SYSTEM, clock=now)

    return write


def test_a_closed_door_stands_before_a_meal_left_with_a_neighbour(
    desk: FlaskClient, record: Callable[..., None]
) -> None:
    record(1, Outcome.LEFT_WITH_CONTACT)
    record(2, Outcome.NO_ANSWER)
    page = desk.get(LIVE).text
    cases = page[page.index('id="live-cases"') :]
    assert cases.index("无人应答") < cases.index("交联系人")


def test_the_page_counts_its_red_cases_in_the_title(desk: FlaskClient, record: Callable[..., None]) -> None:
    record(1, Outcome.NO_ANSWER)
    assert "<title>(1) " in desk.get(LIVE).text


def test_nothing_new_is_answered_without_a_body(desk: FlaskClient) -> None:
    first = desk.get(f"{LIVE}/now")
    again = desk.get(f"{LIVE}/now", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_record_at_a_door_is_news(desk: FlaskClient, record: Callable[..., None]) -> None:
    before = desk.get(f"{LIVE}/now")
    record(1, Outcome.NO_ANSWER)
    after = desk.get(f"{LIVE}/now", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "无人应答" in after.json["parts"]["live-cases"]
    assert len(after.json["red"]) == 1


def test_a_form_in_the_news_carries_the_readers_own_token(desk: FlaskClient, record: Callable[..., None]) -> None:
    record(1, Outcome.NO_ANSWER)
    parts = desk.get(f"{LIVE}/now").json["parts"]
    assert "csrf-token-of-the-reader" not in parts["live-cases"]
    assert 'name="csrf_token" value="' in parts["live-cases"]


def test_every_part_of_the_news_has_its_place_on_the_page(desk: FlaskClient, record: Callable[..., None]) -> None:
    record(1)
    page, news = desk.get(LIVE).text, desk.get(f"{LIVE}/now").json
    assert [name for name in news["parts"] if f'id="{name}"' not in page] == []
    assert [name for name, html in news["parts"].items() if f'id="{name}"' not in html] == []


def test_a_route_that_fell_behind_is_listed_with_its_reason(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None]
) -> None:
    record(1, late_s=3600)
    page = signed_in().get(LIVE).text
    listed = page[page.index('id="live-attention"') : page.index('id="live-routes"')]
    assert "送到时餐已超过时限" in listed
    assert "晚" in listed


def test_a_driver_who_sends_nothing_for_too_long_is_called_silent(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None], now: FixedClock
) -> None:
    record(1)
    now.at += timedelta(minutes=30)
    page = signed_in().get(LIVE).text
    assert "以后没有消息；按计划" in page


def test_a_run_tells_of_each_stop_what_is_planned_and_what_is_expected(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None], sheet: Manifest
) -> None:
    record(1, late_s=600)
    page = signed_in().get(f"{LIVE}/runs/{sheet.run_id}").text
    assert page.count('id="stop-') == sheet.stops
    assert "±" in page


def test_nothing_is_foretold_on_another_day(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None], now: FixedClock
) -> None:
    record(1)
    now.at += timedelta(days=1)
    page = signed_in().get(LIVE).text
    assert "以后没有消息" not in page
    assert "晚" not in page[page.index('id="live-attention"') : page.index('id="live-routes"')].replace(
        "晚、有风险", ""
    )


def test_a_run_beyond_ones_reach_is_not_there(signed_in: Callable[..., FlaskClient], sheet: Manifest) -> None:
    vendor = signed_in(Role.VENDOR)
    with database.unit_of_work(read_only=True) as db:
        runs = {run.id for run in dispatch.runs(db, DAY, "lunch", scope=Scope.everything())}
        mine = {run.id for run in dispatch.runs(db, DAY, "lunch", scope=Scope(vendor="V1"))}
    answers = {run: vendor.get(f"{LIVE}/runs/{run}").status_code for run in runs}
    assert answers == {run: 200 if run in mine else 404 for run in runs}


def test_a_street_sees_how_far_a_shared_route_is_but_not_who_lives_elsewhere(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None], sheet: Manifest
) -> None:
    record(1)
    checker = signed_in(Role.STREET_CHECKER)
    page = checker.get(f"{LIVE}/runs/{sheet.run_id}")
    assert page.status_code in {200, 404}
    if page.status_code == 200:
        assert page.text.count('id="stop-') == sheet.stops


def test_a_message_reaches_the_drivers_page_and_the_receipt_comes_back(
    desk: FlaskClient, client: FlaskClient, sheet: Manifest
) -> None:
    run = f"{LIVE}/runs/{sheet.run_id}"
    desk.post(f"{run}/messages", data={"text": "3 单元门禁坏了，走后门", "client_id": str(uuid.uuid4())})
    assert "还没看" in desk.get(run).text
    with database.unit_of_work(read_only=True) as db:
        token = dispatch.token(db, sheet.run_id, secret_key=web_world.SECRET)

    page = client.get(f"/r/{token}").text
    told = client.get(f"/api/runs/{token}/messages").json["messages"]
    assert "走后门" in page
    assert [each["seen"] for each in told] == [None]
    client.post(f"/r/{token}/messages/seen", data={"message": [each["id"] for each in told]})

    assert "走后门" not in client.get(f"/r/{token}").text
    assert "已看到" in desk.get(run).text


def test_a_phone_says_over_the_interface_that_a_message_was_read(
    desk: FlaskClient, client: FlaskClient, sheet: Manifest
) -> None:
    desk.post(f"{LIVE}/runs/{sheet.run_id}/messages", data={"text": "走后门", "client_id": str(uuid.uuid4())})
    with database.unit_of_work(read_only=True) as db:
        token = dispatch.token(db, sheet.run_id, secret_key=web_world.SECRET)
    ids = [each["id"] for each in client.get(f"/api/runs/{token}/messages").json["messages"]]
    assert client.post(f"/api/runs/{token}/messages/seen", json={"ids": ids}).json == {"seen": 1}
    assert client.post(f"/api/runs/{token}/messages/seen", json={"ids": ids}).json == {"seen": 0}


def test_who_only_looks_writes_no_messages(signed_in: Callable[..., FlaskClient], sheet: Manifest) -> None:
    run = f"{LIVE}/runs/{sheet.run_id}"
    auditor = signed_in(Role.AUDITOR)
    assert "/messages" not in auditor.get(run).text
    assert auditor.post(f"{run}/messages", data={"text": "x", "client_id": str(uuid.uuid4())}).status_code == 403


def test_the_map_draws_every_route_within_reach_and_names_nobody(
    signed_in: Callable[..., FlaskClient], record: Callable[..., None], sheet: Manifest
) -> None:
    record(1)
    found = signed_in().get(f"{LIVE}/map.json")
    assert sum(len(route["stops"]) for route in found.json["routes"]) >= sheet.stops
    van = next(van for van in found.json["vans"] if van["number"] == sheet.number)
    assert (van["done"], len(van["at"])) == ([1], 3)
    assert not any(item.name in found.text for trip in sheet.trips for stop in trip.stops for item in stop.items)
