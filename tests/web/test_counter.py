"""The station's counter in the browser's place: without script, masked, on record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient

from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries, service
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.orders import queries as orders
from mealroute.residents import queries as residents
from tests.integration.planning_world import DAY, STREET

COUNTER = "/days/2026-03-09/lunch/counter"
SignIn = Callable[..., FlaskClient]


def _visit(page: str) -> str:
    found = re.search(r"/counter/boxes/(\d+)", page)
    assert found
    return found[1]


def _lines(page: str) -> list[str]:
    return re.findall(r"/counter/lines/(\d+)/hand-out", page)


def _expected(page: str) -> int:
    found = re.search(r"<b>(\d+)</b> 份 <span class=\"sub\">预计", page)
    assert found
    return int(found[1])


def _sign(client: FlaskClient, **more: object) -> str:
    page = client.get(COUNTER).text
    form = {"portions": _expected(page), "degrees": "64.5", "signed_by": "陈洁", **more}
    answer = client.post(f"{COUNTER}/boxes/{_visit(page)}", data=form, follow_redirects=True)
    return answer.text


def test_the_station_lands_on_its_counter(signed_in: SignIn) -> None:
    assert signed_in(Role.STATION).get("/").location.endswith("/counter")


def test_the_clerk_signs_for_the_boxes(signed_in: SignIn) -> None:
    page = _sign(signed_in(Role.STATION))
    assert "64.5 ℃" in page
    assert "已签收" in page


def test_another_count_is_asked_about_on_the_same_form(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    asked = _sign(client, portions=5)
    assert "点到 5 份。为什么？" in asked
    assert 'value="64.5"' in asked
    assert "没装车" in _sign(client, portions=5, shortfall="not-loaded")


def test_a_meal_is_handed_out_with_one_press(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    line, *_others = _lines(client.get(COUNTER).text)
    page = client.post(f"{COUNTER}/lines/{line}/hand-out", data={"fetched": "self"}, follow_redirects=True).text
    assert line not in _lines(page)
    with database.unit_of_work(read_only=True) as db:
        outcomes = queries.outcomes(db, DAY, "lunch", scope=Scope.everything())
    assert [str(each.outcome) for each in outcomes if each.book_line_id == int(line)] == ["handed-over"]


def test_a_named_person_takes_a_meal_for_somebody(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    line, *_others = _lines(client.get(COUNTER).text)
    refused = client.post(f"{COUNTER}/lines/{line}/hand-out", data={"fetched": "proxy"})
    assert refused.status_code == 422
    client.post(f"{COUNTER}/lines/{line}/hand-out", data={"fetched": "proxy", "proxy": "1"})
    page = client.get(f"{COUNTER}?show=all").text
    assert "女儿 李*士" in page
    assert "李女士" not in page


def test_people_are_found_by_initials_pinyin_and_surname_without_an_address_that_tells_whom(
    signed_in: SignIn,
) -> None:
    client = signed_in(Role.STATION)
    everybody = len(_lines(client.get(COUNTER).text))
    for text in ("wyl", "wangyul", "王"):
        answer = client.post(f"{COUNTER}/find", data={"q": text})
        assert text not in answer.location
        assert len(_lines(client.get(answer.location).text)) == everybody
    client.post(f"{COUNTER}/find", data={"q": "zzz"})
    assert _lines(client.get(COUNTER).text) == []


def test_names_are_masked_until_one_is_shown_and_that_is_recorded(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    page = client.get(COUNTER).text
    assert "王玉兰" not in page
    shown = client.post(f"{COUNTER}/lines/{_lines(page)[0]}/reveal").text
    assert shown.count("王玉兰") == 1
    with database.unit_of_work(read_only=True) as db:
        (event,) = audit.events(db, action="residents.revealed")
    assert (event.role, event.detail["fields"]) == ("station", ["name"])


def test_closing_makes_cases_of_whoever_did_not_come(signed_in: SignIn, now: FixedClock) -> None:
    now.at = datetime(2026, 3, 9, 4, 45, tzinfo=UTC)
    client = signed_in(Role.STATION)
    _sign(client)
    line, *others = _lines(client.get(COUNTER).text)
    client.post(f"{COUNTER}/lines/{line}/hand-out", data={"fetched": "self"})
    page = client.post(f"{COUNTER}/close", data={}, follow_redirects=True).text
    assert "发餐已结束" in page
    assert set(_lines(page)) == set(others)
    assert page.count("未结") >= len(others)


def test_closing_too_early_says_so_and_keeps_the_page(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    _sign(client)
    answer = client.post(f"{COUNTER}/close", data={})
    assert answer.status_code == 409
    assert "还有人会来取餐" in answer.text


def test_orders_and_pauses_are_taken_at_the_counter(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    client.post("/counter/people", data={"q": "R0004"})
    assert "R0004" in client.get("/counter/people").text
    form = {"day": "2026-03-10", "slot": "lunch", "quantity": 1, "delivery": "station", "pay_means": "counter-cash"}
    assert client.post("/counter/people/4/orders", data=form).status_code == 303
    pause = {"starts_on": "2026-03-16", "ends_on": "2026-03-18", "reason": "family"}
    assert client.post("/counter/people/4/pauses", data=pause).status_code == 303
    with database.unit_of_work(read_only=True) as db:
        who = residents.by_code(db, "R0004", scope=Scope.everything(), day=DAY)
        assert who
        placed = [
            order
            for order in orders.orders_on(db, DAY.replace(day=10), MealSlot.LUNCH, scope=Scope.everything())
            if order.resident_id == who.id
        ]
        pauses = residents.pauses(db, who.id)
    assert [(order.channel, order.station_code) for order in placed] == [("counter", "S1")]
    assert len(pauses) == 1


def test_a_person_of_another_street_is_not_served_here(signed_in: SignIn) -> None:
    client = signed_in(Role.STATION)
    for address in ("/counter/people/5", "/counter/people/10"):
        assert client.get(address).status_code == 404
    form = {"day": "2026-03-10", "slot": "lunch", "delivery": "home", "pay_means": "card"}
    assert client.post("/counter/people/5/orders", data=form).status_code == 404
    assert (
        client.post("/counter/people/5/pauses", data={"starts_on": "2026-03-16", "reason": "away"}).status_code == 404
    )
    assert client.post("/counter/people/5/reveal").status_code == 404


def test_another_stations_counter_does_not_open(signed_in: SignIn) -> None:
    assert signed_in(Role.STATION).get(f"{COUNTER}?station=S9").status_code == 404


def test_only_stations_and_dispatchers_stand_at_the_counter(signed_in: SignIn) -> None:
    assert signed_in(Role.DISPATCHER).get(COUNTER).status_code == 200
    for role in (Role.KITCHEN, Role.VENDOR, Role.DRIVER, Role.FINANCE, Role.HOTLINE):
        assert signed_in(role).get(COUNTER).status_code == 403


def test_a_case_at_a_home_door_stands_on_the_counters_page_and_leads_to_where_it_is_closed(
    signed_in: SignIn, now: FixedClock
) -> None:
    with database.unit_of_work() as db:
        line = next(
            one
            for one in queries.loaded_lines(db, scope=Scope.everything(), day=DAY, slot="lunch")
            if not one.station_code and one.street_code == STREET
        )
        entry = ProofInput(
            client_id="door-00001",
            run_id=line.run_id,
            book_line_id=line.book_line_id,
            outcome=Outcome.NO_ANSWER,
            reason="没人应",
            by_name="刘",
        )
        service.record_proof(db, entry, by=SYSTEM, clock=now)
    client = signed_in(Role.STATION)

    page, live = client.get(COUNTER).text, client.get(f"/days/{DAY}/lunch/live").text

    assert "有 1 个上门个案归本站处理" in page
    case = re.search(r"/cases/(\d+)/close", live)
    assert case
    closed = client.post(f"/days/{DAY}/lunch/cases/{case[1]}/close", data={"person": "陈洁", "how": "上门见到本人"})
    assert closed.status_code == 303
    assert "上门个案" not in client.get(COUNTER).text
