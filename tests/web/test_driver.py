"""The driver's phone: a signed link opens one run, each record counts once, whichever way it comes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import queries
from mealroute.dispatch import queries as dispatch
from mealroute.kitchen.models import TemperatureReading
from tests import web_world
from tests.integration.planning_world import DAY

SignIn = Callable[[Role | str], FlaskClient]


def lines_of(client: FlaskClient, token: str) -> list[int]:
    return [int(n) for n in dict.fromkeys(re.findall(r"/lines/(\d+)/", client.get(f"/r/{token}").text))]


def recorded() -> list[tuple[int, str]]:
    with unit_of_work(read_only=True) as db:
        found = queries.outcomes(db, DAY, "lunch", scope=Scope.everything())
    return [(line.book_line_id, str(line.outcome)) for line in found if line.outcome]


def test_the_link_shows_the_next_stop_large_with_name_call_and_navigation(client: FlaskClient, token: str) -> None:
    page = client.get(f"/r/{token}").text
    assert "王玉兰" in page or "曾𠮷祥" in page
    assert re.search(r'href="tel:1390000\d{4}"', page)
    link = re.search(r'href="(https://uri\.amap\.com/navigation\?to=[^"]+)"', page)
    assert link
    assert "王玉兰" not in link[1]


def test_a_forged_a_foreign_and_a_late_link_look_the_same(client: FlaskClient, token: str, now: FixedClock) -> None:
    forged = client.get(f"/r/{token[:-3]}abc")
    now.at += timedelta(days=1)
    late = client.get(f"/r/{token}")
    assert forged.status_code == late.status_code == 404
    assert "王玉兰" not in forged.text + late.text


def without_tokens(page: str) -> str:
    """A page less the tokens of its forms, which carry the second they were made in."""
    return re.sub(r'name="csrf_token" value="[^"]*"|name="csrf-token" content="[^"]*"', "", page)


def test_a_withdrawn_run_says_so_and_shows_nobody_any_more(client: FlaskClient, desk: FlaskClient, token: str) -> None:
    visit = int(re.findall(r"/stops/(\d+)", client.get(f"/r/{token}/stops").text)[0])
    desk.post("/plans/1/withdraw", data={"reason": "改线"})

    page = client.get(f"/r/{token}")

    assert "计划已撤回" in page.text
    assert "改线" in page.text
    assert re.search("王玉兰|曾𠮷祥", page.text) is None
    again = client.get(f"/r/{token}/stops/{visit}", follow_redirects=True)
    assert without_tokens(again.text) == without_tokens(page.text)
    assert "已看过通知" in client.post(f"/r/{token}/seen", follow_redirects=True).text


def test_nothing_about_a_person_is_preselected(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    page = client.get(f"/r/{token}/lines/{line}/hand-over").text
    assert "checked" not in page
    assert 'name="outcome"' in page


def test_the_plain_form_sent_twice_counts_once(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    form = client.get(f"/r/{token}/lines/{line}/hand-over").text
    made = re.search(r'name="client_id" value="([^"]+)"', form)
    sent = {"client_id": made[1], "line": line, "outcome": "handed-over"}

    first = client.post(f"/r/{token}/record", data=sent)
    again = client.post(f"/r/{token}/record", data=sent, follow_redirects=True)

    assert first.status_code == 303
    assert "只算一次" in again.text
    assert recorded() == [(line, "handed-over")]


def test_a_name_is_masked_once_its_meal_has_a_record(client: FlaskClient, token: str) -> None:
    visit = re.findall(r"/stops/(\d+)", client.get(f"/r/{token}/stops").text)
    open_doors = [v for v in visit if "/hand-over" in client.get(f"/r/{token}/stops/{v}").text]
    page = client.get(f"/r/{token}/stops/{open_doors[0]}").text
    line = re.search(r"/lines/(\d+)/", page)
    assert line
    client.post(f"/r/{token}/record", data={"client_id": str(uuid.uuid4()), "line": line[1], "outcome": "handed-over"})

    after = client.get(f"/r/{token}/stops/{open_doors[0]}").text.split('class="ph-after"')[0]

    assert "王*兰" in after or "曾*祥" in after
    assert "tel:1390000" not in after


def test_the_same_record_as_form_and_as_json_counts_once(client: FlaskClient, token: str) -> None:
    line, made = lines_of(client, token)[0], str(uuid.uuid4())
    client.post(f"/r/{token}/record", data={"client_id": made, "line": line, "outcome": "handed-over"})

    answer = client.post(
        f"/api/runs/{token}/proofs", json={"client_id": made, "book_line_id": line, "outcome": "handed-over"}
    )

    assert (answer.status_code, answer.json["state"]) == (200, "duplicate")
    assert recorded() == [(line, "handed-over")]


def test_a_record_by_json_is_new_once(client: FlaskClient, token: str) -> None:
    line = lines_of(client, token)[0]
    proof = {
        "client_id": str(uuid.uuid4()),
        "book_line_id": line,
        "outcome": "no-answer",
        "reason": "敲门无人",
        "phone_at": "2026-03-09T11:02:00+08:00",
    }
    answers = [client.post(f"/api/runs/{token}/proofs", json=proof).status_code for _ in range(3)]
    assert answers == [201, 200, 200]
    assert recorded() == [(line, "no-answer")]


def test_a_broken_record_is_refused_naming_the_field(client: FlaskClient, token: str) -> None:
    good = {"client_id": str(uuid.uuid4()), "book_line_id": lines_of(client, token)[0], "outcome": "handed-over"}
    for name, value in {
        "client_id": "1", "book_line_id": 999999, "outcome": "eaten", "phone_at": "yesterday", "lon": 400, "cash_collected": "1.005",
        "note": "x" * 1001,
    }.items():  # fmt: skip
        answer = client.post(f"/api/runs/{token}/proofs", json=good | {name: value})
        assert answer.status_code == 422, name
        assert name in answer.json["sentence"]
    assert client.post(f"/api/runs/{token}/proofs", json=[good]).status_code == 422
    assert client.post(f"/api/runs/{token}/proofs", data="x", content_type="application/json").status_code == 400
    assert client.post(f"/api/runs/{token}/proofs", data="x").status_code == 415
    assert recorded() == []


def test_a_run_whose_every_door_has_a_record_says_so(client: FlaskClient, token: str) -> None:
    for _stop in range(60):
        page = client.get(f"/r/{token}").text
        box = re.search(rf"/r/{re.escape(token)}/stations/\d+", page)
        if box:
            client.post(box[0], data={"client_id": str(uuid.uuid4()), "portions": "6", "signed_by": "陈洁"})
            continue
        lines = lines_of(client, token)
        if not lines:
            break
        for line in lines:
            sent = {"client_id": str(uuid.uuid4()), "line": line, "outcome": "handed-over"}
            client.post(f"/r/{token}/record", data=sent)
    assert "都有记录了" in client.get(f"/r/{token}").text


def test_a_station_signs_for_its_box_once_and_with_a_name(client: FlaskClient) -> None:
    token, box = _bulk_stop(client)
    sent = {"client_id": str(uuid.uuid4()), "portions": "6", "signed_by": ""}
    assert client.post(box, data=sent).status_code == 422

    client.post(box, data=sent | {"signed_by": "陈洁"})
    again = client.post(box, data=sent | {"signed_by": "陈洁"}, follow_redirects=True)

    assert "只算一次" in again.text
    assert "陈洁" in client.get(f"/r/{token}/stops/{box.rsplit('/', 1)[1]}").text


def test_a_stations_signature_on_the_phone_carries_what_was_measured(client: FlaskClient, signed_in: SignIn) -> None:
    token, box = _bulk_stop(client)
    stop = f"/r/{token}/stops/{box.rsplit('/', 1)[1]}"
    sent = {"client_id": str(uuid.uuid4()), "portions": "6", "signed_by": "陈洁"}
    assert 'name="degrees"' in client.get(stop).text
    cold = client.post(box, data=sent | {"degrees": "41"})
    assert cold.status_code == 422
    assert 'value="41"' in cold.text  # asked again on the same page, with what was typed
    assert "陈洁" in cold.text

    client.post(box, data=sent | {"degrees": "64.5"})

    assert "64.5 ℃" in client.get(stop).text
    assert "64.5 ℃" in signed_in(Role.STATION).get(f"/days/{DAY}/lunch/counter").text


def test_a_cold_box_is_signed_for_once_somebody_says_what_was_done(client: FlaskClient) -> None:
    _token, box = _bulk_stop(client)
    sent = {
        "client_id": str(uuid.uuid4()),
        "portions": "6",
        "signed_by": "陈洁",
        "degrees": "41",
        "action": "reheated",
        "again": "75",
    }

    assert client.post(box, data=sent).status_code == 303

    with unit_of_work(read_only=True) as db:
        row = db.scalars(select(TemperatureReading)).one()
        assert (row.kind, row.tenths, row.action, row.again_tenths, row.by_name) == (
            "station",
            410,
            "reheated",
            750,
            "陈洁",
        )


def test_boxes_are_signed_for_without_a_thermometer_too(client: FlaskClient, signed_in: SignIn) -> None:
    _token, box = _bulk_stop(client)
    client.post(box, data={"client_id": str(uuid.uuid4()), "portions": "6", "signed_by": "陈洁", "degrees": ""})
    assert "没有温度" in signed_in(Role.STATION).get(f"/days/{DAY}/lunch/counter").text


def test_a_counter_records_who_collected_and_reaches_only_its_own(signed_in: SignIn) -> None:
    counter = signed_in(Role.STATION)
    page = counter.get(f"/days/{DAY}/lunch/outcomes").text
    lines = sorted({int(n) for n in re.findall(rf"/days/{DAY}/lunch/outcomes/(\d+)", page)})
    assert 0 < len(lines) <= 6
    address = f"/days/{DAY}/lunch/outcomes/{lines[0]}"
    made = re.search(r'name="client_id" value="([^"]+)"', counter.get(address).text)
    assert made

    for _press in range(2):
        counter.post(address, data={"client_id": made[1], "outcome": "handed-over"})

    assert recorded() == [(lines[0], "handed-over")]
    assert counter.get(f"/days/{DAY}/lunch/outcomes/1").status_code == 404


def test_a_paper_sheet_is_entered_at_the_desk(desk: FlaskClient) -> None:
    address = f"/days/{DAY}/lunch/outcomes/2"
    sent = {
        "client_id": str(uuid.uuid4()), "outcome": "refused", "reason": "不想吃", "source": "paper", "cash_collected": "",
    }  # fmt: skip
    assert desk.post(address, data=sent).status_code == 303
    assert recorded() == [(2, "refused")]


def _bulk_stop(client: FlaskClient) -> tuple[str, str]:
    """The run that carries the station's box, and the address where the station signs."""
    for run in range(1, 7):
        with unit_of_work(read_only=True) as db:
            token = dispatch.token(db, run, secret_key=web_world.SECRET)
        for visit in re.findall(r"/stops/(\d+)", client.get(f"/r/{token}/stops").text):
            if f"/stations/{visit}" in client.get(f"/r/{token}/stops/{visit}").text:
                return token, f"/r/{token}/stations/{visit}"
    raise AssertionError("no run carries the station's box")


def test_a_driver_sees_only_their_own_runs(signed_in: SignIn) -> None:
    page = signed_in(Role.DRIVER).get(f"/my-runs/{DAY}/lunch").text
    assert page.count('href="/r/') == 1


def test_a_no_answer_opens_a_case_that_closes_only_with_a_name(
    client: FlaskClient, desk: FlaskClient, token: str
) -> None:
    line = lines_of(client, token)[0]
    client.post(f"/r/{token}/record", data={"client_id": str(uuid.uuid4()), "line": line, "outcome": "no-answer"})
    board = desk.get(f"/days/{DAY}/lunch/live").text
    case = re.search(rf"/days/{DAY}/lunch/cases/(\d+)/close", board)
    assert case
    assert "无人应答" in board

    assert desk.post(case[0], data={"person": "", "how": "电话"}).status_code == 422
    desk.post(case[0], data={"person": "陈洁", "how": "上门见到本人"})

    assert case[0] not in desk.get(f"/days/{DAY}/lunch/live").text
