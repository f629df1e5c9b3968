"""A driver without a route is called: the desk gives the stop, both phones say so first, the door is done without network, the board knows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from mealroute.core import outbox
from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.delivery.models import Proof
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.records import Manifest, ManifestStop
from tests.e2e.conftest import DESK, Watched
from tests.e2e.yard import Yard, hand_over, kept, read, skip_load, until
from tests.integration.planning_world import DAY
from tests.web.test_calling import SPARE, spare

LIVE = f"/days/{DAY}/lunch/live"


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    made = Yard(tmp_path, browser)
    made.start()
    yield made
    made.close()


def longest() -> tuple[Manifest, ManifestStop]:
    """The longest run and its third stop at a home door; one driver more is on duty at its kitchen."""
    with unit_of_work() as db:
        runs = dispatch.runs(db, DAY, "lunch", scope=Scope.everything())
        sheet = max((dispatch.manifest(db, run.id) for run in runs), key=lambda each: each.stops)
        spare(db, sheet.kitchen_code)
    return sheet, [stop for trip in sheet.trips for stop in trip.stops if not stop.station_bulk][2]


def looks_again(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_called_driver_brings_the_stop_out_of_reach_and_the_desk_sees_it(yard: Yard, browser: Browser) -> None:
    sheet, stop = longest()
    first = yard.phone(yard.run(sheet.run_id))
    context = browser.new_context(viewport=DESK)
    yard.contexts.append(context)
    desk = Watched(context, yard.proxy.address)
    page = desk.sign_in()
    desk.open(f"{LIVE}/stops/{stop.visit_id}/give")

    page.select_option("#driver", SPARE)
    page.click("section:has(#h-call) button")
    page.fill("#called [name=agreed_by] >> nth=0", "赵卫东")
    page.fill("#called [name=reason] >> nth=0", "前车坏了")
    page.click("#called .give-move button >> nth=0")
    page.wait_for_url(re.compile(r"/live/runs/\d+$"))

    looks_again(first)
    first.wait_for_selector("[data-do=told]")
    assert "改由别人送" in first.inner_text("main")
    with unit_of_work(read_only=True) as db:
        text = db.scalars(select(outbox.Outgoing.text).where(outbox.Outgoing.to_role == "driver")).one()
    path = re.search(r"/r/\S+", text)
    assert path is not None
    second = yard.phone(path[0])
    assert "你要接" in second.inner_text("main")
    read(second)
    if second.locator("[data-do=skip-load]").count():
        skip_load(second)
    yard.proxy.away = True
    hand_over(second)
    until(second, lambda: len(kept(second)["outbox"]) >= 1)
    yard.proxy.away = False
    looks_again(second)
    until(second, lambda: all(entry["state"] == "sent" for entry in kept(second)["outbox"]))

    with unit_of_work(read_only=True) as db:
        run = next(
            each for each in dispatch.runs(db, DAY, "lunch", scope=Scope.everything()) if each.driver_code == SPARE
        )
        assert [*db.scalars(select(Proof.run_id))] == [run.id]
    page.wait_for_function("() => document.querySelector('.live-sum dd').innerText.trim() === '1/1'")
    # while the network was away the board may have asked in vain, and the browser notes that
    assert [each for each in desk.complaints if "ERR_EMPTY_RESPONSE" not in each] == []
