"""The menu's pages: draft to public page, who clashes, decisions, dishes, avoided foods; what is masked for whom."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.core.text import mask_name
from mealroute.menus import queries as menus
from mealroute.menus.models import Dish, MenuEntry
from mealroute.orders.models import DishChoice, StandingOrder
from mealroute.residents.models import Resident, ResidentDiet
from tests.integration.planning_world import DAY, STREET
from tests.web_world import LUNCH

SignIn = Callable[[Role | str], FlaskClient]
NEXT = DAY + timedelta(days=7)
WEEK = f"/menus/{NEXT}"


@pytest.fixture(autouse=True)
def pattern(app: object) -> None:
    """An ordinary dish on every weekday."""
    with unit_of_work() as db:
        db.add(Dish(code="DM", name="清蒸鲈鱼", name_en="Bass", contains=["fish"], suits=["normal"], price_fen=1800))
        db.flush()
        for weekday in range(1, 8):
            db.add(
                MenuEntry(
                    code=f"{weekday}/lunch/normal/A", weekday=weekday, slot="lunch", diet="normal", choice="A", dish_code="DM",
                    price_fen=1800, valid_from=date(2025, 1, 1),
                )
            )  # fmt: skip


def main_dish(day: date = NEXT) -> str:
    with unit_of_work(read_only=True) as db:
        entry = menus.menu(db, day, LUNCH).ordinary
        return entry.dish.code if entry else ""


@pytest.fixture
def other(app: object) -> str:
    """A dish that is not the main one."""
    with unit_of_work() as db:
        db.add(
            Dish(code="DX", name="测试新菜", name_en="A new dish", contains=["egg"], suits=["normal"], price_fen=1900)
        )
    return "DX"


@pytest.fixture
def soft(app: object) -> int:
    """A resident with a standing order who wishes soft food, which nothing on the menu is."""
    with unit_of_work() as db:
        person = db.scalars(select(Resident).where(Resident.street_code == STREET).order_by(Resident.id)).first()
        assert person is not None
        person.name, person.phone = "欧阳测试", "13900001234"
        db.add(ResidentDiet(resident_id=person.id, diet="soft", strict=False, valid_from=date(2025, 1, 1)))
        db.add(
            StandingOrder(
                code="OX", resident_id=person.id, slot="lunch", portions=[1, 1, 1, 1, 1, 0, 0], channel="phone",
                pay_means="monthly", valid_from=date(2025, 1, 1),
            )
        )  # fmt: skip
        return person.id


def test_a_draft_is_copied_changed_signed_and_published_to_the_public_page(
    desk: FlaskClient, client: FlaskClient, other: str
) -> None:
    before = main_dish()
    assert desk.post(f"{WEEK}/draft").status_code == 303
    page = desk.get(f"{WEEK}?edit={NEXT}/lunch/normal/A").text
    assert "测试新菜" in page
    desk.post(f"{WEEK}/put", data={"line": f"{NEXT}/lunch/normal/A", "dish": other, "price": "19.50"})
    desk.post(f"{WEEK}/sign", data={"name": "王营养师", "on": DAY.isoformat()})
    assert main_dish() == before
    assert "测试新菜" not in client.get(f"/menu/{NEXT}").text
    assert desk.post(f"{WEEK}/publish").status_code == 303
    assert main_dish() == other
    public = client.get(f"/menu/{NEXT}").text
    assert "测试新菜" in public
    assert "A new dish" in public
    assert "19.50" in public
    assert "王营养师" in desk.get(WEEK).text


def test_the_public_menu_comes_as_a_page_and_as_files_without_sign_in(client: FlaskClient) -> None:
    assert client.get("/menu").status_code == 302
    page = client.get(f"/menu/{DAY}").text
    csv = client.get(f"/menu/{DAY}/menu.csv").data.decode("utf-8-sig")
    with unit_of_work(read_only=True) as db:
        name = menus.menu(db, DAY, LUNCH).entries[0].dish.name
    assert name in page
    assert name in csv
    assert client.get(f"/menu/{DAY}/menu.xlsx").data[:2] == b"PK"
    pdf = client.get(f"/menu/{DAY}/menu.pdf").data
    assert name[:4] in "".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages)


def test_the_public_menu_names_the_subsidy_with_its_document(client: FlaskClient) -> None:
    assert "京民养老发〔2022〕69号" in client.get(f"/menu/{DAY}").text


def test_weeks_far_away_are_not_found(client: FlaskClient) -> None:
    assert client.get("/menu/2031-01-06").status_code == 404


def test_a_closed_meal_is_replaced_with_a_reason_and_the_kitchen_sees_it(
    desk: FlaskClient, signed_in: SignIn, other: str
) -> None:
    line = f"{DAY}/lunch/normal/A"
    assert desk.post(f"/menus/{DAY}/replace", data={"line": line, "dish": other}).status_code == 422
    answer = desk.post(f"/menus/{DAY}/replace", data={"line": line, "dish": other, "reason": "鱼没到货"})
    assert answer.status_code == 303
    for address in (f"/days/{DAY}/lunch/kitchen", f"/days/{DAY}/lunch/kitchen/packing"):
        answer = signed_in(Role.KITCHEN).get(address)
        if answer.status_code == 200:
            assert "鱼没到货" in answer.text


def test_a_clash_is_listed_with_its_reason_decided_and_counted(desk: FlaskClient, soft: int) -> None:
    page = desk.get(f"{WEEK}/clashes").text
    assert mask_name("欧阳测试") in page
    assert "欧阳测试" not in page
    key = f"{NEXT}-lunch-{soft}"
    form = desk.get(f"{WEEK}/clashes?decide={key}").text
    assert 'name="answer"' in form
    answer = desk.post(
        f"/menus/{NEXT}/lunch/choices",
        data={"resident": soft, "answer": "no-meal", "voice": "resident", "means": "phone"},
    )
    assert answer.status_code == 303
    with unit_of_work(read_only=True) as db:
        row = db.scalars(select(DishChoice)).one()
        assert (row.kind, row.by_name, row.means, row.voice) == ("no-meal", "李敏", "phone", "resident")
    decided = desk.get(f"{WEEK}/clashes?show=chosen").text
    assert "李敏" in decided
    assert "差 " not in decided
    assert re.search(r"<b>\d+</b>冲突.*?<b>1</b>已决定", decided, re.DOTALL)


def test_the_open_book_says_how_many_are_still_to_be_asked(desk: FlaskClient, soft: int) -> None:
    desk.post(f"/days/{NEXT}/lunch/orders/materialise")
    assert "还有 1 人的菜不合适" in desk.get(f"/days/{NEXT}/lunch/orders").text


def test_nobody_decides_without_saying_whose_word_it_is(desk: FlaskClient, soft: int) -> None:
    data = {"resident": soft, "answer": "no-meal", "means": "phone"}
    assert desk.post(f"/menus/{NEXT}/lunch/choices", data=data).status_code == 422


def test_who_may_not_see_health_data_sees_no_reason(signed_in: SignIn, soft: int) -> None:
    page = signed_in(Role.AUDITOR).get(f"{WEEK}/clashes").text
    assert "健康信息" in page
    assert ">软食<" not in page


def test_the_call_list_needs_a_reason_and_the_right_to_reveal(desk: FlaskClient, signed_in: SignIn, soft: int) -> None:
    assert desk.post(f"{WEEK}/calls.pdf", data={"reason": ""}).status_code == 422
    pdf = desk.post(f"{WEEK}/calls.pdf", data={"reason": "询问"}).data
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages)
    assert "13900001234" in text
    assert signed_in(Role.STATION).post(f"{WEEK}/calls.pdf", data={"reason": "x"}).status_code == 403


def test_a_dish_is_entered_changed_and_priced(desk: FlaskClient) -> None:
    data = {"code": "d900", "name": "蛋炒饭", "price": "12", "contains": ["egg"], "suits": ["normal"]}
    address = desk.post("/dishes/new", data=data).headers["Location"]
    page = desk.get(address).text
    assert "D900" in page
    desk.post(address, data={**data, "allergens": ["soy"], "active": "on"})
    desk.post(f"{address}/prices", data={"price": "13.50", "valid_from": NEXT.isoformat()})
    page = desk.get(address).text
    assert "13.50" in page
    assert "大豆" in desk.get("/dishes").text


def test_a_kitchen_reads_dishes_and_changes_none(signed_in: SignIn, other: str) -> None:
    kitchen = signed_in(Role.KITCHEN)
    assert "测试新菜" in kitchen.get("/dishes").text
    assert kitchen.post("/dishes/new", data={"code": "X"}).status_code == 403
    assert kitchen.post(f"{WEEK}/draft").status_code == 403


def test_english_pages_show_the_dish_in_english(desk: FlaskClient, other: str) -> None:
    desk.post("/language", data={"language": "en"})
    assert "A new dish" in desk.get("/dishes").text


def test_avoided_foods_are_kept_after_consent_and_masked_for_other_roles(
    desk: FlaskClient, signed_in: SignIn, soft: int
) -> None:
    address = f"/residents/{soft}/foods"
    desk.post(address, data={"consent": "refused", "wish": "avoid:egg"})
    assert "忌鸡蛋" not in desk.get(f"/residents/{soft}").text
    desk.post(address, data={"consent": "given", "wish": "avoid:egg", "strict": "allergen:milk"})
    page = desk.get(f"/residents/{soft}").text
    assert "忌鸡蛋" in page
    assert "乳类过敏" in page
    masked = signed_in(Role.AUDITOR).get(f"/residents/{soft}").text
    assert "忌鸡蛋" not in masked
    assert signed_in(Role.STATION).post(address, data={"consent": "given"}).status_code == 403
