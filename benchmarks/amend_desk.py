"""How long a dispatcher waits after an event, database, road network and page included: `python benchmarks/amend_desk.py [--folder DIR] [--save FILE]`.

The district of ``big_district`` (more than 1,100 stops) is served by the server that people use. Each of five things happens five times at different
places, as a form is sent: a driver who is ill, a van that breaks down, a closed road, a cancelled order, a late one. Timed is from sending the form to the
last byte of the page that names every change. ``amend.py`` measures the planning part alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.machine import commit, machine  # noqa: E402
from benchmarks.plan_page import served  # noqa: E402
from mealroute.core.text import ROUTE_COLOURS  # noqa: E402

TIMES = 5
LIMIT_S = 2.0


class Desk:
    """A signed-in dispatcher who sends forms."""

    def __init__(self, address: str, facts: Mapping[str, Any]) -> None:
        self.address, self.plan = address, f"/days/{facts['day']}/lunch/plan"
        self.jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.token = ""
        self.get("/sign-in")
        self.post("/sign-in", login="dispatcher", password=facts["accounts"]["dispatcher"])
        self.get(self.plan)
        version = re.search(r'name="version" value="(\d+)"', self.page)
        self.post(f"{self.plan}/draft", version=version[1] if version else "")
        self.get(self.plan)

    def get(self, path: str) -> str:
        with self.jar.open(self.address + path, timeout=60) as answer:
            self.page: str = answer.read().decode()
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        self.token = found[1] if found else self.token
        return self.page

    def post(self, path: str, **form: str) -> str:
        body = urllib.parse.urlencode({**form, "csrf_token": self.token}).encode()
        try:
            with self.jar.open(urllib.request.Request(self.address + path, body), timeout=60) as answer:
                page: str = answer.read().decode()
        except urllib.error.HTTPError as refused:
            said = re.search(r"<h1[^>]*>(.*?)</h1>", refused.read().decode(), re.S)
            raise SystemExit(f"{path} {form}: {refused.code} {said[1] if said else ''}") from None
        return page

    def routes(self) -> list[tuple[str, str]]:
        """Vehicle and label of each route, as the forms offer them."""
        page = self.get(f"{self.plan}/happened").split('id="ill-route"')[1].split("</select>")[0]
        return re.findall(r'<option value="([^"]+)"[^>]*>\s*(\d+[A-Z]?) ·', page)

    def stops(self, route: int) -> list[str]:
        return re.findall(r'id="stop-(\d+)"', self.get(f"{self.plan}?route={route}"))


def number_of(label: str) -> int:
    """``8A`` as the board's addresses name it."""
    figures = label.rstrip("ABCDEFGH")
    return int(figures) + (ROUTE_COLOURS * (ord(label[-1]) - ord("A") + 1) if label != figures else 0)


def events(desk: Desk, residents: Sequence[str]) -> Mapping[str, Callable[[int], Callable[[], str]]]:
    """Event → what prepares it for the n-th time → what sends it, which is timed."""
    happened, routes = f"{desk.plan}/happened", desk.routes()
    vehicles = [code for code, _label in routes]
    long = [label for _code, label in routes if len(desk.stops(number_of(label))) >= 6]

    def cancelled(n: int) -> Callable[[], str]:
        page = desk.get(f"{desk.plan}/cancel?stop={desk.stops(number_of(long[3 * n + 1]))[2]}")
        order = re.search(r'name="order" value="(\d+)"', page)
        assert order is not None
        return lambda: desk.post(f"{desk.plan}/cancel", order=order[1], reason="住院")

    def late(n: int) -> Callable[[], str]:
        wanted = re.search(r'name="request_id" value="([^"]+)"', desk.get(f"{desk.plan}/late"))
        form = {
            "resident": residents[n],
            "channel": "phone",
            "pay_means": "monthly",
            "quantity": "1",
            "size": "normal",
            "delivery": "home",
        }
        return lambda: desk.post(f"{desk.plan}/late", request_id=wanted[1] if wanted else "", reason="家属来电", **form)

    return {
        "a driver is ill": lambda n: lambda: desk.post(f"{happened}/driver-ill", vehicle=vehicles[3 + 9 * n], reason="司机生病"),
        "a van breaks down": lambda n: lambda: desk.post(
            f"{happened}/broken-down", vehicle=vehicles[5 + 9 * n], reason="车坏了", food="cooked-again", at="10:40"
        ),
        "a road is closed": lambda n: lambda: desk.post(f"{happened}/road-closed", place=f"{long[4 * n]}-5", radius="100", reason="修路"),
        "an order is cancelled": cancelled,
        "an order comes late": late,
    }  # fmt: skip


def without_order(folder: Path, day: str) -> list[str]:
    """Codes of people in service, placed on the map, who have ordered nothing that day."""
    with sqlite3.connect(f"file:{folder / 'instance' / 'mealroute.sqlite'}?mode=ro", uri=True) as db:
        found = db.execute(
            "SELECT code FROM resident WHERE state = 'active' AND lon IS NOT NULL AND id NOT IN (SELECT resident_id FROM meal_order WHERE day = ?) AND id NOT IN (SELECT resident_id FROM pause) ORDER BY code",
            (day,),
        )
        return [code for (code,) in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the district is, or is to be; else a temporary folder")
    parser.add_argument("--save", type=Path, help="a JSON file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        if not (folder / "facts.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, str(ROOT / "benchmarks" / "big_district.py"), str(folder)], check=True)
        facts = json.loads((folder / "facts.json").read_text())
        print({name: value for name, value in facts.items() if name != "accounts"})
        worst, waits = 0.0, {}
        with served(folder) as address:
            desk = Desk(address, facts)
            for name, prepare in events(desk, without_order(folder, facts["day"])).items():
                took = []
                for n in range(TIMES + 1):
                    send = prepare(n)
                    began = time.perf_counter()
                    send()
                    took.append(time.perf_counter() - began)
                took = took[1:]  # the first one warms up: templates, grounds and roads are read once a process
                worst = max(worst, *took)
                waits[name] = {
                    "median_s": round(statistics.median(took), 2),
                    "worst_s": round(max(took), 2),
                    "times": len(took),
                }
                print(f"{name:<24} median {statistics.median(took):5.2f} s  worst {max(took):5.2f} s", flush=True)
    if options.save:
        counts = {name: facts[name] for name in ("stops", "routes")}
        found = {"commit": commit(), "machine": machine(), "limit_s": LIMIT_S, "district": counts, "waits": waits}
        options.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if worst > LIMIT_S:
        raise SystemExit(f"slower than {LIMIT_S} s")


if __name__ == "__main__":
    main()
