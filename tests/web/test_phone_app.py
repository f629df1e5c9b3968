"""The app's page, worker and data: nobody's data in the page, the whole shift in the JSON, versions by content."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

from flask.testing import FlaskClient

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import messages
from tests import web_world
from tests.web.test_phone_records import record, send


def test_the_page_is_the_same_for_every_link_and_holds_nobodys_data(client: FlaskClient, token: str) -> None:
    page = client.get(f"/r/{token}/shift")
    assert page.status_code == 200
    assert page.text == client.get("/r/no-such-link/shift").text == client.get("/r/start").text
    assert "王玉兰" not in page.text


def test_the_shift_holds_what_the_driver_needs_without_network(client: FlaskClient, token: str) -> None:
    shift = client.get(f"/r/{token}/shift.json").json
    people = [item for stop in shift["stops"] for item in stop["items"]]
    assert {"name", "phone", "note", "door", "asked", "taps", "contact_phone"} <= set(people[0])
    assert any(person["contact_phone"] == "13900009999" for person in people)
    assert sum(row["portions"] for trip in shift["trips"] for row in trip["listed"]) == shift["run"]["portions"]


def test_what_has_not_changed_is_not_sent_again_and_a_record_changes_it(client: FlaskClient, token: str) -> None:
    first = client.get(f"/r/{token}/shift.json")
    same = client.get(f"/r/{token}/shift.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    line = next(item["line"] for stop in first.json["stops"] for item in stop["items"])
    send(client, token, record(line))
    now = client.get(f"/r/{token}/shift.json", headers={"If-None-Match": first.headers["ETag"]})
    (item,) = [item for stop in now.json["stops"] for item in stop["items"] if item["line"] == line]
    assert (item["standing"]["outcome"], item["phone"], item["contact_phone"]) == ("handed-over", "", "")
    assert "*" in item["name"]


def test_the_map_is_drawn_from_our_own_figures(client: FlaskClient, token: str) -> None:
    found = client.get(f"/r/{token}/map.json").json
    assert len(found["way"]) > 1
    assert all(len(leg) % 2 == 0 for leg in found["way"])


def test_a_link_that_opens_nothing_gives_no_shift(client: FlaskClient, token: str, now: FixedClock) -> None:
    for address in (f"/r/{token[:-3]}abc/shift.json", f"/r/{token[:-3]}abc/map.json"):
        assert client.get(address, headers={"Accept": "application/json"}).status_code == 404


def test_the_worker_names_files_that_exist_and_its_version_follows_them(client: FlaskClient) -> None:
    worker = client.get("/r/service-worker")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    ship = json.loads(re.match(r"const SHIP = (\{.*?\});\n", worker.text)[1])  # type: ignore[index]
    assert re.fullmatch(r"[0-9a-f]{12}-zh", ship["version"])
    assert all(client.get(address).status_code == 200 for address in [*ship["files"], ship["page"]])
    imported = {
        f"/static/js/phone/{name}"
        for path in (Path(__file__).parents[2] / "web/static/js/phone").glob("*.mjs")
        for name in re.findall(r'from "\./([\w.]+)"', path.read_text("utf-8"))
    }
    assert imported <= set(ship["files"])


def test_the_manifest_opens_the_app_within_its_scope(client: FlaskClient) -> None:
    told = client.get("/r/app.json")
    assert told.mimetype == "application/manifest+json"
    assert told.get_json(force=True)["start_url"].startswith(told.get_json(force=True)["scope"])


def test_the_policy_stays_closed_on_the_apps_page(client: FlaskClient) -> None:
    policy = client.get("/r/start").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "blob:" not in policy


def test_a_record_taken_back_opens_the_door_in_the_shift(client: FlaskClient, token: str) -> None:
    line = next(i["line"] for s in client.get(f"/r/{token}/shift.json").json["stops"] for i in s["items"])
    made = record(line)
    send(client, token, made, {"kind": "reopen", "client_id": str(uuid.uuid4()), "proof": made["client_id"]})
    (item,) = [i for s in client.get(f"/r/{token}/shift.json").json["stops"] for i in s["items"] if i["line"] == line]
    assert item["standing"] is None


def test_what_the_desk_writes_stands_in_the_shift_until_it_was_read(
    client: FlaskClient, desk: FlaskClient, token: str
) -> None:
    with unit_of_work() as db:
        messages.send(db, 1, "先送 8 站", client_id=str(uuid.uuid4()), by=SYSTEM, clock=FixedClock(web_world.MORNING))
    (written,) = client.get(f"/r/{token}/shift.json").json["messages"]
    assert written["text"] == "先送 8 站"
    assert client.post(f"/r/{token}/told", json={"messages": [written["id"]]}).status_code == 200
    assert client.get(f"/r/{token}/shift.json").json["messages"] == []


def test_what_has_changed_is_told_in_the_shift_until_it_was_read(
    client: FlaskClient, desk: FlaskClient, token: str
) -> None:
    desk.post("/plans/1/withdraw", data={"reason": "改线"})
    shift = client.get(f"/r/{token}/shift.json").json
    assert shift["gone"]
    assert shift["told"][0]["reason"] == "改线"
    assert "stops" not in shift
    client.post(f"/r/{token}/told", json={})
    assert client.get(f"/r/{token}/shift.json").json["told"] == []
