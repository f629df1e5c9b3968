"""The cashier's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.dispatch.models import Run
from mealroute.planning.models import PlanLine, PlanVisit
from tests.web_world import MORNING

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def taken(app: object) -> int:
    """One meal of the first run was paid in cash at its door. Returns the run's id."""
    with database.unit_of_work() as db:
        run, line = (
            db.query(Run.id, PlanLine.book_line_id)
            .join(PlanVisit, PlanVisit.route_id == Run.route_id)
            .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
            .filter(PlanVisit.station_code == "")
            .order_by(Run.id, PlanLine.id)
            .first()
        )  # type: ignore[misc]
        entry = ProofInput(
            client_id=str(uuid4()), run_id=run, book_line_id=line, outcome=Outcome.HANDED_OVER, by_name="刘建国",
            cash_collected_fen=1250,
        )  # fmt: skip
        delivery.record_proof(db, entry, by=SYSTEM, clock=FixedClock(MORNING))
    return int(run)


def form(page: str) -> dict[str, str]:
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    return {"request_id": found[1], "station": ""}


def test_a_cashier_receives_a_drivers_cash_and_the_list_is_empty_again(signed_in: SignIn, taken: int) -> None:
    finance = signed_in(Role.FINANCE)
    assert "12.50" in finance.get("/cash").text
    page = finance.get("/cash/2026-03-09").text
    assert "12.50" in page
    answer = finance.post(f"/cash/runs/{taken}/hand-in", data={**form(page), "amount": "12.50", "day": "2026-03-09"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cash/2026-03-09")
    assert "没有未清的现金" in finance.get("/cash").text


def test_what_is_missing_is_explained_by_finance_alone(signed_in: SignIn, taken: int) -> None:
    finance, kitchen = signed_in(Role.FINANCE), signed_in(Role.KITCHEN)
    page = finance.get(f"/cash/runs/{taken}").text
    words = {**form(page), "sentence": "司机遗失，运营主体承担。"}
    assert kitchen.post(f"/cash/runs/{taken}/explain", data=words).status_code == 403
    assert finance.post(f"/cash/runs/{taken}/explain", data=words).status_code == 303
    assert "司机遗失，运营主体承担。" in finance.get(f"/cash/runs/{taken}").text


def test_an_amount_that_is_none_is_told_in_a_sentence(signed_in: SignIn, taken: int) -> None:
    finance = signed_in(Role.FINANCE)
    page = finance.get(f"/cash/runs/{taken}").text
    answer = finance.post(f"/cash/runs/{taken}/hand-in", data={**form(page), "amount": "zwölf"})
    assert answer.status_code == 422
    assert "这不是以元计的金额" in answer.text


@pytest.mark.parametrize("role", [Role.DRIVER, Role.HOTLINE, Role.ADMIN])
def test_cash_is_for_cashiers_and_those_who_check(signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/cash").status_code == 403
