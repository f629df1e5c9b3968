"""What the pages of the money say of months with money beside the meals: nothing hidden, nobody nameless, words of the matter."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from mealroute.core.db import unit_of_work
from mealroute.core.i18n import in_each
from mealroute.core.text import mask_name
from mealroute.residents.models import Resident
from mealroute.subsidy.models import ClaimLine
from tests import money_world, web_world
from tests.web.test_exports import ask, fetch
from web.settlement import chain

Read = Callable[..., str]


@pytest.fixture(scope="module")
def read(money: Flask) -> Read:
    """The words of a page that somebody opens, without its marks."""

    def page(address: str, login: str = "finance", language: str = "zh") -> str:
        client = money.test_client()
        client.post("/sign-in", data={"login": login, "password": web_world.PASSWORD})
        client.post("/language", data={"language": language, "back": "/"})
        answer = client.get(address)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))

    return page


def test_a_month_without_meals_says_what_is_payable_before_it_is_signed(read: Read) -> None:
    said = read(f"/settlement/{money_world.APRIL}", login="whole-checker")
    assert "3,500.00" in said
    assert "合计应付 3,597.01" in said


def test_an_empty_month_says_so_and_shows_no_sums(read: Read) -> None:
    said = read("/settlement/2019-03")
    assert "2019 年 3 月 没有截过的订单簿" in said
    assert "街道签署" not in said


def test_what_is_paid_to_residents_themselves_has_a_name_among_the_vendors(read: Read) -> None:
    assert re.search(r"按商户 商户 申报行 .*付给老人本人 35 0 35 3,500\.00", read(f"/settlement/{money_world.MARCH}"))


def test_one_of_anything_is_singular_in_english(read: Read) -> None:
    said = read(f"/settlement/{money_world.MARCH}", language="en")
    assert "1 service day, 35 residents without duplicates" in said
    assert "，" not in said.replace("东城区民政局", "")


def test_a_fixed_grade_is_said_in_the_words_of_the_list_above_it(read: Read) -> None:
    said = read(f"/settlement/{money_world.MARCH}/awards", login="district-approver")
    assert said.count("优秀") == 2
    assert "点商户名" not in said


def test_one_meal_is_told_in_the_words_of_the_matter(read: Read) -> None:
    _login, address = money_world.pages()["one meal"]
    said = read(address)
    assert "门口记录" in said
    assert "助餐运营补贴" in said
    assert not re.search("门口提示|制作|记下|bj-meal-operator", said)


def _file(money: Flask, month: str, file: str) -> bytes:
    client = money.test_client()
    client.post("/sign-in", data={"login": "finance", "password": web_world.PASSWORD})
    return fetch(client, ask(client, file, to=f"/exports/{month}"))


def _paper(money: Flask, month: str, file: str) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(_file(money, month, file))).pages)


def test_papers_say_what_goes_to_residents_themselves(money: Flask) -> None:
    for file in ("settlement.pdf", "notice.pdf", "vendor-days.pdf"):
        said = _paper(money, money_world.MARCH, file)
        assert "付给老人本人" in said, file
        assert "（）" not in said, file


def test_a_notice_of_an_open_month_says_that_nobody_posts_it(money: Flask) -> None:
    assert "不得张贴" in _paper(money, money_world.APRIL, "notice.pdf")
    assert "不得张贴" not in _paper(money, money_world.MARCH, "notice.pdf")


def test_the_rows_of_a_workbook_are_filtered_by_their_heading(money: Flask) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_file(money, money_world.MARCH, "settlement.xlsx")))
    lines = book.worksheets[0]
    assert lines.auto_filter.ref == lines.dimensions
    assert [sheet.auto_filter.ref for sheet in book.worksheets[1:]] == [None, None]


def test_the_forms_of_many_payees_are_folded_each_with_what_is_left(money: Flask, read: Read) -> None:
    client = money.test_client()
    client.post("/sign-in", data={"login": "cashier", "password": web_world.PASSWORD})
    page = client.get(f"/settlement/{money_world.MARCH}/payments").text
    folded = re.findall(
        r'<details class="payfold"><summary><b>([^<]+)</b> <span class="faint">([^<]+)</span> <span class="sub">([^<]+)</span>',
        page,
    )
    assert len(folded) == 36
    assert {left for _payee, _code, left in folded} == {"50.00", "99.00", "100.00"}
    assert "R0004 R0004" not in read(f"/settlement/{money_world.MARCH}/payments", login="cashier")


def test_a_resident_who_is_paid_has_a_masked_name_with_the_code(money: Flask, read: Read) -> None:
    with unit_of_work(read_only=True) as db:
        people = dict(db.execute(select(Resident.code, Resident.name)).tuples().all())
        number = db.scalars(select(ClaimLine.id).where(ClaimLine.payee == "R0004").order_by(ClaimLine.id)).first()
    payments = read(f"/settlement/{money_world.MARCH}/payments", login="cashier")
    alone = rf"(?<!{re.escape(mask_name(people['R0004']))} )(?<!/)R0004"
    for said in (payments, read(f"/claims/lines/{number}")):
        assert f"{mask_name(people['R0004'])} R0004" in said
        assert not re.search(alone, said)
        assert not any(name in said for code, name in people.items() if code == "R0004")
    client = money.test_client()
    client.post("/sign-in", data={"login": "cashier", "password": web_world.PASSWORD})
    page = client.get(f"/settlement/{money_world.MARCH}/payments").text
    assert f'<option value="R0004">{mask_name(people["R0004"])} R0004</option>' in page


def test_the_counts_behind_a_line_are_named(read: Read) -> None:
    with unit_of_work(read_only=True) as db:
        number = db.scalars(select(ClaimLine.id).where(ClaimLine.payee == "R0004").order_by(ClaimLine.id)).first()
    said = read(f"/claims/lines/{number}", language="en")
    assert "Days with a meal 1" in said
    assert "Meals a day 1" in said
    assert "meals-a-day" not in said


@pytest.mark.parametrize("login", ["finance", "whole-checker"])
def test_what_the_program_wrote_of_corrections_and_held_lines_is_in_the_readers_language(
    read: Read, login: str
) -> None:
    said, month = "", money_world.APRIL
    for month in (money_world.MARCH, money_world.APRIL):
        said = read(f"/settlement/{month}", login=login, language="en")
        parts = re.findall("(?:Corrections of closed months|Held lines) .*?(?:total|$)", said)
        assert not any(re.search("[\u4e00-\u9fff，。：；]{7,}", part) for part in parts)
    assert said.count("The record at the door was corrected after the month was closed: this meal was not handed over.")
    assert "结算关账后送达记录被更正：这份餐没有交出。" in read(f"/settlement/{month}", login=login)


def test_what_the_program_explained_by_itself_is_read_in_the_readers_language(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the ledger keeps it: in the language of whoever prepared the month."""
    sentence = "The meal was left without anyone being seen; the district does not pay for that."
    kept, looked = in_each(sentence)["zh"], chain.lines_page

    def explained(*given: Any, **asked: Any) -> Any:
        found, dated = looked(*given, **asked)
        return replace(found, lines=tuple(replace(one, words=kept) for one in found.lines)), dated

    monkeypatch.setattr(chain, "lines_page", explained)
    address = f"/settlement/{money_world.MARCH}/chain/lines?figure=explained"
    assert sentence in read(address, language="en")
    assert kept in read(address)


def test_no_english_page_of_the_money_has_a_chinese_mark_behind_an_english_word(read: Read) -> None:
    found = {}
    for page, (login, address) in money_world.pages().items():
        said = read(address, login=login, language="en")
        if marks := re.findall("[A-Za-z0-9)]+ ?[：；，。]|\\. set by", said):
            found[page] = marks
    assert found == {}


def test_the_step_that_is_due_is_no_stop_of_a_route(read: Read) -> None:
    said = read("/settlement/2026-02")
    assert "编制 待办" in said
    assert "下一站" not in said
