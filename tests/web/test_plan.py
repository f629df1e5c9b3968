"""The plan page: the board, its map, the search as a job, publishing and withdrawing."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from mealroute.core import jobs
from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.core.slots import MealSlot
from mealroute.planning import queries
from mealroute.planning.service import job_key
from tests.integration.planning_world import DAY
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


def test_a_stop_list_can_be_fetched_alone(desk: FlaskClient) -> None:
    part = desk.get(f"{PLAN}?route=2", headers={"X-Fragment": "stops"}).text
    assert part.lstrip().startswith("<section")
    assert "<html" not in part
    assert 'data-route="2"' in part


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
