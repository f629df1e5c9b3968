"""How soon a change of the plan is seen, in a real browser: `python benchmarks/plan_page.py [--folder DIR] [--rounds N]`.

Makes a district of more than 1,200 stops on more than 60 routes (`big_district.py`; a folder that has one already is used
again), serves it with the server that people use, signs in with Chromium, and changes the plan in every way that a hand can: by
key, by form, by dragging. For each it prints the median and the worst, in milliseconds, of

* server: from sending the request to the first byte of the answer;
* painted: from the key, click or drop to the second frame after the rows and the sentence were put in place;
* map: the same until the map has followed.

Browser and server share this machine; without a graphics card everything is painted in software.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MS = 300

WATCH = """
window.took = { at: 0, painted: 0, map: 0, fails: [] };
const begin = (event) => { if (event.isTrusted) window.took.at = event.timeStamp; };
for (const kind of ["keydown", "pointerup"]) window.addEventListener(kind, begin, true);
const after = (name) => requestAnimationFrame(() => requestAnimationFrame(() => { window.took[name] = performance.now() - window.took.at; }));
document.addEventListener("changed", () => { after("painted"); });
document.addEventListener("map-changed", () => { after("map"); });
"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server over the folder's installation; it ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "MEALROUTE_INSTANCE_DIR": str(folder / "instance")}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "web", "--port", str(port)], cwd=ROOT, env=env, stdout=log, stderr=log)  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            for _try in range(240):
                try:
                    urllib.request.urlopen(f"{address}/sign-in", timeout=2).read()
                    break
                except OSError:
                    time.sleep(0.25)
            yield address
        finally:
            process.terminate()
            process.wait(30)


class Hand:
    """A dispatcher at the board: each method changes the plan once and waits until it is seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.server: dict[str, list[float]] = defaultdict(list)
        self.painted: dict[str, list[float]] = defaultdict(list)
        self.map: dict[str, list[float]] = defaultdict(list)

    def do(self, name: str, act: Callable[[], Any]) -> None:
        """Carry out one change; note what it took."""
        page = self.page
        before = page.evaluate("document.getElementById('board-forms').dataset.seen")
        page.evaluate("() => { performance.clearResourceTimings(); window.took.painted = 0; window.took.map = 0; }")
        act()
        for _try in range(100):  # asked seldom, so that the asking takes nothing from what is measured
            page.wait_for_timeout(60)
            if page.evaluate(
                "window.took.painted > 0 && (window.took.map > 0 || !document.querySelector('#map[data-ready=yes]'))"
            ):
                break
        if page.evaluate("document.getElementById('board-forms').dataset.seen") == before:
            raise SystemExit(f"{name}: the plan did not change: {page.inner_text('#said')}")
        took = page.evaluate(
            """() => { const one = performance.getEntriesByType('resource').filter((e) => e.name.includes('/plan/edit')).at(-1);
            return { server: one.responseStart - one.requestStart, painted: window.took.painted, map: window.took.map }; }"""
        )
        self.server[name].append(took["server"])
        self.painted[name].append(took["painted"])
        self.map[name].append(took["map"])
        page.wait_for_timeout(350)  # a hand rests; the ways along roads come meanwhile

    def press(self, name: str, *keys: str) -> None:
        def act() -> None:
            for key in keys:
                self.page.keyboard.press(key)

        self.do(name, act)

    def select(self, row: int) -> None:
        """Choose a stop of the list."""
        self.page.locator("tr.stop .stop__seq").nth(row).click()
        self.page.wait_for_timeout(60)

    def to_route(self, label: str) -> None:
        self.page.fill("#move-to", label)
        self.do("move by form to another route", lambda: self.page.click("[data-act='move']"))

    def drag(self, name: str, source: str, target: str) -> None:
        page = self.page
        page.locator(target).scroll_into_view_if_needed()
        one, other = page.locator(source).bounding_box(), page.locator(target).bounding_box()
        assert one is not None
        assert other is not None
        page.mouse.move(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2)
        page.mouse.down()
        page.mouse.move(other["x"] + 30, other["y"] + other["height"] * 0.7, steps=6)
        page.wait_for_timeout(80)
        self.do(name, page.mouse.up)

    def report(self) -> bool:
        """Print all; whether every change was seen in time."""
        print(f"{'':<34}{'server':>14}{'painted':>14}{'map':>14}")
        for each in (self.server, self.painted, self.map):
            each["all"] = [took for cell in each.values() for took in cell]
        for name in self.painted:
            cells = [each[name] for each in (self.server, self.painted, self.map)]
            print(f"{name:<34}" + "".join(f"{statistics.median(cell):>8.0f}{max(cell):>6.0f}" for cell in cells))
        return max(self.painted["all"]) <= LIMIT_MS


def measure(address: str, facts: dict[str, Any], rounds: int, tab: str) -> bool:
    path = next(p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.add_init_script(WATCH)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.fill("#login", "dispatcher")
        page.fill("#password", facts["accounts"]["dispatcher"])
        page.click("main button.btn--primary")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(f"{address}/days/{facts['day']}/lunch/plan" + ("?tab=timeline" if tab == "timeline" else ""))
        if page.locator("form[action*='/plan/draft?'] button").count():
            page.locator("form[action*='/plan/draft?'] button").first.click()
            page.wait_for_load_state("networkidle")
        if tab == "map":
            page.wait_for_selector("#map[data-ready=yes]")
        page.wait_for_timeout(1500)
        hand = Hand(page)
        labels = page.eval_on_selector_all(
            ".route[data-number]",
            "rows => rows.filter((row) => parseInt(row.querySelector('.route__n').textContent) >= 8).map((row) => row.dataset.label)",
        )
        print(f"{page.inner_text('#total .strip')!r}")
        for n in range(rounds + 1):
            if n == 1:  # the first round warms up: templates, grounds and roads are read once a process
                for each in (hand.server, hand.painted, hand.map):
                    each.clear()
            label = labels[(7 * n) % len(labels)]
            page.locator(f".route[data-label='{label}'] a").click()
            page.wait_for_timeout(500)
            once(hand, labels[(7 * n + 20) % len(labels)])
        browser.close()
    if faults:
        raise SystemExit("\n".join(faults))
    return hand.report()


def once(hand: Hand, other: str) -> None:
    """One of each change on the route that is open; undone again, so that the next round finds the plan whole."""
    hand.select(3)
    hand.press("one place later (Alt ↓)", "Alt+ArrowDown")
    hand.press("one place earlier (Alt ↑)", "Alt+ArrowUp")
    hand.press("lock (L)", "l")
    hand.press("unlock (L)", "l")
    hand.to_route(other)
    hand.press("undo (Z)", "z")
    hand.press("redo (Shift Z)", "Shift+Z")
    hand.press("undo (Z)", "z")
    hand.select(2)
    hand.do(
        "off its route (form)",
        lambda: (
            hand.page.locator("#picked-more").evaluate("box => { box.open = true; }"),
            hand.page.click("[data-act='off']"),
        ),
    )
    hand.press("undo (Z)", "z")
    hand.drag("drag within the list", "tr.stop:nth-of-type(2) .stop__seq", "tr.stop:nth-of-type(6)")
    hand.press("undo (Z)", "z")
    hand.drag("drag to another route's row", "tr.stop:nth-of-type(3) .stop__seq", f".route[data-label='{other}']")
    hand.press("undo (Z)", "z")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the district is, or is to be; else a temporary folder")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--tab", choices=("map", "timeline"), default="map")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        if not (folder / "facts.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, str(ROOT / "benchmarks" / "big_district.py"), str(folder)], check=True)
        facts = json.loads((folder / "facts.json").read_text())
        print({name: value for name, value in facts.items() if name != "accounts"})
        with served(folder) as address:
            seen = measure(address, facts, options.rounds, options.tab)
    if not seen:
        print(f"slower than {LIMIT_MS} ms")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
