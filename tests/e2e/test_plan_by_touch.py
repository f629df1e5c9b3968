"""The plan under a finger: stops and bars are dragged by their grips, lists still scroll, targets are large enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.drafting import queries, service
from tests.e2e.conftest import DESK, Watched
from tests.integration.planning_world import DAY
from tests.web_world import MORNING

PLAN = f"/days/{DAY}/lunch/plan"


@pytest.fixture
def board(browser: Browser, address: str, reading: None) -> Iterator[Page]:
    """A fresh draft on a desk with a touch screen."""
    context = browser.new_context(viewport=DESK, has_touch=True)
    watched = Watched(context, address)
    watched.sign_in()
    page = watched.open(f"{PLAN}?version=2")
    page.click("form[action*='plan/draft'] button:has-text('编辑')")
    page.wait_for_selector("#map[data-ready=yes]")
    yield page
    context.close()
    with unit_of_work() as db:
        found = queries.open_draft(db, DAY, MealSlot.LUNCH)
        if found is not None:
            service.drop_draft(db, found, "end of the test", by=SYSTEM, clock=FixedClock(MORNING))
    assert watched.complaints == []


class Finger:
    """One finger on the glass."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.glass: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        self.glass.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    def drag(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        (x, y), (to_x, to_y) = begin, end
        self._send("touchStart", begin)
        for step in range(1, 9):
            self._send("touchMove", (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8))
            self.page.wait_for_timeout(20)
        self._send("touchEnd")


def middle(page: Page, spot: str) -> tuple[float, float]:
    box = page.locator(spot).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def keys(page: Page) -> list[str]:
    return [str(row.get_attribute("data-key")) for row in page.query_selector_all("tr.stop")]


def said(page: Page) -> str:
    page.wait_for_selector("#said .banner")
    return page.inner_text("#said")


def test_a_stop_row_is_dragged_by_its_number_onto_another_route(board: Page) -> None:
    key = keys(board)[0]

    Finger(board).drag(middle(board, f"#stop-{key} [data-grip]"), middle(board, "#route-2 .route__n"))

    board.wait_for_selector(f"#stop-{key}", state="detached")
    assert "2 线" in said(board)


def test_a_stop_row_is_dragged_behind_another_in_its_list(board: Page) -> None:
    first, _second, third = keys(board)[:3]
    box = board.locator(f"#stop-{third}").bounding_box()
    assert box is not None

    Finger(board).drag(middle(board, f"#stop-{first} [data-grip]"), (box["x"] + 60, box["y"] + box["height"] - 5))

    board.wait_for_selector(f"tr.stop:nth-child(3)[data-key='{first}']")


def test_a_bar_of_the_timeline_is_dragged_to_another_lane(board: Page) -> None:
    board.click("a[data-tab=timeline]")
    board.wait_for_selector("#lane-2 .tl-stop")
    key = keys(board)[1]
    x, y = middle(board, "#lane-2 .tl-stop:nth-of-type(2) .tl-dot")

    Finger(board).drag(middle(board, f"#lane-1 .tl-stop[data-key='{key}'] .tl-dot"), (x + 6, y))

    board.wait_for_selector(f"#lane-2 .tl-stop[data-key='{key}']")
    assert "2 线" in said(board)


def test_a_pin_of_the_map_is_dragged_onto_a_route_of_the_list(board: Page) -> None:
    key = keys(board)[-1]

    Finger(board).drag(middle(board, f"[data-pin][data-key='{key}']"), middle(board, "#route-2 .route__n"))

    board.wait_for_selector(f"#stop-{key}", state="detached")


def test_a_finger_beside_the_grip_moves_nothing(board: Page) -> None:
    before = keys(board)

    Finger(board).drag(middle(board, f"#stop-{before[0]} .stop__who"), middle(board, "#route-2 .route__n"))
    board.wait_for_timeout(300)

    assert keys(board) == before
    assert board.locator("#said .banner").count() == 0
