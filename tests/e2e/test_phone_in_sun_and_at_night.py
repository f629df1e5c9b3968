"""The driver's screen: light for the sun, dark for the night, or as the phone says; kept on the phone, readable in each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.test_phone_for_everyone import screens
from tests.e2e.yard import PHONE, Yard

SEVEN = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const light = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const clear = (e) => ['rgba(0, 0, 0, 0)', 'transparent'].includes(getComputedStyle(e).backgroundColor);
  const under = (e) => { let at = e; while (at && clear(at)) at = at.parentElement; return at ? getComputedStyle(at).backgroundColor : getComputedStyle(document.body).backgroundColor; };
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll('body *')].filter((e) => own(e) && e.checkVisibility() && !e.closest('.vh, .skip, .route-chip, svg, template, script')).map((e) => {
    const [one, other] = [light(getComputedStyle(e).color), light(under(e))].sort((a, b) => b - a);
    return [e.textContent.trim().slice(0, 30), e.className, Math.round(100 * (one + 0.05) / (other + 0.05)) / 100];
  }).filter(([, , ratio]) => ratio < 7);
}"""
THEME = "document.documentElement.dataset.theme"


@pytest.fixture(scope="module")
def _yard(folder: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Yard]:
    own = tmp_path_factory.mktemp("sun")
    shutil.copy(folder / "web.sqlite", own / "web.sqlite")
    made = Yard(own, browser)
    made.start()
    yield made
    made.close()


@pytest.fixture
def yard(_yard: Yard) -> Iterator[Yard]:
    """One server for all; each test has phones of its own, and its network is back afterwards."""
    yield _yard
    _yard.proxy.away = False
    for context in _yard.contexts:
        context.close()
    _yard.contexts.clear()


def opened(yard: Yard, system: str = "dark") -> Page:
    return yard.phone(yard.run(), color_scheme=system)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_of_the_app_stands_out_seven_to_one(yard: Yard, theme: str) -> None:
    page = opened(yard)
    page.click(f"[data-screen={theme}]")
    faint = {screen: found for screen in screens(page) if (found := page.evaluate(SEVEN))}
    assert faint == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_of_the_plain_pages_stands_out_seven_to_one(yard: Yard, theme: str) -> None:
    context = yard.browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    yard.contexts.append(context)
    context.add_init_script("sessionStorage.setItem('mealroute.plain', 'yes')")
    page = context.new_page()
    for path in ("", "/stops"):
        page.goto(yard.proxy.address + yard.run() + path)
        page.click(f"[data-screen={theme}]")
        assert page.evaluate(THEME) == theme
        assert page.evaluate(SEVEN) == [], path


def test_without_a_choice_it_is_light_for_the_sun(yard: Yard) -> None:
    assert opened(yard).evaluate(THEME) == "light"


def test_what_was_chosen_is_kept_on_the_phone_without_network(yard: Yard) -> None:
    page = opened(yard, "light")
    page.click("[data-screen=dark]")
    yard.proxy.away = True
    page.reload()
    page.wait_for_selector("#head .ph-top")
    assert page.evaluate(THEME) == "dark"
    assert page.locator("[data-screen][aria-pressed=true]").inner_text() == "深色"


def test_as_the_phone_follows_the_phone_while_the_page_is_open(yard: Yard) -> None:
    page = opened(yard, "light")
    page.click("[data-screen=phone]")
    before = page.evaluate(THEME)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => {THEME} === 'dark'")
    assert before == "light"


def test_the_switch_is_large_and_lies_at_the_foot_far_from_what_records(yard: Yard) -> None:
    page = opened(yard)
    boxes = [button.bounding_box() for button in page.locator("[data-screen]").all()]
    record = page.locator(".ph-foot").last.bounding_box()
    assert record is not None
    assert all(box is not None and box["height"] >= 56 and box["width"] >= 56 for box in boxes)
    assert all(box is not None and box["y"] >= record["y"] + record["height"] + 24 for box in boxes)
