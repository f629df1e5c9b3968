"""The driver's app for a screen reader, at 200 % zoom, in English, and at night."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.test_phone_in_a_browser import WIDE
from tests.e2e.yard import Yard, show

UNNAMED = """() => {
  const named = (e) => (e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join('') || [...(e.labels ?? [])].map((l) => l.textContent).join('') || e.textContent || e.title || '').trim();
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, canvas, [role=img], svg[role]')].filter((e) => e.offsetParent !== null && !named(e)).map((e) => e.outerHTML.slice(0, 160));
}"""
HAN = """() => [...document.querySelectorAll('main *, #head *, #net *, #undo *')].filter((e) => !e.children.length && e.offsetParent && /[\\u3400-\\u9fff]/.test(e.textContent)).map((e) => e.textContent.trim())"""


@pytest.fixture
def yard(folder: Path, tmp_path: Path, browser: Browser) -> Iterator[Yard]:
    shutil.copy(folder / "web.sqlite", tmp_path / "web.sqlite")
    made = Yard(tmp_path, browser)
    made.start()
    yield made
    made.close()


def screens(page: Page) -> Iterator[str]:
    """Every screen of the app, one after another, on the page."""
    visit, bulk = page.evaluate("""import('/static/js/phone/store.mjs').then((s) => s.shifts()).then((k) => {
      const stops = k.flatMap((one) => one.data.stops ?? []);
      return [stops.find((stop) => !stop.bulk)?.visit, stops.find((stop) => stop.bulk)?.visit];
    })""")
    stop = f"#/stop/{visit}"
    for screen in (
        "#/load/1", stop, f"{stop}/give/all", f"{stop}/end/no-answer/all", f"{stop}/end/left-with-contact/all", f"{stop}/end/refused/all",
        *([f"#/stop/{bulk}", f"#/stop/{bulk}/boxes"] if bulk else []), "#/stops", "#/map", "#/sent",
    ):  # fmt: skip
        show(page, screen)
        for folded in page.locator("main details:not([open]) > summary").all():
            folded.click()
        yield screen


def opened(context: BrowserContext, yard: Yard, *, english: bool = False) -> Page:
    yard.contexts.append(context)
    page = context.new_page()
    if english:
        page.goto(f"{yard.proxy.address}/sign-in")
        page.click("button[value=en]")
    page.goto(yard.proxy.address + yard.run() + "/shift")
    page.wait_for_selector("#head .ph-top")
    return page


def test_a_screen_reader_finds_a_name_at_everything_and_one_heading(yard: Yard) -> None:
    page = yard.phone(yard.run())
    for screen in screens(page):
        assert page.evaluate(UNNAMED) == [], screen
        assert page.locator("h1").count() == 1, screen
        tree = page.locator("body").aria_snapshot()
        assert "- main" in tree, screen
        assert "button:" not in tree.replace('button "', ""), screen
    assert page.title().strip(" ·")


def test_what_waits_in_the_phone_is_said_by_itself(yard: Yard) -> None:
    page = yard.phone(yard.run())
    net = page.locator("#net")
    assert net.get_attribute("role") == "status"
    assert net.is_hidden()
    yard.proxy.away = True
    page.click(".ph-foot .btn--primary")
    page.click("form .btn--primary")
    page.wait_for_selector("#net:not([hidden])")
    assert "1" in net.inner_text()
    yard.proxy.away = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("#net", state="hidden")


def test_at_200_percent_nothing_runs_off_the_screen(yard: Yard) -> None:
    page = opened(yard.browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2), yard)
    for screen in screens(page):
        assert page.evaluate(WIDE) <= 0, screen
        for button in page.locator("main button, main a.btn").all():
            box = button.bounding_box()
            assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 640), screen


def test_the_app_speaks_english_to_whoever_chose_it(yard: Yard) -> None:
    page = opened(yard.browser.new_context(viewport={"width": 390, "height": 844}), yard, english=True)
    assert page.get_attribute("html", "lang") == "en"
    people = "import('/static/js/phone/store.mjs').then((s) => s.shifts()).then((k) => JSON.stringify(k[0].data))"
    held = page.evaluate(people)  # names, dishes and addresses stay as they are written
    for screen in screens(page):
        left = [text for text in page.evaluate(HAN) if not all(part.strip("：、 ") in held for part in text.split("·"))]
        assert left == [], screen


def test_at_night_the_app_is_dark_and_still_readable(yard: Yard) -> None:
    page = opened(yard.browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark"), yard)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    pale = """() => [...document.querySelectorAll('main h1, main p, main b, main a, main button, main label')].filter((e) => e.offsetParent && e.textContent.trim()).map((e) => {
      const light = (text) => { const c = document.createElement('canvas').getContext('2d', { willReadFrequently: true }); c.fillStyle = text; c.fillRect(0, 0, 1, 1); const [r, g, b] = [...c.getImageData(0, 0, 1, 1).data].map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      let under = e; while (under && ['rgba(0, 0, 0, 0)', 'transparent'].includes(getComputedStyle(under).backgroundColor)) under = under.parentElement;
      const [one, other] = [light(getComputedStyle(e).color), light(under ? getComputedStyle(under).backgroundColor : '#000')].sort((a, b) => b - a);
      return [e.outerHTML.slice(0, 80), (one + 0.05) / (other + 0.05), parseFloat(getComputedStyle(e).fontSize) >= 24 ? 3 : 4.5];
    }).filter(([, ratio, least]) => ratio < least)"""
    for screen in screens(page):
        assert page.evaluate(pale) == [], screen
