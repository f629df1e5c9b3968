"""What a person limited to one street, vendor or kitchen reaches: their own, on every page, paper and file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from mealroute.accounts import service as accounts
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.text import mask_name
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident
from tests.integration.planning_world import DAY, OTHER_STREET, STREET
from tests.web_world import PASSWORD

SignIn = Callable[[Role | str], FlaskClient]
DAYS = f"/days/{DAY}/lunch"


@pytest.fixture
def corner(app: Flask, now: FixedClock) -> FlaskClient:
    """A signed-in dispatcher of one street."""
    return enter(app, now, "corner", Role.DISPATCHER, street_code=OTHER_STREET)


def enter(app: Flask, now: FixedClock, login: str, role: Role, **codes: str) -> FlaskClient:
    with unit_of_work() as db:
        accounts.create_account(
            db, login=login, display_name="赵敏", role=role, password=PASSWORD, by=SYSTEM, clock=now, **codes
        )
    client = app.test_client()
    assert client.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


def rename(street: str, name: str) -> None:
    """Everybody of a street gets a name that no one else has."""
    with unit_of_work() as db:
        for person in db.scalars(select(Resident).where(Resident.street_code == street)):
            person.name = name


def portions_of(street: str) -> int:
    with unit_of_work(read_only=True) as db:
        return sum(db.scalars(select(BookLine.quantity).where(BookLine.street_code == street)))


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_runs_with_names_and_doors_open_only_for_their_driver(signed_in: SignIn, corner: FlaskClient) -> None:
    for client in (signed_in(Role.STATION), signed_in(Role.DISPATCHER), corner):
        assert "/r/" not in client.get(f"/my-runs/{DAY}/lunch").text
    assert "/r/" in signed_in(Role.DRIVER).get(f"/my-runs/{DAY}/lunch").text


def test_a_street_prints_counts_and_labels_of_its_own_people(corner: FlaskClient) -> None:
    rename(STREET, "欧阳")
    labels = text_of(corner.post("/plans/1/labels.pdf").data)
    assert "欧阳" not in labels
    total = sum(
        int(n) for n in re.findall(r"<b>(\d+)</b>", corner.get(f"{DAYS}/kitchen").text.split("</tfoot>")[0])[:1]
    )
    assert 0 < total <= portions_of(OTHER_STREET)


def test_a_route_that_serves_other_streets_too_is_printed_by_the_district(
    corner: FlaskClient, desk: FlaskClient
) -> None:
    rename(STREET, "欧阳")
    answer = corner.post("/plans/1/manifests.pdf")
    assert answer.status_code == 422 or "欧阳" not in text_of(answer.data)
    assert "欧阳" in text_of(desk.post("/plans/1/manifests.pdf").data)


def test_a_vendor_sees_only_its_own_kitchens_and_fleet(signed_in: SignIn) -> None:
    vendor = signed_in(Role.VENDOR)
    page = vendor.get(f"{DAYS}/kitchen").text
    assert "央厨 1" in page
    assert "央厨 2" not in page
    fleet = vendor.get("/vendors/fleet").text
    assert "D11" in fleet
    assert "D21" not in fleet


def test_a_kitchen_counts_only_its_own_plan(signed_in: SignIn) -> None:
    page = signed_in(Role.KITCHEN).get(f"{DAYS}/kitchen").text
    assert "央厨 1" in page
    assert "央厨 2" not in page


def test_the_plan_names_nobody_and_tells_no_diet_of_another_street(corner: FlaskClient) -> None:
    with unit_of_work() as db:
        for person in db.scalars(select(Resident).where(Resident.street_code == STREET)):
            person.name = "欧阳"
    for route in range(1, 7):
        page = corner.get(f"{DAYS}/plan?route={route}").text
        assert mask_name("欧阳") not in page
        for row in re.findall(r'<tr class="stop".*?</tr>', page, re.DOTALL):
            if "其他街道" in row or "another street" in row:
                assert 'class="diet"' not in row
    assert mask_name("欧阳") not in corner.get("/plans/1/map.json").text


def test_the_plan_of_a_street_counts_its_own_meals(corner: FlaskClient, desk: FlaskClient) -> None:
    """Ordered = planned + unassigned, for the lines of the street; the routes are the district's."""
    mine = portions_of(OTHER_STREET)
    for address in (f"{DAYS}/today", f"{DAYS}/plan"):
        page = corner.get(address).text
        found = re.search(rf"<b>{mine}</b>已订.*?<b>(\d+)</b>已排.*?<b>(\d+)</b>未排", page, re.DOTALL)
        assert found, address
        assert int(found[1]) + int(found[2]) == mine
        assert "路线为全区共用" in page
        assert "路线为全区共用" not in desk.get(address).text


def test_search_cards_orders_and_outcomes_stay_in_the_street(corner: FlaskClient) -> None:
    with unit_of_work() as db:
        strangers = list(db.scalars(select(Resident).where(Resident.street_code == STREET)))
        for person in strangers:
            person.name, person.name_key = "欧阳", "欧阳"
        ids = [person.id for person in strangers]
    hidden = mask_name("欧阳")
    for address in (
        "/residents", "/residents?q=欧阳", "/residents?show=unlocated", f"{DAYS}/today", f"{DAYS}/orders",
        f"{DAYS}/orders?street={STREET}", f"{DAYS}/live", f"{DAYS}/outcomes",
    ):  # fmt: skip
        page = corner.get(address).text.replace("“欧阳”", "")
        assert hidden not in page, address
    for number in ids[:3]:
        assert corner.get(f"/residents/{number}").status_code == 404
        answer = corner.post(f"/residents/{number}/reveal", data={"reason": "好奇"})
        assert answer.status_code == 404
        assert "欧阳" not in answer.text
        assert (
            corner.post(
                f"/residents/{number}/state", data={"state": "stopped", "since": str(DAY), "reason": "x"}
            ).status_code
            == 404
        )


def test_the_administrator_lands_on_the_users_and_reads_no_figures_of_people(signed_in: SignIn) -> None:
    admin = signed_in(Role.ADMIN)
    assert admin.get("/").location == "/users"
    assert admin.get(f"{DAYS}/today").status_code == 403
    assert admin.get(f"{DAYS}").location == "/users"


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.KITCHEN, f"{DAYS}/kitchen"),
        (Role.VENDOR, f"/my-work/{DAY}/lunch"),
        (Role.DISPATCHER, f"{DAYS}/today"),
    ],
)
def test_everybody_lands_where_their_work_is(signed_in: SignIn, role: Role, first: str) -> None:
    assert signed_in(role).get("/").location == first


def test_a_street_imports_no_patterns_for_others_and_no_register(corner: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        code = db.scalar(select(Resident.code).where(Resident.street_code == STREET))
    sheet = f"编号,老人编号,餐次,周一,周二,周三,周四,周五,周六,周日,生效日\nSO9,{code},午餐,1,1,1,1,1,0,0,2026-03-01\n".encode()
    page = corner.post("/imports", data={"kind": "standing-orders", "file": (io.BytesIO(sheet), "a.csv")}).text
    assert "您的账号管不到" in page
    answer = corner.post("/imports", data={"kind": "kitchens", "file": (io.BytesIO(sheet), "a.csv")})
    assert answer.status_code == 403


def test_a_finance_officer_of_one_street_exports_it_and_closes_nothing(app: Flask, now: FixedClock) -> None:
    officer = enter(app, now, "purse", Role.FINANCE, street_code=OTHER_STREET)
    assert officer.post("/settlement/2026-02/prepare").status_code == 403
    made = officer.post("/settlement/2026-03/export", data={"format": "csv", "purpose": "核对"}).data.decode(
        "utf-8-sig"
    )
    assert STREET not in made


def test_orders_doors_and_cases_of_other_streets_cannot_be_touched(corner: FlaskClient, desk: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        query = select(BookLine.order_id, BookLine.id).where(
            BookLine.street_code == STREET, BookLine.delivery == "home"
        )
        order, line = db.execute(query.order_by(BookLine.id)).tuples().first() or (0, 0)
        stranger = db.scalars(select(Resident.code).where(Resident.street_code == STREET)).first()
    sent = {"client_id": "8c4b1c3e-6a39-4b8c-9a57-0d5a6b1f0a11", "outcome": "no-answer", "reason": "x"}
    change = {"quantity": "0", "reason": "x"}
    assert corner.post(f"{DAYS}/orders/{order}/change", data=change).status_code == 404
    assert corner.get(f"{DAYS}/outcomes/{line}").status_code == 404
    assert corner.post(f"{DAYS}/outcomes/{line}", data=sent).status_code == 404
    assert desk.post(f"{DAYS}/outcomes/{line}", data=sent).status_code == 303
    case = re.findall(rf"{DAYS}/cases/(\d+)/close", desk.get(f"{DAYS}/live").text)[0]
    assert corner.post(f"{DAYS}/cases/{case}/close", data={"person": "陈洁", "how": "上门"}).status_code == 404
    placed = {
        "resident": stranger, "quantity": "1", "size": "normal", "choice": "A", "delivery": "home", "channel": "phone",
        "pay_means": "card", "reason": "x",
    }  # fmt: skip
    assert corner.post(f"{DAYS}/orders/new", data=placed).status_code == 404
    with unit_of_work() as db:
        number = db.scalars(select(Resident.id).where(Resident.street_code == STREET)).first()
    pause = {"starts_on": str(DAY), "reason": "hospital"}
    assert corner.post(f"/residents/{number}/pauses", data=pause).status_code == 404
    point = {"lon": "116.4", "lat": "39.9", "datum": "wgs84", "precision": "door"}
    assert corner.post(f"/residents/{number}/point", data=point).status_code == 404
    desk.post(f"/residents/{number}/pauses", data=pause)
    assert corner.post(f"/residents/{number}/pauses/1/end").status_code == 404


def test_reveals_and_papers_are_recorded_without_what_they_show(desk: FlaskClient) -> None:
    desk.post("/residents/1/reveal", data={"reason": "回电"})
    for paper in ("count", "packing", "labels", "manifests"):
        assert desk.post(f"/plans/1/{paper}.pdf").status_code == 200
    desk.post("/settlement/2026-03/export", data={"format": "csv", "purpose": "核对"})
    with unit_of_work(read_only=True) as db:
        events = audit.events(db)
        people = set(db.scalars(select(Resident.name))) | set(db.scalars(select(Resident.phone)))
    found = {event.action for event in events}
    assert {"residents.revealed", "papers.labels", "papers.manifests", "papers.packing", "exports.made"} <= found
    for event in events:
        said = f"{event.subject} {event.reason} {event.detail}"
        assert not [value for value in people if value and value in said], event.action
