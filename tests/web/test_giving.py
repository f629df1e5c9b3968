"""Giving a stop away on the road, on the pages: the consequences first, then both drivers' pages and the board."""

from __future__ import annotations

import re
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
from mealroute.dispatch.records import Manifest, ManifestStop
from tests import web_world
from tests.integration.planning_world import DAY
from web.live import polled

LIVE = f"/days/{DAY}/lunch/live"
MIDNIGHT = datetime(2026, 3, 8, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "FRESH_S", 0.0)


@pytest.fixture
def sheets(app: object, now: FixedClock) -> list[Manifest]:
    """The two longest runs, the longest first, with their first two doors recorded on time."""
    with database.unit_of_work() as db:
        runs = dispatch.runs(db, DAY, "lunch", scope=Scope.everything())
        found = sorted((dispatch.manifest(db, run.id) for run in runs), key=lambda manifest: -manifest.stops)[:2]
        for sheet in found:
            for stop in stops(sheet)[:2]:
                now.at = MIDNIGHT + timedelta(seconds=stop.arrival_s + 120)
                for item in stop.items:
                    entry = ProofInput(
                        client_id=str(uuid.uuid4()), run_id=sheet.run_id, book_line_id=item.book_line_id, outcome=Outcome.HANDED_OVER, phone_at=now.at
                    )  # fmt: skip
                    service.record_proof(db, entry, by=SYSTEM, clock=now)
    return found


def stops(sheet: Manifest) -> list[ManifestStop]:
    return [stop for trip in sheet.trips for stop in trip.stops]


def open_door(sheet: Manifest) -> ManifestStop:
    return next(stop for stop in stops(sheet)[3:] if not stop.station_bulk)


def first_way(page: str) -> dict[str, str]:
    """The fields of the best way that the page offers."""
    form = page[page.index('class="give-move"') :]
    return dict(re.findall(r'name="(client_id|to|way|accepts_late)" value="([^"]*)"', form)[:4])


def token_of(sheet: Manifest) -> str:
    with database.unit_of_work(read_only=True) as db:
        return dispatch.token(db, sheet.run_id, secret_key=web_world.SECRET)


def test_the_page_says_what_follows_before_anything_is_done(
    signed_in: Callable[..., FlaskClient], sheets: list[Manifest]
) -> None:
    giver, taker = sheets
    page = signed_in().get(f"{LIVE}/stops/{open_door(giver).visit_id}/give?to={taker.run_id}").text
    assert "碰头" in page
    assert "核查" in page
    assert "装得下" in page


def test_a_stop_given_to_another_route_is_first_on_both_drivers_pages(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, sheets: list[Manifest]
) -> None:
    giver, taker = sheets
    stop, desk = open_door(giver), signed_in()
    address = f"{LIVE}/stops/{stop.visit_id}/give"
    way = first_way(desk.get(f"{address}?to={taker.run_id}").text)

    answer = desk.post(address, data={**way, "reason": "前车晚了"})

    assert answer.status_code == 303, answer.text
    gives, takes = client.get(f"/r/{token_of(giver)}").text, client.get(f"/r/{token_of(taker)}").text
    assert "前车晚了" in gives
    assert "前车晚了" in takes
    assert "你要接" in takes
    assert f'id="stop-{stop.visit_id}"' in desk.get(f"{LIVE}/runs/{taker.run_id}").text
    assert f'id="stop-{stop.visit_id}"' not in desk.get(f"{LIVE}/runs/{giver.run_id}").text


def test_the_old_page_of_the_first_driver_may_still_record(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, sheets: list[Manifest]
) -> None:
    giver, taker = sheets
    stop, desk = open_door(giver), signed_in()
    address = f"{LIVE}/stops/{stop.visit_id}/give"
    desk.post(address, data={**first_way(desk.get(f"{address}?to={taker.run_id}").text), "reason": "前车晚了"})
    form = {"client_id": str(uuid.uuid4()), "line": str(stop.items[0].book_line_id), "outcome": "handed-over"}
    assert client.post(f"/r/{token_of(giver)}/record", data=form).status_code == 303


def test_what_a_person_brings_stands_on_the_board_until_it_is_recorded(
    signed_in: Callable[..., FlaskClient], sheets: list[Manifest]
) -> None:
    stop, desk = open_door(sheets[0]), signed_in()
    form = {"client_id": str(uuid.uuid4()), "way": "drop:", "person": "陈洁", "place": "驿站门口", "reason": "车坏了"}
    assert desk.post(f"{LIVE}/stops/{stop.visit_id}/give", data=form).status_code == 303
    assert "由陈洁送" in desk.get(LIVE).text
    for item in stop.items:
        record = {"client_id": str(uuid.uuid4()), "outcome": "handed-over", "source": "desk"}
        desk.post(f"/days/{DAY}/lunch/outcomes/{item.book_line_id}", data=record)
    assert "由陈洁送" not in desk.get(LIVE).text


def test_a_refusal_keeps_what_was_typed(signed_in: Callable[..., FlaskClient], sheets: list[Manifest]) -> None:
    stop = open_door(sheets[0])
    form = {"client_id": str(uuid.uuid4()), "way": "drop:", "person": "陈洁", "place": "", "reason": "车坏了"}
    answer = signed_in().post(f"{LIVE}/stops/{stop.visit_id}/give", data=form)
    assert answer.status_code == 422
    assert 'value="陈洁"' in answer.text
    assert "餐在哪里交给对方" in answer.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VENDOR, Role.STREET_CHECKER])
def test_who_only_looks_gives_nothing_away(
    signed_in: Callable[..., FlaskClient], sheets: list[Manifest], role: Role
) -> None:
    address = f"{LIVE}/stops/{open_door(sheets[0]).visit_id}/give"
    other = signed_in(role)
    assert other.get(address).status_code == 403
    assert other.post(address, data={}).status_code == 403


def test_the_apps_of_both_drivers_follow(
    signed_in: Callable[..., FlaskClient], client: FlaskClient, sheets: list[Manifest]
) -> None:
    giver, taker = sheets
    stop, desk = open_door(giver), signed_in()
    before = client.get(f"/r/{token_of(taker)}/shift.json").headers.get("ETag")
    address = f"{LIVE}/stops/{stop.visit_id}/give"
    desk.post(address, data={**first_way(desk.get(f"{address}?to={taker.run_id}").text), "reason": "前车晚了"})

    gives = client.get(f"/r/{token_of(giver)}/shift.json")
    takes = client.get(f"/r/{token_of(taker)}/shift.json", headers={"If-None-Match": before or ""})

    assert takes.status_code == 200
    assert "前车晚了" in str(takes.json["told"])
    assert "前车晚了" in str(gives.json["told"])
    line = stop.items[0].book_line_id
    assert (f": {line}," in str(takes.json["stops"]), f": {line}," in str(gives.json["stops"])) == (True, False)
