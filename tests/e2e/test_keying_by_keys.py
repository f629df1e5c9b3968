"""A sheet keyed in without a mouse, and one scanned; what was typed is what is stored."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mealroute.core import db as database
from mealroute.core.actor import SYSTEM
from mealroute.delivery.models import Proof
from mealroute.dispatch import sheet_codes
from mealroute.dispatch.sheet_codes import SheetCode
from mealroute.paper import keying
from mealroute.paper.keying_records import KeySheet
from tests.e2e.conftest import Watched


def _sheet(number: int) -> KeySheet:
    with database.unit_of_work(read_only=True) as db:
        return keying.sheet(db, SheetCode(1, number), scope=SYSTEM.scope)


@pytest.mark.usefixtures("reading")
def test_a_sheet_is_keyed_in_with_figures_and_enter_alone(desk: Watched) -> None:
    sheet = _sheet(1)
    page = desk.sign_in()
    desk.open("/days/2026-03-09/lunch/keying")
    page.keyboard.type(sheet.code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/keying/1/1")  # and until its script is there
    seen = left = cash = 0
    for stop in sheet.stops:
        lines = [line for line in sheet.lines if line.stop == stop]
        due, portions = sum(line.cash_due_fen for line in lines), sum(line.quantity for line in lines)
        left, seen, cash = (
            (left + portions, seen, cash + due) if lines[0].station_code else (left, seen + portions, cash + due)
        )
        page.keyboard.type(str(stop))
        page.keyboard.press("Enter")
        page.keyboard.type("1")  # one digit goes on by itself
        page.keyboard.press("Enter")
        if due:
            page.keyboard.type(f"{due / 100:.2f}")
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # an empty stop ends the rows
    for total in (seen, left, 0, f"{cash / 100:.2f}"):
        page.keyboard.type(str(total))
        page.keyboard.press("Enter")
    page.wait_for_url("**/lunch/keying")
    with database.unit_of_work(read_only=True) as db:
        stored = {proof.book_line_id for proof in db.scalars(select(Proof).where(Proof.source == "paper"))}
    assert {line.book_line_id for line in sheet.lines if not line.station_code} <= stored


@pytest.mark.usefixtures("reading")
def test_a_hand_scanners_line_fills_a_row_wherever_the_cursor_stands(desk: Watched) -> None:
    page = desk.sign_in()
    desk.open("/keying/1/2")
    page.focus("#foot-seen")
    for stop in (2, 1):
        page.keyboard.type(sheet_codes.stop_code(1, 2, stop))
        page.keyboard.press("Enter")
    assert page.locator("input[name=stop]").nth(0).input_value() == sheet_codes.stop_code(1, 2, 2)
    assert page.locator("input[name=digit]").nth(1).input_value() == "1"
    assert page.locator("#foot-seen").input_value() == ""
    assert page.evaluate("document.activeElement.name") == "stop"
