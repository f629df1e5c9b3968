"""The pages of the checks: found, read with evidence, cleared with a reason; the call-back from the seed to the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.accounts import queries as accounts
from mealroute.accounts.rules import actor_of
from mealroute.checks import call_back_queries, queries
from mealroute.core import audit
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.slots import MealSlot
from mealroute.delivery.models import Proof
from mealroute.delivery.simulate import simulate_day
from mealroute.oversight import checking
from mealroute.residents.models import Resident, StateChange
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.planning_world import DAY

MONTH = DAY.strftime("%Y-%m")
SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def driven(app: Flask, now: FixedClock) -> Flask:
    """The day is driven and claimed, one resident turns out to have been dead, the checks have looked, the month is over."""
    with database.unit_of_work() as db:
        evening = FixedClock(now.at.replace(hour=10))
        simulate_day(db, DAY, MealSlot.LUNCH, seed=1, by=SYSTEM, clock=evening)
        subsidy.build_month(db, load_rulebook().payer, MONTH, by=SYSTEM, clock=evening)
        dead = db.query(Resident).order_by(Resident.id).first()
        assert dead is not None
        db.add(
            StateChange(
                resident_id=dead.id, state="deceased", since=DAY.replace(day=1), reason="", by_name="名单", at=now.at
            )
        )
        db.flush()
        checking.check_month(db, MONTH, by=SYSTEM, clock=evening)
    now.at = now.at.replace(month=now.at.month + 1)
    return app


def _dead(app: Flask) -> int:
    del app
    with database.unit_of_work(read_only=True) as db:
        return next(
            one.id for one in queries.open_findings(db, MONTH, scope=Scope.everything()) if one.code == "deceased"
        )


def test_an_empty_month_says_what_will_happen(signed_in: SignIn) -> None:
    page = signed_in(Role.AUDITOR).get("/checks/2026-01")
    assert page.status_code == 200
    assert "这个月还没有核查" in page.text


def test_findings_are_listed_and_narrowed(driven: Flask, signed_in: SignIn) -> None:
    client = signed_in(Role.FINANCE)
    assert "用餐当日已去世" in client.get(f"/checks/{MONTH}").text
    assert "用餐当日已去世" not in client.get(f"/checks/{MONTH}?severity=warn").text
    assert client.get("/checks").status_code == 302
    del driven


def test_a_finding_is_shown_with_its_meals_and_cleared_with_a_reason(driven: Flask, signed_in: SignIn) -> None:
    number = _dead(driven)
    client = signed_in(Role.DISTRICT_APPROVER)
    page = client.get(f"/checks/findings/{number}")
    assert "逐餐对照" in page.text
    assert client.post(f"/checks/findings/{number}/clear", data={"reason": ""}).status_code == 422
    assert client.post(f"/checks/findings/{number}/clear", data={"reason": "同名误报，已核对"}).status_code == 303
    assert "同名误报，已核对" in client.get(f"/checks/findings/{number}").text


def test_who_prepares_the_month_clears_nothing(driven: Flask, signed_in: SignIn) -> None:
    number = _dead(driven)
    assert (
        signed_in(Role.FINANCE).post(f"/checks/findings/{number}/clear", data={"reason": "没有问题"}).status_code == 403
    )


def test_who_recorded_the_meals_reads_why_somebody_else_must_clear_them(
    driven: Flask, signed_in: SignIn, now: FixedClock
) -> None:
    number = _dead(driven)
    client = signed_in(Role.DISTRICT_APPROVER)
    assert "说明并解除" in client.get(f"/checks/findings/{number}").text
    with database.unit_of_work() as db:
        mine = next(one for one in accounts.accounts(db) if one.role is Role.DISTRICT_APPROVER)
        run = db.query(Proof).filter(Proof.book_line_id.in_(queries.lines_of(db, number))).first()
        assert run is not None
        audit.record(db, by=actor_of(mine), clock=now, action="delivery.recorded", subject=f"run/{run.run_id}")
    page = client.get(f"/checks/findings/{number}").text
    assert "记录人不能核自己的记录" in page
    assert "区民政" in page
    assert "说明并解除" not in page
    answer = client.post(f"/checks/findings/{number}/clear", data={"reason": "同名误报，已核对"})
    assert (answer.status_code, "记录人不能核自己的记录" in answer.text) == (403, True)
    assert "说明并解除" in signed_in(Role.DISTRICT).get(f"/checks/findings/{number}").text


@pytest.mark.parametrize("role", [Role.VENDOR, Role.KITCHEN, Role.DRIVER, Role.STATION])
def test_those_who_are_examined_see_nothing_of_it(driven: Flask, signed_in: SignIn, role: Role) -> None:
    client = signed_in(role)
    for path in (f"/checks/{MONTH}", f"/checks/findings/{_dead(driven)}", f"/call-back/{MONTH}", "/checks/lists"):
        assert client.get(path).status_code == 403


def test_cash_that_was_kept_leads_to_the_round_and_its_meals(driven: Flask, signed_in: SignIn, now: FixedClock) -> None:
    with database.unit_of_work() as db:
        checking.check_month(db, MONTH, by=SYSTEM, clock=now)
        found = next(
            one for one in queries.open_findings(db, MONTH, scope=Scope.everything()) if one.code == "cash-missing"
        )
    run = next(value for kind, value in found.evidence if kind == "purse")
    client = signed_in(Role.AUDITOR)
    page = client.get(f"/checks/findings/{found.id}")
    assert f"/cash/runs/{run.partition('/')[0]}" in page.text
    assert client.get(f"/cash/runs/{run.partition('/')[0]}").status_code == 200
    assert "cash/runs" not in signed_in(Role.DISTRICT_APPROVER).get(f"/checks/findings/{found.id}").text
    del driven


def test_a_look_is_queued_once(driven: Flask, signed_in: SignIn) -> None:
    client = signed_in(Role.FINANCE)
    for _n in range(2):
        assert client.post(f"/checks/{MONTH}/look").status_code == 303
    assert "核查正在排队" in client.get(f"/checks/{MONTH}").text
    del driven


def test_the_call_back_goes_from_the_seed_to_the_answer(driven: Flask, signed_in: SignIn) -> None:
    client = signed_in(Role.AUDITOR)
    assert client.post(f"/call-back/{MONTH}/seed", data={"seed": "03 11 19 24", "origin": "双色球"}).status_code == 303
    page = client.get(f"/call-back/{MONTH}")
    assert "现在抽取" in page.text
    with database.unit_of_work(read_only=True) as db:
        (seed,) = call_back_queries.seeds(db, MONTH)
    assert client.post(f"/call-back/draws/{seed.id}/draw").status_code == 303
    with database.unit_of_work(read_only=True) as db:
        pick = call_back_queries.picks(db, seed.id, scope=Scope.everything())[0]
    assert pick.name in client.get(f"/call-back/draws/{seed.id}").text
    assert client.post(f"/call-back/draws/{seed.id}/reveal", data={"reason": ""}).status_code == 422
    assert "保密" in client.post(f"/call-back/draws/{seed.id}/reveal", data={"reason": "回访"}).text
    answered = client.post(f"/call-back/picks/{pick.id}/answer", data={"answer": "not-received", "seed": seed.id})
    assert answered.status_code == 303
    assert "没收到" in client.get(f"/call-back/{MONTH}").text
    with database.unit_of_work(read_only=True) as db:
        assert call_back_queries.estimates(db, MONTH)[pick.vendor].rate == 1000


def test_findings_and_calls_are_exported_with_a_purpose(driven: Flask, signed_in: SignIn) -> None:
    client = signed_in(Role.AUDITOR)
    assert client.post(f"/checks/{MONTH}/export", data={"format": "csv", "purpose": ""}).status_code == 422
    file = client.post(f"/checks/{MONTH}/export", data={"format": "csv", "purpose": "审计"})
    assert "用餐当日已去世" in file.data.decode("utf-8-sig")
    del driven


def test_lists_from_outside_are_written_and_shown(signed_in: SignIn) -> None:
    client = signed_in(Role.DISTRICT)
    with database.unit_of_work(read_only=True) as db:
        code = db.query(Resident).order_by(Resident.id).first().code  # type: ignore[union-attr]
    sent = client.post(
        "/checks/lists/lines", data={"code": code, "kind": "imprisoned", "first": "2026-03-01", "source": "公安"}
    )
    assert sent.status_code == 303
    assert "服刑" in client.get("/checks/lists").text
