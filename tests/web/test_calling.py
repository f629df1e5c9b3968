"""A stop given to a driver who has no route today, on the pages: what follows first, then the sheet, both phones, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core import db as database
from mealroute.core import outbox
from mealroute.core.actor import Scope
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.records import Manifest, RunRecord
from mealroute.vendors.models import Driver, Vehicle
from tests import web_world
from tests.integration.planning_world import DAY
from tests.web.test_giving import LIVE, open_door, sheets  # noqa: F401 -- a fixture
from web.live import polled

SPARE = "D19"


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "FRESH_S", 0.0)


@pytest.fixture
def giver(sheets: list[Manifest]) -> Manifest:  # noqa: F811
    """The longest run on the road; beside it one driver of its kitchen without a route."""
    giver = sheets[0]
    with database.unit_of_work() as db:
        spare(db, giver.kitchen_code)
    return giver


def spare(db: object, kitchen: str) -> None:
    db.add(  # type: ignore[attr-defined]
        Driver(
            code=SPARE, name="赵卫东", phone="13900000199", kitchen_code=kitchen, vendor_code=f"V{kitchen[1]}", shift_start_s=36000,
            shift_end_s=50400,
        )
    )  # fmt: skip
    db.flush()  # type: ignore[attr-defined]
    db.add(  # type: ignore[attr-defined]
        Vehicle(
            code="E19", plate="T0019", kind="e-bike", profile="ebike", kitchen_code=kitchen, hot_boxes=24, cold_boxes=6, halal_marked=True,
            driver_code=SPARE, fixed_fen=500, per_hour_fen=2600, max_trips=2, load_duration_s=300,
        )
    )  # fmt: skip


def address(giver: Manifest) -> str:
    return f"{LIVE}/stops/{open_door(giver).visit_id}/give"


def fields(page: str) -> dict[str, str]:
    """The fields of the best way that the page offers."""
    form = page[page.index('class="give-move"') :]
    return dict(re.findall(r'name="(client_id|driver|ready|way|accepts_late)" value="([^"]*)"', form)[:5])


def give(desk: FlaskClient, giver: Manifest) -> object:
    way = fields(desk.get(f"{address(giver)}?driver={SPARE}&ready=11:30").text)
    return desk.post(address(giver), data={**way, "agreed_by": "赵卫东", "reason": "前车坏了"})


def opened() -> RunRecord:
    with database.unit_of_work(read_only=True) as db:
        found = dispatch.runs(db, DAY, "lunch", scope=Scope.everything())
    return next(run for run in found if run.driver_code == SPARE)


def token_of(run: int) -> str:
    with database.unit_of_work(read_only=True) as db:
        return dispatch.token(db, run, secret_key=web_world.SECRET)


def test_the_page_offers_whoever_is_free_by_a_masked_name(
    signed_in: Callable[..., FlaskClient], giver: Manifest
) -> None:
    page = signed_in().get(address(giver)).text
    assert f'<option value="{SPARE}">赵*东 {SPARE}' in page
    assert "赵卫东" not in page


def test_what_follows_is_said_before_anything_is_done(signed_in: Callable[..., FlaskClient], giver: Manifest) -> None:
    page = signed_in().get(f"{address(giver)}?driver={SPARE}&ready=11:30").text
    assert "交给赵*东的后果" in page
    assert "谁答应的" in page
    assert "核查" in page


def test_the_given_stop_is_on_the_new_run_s_page_with_its_sheet(
    signed_in: Callable[..., FlaskClient], giver: Manifest
) -> None:
    desk = signed_in()
    answer = give(desk, giver)
    run = opened()
    assert (answer.status_code, answer.location) == (303, f"{LIVE}/runs/{run.id}")  # type: ignore[attr-defined]
    assert "打印路单" in desk.get(f"{LIVE}/runs/{run.id}").text
    paper = desk.post(f"/runs/{run.id}/manifest.pdf")
    assert (paper.status_code, paper.mimetype, paper.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_the_message_in_the_outbox_opens_the_run_on_a_phone(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, giver: Manifest
) -> None:
    give(signed_in(), giver)
    with database.unit_of_work(read_only=True) as db:
        text = db.scalars(select(outbox.Outgoing.text).where(outbox.Outgoing.to_role == "driver")).one()
    path = re.search(r"/r/\S+", text)
    assert path is not None
    page = client.get(path[0]).text
    assert "你要接" in page
    assert "赵卫东" in client.get(f"{path[0]}/shift.json").text or "driver" in client.get(f"{path[0]}/shift.json").text


def test_whoever_passes_the_message_on_does_not_see_the_key(
    signed_in: Callable[..., FlaskClient], giver: Manifest
) -> None:
    desk = signed_in()
    give(desk, giver)
    page = desk.get("/messages").text
    assert "/r/…" in page
    assert token_of(opened().id) not in page


def test_both_phones_say_first_what_changed(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, giver: Manifest
) -> None:
    give(signed_in(), giver)
    told = {
        token: client.get(f"/r/{token}/shift.json").get_json()["told"]
        for token in (token_of(giver.run_id), token_of(opened().id))
    }
    heads = [one["head"] for each in told.values() for one in each]
    assert any("改由别人送" in head for head in heads)
    assert any("你要接" in head for head in heads)


def test_it_is_taken_back_with_one_press_while_nothing_has_changed_hands(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, giver: Manifest
) -> None:
    desk = signed_in()
    give(desk, giver)
    page = desk.get(f"{LIVE}/runs/{opened().id}").text
    change = re.search(r'name="change" value="(\d+)"', page)
    assert change is not None
    answer = desk.post(f"{LIVE}/stops/{open_door(giver).visit_id}/undo", data={"change": change[1]})
    assert (answer.status_code, answer.location) == (303, f"{LIVE}/runs/{giver.run_id}")
    told = client.get(f"/r/{token_of(opened().id)}/shift.json").get_json()["told"]
    assert "不用你送了" in told[0]["head"]


def test_without_a_yes_by_name_the_page_comes_back_with_what_follows(
    signed_in: Callable[..., FlaskClient], giver: Manifest
) -> None:
    desk = signed_in()
    way = fields(desk.get(f"{address(giver)}?driver={SPARE}&ready=11:30").text)
    answer = desk.post(address(giver), data={**way, "agreed_by": "", "reason": "前车坏了"})
    assert answer.status_code == 422
    assert "谁答应的？" in answer.text
    assert 'class="give-move"' in answer.text
    assert 'value="前车坏了"' in answer.text


@pytest.mark.parametrize("ready", ["", "25:00", "早点"])
def test_a_time_that_is_none_is_refused_in_words(
    signed_in: Callable[..., FlaskClient], giver: Manifest, ready: str
) -> None:
    page = signed_in().get(f"{address(giver)}?driver={SPARE}&ready={ready}")
    assert (page.status_code, "写成 11:20" in page.text) == (200, True)


def test_only_the_dispatcher_takes_back(signed_in: Callable[..., FlaskClient], giver: Manifest) -> None:
    answer = signed_in("finance").post(f"{LIVE}/stops/{open_door(giver).visit_id}/undo", data={"change": "1"})
    assert answer.status_code == 403
