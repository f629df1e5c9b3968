"""The keying page: opened by its code, refused with a sentence a row, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.accounts import service as accounts
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import NotFound
from mealroute.delivery.models import Proof
from mealroute.dispatch import sheet_codes
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying
from mealroute.paper.keying_records import KeySheet
from tests.integration.planning_world import STREET
from tests.web_world import MORNING, PASSWORD

SignIn = Callable[[Role | str], FlaskClient]
LIST = "/days/2026-03-09/lunch/keying"


@pytest.fixture
def sheet(desk: FlaskClient) -> KeySheet:
    with unit_of_work(read_only=True) as db:
        return keying.sheet(db, SheetCode(1, 1), scope=SYSTEM.scope)


def _whole(sheet: KeySheet) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {"stop": [], "digit": [], "portions": [], "cash": []}
    seen = left = cash = 0
    for stop in sheet.stops:
        lines = [line for line in sheet.lines if line.stop == stop]
        due = sum(line.cash_due_fen for line in lines)
        portions = sum(line.quantity for line in lines)
        cash += due
        if lines[0].station_code:
            left += portions
        else:
            seen += portions
        for name, value in (
            ("stop", str(stop)),
            ("digit", "1"),
            ("portions", ""),
            ("cash", f"{due / 100}" if due else ""),
        ):
            data[name].append(value)
    return {
        **data,
        "foot_seen": [str(seen)],
        "foot_left": [str(left)],
        "foot_back": ["0"],
        "foot_cash": [f"{cash / 100}"],
    }


def test_a_code_opens_its_sheet_and_a_wrong_one_says_so(desk: FlaskClient, sheet: KeySheet) -> None:
    answer = desk.post(LIST, data={"code": sheet.code.replace("-", ".")})
    assert answer.headers["Location"].endswith("/keying/1/1")
    wrong = desk.post(LIST, data={"code": sheet.code[:-1] + str((int(sheet.code[-1]) + 1) % 10)}, follow_redirects=True)
    assert "不是线路单的编码" in wrong.text


def test_a_whole_sheet_goes_in_at_once_and_the_list_says_who(desk: FlaskClient, sheet: KeySheet) -> None:
    answer = desk.post("/keying/1/1", data=_whole(sheet), follow_redirects=True)
    assert "已录入" in answer.text
    assert "李敏" in desk.get(LIST).text
    with unit_of_work(read_only=True) as db:
        assert db.scalar(select(func.count(Proof.id))) == sum(not line.station_code for line in sheet.lines)


def test_a_refusal_keeps_every_figure_and_asks_for_the_reason(desk: FlaskClient, sheet: KeySheet) -> None:
    data = _whole(sheet) | {"foot_seen": ["77"]}
    answer = desk.post("/keying/1/1", data=data)
    assert answer.status_code == 422
    assert 'value="77"' in answer.text
    assert 'name="reason"' in answer.text
    assert answer.text.count('name="stop" value=""') < len(sheet.lines)
    done = desk.post("/keying/1/1", data=data | {"reason": ["司机写错"]}, follow_redirects=True)
    assert "司机写错" in done.text


def test_a_scanned_stop_needs_no_script(desk: FlaskClient, sheet: KeySheet) -> None:
    answer = desk.post(
        "/keying/1/1", data={"stop": [sheet_codes.stop_code(1, 1, 1)], "reason": "只有一站"}, follow_redirects=True
    )
    assert answer.status_code == 200
    with unit_of_work(read_only=True) as db:
        assert db.scalar(select(func.count(Proof.id))) == sum(
            line.stop == 1 and not line.station_code for line in sheet.lines
        )


def test_the_page_names_people_masked(desk: FlaskClient, sheet: KeySheet) -> None:
    text = desk.get("/keying/1/1").text
    assert "王玉兰" not in text
    assert "王*兰" in text


@pytest.mark.parametrize(
    "role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.STATION, Role.HOTLINE, Role.AUDITOR, Role.DISTRICT]
)
def test_sheets_are_keyed_at_the_dispatchers_desk_alone(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    assert client.get(LIST).status_code == 403
    assert client.post("/keying/1/1").status_code == 403


def test_a_clerk_of_one_street_keys_their_stops_and_sees_that_the_rest_is_open(
    app: Flask, desk: FlaskClient, sheet: KeySheet
) -> None:
    with unit_of_work() as db:
        accounts.create_account(
            db, login="clerk", display_name="周燕", role=Role.DISPATCHER, street_code=STREET, password=PASSWORD, by=SYSTEM,
            clock=FixedClock(MORNING),
        )  # fmt: skip
        mixed = next(found for n in range(1, 9) if (found := _part(db, n)) is not None and found.foreign)
    client = app.test_client()
    assert client.post("/sign-in", data={"login": "clerk", "password": PASSWORD}).status_code == 303
    page = client.get(f"/keying/1/{mixed.number}").text
    assert "别的街道的站" in page
    own = _whole(replace(mixed, lines=mixed.own))
    whole = _whole(mixed)
    data = own | {name: whole[name] for name in whole if name.startswith("foot_")}
    answer = client.post(f"/keying/1/{mixed.number}", data=data, follow_redirects=True)
    assert "已录入" in answer.text
    assert "录了一部分" in client.get(LIST).text
    assert "录了一部分" in desk.get(LIST).text


def _part(db: Session, number: int) -> KeySheet | None:
    try:
        return keying.sheet(db, SheetCode(1, number), scope=Scope(streets=frozenset({STREET})))
    except NotFound:
        return None
