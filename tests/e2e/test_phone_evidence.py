"""What a driver adds at a door, in a real browser: a signature on the glass, the spoken code, the way up that nobody has to press."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.rulebook import RULES
from mealroute.delivery import evidence, spoken_code
from mealroute.delivery.evidence_models import Evidence
from mealroute.experience.models import DoorTime
from mealroute.orders.models import BookLine
from tests.e2e.yard import Yard, kept, sent, until
from tests.web_world import MORNING

CLOCK = FixedClock(MORNING)


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    """A street that wants a signature for every meal handed over."""
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    rules = (RULES / "proof.yaml").read_text("utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "proof.yaml").write_text(
        rules.replace('handed-over: {seen: required, signature: "off"', "handed-over: {seen: required, signature: required").replace('code: "off"', 'code: "on"'), "utf-8"
    )  # fmt: skip
    made = Yard(tmp_path, browser)
    made.env["PROOF_RULES"] = str(tmp_path / "rules")
    yield made
    made.close()


def first_door(page: Page) -> dict[str, object]:
    """The stop on the screen as the phone holds it."""
    found: dict[str, object] = page.evaluate(
        "import('/static/js/phone/store.mjs').then((s) => s.shifts()).then((k) => k[0].data.stops[0])"
    )
    return found


def sign(page: Page) -> None:
    """Two strokes with the finger."""
    box = page.locator("[data-pad]").bounding_box()
    assert box is not None
    for begin, end in ((0.1, 0.4), (0.5, 0.9)):
        page.mouse.move(box["x"] + box["width"] * begin, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * end, box["y"] + box["height"] * 0.7, steps=5)
        page.mouse.up()


def more_to_fill_in(page: Page) -> None:
    """From a stop to the long form of a handover, in two taps."""
    page.click(".ph-foot .btn--primary")
    page.click("form[data-form=give] .ph-foot .btn--primary")
    page.wait_for_selector("form[data-form=end]")


def test_a_signature_drawn_without_network_arrives_sealed_as_strokes(yard: Yard) -> None:
    yard.start()
    page = yard.phone(yard.run())
    yard.proxy.away = True
    more_to_fill_in(page)
    page.locator("[data-pad]").scroll_into_view_if_needed()
    sign(page)
    page.click("[data-do=clear]")
    sign(page)
    page.click("form .btn--primary")
    until(page, lambda: len(kept(page)["outbox"]) == 2)
    yard.proxy.away = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, lambda: sent(page))
    with unit_of_work(read_only=True) as db:
        (piece,) = db.scalars(select(Evidence.id).where(Evidence.kind == "signature"))
    with unit_of_work() as db:
        shown = evidence.show(db, piece, instance=yard.folder, scope=Scope.everything(), by=SYSTEM, clock=CLOCK)
    assert len(shown.strokes) == 2  # what was cleared is gone
    assert all(
        0 <= x <= 1000 and 0 <= y <= 400
        for stroke in shown.strokes
        for x, y in zip(stroke[::2], stroke[1::2], strict=True)
    )
    assert shown.strokes[0][0] == pytest.approx(100, abs=10)


def test_without_the_signature_that_is_asked_for_the_driver_says_why_and_goes_on(yard: Yard) -> None:
    yard.start()
    page = yard.phone(yard.run())
    more_to_fill_in(page)
    page.click("form .btn--primary")
    assert "签名" in page.inner_text("[data-problem]")
    assert page.evaluate("document.activeElement.matches('[data-problem]')")
    page.fill("#f-why", "手抖，握不住笔")
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    assert "手抖" in kept(page)["outbox"][0]["record"]["note"]


@pytest.mark.parametrize(("said", "verdict"), [("right", "matched"), ("wrong", "different")])
def test_the_spoken_code_is_taken_with_either_hand_and_compared(yard: Yard, said: str, verdict: str) -> None:
    with unit_of_work() as db:
        people = dict(db.execute(select(BookLine.id, BookLine.resident_id)).tuples().all())
        codes = {
            number: spoken_code.issue(db, number, reason="首张卡", by=SYSTEM, clock=CLOCK)
            for number in set(people.values())
        }
    yard.start()
    page = yard.phone(yard.run())
    line = int(first_door(page)["items"][0]["line"])  # type: ignore[index]
    code = codes[people[line]]
    typed = code if said == "right" else str((int(code) + 1) % 10_000).zfill(4)
    page.click(".ph-foot .btn--primary")
    field = page.get_by_label("口令")
    assert field.get_attribute("inputmode") == "numeric"
    field.fill(f"{typed[:2]} {typed[2:]}")
    page.click("form[data-form=give] .ph-foot .btn--primary")
    page.wait_for_selector("form[data-form=end]")
    assert page.get_by_label("口令").input_value() == f"{typed[:2]} {typed[2:]}"  # what was typed comes along
    sign(page)
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    with unit_of_work(read_only=True) as db:
        (row,) = db.scalars(select(Evidence).where(Evidence.kind == "code"))
        assert (row.verdict, row.content) == (verdict, {})  # the digits themselves are not kept


def test_the_way_up_is_measured_from_the_place_and_reaches_the_doors_memory(yard: Yard) -> None:
    yard.start()
    plain = yard.phone(yard.run())
    stop = first_door(plain)
    here = {"longitude": stop["lon"], "latitude": stop["lat"], "accuracy": 12}
    page = yard.phone(yard.run(), geolocation=here, permissions=["geolocation"])
    arrived = "import('/static/js/phone/store.mjs').then((s) => s.fact('arrivals')).then((a) => Object.keys(a ?? {}))"
    until(page, lambda: len(page.evaluate(arrived)) == 1)
    page.click("[data-do=knock]")
    page.wait_for_selector(".ph-knocked")
    more_to_fill_in(page)
    sign(page)
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    record = next(entry["record"] for entry in kept(page)["outbox"] if entry["kind"] == "proof")
    assert record["arrived_at"] <= record["knocked_at"]
    with unit_of_work(read_only=True) as db:
        assert [row.stairs_s is not None for row in db.scalars(select(DoorTime))] == [True]


def test_a_place_that_is_far_or_uncertain_says_nothing_about_the_way_up(yard: Yard) -> None:
    yard.start()
    page = yard.phone(yard.run())
    found = page.evaluate("""async () => {
      const arrival = await import('/static/js/phone/arrival.mjs');
      const view = { run: { day: '2026-03-09' }, next: { visit: 7, lat: 39.94, lon: 116.41 } };
      const at = (more) => ({ lat: 39.94, lon: 116.41, within: 10, at: Date.now(), ...more });
      const tried = [];
      for (const here of [at({ within: 900 }), at({ lat: 39.95 }), at({ at: Date.now() - 600000 }), null, at()]) { arrival.notice(view, here); tried.push(Boolean(arrival.of('2026-03-09', 7))); }
      return [...tried, Math.round(arrival.metres({ lat: 39.94, lon: 116.41 }, { lat: 39.949, lon: 116.41 }))];
    }""")
    assert found == [False, False, False, False, True, 1001]
