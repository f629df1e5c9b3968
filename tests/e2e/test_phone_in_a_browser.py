"""The driver's app in a browser: large targets, words for screen readers, photos, loading, and the plain pages without script."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from mealroute.core import crypto
from mealroute.core import db as database
from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.delivery import evidence, loading, queries, wellbeing
from mealroute.delivery.evidence_models import Evidence
from mealroute.dispatch import queries as dispatch
from mealroute.residents.models import Resident
from tests import web_world
from tests.e2e.conftest import Watched
from tests.e2e.test_pages_in_a_browser import faults
from tests.e2e.yard import PHONE, Yard, sent, show, skip_load, until
from tests.integration.planning_world import DAY

SMALL = """[...document.querySelectorAll('#head a, main a, main button, main summary, main .pick span, main .ate span, main .input')]
  .filter((e) => e.offsetParent && !e.closest('svg') && !e.closest('.ph-notes'))
  .map((e) => [e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 63.9)"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    made = Yard(tmp_path, browser)
    made.start()
    yield made
    made.close()


@pytest.fixture
def run(reading: None) -> str:
    with unit_of_work(read_only=True) as db:
        token = dispatch.token(db, 2, secret_key=web_world.SECRET)
    return f"/r/{token}"


def records() -> int:
    with unit_of_work(read_only=True) as db:
        found = queries.outcomes(db, DAY, "lunch", scope=Scope.everything())
    return sum(1 for line in found if line.outcome)


def test_every_screen_has_targets_of_64_pixels_and_is_sound(phone: Watched, run: str) -> None:
    page = phone.open(f"{run}/shift")
    page.wait_for_selector("#head .ph-top")
    visit = re.search(r"#/stop/(\d+)", page.evaluate("import('/static/js/phone/store.mjs').then((s) => s.shifts()).then((k) => '#/stop/' + k[0].data.stops[0].visit)"))  # fmt: skip
    assert visit
    stop = f"#/stop/{visit[1]}"
    for screen in ("#/load/1", stop, f"{stop}/give/all", f"{stop}/end/no-answer/all", f"{stop}/end/left-with-contact/all", "#/stops", "#/map", "#/sent"):  # fmt: skip
        show(page, screen)
        for width in (390, 320):  # 320: a phone of 640 points at 200 % zoom
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(SMALL) == [], screen
            assert page.evaluate(WIDE) <= 0, (screen, width)
        assert page.locator("h1").count() == 1, screen
        assert page.evaluate("document.activeElement.localName") == "h1", screen
        assert faults(phone) == [], screen


def test_a_name_of_eight_characters_fits_and_the_plain_pages_lead_to_the_app(yard: Yard) -> None:
    with unit_of_work() as db:
        for person in db.query(Resident):
            person.name = "阿依努尔·买买提"
    page = yard.phone(yard.run())
    assert "阿依努尔·买买提" in page.inner_text("main h1")
    assert page.evaluate(WIDE) <= 0
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/r/service-worker")
    assert "阿依努尔·买买提" in page.title()


def test_what_happens_is_said_to_a_screen_reader(yard: Yard) -> None:
    page = yard.phone(yard.run())
    page.click(".ph-foot .btn--primary")
    page.click("form .btn--primary")
    until(page, lambda: "交到本人" in page.inner_text("#say"))
    assert page.get_attribute("#say", "aria-live") == "polite"


def test_two_taps_more_reach_the_record(yard: Yard) -> None:
    page = yard.phone(yard.run())
    page.click(".ph-foot .btn--primary")
    page.check("input[value=untouched]", force=True)
    page.check("input[value=needs-help]", force=True)
    assert page.is_visible("a[href='tel:120']")
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    with unit_of_work(read_only=True) as db:
        (note,) = wellbeing.notes(db)
    assert (note.last_meal, note.seems) == ("untouched", "needs-help")


def test_a_photo_of_twelve_megapixels_is_made_smaller_and_arrives_sealed(yard: Yard, tmp_path: Path) -> None:
    Image.effect_noise((4000, 3000), 40).convert("RGB").save(tmp_path / "big.jpg", quality=92)
    page = yard.phone(yard.run())
    page.click("text=没人应答")
    page.set_input_files("[name=photo]", str(tmp_path / "big.jpg"))
    page.wait_for_selector("[data-preview]:not([hidden])")
    page.check("[name=reason] >> nth=0", force=True)
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    with database.unit_of_work(read_only=True) as db:
        (row,) = db.query(Evidence)
        assert row.size < 1_500_000
        digest = row.digest
    sealed = (tmp_path / evidence.FOLDER / digest[:2] / digest).read_bytes()
    assert not evidence.mime_of(sealed)
    assert max(Image.open(io.BytesIO(crypto.unseal(sealed))).size) == 1600


def test_the_loading_is_counted_first_and_a_difference_is_pressed_twice(yard: Yard) -> None:
    page = yard.phone(yard.run())
    page.goto(f"{yard.proxy.address}{yard.run()}/shift#/load/1")
    page.reload()
    page.wait_for_selector("form[data-form=load]")
    for n in range(page.locator("[data-do=all]").count()):
        page.click(f"[data-do=all] >> nth={n}")
    page.fill("[name=count-0]", "0")
    page.click("form .btn--primary")
    assert page.is_visible("[data-problem]")
    page.click("form .btn--primary")
    until(page, lambda: sent(page))
    with database.unit_of_work(read_only=True) as db:
        (check,) = loading.checks(db, DAY, "lunch", scope=Scope.everything())
    assert [each.counted for each in check.differences] == [0]


def test_out_of_order_is_allowed_and_said(yard: Yard) -> None:
    page = yard.phone(yard.run())
    page.click("text=清单")
    page.click(".ph-stops a >> nth=3")
    page.wait_for_selector("main >> text=先到第 1 站")
    page.click(".ph-foot .btn--primary")
    page.click("form .btn--primary")
    until(page, lambda: records() == 1)


def test_without_a_secure_connection_the_page_says_so_and_works(yard: Yard) -> None:
    context = yard.browser.new_context(viewport=PHONE)
    yard.contexts.append(context)
    page = context.new_page()
    page.goto(yard.proxy.address.replace("127.0.0.1", "phone.test") + yard.run() + "/shift")
    skip_load(page)
    assert page.is_visible("#insecure")
    page.click(".ph-foot .btn--primary")
    page.click("form .btn--primary")
    until(page, lambda: records() == 1)


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
    page = phone.open(f"{run}/shift")
    made = page.evaluate(
        "import('/static/js/phone/store.mjs').then((m) => m.uuid({getRandomValues: (a) => crypto.getRandomValues(a)}))"
    )
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made)
