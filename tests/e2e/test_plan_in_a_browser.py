"""The plan board: map, lists and keys speak of the same route; planning runs outside the web process."""

from __future__ import annotations

import pytest

from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.planning import queries
from tests.e2e.conftest import Watched
from tests.integration.planning_world import DAY

PLAN = f"/days/{DAY}/lunch/plan"


def test_choosing_a_route_shows_its_stops_without_a_new_page(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(PLAN)
    page.wait_for_selector("#map[data-ready=yes]")

    page.click("a[data-pick='2']")

    page.wait_for_selector(".route[data-number='2'][aria-current]")
    page.wait_for_selector("[data-stops][data-route='2']")
    assert "route=2" in page.url
    page.keyboard.press("j")
    assert page.get_attribute("tr.stop[data-key]:first-child", "aria-selected") == "true"
    page.keyboard.press("]")
    page.wait_for_selector(".route[data-number='2'][aria-current]", state="detached")
    assert page.locator(".route[aria-current]").count() == 1


def test_the_map_draws_on_a_canvas_and_zooms(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(PLAN)
    page.wait_for_selector("#map[data-ready=yes]")
    assert page.locator("#map canvas").count() >= 1
    assert page.locator(".map-pin__stop").count() >= 1
    page.click("[data-zoom='1']")


@pytest.mark.usefixtures("reading")
def test_planning_from_the_page_shows_progress_and_ends_in_a_new_version(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(PLAN)
    with unit_of_work(read_only=True) as db:
        before = len(queries.versions(db, DAY, MealSlot.LUNCH))
    page.goto(f"{desk.address}{PLAN}?version=2")

    page.click("[data-opens='search-again']")
    page.fill("#search-again [name=seconds]", "5")
    page.click("#search-again .btn--primary")

    page.wait_for_selector("[data-job]")
    page.wait_for_selector("[data-job]", state="detached", timeout=90_000)
    with unit_of_work(read_only=True) as db:
        versions = queries.versions(db, DAY, MealSlot.LUNCH)
    assert len(versions) == before + 1
    assert versions[0].violations == ()


def test_the_key_of_publishing_opens_its_check(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(f"{PLAN}?version=2")
    page.wait_for_selector("#map[data-ready=yes]")
    page.keyboard.press("p")
    page.wait_for_url(lambda url: "publish" in url)
