"""A server that can be killed and started again behind a proxy, and phones that open a run through it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from mealroute.core import db as database
from mealroute.dispatch import queries as dispatch
from tests import web_world
from tests.conftest import FIELD_KEY
from tests.e2e.proxy import Proxy
from tests.e2e.server import serve
from tests.forked import Forked

PHONE = {"width": 390, "height": 844}
ASKED = "main form[data-form"
"""What the phone asks at a door, by its kind."""


class Yard:
    """One district in ``folder``; records are read straight from its database."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder, self.browser, self.proxy = folder, browser, Proxy()
        self.server: Forked | None = None
        self.engine = database.configure(self.url)
        self.contexts: list[BrowserContext] = []
        self.env: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'web.sqlite'}"

    def start(self) -> None:
        env = {
            **os.environ, "MEALROUTE_INSTANCE_DIR": str(self.folder), "MEALROUTE_DATABASE_URL": self.url,
            "MEALROUTE_SECRET_KEY": web_world.SECRET, "MEALROUTE_FIELD_KEYS": FIELD_KEY, **self.env,
        }  # fmt: skip
        self.server = Forked(serve, env)
        self.proxy.upstream = self.server.heard()

    def kill(self) -> None:
        assert self.server is not None
        self.server.kill()

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        if self.server is not None:
            self.server.end()
        self.proxy.close()
        self.engine.dispose()

    def run(self, number: int = 2) -> str:
        with database.unit_of_work(read_only=True) as db:
            return f"/r/{dispatch.token(db, number, secret_key=web_world.SECRET)}"

    def phone(self, path: str, **more: Any) -> Page:
        """A phone of its own with the app open and ready for the time without network."""
        context = self.browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, **more)
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self.proxy.address + path)
        page.wait_for_url("**/shift**")
        page.wait_for_selector("#head .ph-top")
        until(page, lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
        until(page, lambda: kept(page)["shifts"][0].get("map") is not None)
        if page.locator("[data-do=skip-load]").count():
            skip_load(page)
        return page


KEPT = """async () => {
  const store = await import('/static/js/phone/store.mjs');
  const strip = ({ blob, ...rest }) => ({ ...rest, size: blob?.size ?? null });
  return { outbox: (await store.outbox()).map(strip), shifts: (await store.shifts()).map((one) => ({ token: one.token, map: one.map?.way?.length, stops: one.data.stops?.length })) };
}"""


def kept(page: Page) -> dict[str, Any]:
    """What lies in the phone's storage."""
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def sent(page: Page) -> bool:
    """Whether something was recorded and the server has all of it."""
    outbox = kept(page)["outbox"]
    return bool(outbox) and all(entry["state"] == "sent" for entry in outbox)


def until(page: Page, holds: Callable[[], bool], tenths: int = 300) -> None:
    """Wait until something holds, at most half a minute."""
    for _tenth in range(tenths):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to pass in time")


def skip_load(page: Page) -> None:
    """Past the counting: its screen has the buttons of a stop as well, and it changes after the tap, not in it."""
    page.click("[data-do=skip-load]")
    page.wait_for_selector(".ph-card")


def read(page: Page) -> None:
    """What the driver is told first was read."""
    page.click("[data-do=told]")
    page.wait_for_selector("main:not(:has([data-do=told]))")


def show(page: Page, screen: str) -> None:
    """The screen that an address behind # names: what stood there before is gone."""
    page.evaluate(
        "(screen) => { document.querySelector('#main').firstElementChild.dataset.before = ''; location.hash = screen; }",
        screen,
    )
    page.wait_for_selector("#main:not(:has(> [data-before]))", state="attached")


def hand_over(page: Page) -> None:
    """The stop on the screen, in two taps; a station signs for its box."""
    page.click(".ph-foot .btn--primary")
    page.wait_for_selector(
        f"{ASKED}=boxes], {ASKED}=give], {ASKED}=end]"
    )  # the screen changes after the tap, not in it
    if page.locator(f"{ASKED}=boxes]").count():
        page.fill("#f-signed", "陈洁")
        page.click("form .btn--primary")
    else:
        if page.locator(f"{ASKED}=give]").count():
            page.click("form .btn--primary")
            page.wait_for_selector(f"main:not(:has({ASKED}=give]))")
        if page.locator(f"{ASKED}=end]").count():
            page.click("form .btn--primary")
    page.wait_for_selector(f"main:not(:has({ASKED}=boxes], {ASKED}=give], {ASKED}=end]))")
