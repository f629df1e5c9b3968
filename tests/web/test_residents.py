"""Residents at the desk: one box finds them, names stay masked, a look behind the mask is recorded."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from mealroute.core import audit
from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work

SignIn = Callable[[Role | str], FlaskClient]


def test_one_box_finds_by_initials_phone_and_address(desk: FlaskClient) -> None:
    assert "R0005" in desk.get("/residents?q=wyl").text
    assert "R0012" in desk.get("/residents?q=北新桥三条 12", follow_redirects=True).text


def test_lists_and_cards_mask_names_and_numbers(desk: FlaskClient) -> None:
    for address in ("/residents", "/residents/5", "/days/2026-03-09/lunch/plan", "/days/2026-03-09/lunch/orders"):
        page = desk.get(address).text
        assert "王玉兰" not in page, address
        assert "王*兰" in page, address
        assert "13900000005" not in page
        assert "13900009999" not in page


def test_showing_the_name_needs_a_reason_and_leaves_a_line_for_the_auditor(desk: FlaskClient) -> None:
    refused = desk.post("/residents/5/reveal", data={"reason": "  "})
    assert "王玉兰" not in refused.text

    shown = desk.post("/residents/5/reveal", data={"reason": "老人来电核对"})

    assert "王玉兰" in shown.text
    assert "13900000005" in shown.text
    with unit_of_work(read_only=True) as db:
        event = audit.events(db, action="residents.")[0]
    assert event.reason == "老人来电核对"
    assert event.actor == "李敏"
    assert "王玉兰" not in str(event.detail)
    assert "王玉兰" not in desk.get("/residents/5").text


def test_a_street_sees_only_its_own_residents(signed_in: SignIn) -> None:
    checker = signed_in(Role.STREET_CHECKER)
    assert checker.get("/residents/4").status_code == 200
    assert checker.get("/residents/5").status_code == 404
    assert "R0005" not in checker.get("/residents").text


def test_a_pause_is_entered_and_taken_back(desk: FlaskClient) -> None:
    desk.post(
        "/residents/5/pauses",
        data={"starts_on": "2026-03-12", "ends_on": "2026-03-15", "reason": "hospital", "note": "骨折"},
    )
    card = desk.get("/residents/5").text
    assert "3月12日" in card
    assert "住院" in card

    desk.post("/residents/5/pauses/1/end")

    assert "已取消" in desk.get("/residents/5").text


def test_a_pause_that_cannot_be_is_refused_with_a_sentence(desk: FlaskClient) -> None:
    answer = desk.post(
        "/residents/5/pauses",
        data={"starts_on": "2026-03-15", "ends_on": "2026-03-12", "reason": "away"},
        headers={"Referer": "http://localhost/residents/5"},
        follow_redirects=True,
    )
    assert 'data-tone="danger"' in answer.text
    assert answer.request.path == "/residents/5"


def test_a_point_from_a_chinese_map_is_stored_where_it_is(desk: FlaskClient) -> None:
    desk.post("/residents/37/point", data={"lon": "116.4164", "lat": "39.9415", "datum": "gcj02", "precision": "door"})
    card = desk.get("/residents/37").text
    assert "116.41016, 39.94010" in card or "gcj02" in card
    assert "116.41640" not in card


def test_a_resident_who_left_the_service_stays_in_the_ledger(desk: FlaskClient) -> None:
    desk.post("/residents/5/state", data={"state": "stopped", "since": "2026-03-09", "reason": "搬去女儿家"})
    assert "停止" in desk.get("/residents/5").text
