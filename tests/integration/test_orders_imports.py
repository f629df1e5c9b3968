"""Dishes, the weekly menu and standing orders from sheets, in Chinese and English, with broken cells."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.sheets import read_bytes
from mealroute.core.actor import Actor
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.menus import queries as menus
from mealroute.menus import service as menu_service
from mealroute.menus.models import Dish, ServiceDay
from mealroute.orders import service
from mealroute.orders.models import StandingOrder
from tests.integration.orders_world import MONDAY, World

DISHES = """编号,菜名,适合,含有,单价,冷热,辣度
D10,红烧豆腐,常餐；素食,豆腐,15,热,微辣
D11,凉拌黄瓜,低糖,无,6.5,冷,
D12,神秘菜,常餐,龙肉,12,热,
D13,贵菜,常餐,牛,12.345,热,
"""
MENU = """weekday,slot,diet,choice,dish_code,price,valid_from,valid_to
1,lunch,vegetarian,A,D10,,2026-01-01,
周二,午餐,素食,A,D10,14,2026-01-01,
1,lunch,vegetarian,A,D11,,2026-01-01,
1,lunch,soft,A,D99,,2026-01-01,
1,lunch,low-sugar,A,D11,,2026-01-01,2025-01-01
"""
ORDERS = """订单编号,老人编号,餐次,周一,周二,周三,周四,周五,规格,选择,送餐方式,驿站编码,渠道,付款方式,时段起,时段止,生效日,失效日,家属微信
P1,R1,午餐,1,,1,,2,常规,A,送到家,,电话,月结,11:00,12:00,2026-01-01,,wx1
P2,R2,午餐,1,1,1,1,1,大份,B,驿站自取,S1,网上,刷卡,,,2026-01-01,2026-12-31,
P3,R9,午餐,1,,,,,常规,A,送到家,,电话,月结,,,2026-01-01,,
P4,R2,午餐,1,,,,,常规,A,送到家,,电话,月结,,,2026-02-01,,
P5,R2,晚餐,,,,,,常规,A,送到家,,电话,月结,,,2026-01-01,,
P6,R2,晚餐,1,,,,,常规,A,驿站自取,S9,电话,月结,,,2026-01-01,,
P7,R1,晚餐,1,,,,,常规,A,送到家,,电话,月结,18:00,17:00,2026-01-01,,
P8,R1,晚餐,x,,,,,常规,A,送到家,,电话,月结,,,2026-01-01,,
P1,R2,午餐,1,,,,,常规,A,送到家,,电话,月结,,,2026-01-01,,
"""


@pytest.fixture
def world(db: Session) -> World:
    world = World(db)
    world.resident("R1")
    world.resident("R2")
    return world


def test_dishes_enter_and_an_unknown_ingredient_sets_the_dish_aside(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    sheets = read_bytes(DISHES.encode("gb18030"), "dishes.csv")

    first = menu_service.import_dishes(db, sheets, by=by, clock=clock)
    again = menu_service.import_dishes(db, sheets, by=by, clock=clock)

    assert (first.added, [(p.row, p.column[:1]) for p in first.problems]) == (2, [(4, "D"), (5, "E")])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    tofu, cucumber = (db.scalars(select(Dish).where(Dish.code == code)).one() for code in ("D10", "D11"))
    assert (tofu.suits, tofu.contains, tofu.price_fen, tofu.extra) == (
        ["normal", "vegetarian"],
        ["soy"],
        1500,
        {"辣度": "微辣"},
    )
    assert (cucumber.contains, cucumber.price_fen, cucumber.compartment) == ([], 650, "cold")


def test_the_menu_enters_with_the_dishs_price_where_it_names_none(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    menu_service.import_dishes(db, read_bytes(DISHES.encode(), "dishes.csv"), by=by, clock=clock)

    first = menu_service.import_menu(db, read_bytes(MENU.encode(), "menu.csv"), by=by, clock=clock)
    again = menu_service.import_menu(db, read_bytes(MENU.encode(), "menu.csv"), by=by, clock=clock)

    assert [(p.row, p.code) for p in first.problems] == [(4, "row-twice"), (5, "dish-unknown"), (6, "dates-reversed")]
    assert (first.added, again.added, again.changed, again.unchanged) == (2, 0, 0, 2)
    monday = {entry.diet: entry.price_fen for entry in menus.menu(db, MONDAY, MealSlot.LUNCH).entries}
    assert monday["vegetarian"] == 1500
    tuesday = {entry.diet: entry.price_fen for entry in menus.menu(db, date(2026, 3, 10), MealSlot.LUNCH).entries}
    assert tuesday["vegetarian"] == 1400


def test_a_newer_entry_replaces_the_older_one_from_its_day_on(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    later = "weekday,slot,diet,choice,dish_code,price,valid_from\n1,lunch,normal,A,D3,17,2026-03-09\n"
    menu_service.import_menu(db, read_bytes(later.encode(), "menu.csv"), by=by, clock=clock)
    first_choice = [
        next(e for e in menus.menu(db, day, MealSlot.LUNCH).entries if (e.diet, e.choice) == ("normal", "A"))
        for day in (date(2026, 3, 2), MONDAY)
    ]
    assert [(entry.dish.code, entry.price_fen) for entry in first_choice] == [("D1", 1600), ("D3", 1700)]


def test_standing_orders_enter_beside_a_sentence_for_every_bad_row(
    world: World, db: Session, by: Actor, clock: FixedClock
) -> None:
    sheets = read_bytes(ORDERS.encode("utf-8-sig"), "standing-orders.csv")

    first = service.import_standing_orders(db, sheets, by=by, clock=clock)
    again = service.import_standing_orders(db, sheets, by=by, clock=clock)

    problems = {p.row: p.code for p in first.problems}
    assert problems == {
        4: "resident-unknown", 5: "standing-order-twice", 6: "no-portions", 7: "station-unknown", 8: "window-reversed",
        9: "not-a-number", 10: "row-twice",
    }  # fmt: skip
    assert (first.added, first.set_aside) == (3, 6)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    rows = {row.code: row for row in db.scalars(select(StandingOrder))}
    assert (rows["P1"].portions, rows["P1"].window_from_s, rows["P1"].extra) == (
        [1, 0, 1, 0, 2, 0, 0],
        39_600,
        {"家属微信": "wx1"},
    )
    assert (rows["P2"].size, rows["P2"].station_code, rows["P2"].pay_means) == ("large", "S1", "card")
    assert (rows["P7"].window_from_s, rows["P7"].window_to_s) == (None, None)


@pytest.mark.parametrize(
    ("weekdays", "portions"),
    [
        ("12345", [2, 2, 2, 2, 2, 0, 0]),
        ("周一至周三、周日", [2, 2, 2, 0, 0, 0, 2]),
        ("一三五", [2, 0, 2, 0, 2, 0, 0]),
        ("Mon-Fri", [2, 2, 2, 2, 2, 0, 0]),
        ("每天", [2] * 7),
    ],
)
def test_days_and_a_quantity_say_the_same_as_seven_columns(
    world: World, db: Session, by: Actor, clock: FixedClock, weekdays: str, portions: list[int]
) -> None:
    sheet = f"order_code,resident_code,slot,weekdays,quantity,valid_from\nQ1,R1,lunch,{weekdays},2,2026/1/1\n"
    result = service.import_standing_orders(db, read_bytes(sheet.encode(), "orders.csv"), by=by, clock=clock)
    assert result.problems == ()
    assert db.scalars(select(StandingOrder)).one().portions == portions


def test_seeding_leaves_a_day_that_a_person_has_edited(world: World, db: Session, by: Actor, clock: FixedClock) -> None:
    assert menu_service.seed_service_days(db, MONDAY, date(2026, 3, 15), by=by, clock=clock) == 7
    edited = menu_service.edit_service_day(db, MONDAY, serves=False, note="停水", by=by, clock=clock)

    assert menu_service.seed_service_days(db, MONDAY, date(2026, 3, 15), by=by, clock=clock) == 0
    assert menus.service_day(db, MONDAY) == edited
    assert menus.next_service_day(db, date(2026, 3, 8)) == date(2026, 3, 10)
    assert len(db.scalars(select(ServiceDay)).all()) == 7
    opened = menu_service.edit_service_day(db, MONDAY, serves=True, by=by, clock=clock)
    assert (opened.serves, opened.kind) == (True, "workday")
