"""The live board in a browser: a door is on the desk's page within two seconds, without a reload, with a sound and in words.

The seconds are those of the page's own clock, which a test turns by hand: how fast the machine is has no say.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from mealroute.core.actor import Scope
from mealroute.core.db import unit_of_work
from mealroute.delivery import queries
from mealroute.dispatch import queries as dispatch
from tests import web_world
from tests.e2e.conftest import Watched
from tests.e2e.test_pages_in_a_browser import faults
from tests.integration.planning_world import DAY
from web.live import polled

LIVE = f"/days/{DAY}/lunch/live"
TWO_SECONDS = 2000
OF_THE_SERVER = round(polled.FRESH_S * 1000) + 1
"""So long the server may give an answer that it has: here the machine's own time counts, and more of it does no harm."""
NEWS = "window.told = false; document.addEventListener('live', () => { window.told = true; }, { once: true })"
"""From here on ``window.told`` says whether an answer with something new in it stands on the page."""
Knock = Callable[[str], int]


@pytest.fixture
def knock(phone: Watched, reading: None) -> Knock:
    """A driver's phone records the next open door of the longest run; which run that is, is the answer."""

    def record(outcome: str) -> int:
        with unit_of_work(read_only=True) as db:
            lines = [
                line for line in queries.outcomes(db, DAY, "lunch", scope=Scope.everything()) if line.outcome is None
            ]
            run = Counter(line.run_id for line in lines).most_common(1)[0][0]
            token = dispatch.token(db, run, secret_key=web_world.SECRET)
        line = next(line for line in lines if line.run_id == run)
        answer = phone.context.request.post(
            f"{phone.address}/api/runs/{token}/proofs",
            data={"client_id": str(uuid.uuid4()), "book_line_id": line.book_line_id, "outcome": outcome},
        )
        assert answer.status == 201, answer.text()
        return run

    return record


def test_a_handover_is_on_the_board_within_two_seconds_without_a_reload(desk: Watched, knock: Knock) -> None:
    desk.sign_in()
    desk.page.clock.install(time=0)
    desk.page.clock.pause_at(1000)
    page = desk.open(LIVE)
    page.evaluate(f"{NEWS}; window.still = true")
    page.clock.run_for(TWO_SECONDS)
    page.wait_for_function("() => window.told")  # the board has looked once and knows what there is
    before = page.inner_text("#live-totals")
    page.evaluate(NEWS)

    knock("handed-over")
    page.wait_for_timeout(OF_THE_SERVER)
    page.clock.run_for(TWO_SECONDS - OF_THE_SERVER)

    page.wait_for_function("() => window.told")
    assert page.inner_text("#live-totals") != before
    assert page.evaluate("window.still") is True


def test_a_door_that_stays_closed_is_shown_first_spoken_and_rung(desk: Watched, knock: Knock) -> None:
    desk.sign_in()
    page = desk.open(LIVE)
    page.click("[data-sound]")
    page.wait_for_selector("[data-sound][data-state=on]")
    rung = int(page.get_attribute("[data-sound]", "data-rung") or 0)

    knock("no-answer")

    page.wait_for_selector("#live-cases .live-case.is-changed[data-tone=danger]")
    assert int(page.get_attribute("[data-sound]", "data-rung") or 0) == rung + 1
    assert page.inner_text("[data-spoken]").startswith("新情况：")
    assert page.title().startswith("(")


def test_the_sound_is_remembered_and_says_when_it_waits_for_a_click(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(LIVE)
    page.click("[data-sound]")
    page.wait_for_selector("[data-sound][data-state=on]")

    page.reload()

    assert page.get_attribute("[data-sound]", "aria-pressed") == "true"
    page.click("h1")
    page.wait_for_selector("[data-sound][data-state=on]")
    page.click("[data-sound]")
    assert page.inner_text("[data-sound]").strip() == "提示音：关"


def test_an_open_form_keeps_what_is_typed_while_the_board_goes_on(desk: Watched, knock: Knock) -> None:
    knock("no-answer")
    desk.sign_in()
    page = desk.open(LIVE)
    page.click("#live-cases details >> nth=0 >> summary")
    page.fill("#live-cases details[open] input[name=person]", "陈洁")
    before = page.inner_text("#live-totals")

    knock("left-with-contact")

    page.wait_for_function("before => document.querySelector('#live-totals').innerText !== before", arg=before)
    assert page.input_value("#live-cases details[open] input[name=person]") == "陈洁"


def test_a_board_without_answers_says_so(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(LIVE)
    page.route("**/live/now", lambda route: route.abort())
    page.wait_for_selector("[data-lost]:not([hidden])")
    assert "没有更新" in page.inner_text("[data-lost]")
    page.unroute("**/live/now")
    page.wait_for_selector("[data-lost]", state="hidden")
    desk.complaints[:] = [each for each in desk.complaints if "ERR_FAILED" not in each]


@pytest.mark.parametrize("size", [(1440, 900), (1024, 800), (720, 450), (390, 844)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_board_and_a_run_are_sound_at_every_width(desk: Watched, size: tuple[int, int], language: str) -> None:
    desk.sign_in(language=language)
    desk.page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in (LIVE, f"{LIVE}/runs/1"):
        page = desk.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        assert faults(desk) == [], path


def test_the_map_follows_the_doors(desk: Watched, knock: Knock) -> None:
    desk.sign_in()
    page = desk.open(LIVE)
    page.wait_for_selector("#live-map[data-ready=yes]")

    knock("handed-over")

    page.wait_for_selector("#live-map .map-pin__tag")
