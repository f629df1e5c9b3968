"""The page of a bad day: masked names, a call each, the sheet recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.audit import AuditEvent
from mealroute.core.db import unit_of_work
from mealroute.dispatch.fallback_models import CallCase

SignIn = Callable[[Role | str], FlaskClient]
PAGE = "/days/2026-03-09/lunch/fallback"


def test_who_has_no_meal_is_called_settled_and_counted(desk: FlaskClient) -> None:
    before = desk.get(PAGE).get_data(as_text=True)
    assert "王玉兰" not in before
    assert "还没人打电话" in before

    assert desk.post(f"{PAGE}/open").status_code == 303
    with unit_of_work(read_only=True) as db:
        (case,) = db.scalars(select(CallCase.id))
    assert "前要打通" in desk.get(PAGE).get_data(as_text=True)
    assert desk.post(f"{PAGE}/calls/{case}", data={"result": "well", "person": "王芳"}).status_code == 303

    assert "已办完" in desk.get(PAGE).get_data(as_text=True)


def test_the_sheet_with_full_names_is_recorded(desk: FlaskClient) -> None:
    desk.post(f"{PAGE}/open")
    answer = desk.post(f"{PAGE}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    with unit_of_work(read_only=True) as db:
        (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "papers.callers"))
        assert event.rows == 1


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.FINANCE])
def test_who_has_nothing_to_do_with_it_sees_nothing_of_it(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/sheet.pdf").status_code == 403


def test_the_district_sees_the_list_but_takes_no_sheet_and_settles_nothing(signed_in: SignIn) -> None:
    client = signed_in(Role.DISTRICT)
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}/open").status_code == 403
    assert client.post(f"{PAGE}/sheet.pdf").status_code == 403
