"""Every page at desk and phone width, in both languages: no errors, no sideways scrolling, sound for assistive tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import by_keys
from tests.e2e.conftest import Watched
from tests.integration.planning_world import DAY

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DAYS = f"/days/{DAY}/lunch"
PAGES = (
    f"{DAYS}/today", f"{DAYS}/orders", f"{DAYS}/orders/new", f"{DAYS}/plan", f"{DAYS}/live", f"{DAYS}/outcomes", f"{DAYS}/kitchen",
    "/residents", "/residents?q=wyl", "/residents/5", "/vendors", "/vendors/kitchens", "/vendors/fleet",
    "/settlement/2026-03", "/imports", "/jobs", "/preferences", "/days/2026-03-11/lunch/plan", "/days/2026-03-11/lunch/orders",
)  # fmt: skip


def faults(watched: Watched) -> list[str]:
    """What axe-core calls wrong on the open page, one line each."""
    source = AXE.read_text("utf-8")
    watched.page.evaluate(source)
    found: dict[str, Any] = json.loads(
        watched.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r))")
    )
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:2]
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_desk_clicks_through_every_page(desk: Watched, language: str) -> None:
    desk.sign_in(language=language)
    problems = []
    for path in PAGES:
        desk.open(path)
        problems += [f"{path} {line}" for line in faults(desk)]
    assert problems == []


def test_no_page_scrolls_sideways_on_a_phone(phone: Watched) -> None:
    phone.sign_in()
    wide = {}
    for path in PAGES:
        page = phone.open(path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[path] = over
    assert wide == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("login", "pages"), [("admin", ("/users", "/imports")), ("auditor", ("/audit", "/audit?verify=1"))]
)
def test_the_administrators_pages_are_whole_on_a_phone(
    phone: Watched, login: str, pages: tuple[str, ...], language: str
) -> None:
    phone.sign_in(login, language)
    assert {path: lost for path in pages if (lost := by_keys.cut_off(phone.open(path)))} == {}


@pytest.mark.parametrize(
    ("login", "pages"), [("admin", ("/users", "/imports")), ("auditor", ("/audit", "/audit?verify=1"))]
)
def test_the_administrators_pages_are_sound(desk: Watched, login: str, pages: tuple[str, ...]) -> None:
    desk.sign_in(login)
    for path in pages:
        desk.open(path)
        assert faults(desk) == []


def test_the_keyboard_reaches_the_search_and_skips_to_the_content(desk: Watched) -> None:
    page = desk.sign_in()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("R0012")
    page.keyboard.press("Enter")
    page.wait_for_url("**/residents/12")


def test_the_dark_page_is_readable(desk: Watched) -> None:
    page = desk.sign_in()
    page.click("summary.who")
    page.click("button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    desk.open(f"{DAYS}/plan")
    assert faults(desk) == []
