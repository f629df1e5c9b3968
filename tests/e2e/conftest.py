"""A real browser over a real server process; every page load is watched for errors and broken policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mealroute.core import db as database
from tests import web_world
from tests.conftest import FIELD_KEY
from tests.e2e.server import serve
from tests.forked import Forked

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name)))
    with sync_playwright() as playwright:
        # a name that is this machine and yet no secure place, as an address in a yard
        insecure = "--host-resolver-rules=MAP phone.test 127.0.0.1"
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", insecure])
        yield started
        started.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("e2e")
    web_world.build(made)
    return made


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Where the server listens; it ends with the session."""
    env = {
        **os.environ,
        "MEALROUTE_INSTANCE_DIR": str(folder),
        "MEALROUTE_DATABASE_URL": f"sqlite:///{folder / 'web.sqlite'}",
        "MEALROUTE_SECRET_KEY": web_world.SECRET,
        "MEALROUTE_FIELD_KEYS": FIELD_KEY,
    }
    server = Forked(serve, env)
    yield f"http://127.0.0.1:{server.heard()}"
    server.end()


@pytest.fixture
def reading(folder: Path) -> Iterator[None]:
    """The server's database, for a look at what the pages did."""
    engine = database.configure(f"sqlite:///{folder / 'web.sqlite'}")
    yield
    engine.dispose()


class Watched:
    """A browser context whose pages note every console error, crash and refusal of the content policy."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = context.new_page()

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if getattr(message, "type", "") == "error" and "ERR_INTERNET_DISCONNECTED" not in text:  # a test may go offline
            self.complaints.append(text)

    def sign_in(self, login: str = "dispatcher", language: str = "zh") -> Page:
        self.page.goto(f"{self.address}/sign-in")
        if language == "en":
            self.page.click("button[value=en]")
        self.page.fill("#login", login)
        self.page.fill("#password", web_world.PASSWORD)
        self.page.click("main button.btn--primary")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page

    def open(self, path: str) -> Page:
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport=DESK)
    watched = Watched(context, address)
    yield watched
    context.close()
    assert watched.complaints == []


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    watched = Watched(context, address)
    yield watched
    context.close()
    assert watched.complaints == []
