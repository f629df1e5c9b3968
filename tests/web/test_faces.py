"""The pages about familiar faces: figures of a plan, prices of streets, the note on the driver's phone."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import Role
from mealroute.core.db import unit_of_work
from mealroute.planning import queries
from mealroute.planning.models import PlanVersion
from mealroute.planning.price_models import StreetPrice
from tests.integration.planning_world import STREET

SignIn = Callable[[Role | str], FlaskClient]
FORM = {"street": STREET, "face_min": "5", "hour_s": "3", "from_day": "2026-03-10", "reason": "居民议事会"}


def published() -> int:
    with unit_of_work(read_only=True) as db:
        return int(db.scalars(select(PlanVersion.id).where(PlanVersion.state == "published")).one())


def test_the_plan_page_says_how_many_meet_a_new_face_and_leads_to_the_figures(signed_in: SignIn) -> None:
    client = signed_in(Role.DISPATCHER)
    with unit_of_work(read_only=True) as db:
        found = queries.faces(db, published())  # type: ignore[arg-type]
    assert found is not None

    board = client.get("/days/2026-03-09/lunch/plan").get_data(as_text=True)
    page = client.get(f"/plans/{published()}/faces").get_data(as_text=True)

    assert f"{found.figures.new_faces} 人由生人送" in board
    assert f"/plans/{published()}/faces" in board
    assert "risk=new-face" in page


def test_a_dispatcher_sets_a_street_s_price_and_it_is_shown_with_who_and_why(signed_in: SignIn) -> None:
    client = signed_in(Role.DISPATCHER)

    answer = client.post("/face-prices", data=FORM)
    page = client.get("/face-prices").get_data(as_text=True)

    assert answer.status_code == 303
    with unit_of_work(read_only=True) as db:
        (row,) = db.scalars(select(StreetPrice))
        assert (row.known_face, row.usual_hour) == (300, 3)
    assert "居民议事会" in page


def test_a_wrong_price_comes_back_with_its_error_and_changes_nothing(signed_in: SignIn) -> None:
    client = signed_in(Role.DISPATCHER)
    assert client.post("/face-prices", data=FORM | {"face_min": "900"}).status_code == 422
    with unit_of_work(read_only=True) as db:
        assert db.scalars(select(StreetPrice)).all() == []


def test_who_may_not_edit_plans_sees_prices_without_the_form(signed_in: SignIn) -> None:
    client = signed_in(Role.DISTRICT)
    assert '<form class="panel__body stack"' not in client.get("/face-prices").get_data(as_text=True)
    assert client.post("/face-prices", data=FORM).status_code == 403
