"""Vendors answer offers and name drivers on their own page; dispatchers see who must act; nobody reaches another's."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from mealroute.accounts import service as accounts
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery.models import Proof
from mealroute.dispatch import offer_service, queries
from mealroute.dispatch import service as dispatch
from mealroute.dispatch.models import Run
from mealroute.dispatch.offer_models import RunOffer
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanVisit
from mealroute.planning.records import PlanVersionId
from mealroute.residents.models import Resident
from tests.integration import offers_world as world
from tests.integration.planning_world import DAY
from tests.web_world import PASSWORD, SECRET

SignIn = Callable[[Role | str], FlaskClient]
DAYS = f"/days/{DAY}/lunch"
WORK = f"/my-work/{DAY}/lunch"


@pytest.fixture
def fresh(app: Flask, now: FixedClock) -> list[int]:
    """The plan published anew at nine with a spare vendor V3: every run is an open offer. Returns the runs of V1."""
    now.at = world.NINE
    with unit_of_work() as db:
        world.spare_vendor(db)
        dispatch.withdraw(db, PlanVersionId(1), "改线", by=SYSTEM, clock=now)
        dispatch.publish(db, PlanVersionId(2), by=SYSTEM, clock=now, secret_key=SECRET)
        for code in ("V2", "V3"):
            accounts.create_account(
                db, login=code.lower(), display_name="钱进", role=Role.VENDOR, password=PASSWORD, vendor_code=code, by=SYSTEM, clock=now
            )  # fmt: skip
        mine = select(Run.id).where(Run.vendor_code == "V1", Run.state == "published").order_by(Run.id)
        return list(db.scalars(mine))


def offer_of(run: int) -> int:
    with unit_of_work(read_only=True) as db:
        return world.live(db, run).id


def test_a_vendor_lands_on_its_work_and_sees_what_it_is_asked_without_anybodys_name(
    signed_in: SignIn, fresh: list[int]
) -> None:
    with unit_of_work() as db:
        for person in db.scalars(select(Resident)):
            person.name = "欧阳"
    vendor = signed_in(Role.VENDOR)
    assert vendor.get("/").location == WORK
    page = vendor.get("/my-work").text
    assert {int(n) for n in re.findall(r"/my-work/offers/(\d+)/accept", page)} == {offer_of(run) for run in fresh}
    assert "09:15" in page
    assert "欧阳" not in page
    assert "欧*" not in page


def test_accepting_moves_the_run_to_ones_own_and_a_second_press_changes_nothing(
    signed_in: SignIn, fresh: list[int]
) -> None:
    vendor = signed_in(Role.VENDOR)
    for _press in range(2):
        assert vendor.post(f"/my-work/offers/{offer_of(fresh[0])}/accept").location.endswith(WORK)
    page = vendor.get(WORK).text
    assert f'id="run-{fresh[0]}"' in page
    assert re.search(rf"<b>{len(fresh)}</b>条派单.*?<b>1</b>归您", page, re.DOTALL)


def test_declining_asks_why_and_the_history_shows_who_is_asked_next(
    signed_in: SignIn, desk: FlaskClient, fresh: list[int]
) -> None:
    vendor = signed_in(Role.VENDOR)
    address = f"/my-work/offers/{offer_of(fresh[0])}/decline"
    assert vendor.post(address, data={"reason": ""}).status_code == 422
    vendor.post(address, data={"reason": "车坏了"})
    history = desk.get(f"/runs/{fresh[0]}/offers").text
    assert "餐饮 1 不接" in history
    assert "车坏了" in history
    assert "派给 餐饮 V3" in history


def test_the_next_vendor_names_its_own_driver_and_only_its_own(
    signed_in: SignIn, client: FlaskClient, fresh: list[int]
) -> None:
    run = fresh[0]
    with unit_of_work(read_only=True) as db:
        token = queries.token(db, run, secret_key=SECRET)
    assert "您的单位还没有接下这条线" in client.get(f"/r/{token}").text
    signed_in(Role.VENDOR).post(f"/my-work/offers/{offer_of(run)}/decline", data={"reason": "车坏了"})
    third = signed_in("v3")
    third.post(f"/my-work/offers/{offer_of(run)}/accept")
    assert "请指定司机" in third.get(WORK).text
    assert client.get(f"/r/{token}").status_code == 404

    for driver, code in (("D21", 409), ("DV31", 303)):
        assert third.post(f"/my-work/runs/{run}/crew", data={"driver": driver, "vehicle": "EV31"}).status_code == code

    with unit_of_work(read_only=True) as db:
        found = db.get(Run, run)
        assert found
        assert (found.driver_code, found.vehicle_code) == ("DV31", "EV31")
        token = queries.token(db, run, secret_key=SECRET)
    page = client.get(f"/r/{token}")
    assert page.status_code == 200
    assert "还没有接下" not in page.text


def test_too_late_an_answer_is_refused_in_a_sentence(signed_in: SignIn, now: FixedClock, fresh: list[int]) -> None:
    vendor, offer = signed_in(Role.VENDOR), offer_of(fresh[0])
    now.at += timedelta(minutes=15)
    answer = vendor.post(f"/my-work/offers/{offer}/accept")
    assert answer.status_code == 409
    assert "09:15" in answer.text


def test_the_board_shows_the_reddest_first_and_names_who_must_act(
    desk: FlaskClient, now: FixedClock, fresh: list[int]
) -> None:
    assert "要有人处理" not in desk.get(f"{DAYS}/dispatch").text
    now.at += timedelta(minutes=15)
    with unit_of_work() as db:
        offer_service.sweep(db, clock=now)
        must = world.run_with_must_serve(db).id
    page = desk.get(f"{DAYS}/dispatch").text
    assert "要有人处理" in page
    for address in (f"{DAYS}/today", f"{DAYS}/live"):
        shown = desk.get(address).text
        assert "还没落实的线路" in shown, address
        assert f"/runs/{must}/offers" in shown, address
        assert "调度" in shown, address
    rows = re.findall(r"/runs/(\d+)/offers", page)
    assert len(rows) == len(set(rows))


def test_a_dispatcher_gives_a_run_away_by_hand_and_a_vendor_cannot(
    signed_in: SignIn, desk: FlaskClient, fresh: list[int]
) -> None:
    sent = {"vendor": "V3", "reason": "V1 少人", "agreed_by": "孙经理"}
    assert signed_in(Role.VENDOR).post(f"/runs/{fresh[0]}/offers", data=sent).status_code == 403
    assert desk.post(f"/runs/{fresh[0]}/offers", data=sent | {"reason": ""}).status_code == 422
    assert desk.post(f"/runs/{fresh[0]}/offers", data=sent).status_code == 303
    assert f'id="run-{fresh[0]}"' in signed_in("v3").get(WORK).text


def test_a_suspended_vendors_run_on_the_road_waits_for_a_word(
    desk: FlaskClient, fresh: list[int], now: FixedClock
) -> None:
    from mealroute.dispatch import offer_block
    from mealroute.vendors.models import Vendor

    with unit_of_work() as db:
        offer_service.accept(db, world.live(db, fresh[0]).id, by=world.person("V1"), clock=now)
        run, vendor = db.get(Run, fresh[0]), db.scalar(select(Vendor).where(Vendor.code == "V1"))
        assert run
        assert vendor
        run.begun_at, vendor.state = now.now(), "suspended"
        db.flush()
        offer_block.vendor_blocked(db, "V1", reason="食品安全", by=SYSTEM, clock=now)
    assert "待决定" in desk.get(f"{DAYS}/dispatch").text
    desk.post(f"/runs/{fresh[0]}/stays", data={"reason": "李敏负责，送完为止"})
    assert "待决定" not in desk.get(f"{DAYS}/dispatch").text


# -- one vendor and everything of another ----------------------------------------------------------------------------
def ids_of_v1(run: int) -> dict[str, str]:
    """What a stranger might guess of a run of V1: its run, offer, visits, lines, residents and proofs."""
    with unit_of_work(read_only=True) as db:
        visit, line, resident = (
            db.execute(
                select(PlanVisit.id, BookLine.id, BookLine.resident_id)
                .join(PlanLine, PlanLine.visit_id == PlanVisit.id)
                .join(BookLine, BookLine.id == PlanLine.book_line_id)
                .join(Run, Run.route_id == PlanVisit.route_id)
                .where(Run.id == run)
            )
            .tuples()
            .first()
        ) or (0, 0, 0)
        offer = db.scalar(select(RunOffer.id).where(RunOffer.run_id == run))
        token = queries.token(db, run, secret_key=SECRET)
        order = db.scalar(select(BookLine.order_id).where(BookLine.id == line))
    made = {
        "run": run,
        "offer": offer,
        "visit": visit,
        "line": line,
        "resident": resident,
        "order": order,
        "version": 2,
    }
    return {name: str(value) for name, value in made.items()} | {"token": token}


def said(answer: TestResponse) -> str:
    """Everything readable in an answer, also where it is a paper or a sheet."""
    if answer.mimetype == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
    return answer.data.decode("utf-8", "ignore")


def every_address(app: Flask, ids: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Every address of the program with the ids of V1 in it; the last says whether it names something of V1's alone."""
    fixed = {"day": DAY.isoformat(), "slot": "lunch", "month": "2026-03"}
    own = {"run", "offer", "visit", "line", "resident", "order"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "token" in rule.arguments:  # a signed link is a key of its own
            continue
        address = rule.rule
        for name in rule.arguments:
            address = re.sub(rf"<(?:\w+:)?{name}>", (fixed | ids).get(name, "1"), address)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, address, bool(rule.arguments & own)


def test_through_no_address_does_a_vendor_reach_a_run_an_offer_a_sheet_or_a_resident_of_another(
    app: Flask, signed_in: SignIn, now: FixedClock, fresh: list[int]
) -> None:
    with unit_of_work() as db:
        offer_service.accept(db, world.live(db, fresh[0]).id, by=world.person("V1"), clock=now)
        of_v1 = select(BookLine.resident_id).join(PlanLine, PlanLine.book_line_id == BookLine.id)
        of_v1 = of_v1.join(PlanVisit, PlanVisit.id == PlanLine.visit_id).join(Run, Run.route_id == PlanVisit.route_id)
        for person in db.scalars(select(Resident).where(Resident.id.in_(of_v1.where(Run.vendor_code == "V1")))):
            person.name, person.address, person.door_note = "欧阳", "秘密胡同", "秘密敲窗"
        before = {row.id: (row.state, row.answered_at) for row in db.scalars(select(RunOffer))}
    stranger, ids = signed_in("v2"), ids_of_v1(fresh[0])
    for method, address, named in every_address(app, ids):
        if address in {"/sign-out", "/preferences/password", "/language", "/theme", "/sign-in"}:
            continue
        data = {
            "reason": "好奇",
            "driver": "D21",
            "vehicle": "E21",
            "outcome": "handed-over",
            "person": "x",
            "how": "x",
        }
        answer = stranger.open(address, method=method, data=data if method == "POST" else None)
        if named:
            assert answer.status_code in {403, 404}, f"{method} {address} {answer.status_code}"
        shown = said(answer)
        for secret in ("欧阳", "欧*", "秘密"):
            assert secret not in shown.replace('value="好奇"', ""), f"{method} {address}"
    with unit_of_work(read_only=True) as db:
        assert {row.id: (row.state, row.answered_at) for row in db.scalars(select(RunOffer))} == before
        assert db.scalars(select(Proof.id)).all() == []


@pytest.mark.parametrize("paper", ["manifests", "labels", "packing", "count"])
def test_no_paper_of_a_vendor_names_anybody_of_another(
    signed_in: SignIn, now: FixedClock, fresh: list[int], paper: str
) -> None:
    with unit_of_work() as db:
        offer_service.accept(db, world.live(db, fresh[0]).id, by=world.person("V1"), clock=now)
        of_v1 = select(BookLine.resident_id).join(PlanLine, PlanLine.book_line_id == BookLine.id)
        of_v1 = of_v1.join(PlanVisit, PlanVisit.id == PlanLine.visit_id).join(Run, Run.route_id == PlanVisit.route_id)
        for person in db.scalars(select(Resident).where(Resident.id.in_(of_v1.where(Run.vendor_code == "V1")))):
            person.name = "欧阳"
    if paper == "manifests":
        assert "欧阳" in said(signed_in(Role.VENDOR).post("/plans/2/manifests.pdf"))
    answer = signed_in("v2").post(f"/plans/2/{paper}.pdf")
    assert "欧阳" not in said(answer)
    assert answer.mimetype == "application/pdf" or answer.status_code in {403, 404, 422}
