"""Every page of the door by the accessibility tree: roles, names in the page's language, headings in order, no trap for the keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mealroute.core import db as database
from mealroute.dispatch import queries as dispatch
from tests import web_world
from tests.e2e import listening
from tests.e2e.conftest import DESK, PHONE, Watched
from tests.e2e.test_phone_for_everyone import screens
from tests.e2e.yard import Yard, hand_over, kept, until
from tests.integration.planning_world import DAY

DAYS = f"/days/{DAY}/lunch"
PAGES = {
    "live board": ("dispatcher", f"{DAYS}/live"), "one run": ("dispatcher", f"{DAYS}/live/runs/2"),
    "give a stop away": ("dispatcher", f"{DAYS}/live/stops/{{stop}}/give"), "outcomes": ("dispatcher", f"{DAYS}/outcomes"),
    "record at the desk": ("dispatcher", f"{DAYS}/outcomes/5"), "evidence at the doors": ("dispatcher", f"{DAYS}/doors"),
    "open cases": ("station", "/cases"), "one case": ("dispatcher", "/cases/{case}"), "ladder and duty list": ("dispatcher", "/cases/ladder"),
    "the book by days": ("dispatcher", "/cases/days"), "messages to pass on": ("hotline", "/messages"), "last seen": ("dispatcher", "/last-seen"),
    "calls and knocks": ("dispatcher", "/welfare-calls"), "24-hour book": ("dispatcher", "/welfare-book"),
    "sheets to key": ("dispatcher", f"{DAYS}/keying"), "one sheet to key": ("dispatcher", "/keying/1/2"),
    "hotline": ("hotline", "/hotline"), "a caller": ("hotline", "/hotline/5"), "counter": ("station", f"{DAYS}/counter"),
}  # fmt: skip
"""Page → who opens it, and where."""
Desks = dict[tuple[str, str], Watched]
PLAIN = {"next door": "", "all stops": "/stops", "one stop": "/stops/{stop}", "hand over": "/lines/{line}/hand-over", "no answer": "/lines/{line}/no-answer"}  # fmt: skip
"""The pages of a run without the app."""


@pytest.fixture(scope="module")
def yard(folder: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Yard]:
    """One district for every page here, with one door that stayed closed."""
    own = tmp_path_factory.mktemp("reader")
    shutil.copy(folder / "web.sqlite", own / "web.sqlite")
    made = Yard(own, browser)
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(yard: Yard) -> dict[str, str]:
    """A stop and a meal of run 2, and the case of a door of run 1."""
    import uuid

    from mealroute.core.actor import SYSTEM
    from mealroute.core.clock import FixedClock
    from mealroute.delivery import service
    from mealroute.delivery.models import FollowUp
    from mealroute.delivery.records import Outcome, ProofInput

    with database.unit_of_work() as db:
        stops = [stop for trip in dispatch.manifest(db, 2).trips for stop in trip.stops if not stop.station_bulk]
        line = next(
            stop.items[0].book_line_id
            for trip in dispatch.manifest(db, 1).trips
            for stop in trip.stops
            if not stop.station_bulk
        )
        entry = ProofInput(
            client_id=str(uuid.uuid4()), run_id=1, book_line_id=line, outcome=Outcome.NO_ANSWER, phone_at=web_world.MORNING
        )  # fmt: skip
        service.record_proof(db, entry, by=SYSTEM, clock=FixedClock(web_world.MORNING))
        case = db.query(FollowUp.id).filter(FollowUp.book_line_id == line).scalar()
        return {"stop": str(stops[3].visit_id), "line": str(stops[3].items[0].book_line_id), "case": str(case)}


def written(yard: Yard) -> str:
    """Everything in the district that people wrote: it stays as it is written on an English page.

    Ask for it once the page is there: the server's own round may write a message while it opens.
    """
    import sqlite3

    with sqlite3.connect(yard.folder / "web.sqlite") as db:
        tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
        return "\n".join(
            str(cell) for table in tables for row in db.execute(f'select * from "{table}"') for cell in row
        )


@pytest.fixture(scope="module")
def desks(yard: Yard) -> Desks:
    """One desk a person and language, signed in once."""
    return {}


def desk_page(yard: Yard, desks: Desks, login: str, path: str, language: str) -> Page:
    if (login, language) not in desks:
        context = yard.browser.new_context(viewport=DESK)
        yard.contexts.append(context)
        desks[login, language] = Watched(context, yard.proxy.address)
        desks[login, language].sign_in(login, language)
    page = desks[login, language].open(path)
    page.wait_for_selector("#live-map:not([data-ready])", state="detached")
    return page


def sound(page: Page, language: str, data: str) -> None:
    nodes = listening.tree(page)
    assert listening.nameless(nodes) == []
    assert listening.in_another_language(nodes, language, data) == []
    levels = listening.headings(page)
    assert (levels.count(1), listening.out_of_order(levels)) == (1, []), levels
    assert [listening.role(node) for node in nodes].count("main") == 1
    reached = listening.tabbed(page)
    assert [each for each in reached if each.startswith("trap")] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_desk_page_is_whole_for_a_screen_reader(
    yard: Yard, desks: Desks, places: dict[str, str], page: str, language: str
) -> None:
    login, path = PAGES[page]
    opened = desk_page(yard, desks, login, path.format(**places), language)
    sound(
        opened, language, written(yard) + "".join(text[0] + "*" + text[-1] for text in ("王玉兰", "刘建国", "曾𠮷祥"))
    )


@pytest.mark.parametrize("page", PLAIN)
def test_a_plain_page_of_a_run_is_whole_for_a_screen_reader(yard: Yard, places: dict[str, str], page: str) -> None:
    context = yard.browser.new_context(viewport=PHONE, java_script_enabled=True)
    context.add_init_script("sessionStorage.setItem('mealroute.plain', 'yes')")
    opened = context.new_page()
    answer = opened.goto(yard.proxy.address + yard.run() + PLAIN[page].format(**places))
    assert answer is not None
    assert answer.status == 200
    sound(opened, "zh", written(yard))
    context.close()


def test_every_screen_of_the_app_is_whole_for_a_screen_reader(yard: Yard) -> None:
    page = yard.phone(yard.run())
    for _screen in screens(page):
        sound(page, "zh", written(yard))


def test_a_handover_is_said_and_the_next_name_is_read_first(yard: Yard) -> None:
    page = yard.phone(yard.run())
    hand_over(page)
    until(page, lambda: len(kept(page)["outbox"]) >= 1)
    page.wait_for_function("document.querySelector('#say').textContent.trim() !== ''")
    assert page.evaluate("document.activeElement.localName") == "h1"
    live = [node for node in listening.tree(page) if listening.prop(node, "live") in {"polite", "assertive"}]
    assert live
