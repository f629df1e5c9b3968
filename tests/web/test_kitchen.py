"""The kitchen's pages: count, packing bench, log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient

from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock

BENCH = "/days/2026-03-09/lunch/kitchen/packing"
BOXES = "/days/2026-03-09/lunch/kitchen/boxes"
RETURNED = "/days/2026-03-09/lunch/kitchen/returned"
LOG = "/days/2026-03-09/lunch/kitchen/log"
READING = "/days/2026-03-09/lunch/kitchen/readings/new"
SAMPLE = "/days/2026-03-09/lunch/kitchen/samples/new"
SignIn = Callable[..., FlaskClient]


def _first_tick(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" action="(/plans/\d+/packed)">.*?</form>', page, re.S)
    assert form
    return {"action": form[1], **dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))}


def test_the_kitchen_ticks_a_trip_and_sees_who_did(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    form = _first_tick(client.get(BENCH).text)
    answer = client.post(form.pop("action"), data=form, follow_redirects=True)
    assert answer.status_code == 200
    assert re.search(r"装好 \d+ 份 10:30 李敏", answer.text)


def test_a_kitchen_sees_only_its_own_trips(signed_in: SignIn) -> None:
    page = signed_in(Role.KITCHEN).get(BENCH).text
    assert "T0011" in page
    assert "T0021" not in page


def test_a_vendor_reads_the_bench_but_ticks_nothing(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    assert "/packed" not in client.get(BENCH).text
    assert client.post("/plans/1/packed", data={"vehicle": "E11", "trip": 1, "packed": "yes"}).status_code == 403


def test_drivers_do_not_open_the_bench(signed_in: SignIn) -> None:
    assert signed_in(Role.DRIVER).get(BENCH).status_code == 403


def test_the_bench_of_a_day_without_a_plan_says_what_will_come(desk: FlaskClient) -> None:
    assert "还没有要装的箱" in desk.get("/days/2026-03-10/lunch/kitchen/packing").text


def test_the_kitchen_page_begins_with_what_is_due(signed_in: SignIn) -> None:
    page = signed_in(Role.KITCHEN).get("/days/2026-03-09/lunch/kitchen").text
    assert page.index("现在要做") < page.index("菜品")
    assert "留样：" in page


def test_food_out_of_range_is_asked_about_on_the_same_form(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    form = {"kitchen": "K1", "kind": "cooked-core", "dish": "D1", "degrees": "55.5"}
    asked = client.post(READING, data=form)
    assert asked.status_code == 422
    assert "55.5 ℃ 超出范围" in asked.text
    assert 'value="55.5"' in asked.text
    done = client.post(READING, data={**form, "action": "reheated", "again": "72"}, follow_redirects=True)
    assert "已再加热" in done.text
    assert "结清" in done.text or "现在要做" in done.text


def test_a_sample_that_is_written_down_is_due_no_more(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    assert "留样：" in client.get(LOG).text
    client.post(SAMPLE, data={"kitchen": "K1", "dish": "D1", "grams": "130", "place": "冰箱 1"})
    page = client.get(LOG).text
    assert "留样：" not in page
    assert "冰箱 1" in page


def test_a_row_is_corrected_on_a_form_that_holds_it(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    client.post(READING, data={"kitchen": "K1", "kind": "box-hot", "trip": "E11/1", "degrees": "65"})
    page = client.get(f"{READING}?corrects=1").text
    assert 'value="65"' in page
    client.post(
        READING,
        data={
            "kitchen": "K1",
            "kind": "box-hot",
            "trip": "E11/1",
            "degrees": "66",
            "corrects": 1,
            "correction": "看错",
        },
    )
    assert "更正第 1 行：看错" in client.get(LOG).text


def test_todays_board_shows_what_the_kitchen_has_missed(signed_in: SignIn, now: FixedClock) -> None:
    now.at = datetime(2026, 3, 9, 4, 30, tzinfo=UTC)
    assert "h-kitchen" in signed_in().get("/days/2026-03-09/lunch/today").text


def test_a_kitchen_without_overdue_things_leaves_the_board_alone(desk: FlaskClient, now: FixedClock) -> None:
    now.at = datetime(2026, 3, 8, 22, 0, tzinfo=UTC)
    assert "h-kitchen" not in desk.get("/days/2026-03-09/lunch/today").text


def test_the_log_is_taken_out_as_a_sheet(signed_in: SignIn) -> None:
    client = signed_in(Role.DISTRICT)
    form = {"first": "2026-03-01", "last": "2026-03-09", "format": "xlsx", "reason": "检查"}
    answer = client.post("/kitchen/log/export", data=form)
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"


def test_a_vendor_writes_nothing_into_the_log(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    assert client.get(READING).status_code == 403
    assert client.post(SAMPLE, data={"kitchen": "K1", "grams": "130"}).status_code == 403
    assert "/readings/new" not in client.get(LOG).text


def test_boxes_are_counted_out_and_back_by_trip(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    trip = {"kitchen": "K1", "vehicle": "E11", "route": 1, "trip": 1}
    client.post(BOXES, data={**trip, "way": "out", "hot": "4", "halal": "1"})
    client.post(BOXES, data={**trip, "way": "back", "hot": "3"})
    page = client.get(BOXES).text
    assert re.search(r"<b>4</b>出门</span>.*?<b>3</b>回来.*?<b>1</b>在外", page, re.S)
    assert client.post(BOXES, data={**trip, "way": "out"}).status_code == 422


def test_meals_that_came_back_are_counted_without_being_told_how_many(signed_in: SignIn) -> None:
    client = signed_in(Role.KITCHEN)
    trip = {"kitchen": "K1", "vehicle": "E11", "trip": 1}
    assert client.post(RETURNED, data={**trip, "portions": ""}).status_code == 422
    assert client.post(RETURNED, data={**trip, "portions": "2"}).status_code == 303
    assert "带回 2 份" in client.get(BOXES).text
    assert client.post(RETURNED, data={**trip, "portions": "3"}).status_code == 422
    assert client.post(RETURNED, data={**trip, "portions": "3", "note": "冷箱里还有一份"}).status_code == 303
    assert "带回 3 份" in client.get(BOXES).text
    assert signed_in(Role.VENDOR).post(RETURNED, data={**trip, "portions": "1"}).status_code == 403


def test_a_vendor_reads_the_boxes_and_counts_none(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    assert client.get(BOXES).status_code == 200
    assert client.post(BOXES, data={"kitchen": "K1", "vehicle": "E11", "way": "out", "hot": "4"}).status_code == 403
