"""The small scripts of the pages: deadlines that run down, jobs that are followed, the counter's search box."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, Route

from tests.e2e.conftest import Watched
from tests.integration.planning_world import DAY

DISPATCH, COUNTER = f"/days/{DAY}/lunch/dispatch", f"/days/{DAY}/lunch/counter"
NOW_MS = 1_800_000_000_000


def _clock(page: Page, left_s: int) -> dict[str, str]:
    """What a countdown with so many seconds left shows."""
    found: dict[str, str] = page.evaluate(
        """([until, now]) => import('/static/js/offers.mjs').then((offers) => {
            const box = document.createElement('div');
            box.innerHTML = `<span data-until="${until}" data-left="还剩 {n} 分钟" data-over="到时间了"></span>`;
            offers.count(box, now);
            const clock = box.firstElementChild;
            return {text: clock.textContent, tone: clock.dataset.tone ?? ''};
        })""",
        [NOW_MS / 1000 + left_s, NOW_MS],
    )
    return found


def test_a_deadline_counts_whole_minutes_and_turns_red_for_the_last_five(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(DISPATCH)
    assert _clock(page, 600) == {"text": "还剩 10 分钟", "tone": ""}
    assert _clock(page, 301)["text"] == "还剩 6 分钟"
    assert _clock(page, 300) == {"text": "还剩 5 分钟", "tone": "danger"}
    assert _clock(page, 1)["text"] == "还剩 1 分钟"
    assert _clock(page, 0) == {"text": "到时间了", "tone": "danger"}
    assert _clock(page, -90)["text"] == "到时间了"


def test_a_page_of_offers_does_not_reload_under_somebody_who_types(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(DISPATCH)
    busy = "import('/static/js/offers.mjs').then((offers) => offers.busy(document))"
    assert page.evaluate(busy) is False
    page.focus("#search")
    assert page.evaluate(busy) is True


def _followed(page: Page, answers: list[Callable[[Route], None]]) -> None:
    """Follow a job whose server gives these answers one after another, and the last again and again."""

    def answer(route: Route) -> None:
        (answers.pop(0) if len(answers) > 1 else answers[0])(route)

    page.route("**/job-of-the-test", answer)
    page.evaluate(
        """() => {
            document.querySelector('main').insertAdjacentHTML('beforeend',
                `<div id="followed" data-job="/job-of-the-test" data-after="?done=1" data-pause="20">
                 <b data-figure="cost"></b><svg><rect class="bar__fill"/><path data-curve="cost"/></svg></div>`);
            import('/static/js/job.mjs');
        }"""
    )


def _json(state: str, **more: object) -> Callable[[Route], None]:
    return lambda route: route.fulfill(content_type="application/json", body=json.dumps({"state": state, **more}))


def test_a_job_shows_its_figures_and_curve_and_goes_on_when_the_network_comes_back(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(DISPATCH)
    running = _json("running", percent="40%", figures={"cost": "812 元"}, curve={"cost": "M0 0L5 5"})
    _followed(
        page, [_json("queued"), lambda route: route.abort(), running, _json("running", figures={"cost": "812 元"})]
    )

    page.wait_for_function("() => document.querySelector('#followed b').textContent === '812 元'", polling=50)

    assert page.get_attribute("#followed path", "d") == "M0 0L5 5"
    assert "done" not in page.url
    desk.complaints.clear()  # the browser itself notes the broken connection


def test_a_finished_job_leads_on_once(desk: Watched) -> None:
    desk.sign_in()
    page = desk.open(DISPATCH)
    _followed(page, [_json("running"), _json("done")])

    page.wait_for_url(lambda url: "done=1" in url)


def _shown(page: Page) -> list[str]:
    return [str(line.get_attribute("data-key")) for line in page.query_selector_all(".counter__line:not([hidden])")]


def test_the_counters_box_filters_while_one_types_and_keeps_everybody_where_it_knows_nothing(phone: Watched) -> None:
    phone.sign_in("station")
    page = phone.open(COUNTER)
    everybody = _shown(page)
    assert len(everybody) > 1
    code = everybody[0].split()[1]

    page.fill("#counter-q", code)
    assert _shown(page) == [everybody[0]]
    page.fill("#counter-q", "王玉兰的邻居")
    assert _shown(page) == everybody
    page.fill("#counter-q", "")
    assert _shown(page) == everybody


def test_enter_with_one_person_left_goes_to_their_button_and_hands_out_nothing_by_itself(phone: Watched) -> None:
    phone.sign_in("station")
    page = phone.open(COUNTER)
    page.fill("#counter-q", _shown(page)[0].split()[1])

    page.press("#counter-q", "Enter")

    assert page.evaluate("document.activeElement.name") in {"fetched", "cash"}
    assert page.evaluate("Boolean(document.activeElement.closest('.counter__line:not([hidden])'))") is True
    assert "find" not in page.url


def test_enter_with_several_left_asks_the_server(phone: Watched) -> None:
    phone.sign_in("station")
    page = phone.open(COUNTER)
    page.fill("#counter-q", "wang")

    with page.expect_navigation():
        page.press("#counter-q", "Enter")

    assert page.locator(".counter__line").count() >= 1
