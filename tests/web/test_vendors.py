"""The pages about vendors: a life step by step, reports, who serves which street, and what a vendor sees of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.adapters.straight_line import StraightLine
from mealroute.core import audit, jobs
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.dispatch import exit_trial, vendor_exit
from mealroute.dispatch.exit_records import Choices
from mealroute.subsidy import service as subsidy
from mealroute.vendors import editing, incidents, life_queries, queries, streets
from mealroute.vendors.life_records import ListName
from mealroute.vendors.models import Driver
from mealroute.vendors.records import VendorState
from tests.integration.planning_world import DAY, STREET
from tests.web.test_reach import enter
from tests.web_world import PASSWORD

SignIn = Callable[[Role | str], FlaskClient]


@pytest.fixture
def district(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.DISTRICT)


def state(code: str) -> VendorState:
    with unit_of_work(read_only=True) as db:
        return queries.vendor(db, code).state


def reported(now: FixedClock, code: str = "V1") -> int:
    with unit_of_work() as db:
        return incidents.report(
            db, code, "spoiled-food", happened_on=DAY, account="豆腐发酸，举报人住三条", by=SYSTEM, clock=now
        )


def answers(app: Flask) -> dict[str, str]:
    with unit_of_work(read_only=True) as db:
        codes = [item.code for item in life_queries.items(db, ListName.ADMISSION, DAY)]
    return {f"answer-{code}": "yes" for code in codes} | {f"evidence-{code}": "现场查看" for code in codes}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_about_vendors_opens_for_the_district(district: FlaskClient, language: str) -> None:
    district.post("/language", data={"language": language})
    for address in (
        "",
        "/1",
        "/1/edit",
        "/1/checklist",
        "/1/exit",
        "/new",
        "/lists",
        "/streets",
        "/kitchens",
        "/fleet",
    ):
        answer = district.get(f"/vendors{address}")
        assert answer.status_code == 200, address
        assert answer.text.count("<h1") == 1, address


def test_an_application_becomes_an_admission_by_two_people(app: Flask, district: FlaskClient, now: FixedClock) -> None:
    made = district.post("/vendors/new", data={"name": "新来餐饮", "type": "catering", "reason": "窗口递交"})
    checklist = made.headers["Location"]
    card = checklist.removesuffix("/checklist")
    assert state("V3") is VendorState.APPLIED
    early = district.post(f"{card}/steps", data={"to": "admitted", "reason": "合格"})
    assert early.status_code == 403
    chief = enter(app, now, "chief", Role.DISTRICT)
    assert chief.post(f"{card}/steps", data={"to": "admitted", "reason": "合格"}).status_code == 409
    assert district.post(checklist, data=answers(app)).status_code == 303
    assert chief.post(f"{card}/steps", data={"to": "admitted", "reason": "合格"}).status_code == 303
    assert state("V3") is VendorState.ADMITTED
    assert "现场查看" in district.get(checklist).text


def test_a_wrong_entry_comes_back_with_what_was_filled_in(district: FlaskClient) -> None:
    answer = district.post(
        "/vendors/1/edit", data={"name": "改名餐饮", "type": "catering", "uscc": "911101010000000000"}
    )
    assert answer.status_code == 422
    assert "改名餐饮" in answer.text


def test_an_edit_leaves_the_number_alone_and_never_shows_it(district: FlaskClient, now: FixedClock) -> None:
    with unit_of_work() as db:
        editing.edit(db, "V1", {"phone": "13900001234", "contact_name": "钱有财"}, by=SYSTEM, clock=now)
    page = district.get("/vendors/1/edit").text
    assert "13900001234" not in page
    assert "钱有财" not in page
    data = {"name": "餐饮 1", "type": "catering", "capacity_lunch": "300", "diets": ["halal"], "street_codes": [STREET]}
    assert district.post("/vendors/1/edit", data=data).status_code == 303
    with unit_of_work(read_only=True) as db:
        held = queries.vendor(db, "V1")
        assert (held.capacity_lunch, held.diets, held.street_codes, held.has_phone) == (
            300,
            frozenset({"halal"}),
            (STREET,),
            True,
        )


def test_a_vendor_suspended_at_half_past_ten_leaves_its_runs_in_sight_with_who_decides(
    district: FlaskClient, now: FixedClock
) -> None:
    number = reported(now)
    answer = district.post(
        f"/vendors/1/reports/{number}/decision", data={"confirmed": "yes", "reason": "现场查实"}, follow_redirects=True
    )
    assert state("V1") is VendorState.SUSPENDED
    assert "须转交的路线" in answer.text
    assert "北新桥街道调度" in answer.text
    assert "现场查实" in answer.text


def test_a_report_of_another_vendor_is_not_decided_here(district: FlaskClient, now: FixedClock) -> None:
    number = reported(now)
    wrong = district.post(f"/vendors/2/reports/{number}/decision", data={"confirmed": "yes", "reason": "x"})
    assert wrong.status_code == 404
    assert state("V1") is VendorState.ACTIVE


def test_a_dispatcher_reports_and_does_not_decide(desk: FlaskClient) -> None:
    data = {"item": "abuse", "happened_on": DAY.isoformat(), "account": "骂人"}
    assert desk.post("/vendors/1/reports", data=data).status_code == 303
    assert desk.post("/vendors/1/reports/1/decision", data={"confirmed": "yes", "reason": "x"}).status_code == 403


def test_a_vendor_reads_its_own_page_and_no_others_and_not_who_reported_it(signed_in: SignIn, now: FixedClock) -> None:
    reported(now)
    own = signed_in(Role.VENDOR)
    assert own.get("/vendors").headers["Location"].endswith("/vendors/1")
    assert "豆腐发酸" not in own.get("/vendors/1").text
    assert [own.get(f"/vendors/2{page}").status_code for page in ("", "/checklist")] == [404, 404]
    for page in ("/vendors/1/edit", "/vendors/new", "/vendors/streets"):
        assert own.get(page).status_code == 403
    for page in ("steps", "checklist", "reports", "reports/1/decision", "edit"):
        assert own.post(f"/vendors/1/{page}", data={"to": "active", "reason": "x"}).status_code == 403


def test_a_wording_is_changed_as_a_further_version(district: FlaskClient) -> None:
    data = {
        "list_name": "admission", "code": "filing", "text": "备案并公示", "basis": "区里决定", "required": "yes",
        "valid_from": DAY.isoformat(), "reason": "加公示",
    }  # fmt: skip
    assert district.post("/vendors/lists", data=data).status_code == 303
    page = district.get("/vendors/lists").text
    assert "备案并公示" in page
    assert "已备案，备案号已登记" in page
    end = {"list_name": "admission", "code": "filing", "from_day": DAY.isoformat(), "reason": "取消"}
    assert district.post("/vendors/lists/end", data=end).status_code == 303
    with unit_of_work(read_only=True) as db:
        assert "filing" not in {item.code for item in life_queries.items(db, ListName.ADMISSION, DAY)}


def test_contracts_and_stand_ins_are_entered_and_ended_on_one_page(district: FlaskClient) -> None:
    contract = {"street": STREET, "vendor": "V1", "contract_no": "JD-7", "valid_from": DAY.isoformat()}
    backup = {"street": STREET, "who": "vendor/V2", "position": "1", "valid_from": DAY.isoformat()}
    assert district.post("/vendors/streets/contracts", data=contract).status_code == 303
    assert district.post("/vendors/streets/backups", data=backup).status_code == 303
    assert district.post("/vendors/streets/backups", data=backup).status_code == 409
    assert "JD-7" in district.get("/vendors/streets").text
    for kind in ("contracts", "backups"):
        ended = district.post(f"/vendors/streets/{kind}/1/end", data={"last_day": DAY.isoformat()})
        assert ended.status_code == 303
    with unit_of_work(read_only=True) as db:
        assert queries.backups(db, STREET, DAY + timedelta(days=1)) == ()


def test_a_volunteers_number_is_shown_with_a_reason_and_recorded(desk: FlaskClient, now: FixedClock) -> None:
    with unit_of_work() as db:
        driver = db.query(Driver).filter_by(code="D11").one()
        driver.volunteer, driver.name, driver.phone = True, "孙大勇", "13977776666"
        db.flush()
        streets.add_backup(db, STREET, driver_code="D11", position=1, valid_from=DAY, by=SYSTEM, clock=now)
    assert "13977776666" not in desk.get("/vendors/streets").text
    assert desk.post("/vendors/streets/numbers", data={"reason": ""}).status_code == 422
    assert "13977776666" in desk.post("/vendors/streets/numbers", data={"reason": "商户停了"}).text
    with unit_of_work(read_only=True) as db:
        assert [event.reason for event in audit.events(db, action="vendors.stand-ins-revealed")] == ["商户停了"]


def test_warnings_name_whose_paper_it_is(district: FlaskClient, now: FixedClock) -> None:
    with unit_of_work() as db:
        editing.edit(db, "V2", {"licence_valid_to": DAY}, by=SYSTEM, clock=now)
    page = district.get("/vendors").text
    assert "餐饮 2</a>：食品经营许可证将于 2026-03-09 到期。" in page


def test_an_exit_is_tried_and_carried_out_from_one_page(app: Flask, signed_in: SignIn, now: FixedClock) -> None:
    now.at += timedelta(hours=8)  # the last run is back
    district = signed_in(Role.DISTRICT)
    choices = {"kitchens/K1": "V2", "drivers/D11": "with-kitchen", "vehicles/E12": ""}
    assert district.post("/vendors/1/exit", data={"trial": "0", "reason": "合同到期"}).status_code == 404
    assert district.post("/vendors/1/exit/trials", data=choices).status_code == 303
    assert "正在试算" in district.get("/vendors/1/exit").text
    with unit_of_work() as db:
        job = jobs.latest(db, vendor_exit.trial_key("V1"))
        assert job is not None
        wanted = Choices.from_json(job.payload["choices"])
        sides = exit_trial.gather(db, "V1", wanted, pricing=subsidy.pricing(db), by=SYSTEM, clock=now)
        trial = exit_trial.run(sides, StraightLine().matrix)
        jobs.claim(db, job.id, clock=now)
        jobs.finish(db, job.id, 1, trial.as_json(), clock=now)
    page = district.get("/vendors/1/exit").text
    assert "5. 试算结果" in page
    assert 'value="V2" selected' in page
    answer = district.post("/vendors/1/exit", data={"trial": str(job.id), "reason": "合同到期"}, follow_redirects=True)
    assert answer.status_code == 200
    assert state("V1") is VendorState.EXITED
    with unit_of_work(read_only=True) as db:
        assert {kitchen.vendor_code for kitchen in queries.kitchens(db)} == {"V2"}
    assert app.test_client().post("/sign-in", data={"login": "vendor", "password": PASSWORD}).status_code == 422


def test_todays_board_shows_papers_that_end_and_runs_to_hand_on(desk: FlaskClient, now: FixedClock) -> None:
    today = f"/days/{DAY}/lunch/today"
    with unit_of_work() as db:
        editing.edit(db, "V2", {"contract_to": DAY}, by=SYSTEM, clock=now)
    page = desk.get(today).text
    assert "餐饮 2</a>：合同将于 2026-03-09 到期。" in page
    assert "须转交的路线" not in page
    number = reported(now)
    with unit_of_work() as db:
        incidents.decide(db, number, confirmed=True, reason="查实", by=SYSTEM, clock=now)
    assert "须转交的路线" in desk.get(today).text
