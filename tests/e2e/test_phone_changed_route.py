"""The dispatcher changes the route while the phone has no network: what changed is said first, the rest stays as it was loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.straight_line import StraightLine
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery.models import Proof
from mealroute.planning import service as planning
from mealroute.planning.solving import plan_quick
from tests.e2e.yard import Yard, hand_over, kept, read, sent, until
from tests.integration.planning_world import DAY
from tests.integration.republish_world import LUNCH, World
from tests.web_world import MORNING


class Standing(World):
    """The district of the browser tests as its dispatcher sees it: the published plan is there already."""

    def __init__(self, db: Session) -> None:
        self.db, self.by, self.clock = db, SYSTEM, FixedClock(MORNING)
        self.given = planning.prepare(db, DAY, LUNCH, matrix_of=StraightLine().matrix)
        self.plan = plan_quick(self.given)


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    made = Yard(tmp_path, browser)
    made.start()
    yield made
    made.close()


def stops(page: Page) -> list[str]:
    """The stops of the shift in their order: the meals of each, or where the box goes."""
    found: list[str] = page.evaluate(
        "import('/static/js/phone/store.mjs').then((s) => s.shifts()).then((k) => k[0].data.stops.map((stop) => stop.items.map((item) => item.line).join() || stop.address))"
    )
    return found


def test_a_stop_taken_away_while_out_of_reach_is_said_first_and_the_rest_keeps_its_order(yard: Yard) -> None:
    with unit_of_work() as db:
        world = Standing(db)
        trips, _moved, vehicle = world.one_stop_moved()
        giver = next(run for run in world.runs() if run.vehicle_code == vehicle)
    page = yard.phone(yard.run(giver.id))
    before = stops(page)
    yard.proxy.away = True
    hand_over(page)
    page.wait_for_selector(".ph-card, form[data-form=load]")
    with unit_of_work() as db:
        world = Standing(db)
        world.replace(world.draft(trips))
    yard.proxy.away = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-do=told]")
    after = stops(page)
    assert len(after) == len(before) - 1
    assert after == [stop for stop in before if stop in after]
    assert page.locator("main h1").count() == 1
    assert page.evaluate("document.activeElement.localName") == "h1"  # a screen reader says it first as well
    assert "取消" in page.inner_text("main")
    until(page, lambda: sent(page))
    with unit_of_work(read_only=True) as db:
        assert [*db.scalars(select(Proof.client_id))] == [
            entry["client_id"] for entry in kept(page)["outbox"] if entry["kind"] == "proof"
        ]
    read(page)
    page.reload()
    page.wait_for_selector(".ph-card, form[data-form=load]")
    assert page.locator("[data-do=told]").count() == 0  # said once
