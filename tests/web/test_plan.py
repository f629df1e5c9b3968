"""The plan page: the board, its map, the search as a job, publishing and withdrawing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from mealroute.core import jobs
from mealroute.core.actor import Role, Scope
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.core.text import initials, mask_name
from mealroute.orders import queries as orders
from mealroute.planning import queries
from mealroute.planning.service import job_key
from mealroute.residents import queries as residents
from tests.integration.planning_world import DAY, STREET
from tests.web.conftest import Bell

PLAN = f"/days/{DAY}/lunch/plan"
SignIn = Callable[[Role | str], FlaskClient]


def test_the_board_shows_routes_stops_and_first_what_has_no_place(desk: FlaskClient) -> None:
    page = desk.get(PLAN).text
    with unit_of_work(read_only=True) as db:
        version = queries.version(db, queries.latest(db, DAY, MealSlot.LUNCH).id)

    assert page.index('id="unassigned"') < page.index("data-stops")
    for route in version.routes:
        assert f'data-number="{route.number}"' in page
    assert version.unassigned[0].reason in page
    assert version.unassigned[0].owner in page
    assert f"<b>{version.summary.planned}</b>" in page


def test_parts_of_the_page_can_be_fetched_alone_by_their_id(desk: FlaskClient) -> None:
    parts = desk.get(f"{PLAN}?route=2", headers={"X-Parts": "stops,route-1,no-such-part"}).json["parts"]

    assert set(parts) == {"stops", "route-1"}
    assert parts["stops"].lstrip().startswith("<section")
    assert 'data-route="2"' in parts["stops"]
    assert parts["route-1"].lstrip().startswith("<li")


def test_the_timeline_has_a_lane_for_every_route_and_a_mark_for_every_stop(desk: FlaskClient) -> None:
    page = desk.get(f"{PLAN}?tab=timeline").text
    with unit_of_work(read_only=True) as db:
        version = queries.version(db, queries.latest(db, DAY, MealSlot.LUNCH).id)

    assert page.count('class="tl-dot"') == sum(route.stops for route in version.routes)
    assert all(f'id="lane-{route.number}"' in page for route in version.routes)
    assert 'class="tl-load"' in page
    assert " style=" not in page


@pytest.mark.parametrize("kitchen", ["K1", "K2"])
def test_a_filter_in_the_address_shows_only_the_routes_that_have_such_stops(desk: FlaskClient, kitchen: str) -> None:
    data = desk.get(f"/plans/1/map.json?kitchen={kitchen}").json
    page = desk.get(f"{PLAN}?kitchen={kitchen}").text
    with unit_of_work(read_only=True) as db:
        version = queries.version(db, 1)

    assert data["shown"]["routes"] == [route.number for route in version.routes if route.kitchen_code == kitchen]
    for route in version.routes:
        hidden = re.search(rf'<li class="route" id="route-{route.number}"[^>]* hidden', page) is not None
        assert hidden == (route.kitchen_code != kitchen)


def test_filters_on_diet_and_duty_look_into_every_stop(desk: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        lines = {line.line_id: line for line in orders.book(db, DAY, MealSlot.LUNCH).lines}
        version = queries.version(db, 1)
    stops = [visit for route in version.routes for visit in route.visits if visit.lines]

    for query, fits in (
        ("risk=must-serve", lambda line: line.must_serve),
        ("diet=halal", lambda line: "halal" in line.diets),
        (f"street={STREET}", lambda line: line.street_code == STREET),
    ):
        wanted = sorted(min(stop.lines) for stop in stops if any(fits(lines[line]) for line in stop.lines))
        assert desk.get(f"/plans/1/map.json?{query}").json["shown"]["stops"] == wanted, query


def test_somebody_is_found_by_initials_and_shown_masked_with_the_route(desk: FlaskClient) -> None:
    with unit_of_work(read_only=True) as db:
        found = residents.active_on(db, DAY, scope=Scope.everything())
        version = queries.version(db, 1)
        lines = orders.lines(db, [line for route in version.routes for visit in route.visits for line in visit.lines])
    person = next(one for one in found if any(line.resident_id == one.id for line in lines.values()))

    for text in (person.name, initials(person.name)):
        part = desk.post(f"{PLAN}/find", data={"q": text}, headers={"Accept": "application/json"}).json["parts"]["hits"]
        assert mask_name(person.name) in part
        assert person.name not in part
        assert "data-hit=" in part
    assert mask_name(person.name) in desk.post(f"{PLAN}/find", data={"q": person.name}).text
    assert 'data-hit="2"' in desk.post(f"{PLAN}/find", data={"q": "2"}).text


def test_single_letters_can_be_switched_off(desk: FlaskClient) -> None:
    assert 'data-letters="on"' in desk.get(PLAN).text
    desk.post("/preferences/letters", data={"letters": "off"})
    assert 'data-letters="off"' in desk.get(PLAN).text


def test_the_map_draws_every_route_and_every_stop_without_a_name(desk: FlaskClient) -> None:
    data = desk.get("/plans/1/map.json").json
    with unit_of_work(read_only=True) as db:
        version = queries.version(db, 1)

    assert [route["number"] for route in data["routes"]] == [route.number for route in version.routes]
    assert [len(route["stops"]) for route in data["routes"]] == [route.stops for route in version.routes]
    assert "王" not in str(data)
    assert len(data["kitchens"]) == 2


def test_planning_queues_one_job_and_wakes_the_worker(desk: FlaskClient, bell: Bell) -> None:
    for _press in range(2):
        desk.post(f"{PLAN}/search", data={"seconds": "10"})

    with unit_of_work(read_only=True) as db:
        found = jobs.recent(db)
    assert [job.state for job in found] == ["queued"]
    assert bell.rung == 2
    page = desk.get(PLAN).text
    assert f'data-job="/api/jobs/{found[0].id}"' in page
    assert desk.get(f"/api/jobs/{found[0].id}").json["state"] == "queued"


def test_a_search_can_be_stopped_keeping_the_best_or_dropped(desk: FlaskClient) -> None:
    desk.post(f"{PLAN}/search", data={"seconds": "10"})
    with unit_of_work() as db:
        job = jobs.latest(db, job_key(DAY, MealSlot.LUNCH))
        claimed = jobs.claim(db, job.id, clock=_clock())
    desk.post(f"{PLAN}/stop", data={"keep": "yes"})
    with unit_of_work(read_only=True) as db:
        assert jobs.job(db, claimed.id).stop_requested
    desk.post(f"{PLAN}/stop", data={"keep": "no"})
    with unit_of_work(read_only=True) as db:
        assert jobs.job(db, claimed.id).cancel_requested


def test_seconds_out_of_range_are_refused(desk: FlaskClient) -> None:
    assert desk.post(f"{PLAN}/search", data={"seconds": "0"}).status_code == 422


def test_a_second_version_cannot_be_published_until_the_first_is_withdrawn(desk: FlaskClient) -> None:
    assert desk.post("/plans/2/publish").status_code == 409

    assert desk.post("/plans/1/withdraw", data={"reason": ""}).status_code == 422
    desk.post("/plans/1/withdraw", data={"reason": "司机生病"})
    desk.post("/plans/2/publish")

    with unit_of_work(read_only=True) as db:
        assert queries.published(db, DAY, MealSlot.LUNCH).number == 2


def test_only_those_who_dispatch_publish(signed_in: SignIn) -> None:
    assert signed_in(Role.DISTRICT).post("/plans/2/publish").status_code == 403


def test_papers_are_pdf_and_leave_a_line_in_the_audit_trail(desk: FlaskClient, signed_in: SignIn) -> None:
    for name in ("count", "packing", "labels", "manifests"):
        answer = desk.post(f"/plans/1/{name}.pdf")
        assert answer.mimetype == "application/pdf", name
        assert answer.data.startswith(b"%PDF"), name
    assert desk.post("/plans/2/manifests.pdf").status_code == 422  # a draft has no runs yet

    trail = signed_in(Role.AUDITOR).get("/audit?action=papers.").text
    assert "papers.manifests" in trail
    assert "papers.labels" in trail


def _clock() -> object:
    from mealroute.core.clock import FixedClock
    from tests.web_world import MORNING

    return FixedClock(MORNING)
