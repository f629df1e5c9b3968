"""A whole route without network, in a real browser: sent = stored, nothing twice, nothing lost, in the driver's order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.delivery import queries
from mealroute.delivery.models import Proof, StationReceipt
from mealroute.dispatch import service as dispatching
from mealroute.planning.records import PlanVersionId
from tests.e2e.yard import Yard, hand_over, kept, sent, until
from tests.integration.planning_world import DAY
from tests.web_world import MORNING


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    made = Yard(tmp_path, browser)
    made.start()
    yield made
    made.close()


def stored() -> list[str]:
    """Client ids of all records, in the order in which they were written."""
    with database.unit_of_work(read_only=True) as db:
        return [*db.scalars(select(Proof.client_id).order_by(Proof.id))]


def receipts() -> list[str]:
    with database.unit_of_work(read_only=True) as db:
        return [*db.scalars(select(StationReceipt.client_id).order_by(StationReceipt.id))]


def proofs(page: Page) -> list[str]:
    """The same as the phone has made them."""
    return [entry["client_id"] for entry in kept(page)["outbox"] if entry["kind"] == "proof"]


def test_a_whole_route_with_the_server_dead_reaches_it_once_and_in_order(yard: Yard) -> None:
    page = yard.phone(yard.run())
    stops = kept(page)["shifts"][0]["stops"]
    yard.kill()
    yard.proxy.away = True

    for number in range(stops):
        if number == 4:
            page.wait_for_selector(".ph-card, form[data-form=load]")
            page.reload()
        if number == 9:  # the browser is closed; next time the app is opened from the phone's first screen
            page.wait_for_selector(".ph-card, form[data-form=load]")
            page.close()
            page = yard.contexts[0].new_page()
            page.goto(f"{yard.proxy.address}/r/start")
        page.wait_for_selector(".ph-card, form[data-form=load]")
        if page.locator("form[data-form=load]").count():  # the second trip
            page.click("[data-do=all]")
            page.click("form .btn--primary")
            page.wait_for_selector(".ph-card")
        hand_over(page)
    page.wait_for_selector(".ph-sum")

    waiting = kept(page)["outbox"]
    assert {entry["state"] for entry in waiting} == {"waiting"}
    assert page.locator("#net").inner_text().count(str(len(waiting))) == 1
    assert stored() == []
    yard.start()
    yard.proxy.away = False
    until(page, lambda: sent(page))
    assert stored() == proofs(page)
    assert len(stored()) + len(receipts()) + 1 == len(waiting)  # and one count of the second trip
    with database.unit_of_work(read_only=True) as db:
        ours = [line for line in queries.outcomes(db, DAY, "lunch", scope=Scope.everything()) if line.run_id == 2]
    assert {str(line.outcome) for line in ours if line.proof_id} == {"handed-over"}
    page.wait_for_selector("#net", state="hidden")


def test_lost_doubled_and_late_answers_store_each_record_once(yard: Yard) -> None:
    page = yard.phone(yard.run())
    yard.proxy.lose = [1, 2, 3, 0, 1, 2, 3, 2]

    for number in range(8):
        page.wait_for_selector(".ph-card")
        hand_over(page)
        until(page, lambda number=number: len(yard.proxy.seen) > min(number, 3))  # else one letter may carry them all
    until(page, lambda: sent(page))

    assert stored() == proofs(page)
    assert len(set(stored())) == 8
    assert len(yard.proxy.seen) >= 4  # the first three were lost, doubled and late


def test_a_record_made_while_an_answer_is_late_goes_out_behind_it(yard: Yard) -> None:
    page = yard.phone(yard.run())
    yard.proxy.lose = [3]
    hand_over(page)
    page.wait_for_selector(".ph-card")
    hand_over(page)
    until(page, lambda: sent(page))
    assert stored() == proofs(page)


def test_two_phones_on_one_route_undo_nothing_of_each_other(yard: Yard) -> None:
    one, other = yard.phone(yard.run()), yard.phone(yard.run())
    yard.proxy.away = True
    other.click("text=没人应答")
    other.fill("#f-note", "敲了三次")
    other.click("form .btn--primary")  # the photo that is asked for is missed: pressed once more it goes on
    other.click("form .btn--primary")
    until(other, lambda: len(proofs(other)) == 1)
    one.wait_for_timeout(50)
    hand_over(one)
    until(one, lambda: len(proofs(one)) == 1)

    yard.proxy.away = False
    one.evaluate("window.dispatchEvent(new Event('online'))")
    until(one, lambda: sent(one))
    other.evaluate("window.dispatchEvent(new Event('online'))")
    until(other, lambda: sent(other))

    with database.unit_of_work(read_only=True) as db:
        found = [line for line in queries.outcomes(db, DAY, "lunch", scope=Scope.everything()) if line.proof_id]
        trace = queries.trace(db, found[0].book_line_id, scope=Scope.everything())
    assert [str(line.outcome) for line in found] == ["handed-over"]
    assert sorted((str(each.outcome), each.aside) for each in trace) == [("handed-over", ""), ("no-answer", "beside")]
    other.goto(f"{yard.proxy.address}{yard.run()}/shift#/stops")
    other.click(".ph-stops a >> nth=0")
    other.wait_for_selector("main >> text=另一部手机")


def test_a_record_is_undone_and_done_again_without_network(yard: Yard) -> None:
    page = yard.phone(yard.run())
    yard.proxy.away = True
    hand_over(page)
    first = page.locator("main h1").inner_text()
    page.click("[data-do=undo]")
    until(page, lambda: len(kept(page)["outbox"]) == 2)
    page.wait_for_selector(".ph-time >> text=/^第 1 站/")
    hand_over(page)
    yard.proxy.away = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, lambda: sent(page))
    assert first
    with database.unit_of_work(read_only=True) as db:
        line = next(l for l in queries.outcomes(db, DAY, "lunch", scope=Scope.everything()) if l.proof_id)  # noqa: E741
        trace = queries.trace(db, line.book_line_id, scope=Scope.everything())
    assert [each.aside for each in trace] == ["reopened", ""]


def test_yesterdays_records_go_out_when_todays_page_is_opened(yard: Yard) -> None:
    page = yard.phone(yard.run())
    yard.proxy.away = True
    hand_over(page)
    until(page, lambda: len(proofs(page)) == 1)
    page.close()
    yard.proxy.away = False
    page = yard.contexts[0].new_page()
    page.goto(f"{yard.proxy.address}/r/no-such-link/shift")
    page.wait_for_selector("text=这部手机上没有路线")
    until(page, lambda: sent(page))
    assert stored() == proofs(page)


def test_a_withdrawn_run_leaves_nobodys_name_on_the_phone(yard: Yard) -> None:
    page = yard.phone(yard.run())
    page.wait_for_selector("text=王玉兰")
    with database.unit_of_work() as db:
        dispatching.withdraw(db, PlanVersionId(1), "改线", by=SYSTEM, clock=FixedClock(MORNING))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("text=你现在没有要送的线路")
    assert "王玉兰" not in page.inner_text("body")
    assert "王玉兰" not in str(
        page.evaluate("import('/static/js/phone/store.mjs').then((s) => s.shifts()).then(JSON.stringify)")
    )
