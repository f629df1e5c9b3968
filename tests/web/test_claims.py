"""Claim lines, statements of residents and stations in the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mealroute.core.actor import Role

SignIn = Callable[[Role | str], FlaskClient]


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.STREET_CHECKER, Role.DISTRICT_APPROVER])
def test_who_sees_the_money_looks_for_lines(signed_in: SignIn, role: Role) -> None:
    page = signed_in(role).get("/claims/2026-03?rule_id=bj-meal-resident&day=2026-03-09")
    assert page.status_code == 200
    assert "没有符合的明细" in page.text


def test_a_line_that_is_not_there_is_told_so(signed_in: SignIn) -> None:
    assert signed_in(Role.FINANCE).get("/claims/lines/999").status_code == 404


def test_a_residents_statement_is_printed_large_with_the_name(signed_in: SignIn) -> None:
    hotline = signed_in(Role.HOTLINE)
    page = hotline.get("/statements/residents/1/2026-03")
    assert page.status_code == 200
    assert "大字打印" in page.text
    printed = hotline.post("/statements/residents/1/2026-03/print")
    assert printed.status_code == 200
    assert "statement--large" in printed.text


def test_a_station_reads_its_own_statement_alone(signed_in: SignIn) -> None:
    station = signed_in(Role.STATION)
    assert station.get("/statements/stations/2026-03").status_code == 200
    assert station.get("/statements/stations/2026-03?station=S9").status_code == 404


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.ADMIN])
def test_statements_are_not_for_everybody(signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    assert client.get("/statements/residents/1/2026-03").status_code == 403
    assert client.get("/claims/2026-03").status_code == 403
