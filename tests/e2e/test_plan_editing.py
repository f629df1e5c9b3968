"""Bending a plan in a real browser: by mouse in list, timeline and map, by keyboard alone, by two people at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries, service
from tests.e2e.conftest import DESK, Watched
from tests.integration.planning_world import DAY
from tests.web_world import MORNING

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Two frames on: whatever was asked to be drawn is."""
PLAN = f"/days/{DAY}/lunch/plan"


@pytest.fixture
def board(desk: Watched, reading: None) -> Iterator[Page]:
    """A fresh draft of the second version, on its page."""
    desk.sign_in()
    page = desk.open(f"{PLAN}?version=2")
    page.click(f"form[action*='plan/draft'] button:has-text('编辑')")  # noqa: F541
    page.wait_for_selector("#map[data-ready=yes]")
    yield page
    with unit_of_work() as db:
        found = queries.open_draft(db, DAY, MealSlot.LUNCH)
        if found is not None:
            service.drop_draft(db, found, "end of the test", by=SYSTEM, clock=FixedClock(MORNING))


def _said(page: Page) -> str:
    page.wait_for_selector("#said .banner")
    return page.inner_text("#said")


def _keys(page: Page) -> list[str]:
    return [str(row.get_attribute("data-key")) for row in page.query_selector_all("tr.stop")]


def _drag(page: Page, source: str, x: float, y: float) -> None:
    box = page.locator(source).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + min(60, box["width"] / 2), box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x - 20, y - 3, steps=3)
    page.mouse.move(x, y, steps=3)
    page.mouse.up()


def _middle(page: Page, spot: str) -> tuple[float, float]:
    box = page.locator(spot).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_stop_is_dragged_behind_another_in_the_list(board: Page) -> None:
    keys = _keys(board)
    box = board.locator(f"#stop-{keys[2]}").bounding_box()
    assert box is not None
    _drag(board, f"#stop-{keys[0]} .stop__seq", box["x"] + 90, box["y"] + box["height"] - 4)

    board.wait_for_selector(f"tr.stop:nth-child(3)[data-key='{keys[0]}']")
    assert "第 3 站" in _said(board)


def test_a_stop_is_dragged_onto_another_route_and_taken_back_by_key(board: Page) -> None:
    keys = _keys(board)
    _drag(board, f"#stop-{keys[0]} .stop__seq", *_middle(board, "#route-2"))

    board.wait_for_selector(f"#stop-{keys[0]}", state="detached")
    assert "2 线" in _said(board)
    board.locator("tr.stop").first.focus()
    board.keyboard.press("z")
    board.wait_for_selector(f"#stop-{keys[0]}")


def test_a_stop_is_dragged_to_a_time_on_another_lane_of_the_timeline(board: Page) -> None:
    board.click("a[data-tab=timeline]")
    board.wait_for_selector("#lane-2")
    key = _keys(board)[1]
    x, y = _middle(board, "#lane-2 .tl-stop:nth-of-type(2) .tl-dot")
    box = board.locator(f"#lane-1 .tl-stop[data-key='{key}'] .tl-dot").bounding_box()
    assert box is not None
    board.mouse.move(box["x"] + 4, box["y"] + 4)
    board.mouse.down()
    board.mouse.move(x, y - 5, steps=3)
    board.mouse.move(x + 6, y, steps=3)
    board.mouse.up()

    board.wait_for_selector(f"#lane-2 .tl-stop[data-key='{key}']")
    assert "2 线" in _said(board)


def test_a_pin_of_the_map_is_dropped_on_a_routes_number(board: Page) -> None:
    key = _keys(board)[-1]
    x, y = _middle(board, "[data-drop=tag][data-number='2']")
    pin = board.locator(f"[data-pin][data-key='{key}']").bounding_box()
    assert pin is not None
    board.mouse.move(pin["x"] + 12, pin["y"] + 12)
    board.mouse.down()
    board.mouse.move(x + 9, y + 9, steps=4)
    board.mouse.move(x, y, steps=2)
    board.mouse.up()

    board.wait_for_selector(f"#stop-{key}", state="detached")
    assert "2 线" in _said(board)


def test_the_keyboard_alone_moves_locks_marks_and_undoes(board: Page) -> None:
    keys = _keys(board)
    board.keyboard.press("j")
    board.keyboard.press("j")
    board.keyboard.press("Alt+ArrowUp")
    board.wait_for_selector(f"tr.stop:nth-child(1)[data-key='{keys[1]}']")
    board.keyboard.press("l")
    board.wait_for_selector(f"#stop-{keys[1]} .stop__held")
    board.keyboard.press("l")
    board.wait_for_selector(f"#stop-{keys[1]} .stop__held", state="detached")
    board.keyboard.press("x")
    board.keyboard.press("j")
    board.keyboard.press("x")
    assert "2" in board.inner_text("[data-picked-text]")
    board.keyboard.press("m")
    board.keyboard.type("2")
    board.keyboard.press("Enter")
    board.wait_for_selector(f"#stop-{keys[1]}", state="detached")
    board.keyboard.press("z")
    board.wait_for_selector(f"#stop-{keys[1]}")
    board.keyboard.press("Shift+Z")
    board.wait_for_selector(f"#stop-{keys[1]}", state="detached")


def test_two_people_see_each_other_and_keep_their_place(board: Page, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK)
    other = Watched(context, address)
    other.sign_in()
    theirs = other.open(PLAN)
    theirs.wait_for_selector("#map[data-ready=yes]")
    keys = _keys(theirs)
    theirs.locator(f"#stop-{keys[3]}").click()
    theirs.locator(f"#stop-{keys[3]}").focus()

    board.keyboard.press("j")
    board.keyboard.press("m")
    board.keyboard.type("2")
    board.keyboard.press("Enter")

    theirs.wait_for_selector(f"#stop-{keys[0]}", state="detached")
    assert "李敏" in _said(theirs)
    assert theirs.get_attribute(f"#stop-{keys[3]}", "aria-selected") == "true"
    assert theirs.evaluate("document.activeElement.id") == f"stop-{keys[3]}"
    context.close()
    assert other.complaints == []


def test_the_editing_board_has_no_barrier_that_axe_knows(board: Page) -> None:
    board.evaluate(AXE.read_text("utf-8"))
    found = json.loads(
        board.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r))")
    )
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]] == []


def test_the_map_is_drawn_anew_when_the_colour_scheme_changes(board: Page) -> None:
    tone = """() => { const all = [...document.querySelectorAll('#map canvas')].map((c) => c.toDataURL()); return all.join('|'); }"""
    key = _keys(board)[0]
    board.click(f"#stop-{key}")
    board.wait_for_selector(f"#stop-{key}[aria-selected=true]")
    board.evaluate(DRAWN)
    before = board.evaluate(tone)

    board.evaluate("document.documentElement.dataset.theme = 'dark'")
    board.wait_for_function(f"before => ({tone})() !== before", arg=before)
    board.evaluate(DRAWN)
    dark = board.evaluate(tone)
    board.evaluate("document.documentElement.dataset.theme = 'light'")
    board.wait_for_function(f"dark => ({tone})() !== dark", arg=dark)

    assert board.get_attribute(f"#stop-{key}", "aria-selected") == "true"


def test_a_change_touches_what_differs_and_leaves_what_is_typed_elsewhere(board: Page) -> None:
    key = _keys(board)[2]
    board.locator(f"#stop-{key}").focus()
    board.evaluate("window.same = [...document.querySelectorAll('tr.stop')].map((row) => [row.dataset.key, row])")
    board.fill("#move-place", "1")
    board.locator(f"#stop-{key}").focus()
    board.keyboard.press("j")
    board.locator(f"#stop-{key}").click()
    board.locator(f"#stop-{key}").focus()

    board.keyboard.press("Alt+ArrowUp")

    board.wait_for_selector(f"tr.stop:nth-child(2)[data-key='{key}']")
    assert board.evaluate("window.same.every(([key, row]) => document.getElementById(`stop-${key}`) === row)")
    assert board.evaluate("document.activeElement.id") == f"stop-{key}"
    assert board.input_value("#move-place") == "1"


def test_a_late_stop_says_in_the_list_what_would_help(board: Page) -> None:
    vehicle = board.get_attribute("[name=do][value^='lock-route:']", "value")
    assert vehicle is not None
    board.evaluate(
        """async (vehicle) => {
            const form = new FormData(document.getElementById("board-edit") ?? document.querySelector("form[action*='plan/edit']"));
            form.set("do", "start"); form.set("vehicle", vehicle); form.set("at", "12:20");
            await fetch(document.querySelector("[data-edit-url]").dataset.editUrl, { method: "POST", body: form });
        }""",
        vehicle.split(":", 1)[1],
    )
    board.reload()
    board.locator("a[data-helps]", has_not_text="怎样才行").first.wait_for()
