"""The driver's phone in a browser: large targets, one record however often it is sent, and a queue without network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.delivery import queries
from mealroute.dispatch import queries as dispatch
from tests import web_world
from tests.e2e.conftest import PHONE, Watched
from tests.e2e.test_pages_in_a_browser import faults
from tests.integration.planning_world import DAY


@pytest.fixture
def run(reading: None) -> str:
    with unit_of_work(read_only=True) as db:
        token = dispatch.token(db, 2, secret_key=web_world.SECRET)
    return f"/r/{token}"


def records() -> int:
    with unit_of_work(read_only=True) as db:
        found = queries.outcomes(db, DAY, "lunch", scope=Scope.everything())
    return sum(1 for line in found if line.outcome)


def test_every_target_is_at_least_48_pixels_and_the_page_is_sound(phone: Watched, run: str) -> None:
    page = phone.open(run)
    line = re.search(r"/lines/(\d+)/", page.content())
    assert line
    for path in (run, f"{run}/stops", f"{run}/lines/{line[1]}/hand-over", f"{run}/lines/{line[1]}/no-answer"):
        phone.open(path)
        small = page.evaluate(
            "[...document.querySelectorAll('main a, main button, .pick span, header a')].filter((e) => e.offsetParent)"
            ".map((e) => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 48)"
        )
        assert small == [], path
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert faults(phone) == [], path


def test_an_outcome_recorded_on_the_phone_moves_to_the_next_door(phone: Watched, run: str) -> None:
    before = records()
    page = phone.open(run)
    page.click("a.btn--primary >> nth=0")
    page.check("input[value='handed-over']", force=True)
    with page.expect_navigation():
        page.click("form .btn--primary")
    assert records() == before + 1


def test_without_network_the_record_waits_in_the_phone_and_goes_out_once(phone: Watched, run: str) -> None:
    before = records()
    page = phone.open(run)
    page.click("a.btn--primary >> nth=0")
    page.check("input[value='handed-over']", force=True)
    phone.context.set_offline(True)
    page.click("form .btn--primary")
    page.wait_for_selector("[data-kept]:not([hidden])")
    assert page.is_visible("[data-queue]")
    assert records() == before
    phone.context.set_offline(False)
    for _tenth in range(100):
        if records() > before:
            break
        page.wait_for_timeout(100)
    assert records() == before + 1


def test_without_script_the_plain_form_does_the_same(browser: Browser, address: str, run: str) -> None:
    before = records()
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + run)
    page.click("a.btn--primary >> nth=0")
    page.check("input[value='handed-over']", force=True)
    page.click("form .btn--primary")
    assert "已记下" in page.inner_text("main")
    context.close()
    assert records() == before + 1


def test_the_phone_makes_its_own_id_even_where_the_browser_cannot(phone: Watched, run: str) -> None:
    page = phone.open(run)
    made = page.evaluate(
        "import('/static/js/driver.mjs').then((m) => m.uuid({getRandomValues: (a) => crypto.getRandomValues(a)}))"
    )
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made)
