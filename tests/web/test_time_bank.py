"""Pages of the time bank and of service records: who opens them, what they write, names masked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.timebank.models import TimeEntry
from mealroute.vendors.models import Driver

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def volunteer(desk: FlaskClient) -> int:
    with unit_of_work() as db:
        row = db.scalars(select(Driver).where(Driver.code == "D11")).one()
        row.volunteer = True
        return row.id


def test_without_a_volunteer_the_page_says_how_to_begin(desk: FlaskClient) -> None:
    assert "没有志愿者" in desk.get("/time-bank").text


def test_minutes_by_hand_are_written_once_and_shown_as_an_equation(desk: FlaskClient, volunteer: int) -> None:
    page = desk.get(f"/time-bank/{volunteer}").text
    request_id = re.search(r'name="request_id" value="([^"]+)"', page)
    assert request_id
    data = {"request_id": request_id[1], "what": "add", "minutes": "90", "reason": "启用本系统前的时长"}
    for _attempt in range(2):
        assert desk.post(f"/time-bank/{volunteer}/entries", data=data).status_code == 303
    assert "<b>1.50</b>" in desk.get(f"/time-bank/{volunteer}").text
    with unit_of_work(read_only=True) as db:
        assert len(db.scalars(select(TimeEntry)).all()) == 1


def test_the_file_comes_as_csv_and_as_xlsx(desk: FlaskClient, volunteer: int) -> None:
    days = {"first": "2026-03-01", "last": "2026-03-31"}
    assert "流水号" in desk.post("/time-bank/export.csv", data=days).get_data(as_text=True)
    assert desk.post("/time-bank/export.xlsx", data=days).data[:2] == b"PK"


def test_a_paper_is_put_on_file_by_the_district_and_the_vendor_reads_it(signed_in: SignIn, volunteer: int) -> None:
    district = signed_in(Role.DISTRICT)
    data = {"kind": "health-certificate", "issued_on": "2026-01-02", "valid_to": "2027-01-01", "number": "H-7"}
    assert district.post(f"/couriers/{volunteer}/papers", data=data).status_code == 303
    vendor = signed_in(Role.VENDOR)
    page = vendor.get(f"/couriers/{volunteer}").text
    assert "2027-01-01" in page
    assert "刘建国" not in page
    assert vendor.post(f"/couriers/{volunteer}/papers", data=data).status_code == 403


def test_a_driver_whose_paper_ran_out_stands_first_with_the_reason(signed_in: SignIn, volunteer: int) -> None:
    district = signed_in(Role.DISTRICT)
    district.post(
        f"/couriers/{volunteer}/papers", data={"kind": "training", "issued_on": "2025-01-02", "valid_to": "2026-01-01"}
    )
    page = district.get("/couriers").text
    assert page.index("D11") < page.index("D12")
    assert "已于 2026-01-01 到期" in page or "2026-01-01" in page


@pytest.mark.parametrize("role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.HOTLINE, Role.ADMIN])
def test_the_time_bank_is_for_dispatchers_and_the_district(signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/time-bank").status_code == 403
