"""The pages for events: each form mends the draft and lists every change in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.dispatch.models import Run
from mealroute.drafting import queries
from mealroute.planning import closures
from mealroute.vendors.models import Driver
from tests.integration.planning_world import DAY

SignIn = Callable[[Role | str], FlaskClient]
BASE = "/days/2026-03-09/lunch/plan"


@pytest.fixture
def desk(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.DISPATCHER)


def told(desk: FlaskClient, what: str, form: dict[str, str]) -> str:
    answer = desk.post(f"{BASE}/happened/{what}", data=form)
    assert answer.status_code == 303, answer.text
    return desk.get(answer.location).get_data(as_text=True)


def test_an_ill_driver_s_stops_are_named_one_by_one(desk: FlaskClient) -> None:
    with unit_of_work() as db:
        busy = set(db.scalars(select(Run.driver_code)))
        for driver in db.query(Driver):
            driver.active = driver.code in busy
    with unit_of_work(read_only=True) as db:
        vehicle = db.scalars(select(Run.vehicle_code).order_by(Run.number)).first()
    page = told(desk, "driver-ill", {"vehicle": str(vehicle), "reason": "发烧"})
    assert "发烧" in page
    with unit_of_work(read_only=True) as db:
        draft = queries.open_draft(db, DAY, MealSlot.LUNCH)
        assert draft is not None
        moved = queries.view(db, draft).last.detail["moved"]
    assert page.count(" 线改到 ") + page.count("还没有位置</li>") == moved
    assert "王*兰" in page


def test_a_closed_road_is_named_by_a_stop_and_can_be_opened_again(desk: FlaskClient) -> None:
    told(desk, "road-closed", {"place": "1-2", "radius": "80", "reason": "施工"})
    page = desk.get(f"{BASE}/happened").get_data(as_text=True)
    assert "施工" in page
    with unit_of_work(read_only=True) as db:
        (closure,) = closures.on(db, DAY)
    told(desk, "road-opened", {"closure": str(closure.id), "reason": "通车"})
    with unit_of_work(read_only=True) as db:
        assert closures.on(db, DAY) == ()


def test_a_breakdown_says_what_becomes_of_the_food(desk: FlaskClient) -> None:
    page = told(desk, "broken-down", {"vehicle": "E12", "at": "11:05", "food": "cooked-again", "reason": "爆胎"})
    assert "爆胎" in page


def test_a_place_that_is_not_in_the_plan_is_refused_with_the_way_out(desk: FlaskClient) -> None:
    answer = desk.post(f"{BASE}/happened/road-closed", data={"place": "99-1", "radius": "80", "reason": "施工"})
    assert answer.status_code == 422
    assert "4-12" in answer.text


def test_who_may_not_edit_plans_gets_no_form(signed_in: SignIn) -> None:
    assert signed_in(Role.DISTRICT).get(f"{BASE}/happened").status_code == 403
