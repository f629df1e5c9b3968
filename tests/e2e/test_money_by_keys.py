"""The pages of the money by Tab alone and at twice the size (a window of 1280 × 800 at 200 %): nothing hidden, cut off or out of reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e import by_keys
from tests.e2e.conftest import PHONE, Watched

ROOT = Path(__file__).resolve().parents[2]
ENLARGED = {"width": 640, "height": 400}
"""CSS pixels of a window of 1280 × 800 whose reader has enlarged it to 200 %."""
PAGES = (
    "the closed month", "what the next month corrects", "the month for its approver", "the month for finance", "awards", "payments", "chain",
    "lines of the chain", "one meal", "budget", "call-back", "calls", "findings", "an open finding", "a cleared finding", "lists from outside",
    "returned boxes", "a resident's statement", "a station's statement", "a vendor's statement", "cash of the day", "cash of a round",
    "claim lines", "one claim line",
)  # fmt: skip
Desks = dict[str, Watched]
IN_SIGHT = """(() => {
  const entry = document.querySelector(".nav [aria-current]"), bar = entry?.parentElement;
  if (!entry) return true;
  const one = entry.getBoundingClientRect(), all = bar.getBoundingClientRect();
  return one.left >= all.left - 1 && one.right <= all.right + 1;
})()"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """The address of the server, and its pages: who opens each, and where."""
    env = {**os.environ, "MEALROUTE_INSTANCE_DIR": str(tmp_path_factory.mktemp("money"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.money_server"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield f"http://127.0.0.1:{told['port']}", told["pages"]
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def desks(browser: Browser) -> Iterator[Desks]:
    """One enlarged window a person, signed in once."""
    made: Desks = {}
    yield made
    for each in made.values():
        each.context.close()
    assert [line for each in made.values() for line in each.complaints] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_money_is_whole_by_keys_and_at_twice_the_size(
    browser: Browser, served: tuple[str, dict[str, tuple[str, str]]], desks: Desks, page: str
) -> None:
    address, pages = served
    login, path = pages[page]
    if login not in desks:
        desks[login] = Watched(browser.new_context(viewport=ENLARGED, device_scale_factor=2), address)
        desks[login].context.on(
            "response", lambda one: desks[login].complaints.append(one.url) if one.status >= 500 else None
        )
        desks[login].sign_in(login)
    opened = desks[login].open(path)
    faults = [
        *by_keys.dialogs(opened), *by_keys.opened(opened), *by_keys.cut_off(opened), *by_keys.walk(opened)
    ]  # fmt: skip
    assert not faults, "\n".join([path, *faults])


def test_a_page_of_the_money_is_whole_on_a_phone_with_its_entry_of_the_bar_in_sight(
    browser: Browser, served: tuple[str, dict[str, tuple[str, str]]]
) -> None:
    address, pages = served
    made: Desks = {}
    faults = {}
    for page in (*PAGES, "exports", "register", "scorecards", "rulebook", "entitlement"):
        login, path = pages[page]
        if login not in made:
            made[login] = Watched(browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True), address)
            made[login].sign_in(login, language="en")
        opened = made[login].open(path)
        lost = by_keys.cut_off(opened)
        if not opened.evaluate(IN_SIGHT):
            lost.append("the bar's entry of this page is out of sight")
        if lost:
            faults[page] = lost
    for each in made.values():
        each.context.close()
    assert faults == {}


def test_what_keys_and_size_break_is_found(browser: Browser) -> None:
    page = browser.new_page(viewport=ENLARGED)
    page.set_content("""<main>
      <a href="#1" id="first">one</a> <a href="#2" id="plain" style="outline:none">no ring</a> <a href="#3" id="jumps" tabindex="1">first of all</a>
      <button id="never" tabindex="-1">never</button> <input type="date" aria-label="day">
      <details id="stuck"><summary onkeydown="if (event.key === 'Enter') event.preventDefault()">stuck</summary>text</details>
      <div id="frame" style="overflow-x:auto;width:20rem"><div style="width:30rem">wide</div></div>
      <div style="position:relative;height:2rem"><a href="#4" id="under">under</a><p id="lid" style="position:absolute;inset:0;margin:0;background:red">lid</p></div>
    </main>""")
    assert by_keys.opened(page) == ["stuck"]
    assert [line.split()[0] for line in by_keys.cut_off(page)] == ["div#frame."]
    assert by_keys.walk(page) == [
        "a#plain. no ring: no ring", "a#under. under: under p#lid. lid", "a#jumps. first of all: never reached", "button#never. never: never reached",
    ]  # fmt: skip
    page.close()
