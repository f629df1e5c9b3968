"""A vendor's own figures: shown in its own scope alone, whatever address is tried; the district reads them all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock, at_seconds
from mealroute.core.db import unit_of_work
from mealroute.core.text import mask_name
from mealroute.delivery import queries as doors
from mealroute.delivery import service as delivery
from mealroute.delivery.records import LoadedLine, Outcome, ProofInput
from mealroute.dispatch.models import Run
from mealroute.residents.models import Resident
from mealroute.vendors.models import Vendor
from tests.integration.planning_world import DAY, STREET
from tests.web.test_reach import enter

SignIn = Callable[[Role | str], FlaskClient]
MONTH = "2026-03"


@pytest.fixture
def driven(app: Flask, now: FixedClock) -> tuple[LoadedLine, ...]:
    """The day after, V1 and V2 having brought half of the runs each: one meal in seven refused, V1's people called 欧阳, V2's 司马."""
    del app
    with unit_of_work() as db:
        runs = list(db.scalars(select(Run).order_by(Run.number)))
        for run in runs[len(runs) // 2 :]:
            run.vendor_code = "V2"
        for run in runs:
            run.accepted_at = now.now()
        lines = doors.loaded_lines(db, scope=SYSTEM.scope, day=DAY, slot="lunch")
        for line in lines:
            db.get_one(Resident, line.resident_id).name = "欧阳玉" if line.vendor_code == "V1" else "司马兰"
        entries = [
            ProofInput(
                client_id=str(uuid.uuid4()), run_id=line.run_id, book_line_id=line.book_line_id,
                outcome=Outcome.REFUSED if n % 7 == 0 else Outcome.HANDED_OVER, reason="饭凉了或洒了" if n % 7 == 0 else "",
                phone_at=at_seconds(DAY, line.arrival_s, now.zone),
            )
            for n, line in enumerate(lines)
        ]  # fmt: skip
        delivery.record_proofs(db, entries, by=SYSTEM, clock=now)
    now.at += timedelta(days=1)
    return lines


def cooked_by(code: str) -> set[int]:
    with unit_of_work(read_only=True) as db:
        return set(db.scalars(select(Run.id).where(Run.cooked_by == code)))


def number_of(code: str) -> int:
    with unit_of_work(read_only=True) as db:
        return int(db.scalar(select(Vendor.id).where(Vendor.code == code)) or 0)


def test_yesterday_is_an_equation_with_a_reason_for_each_portion(
    signed_in: SignIn, driven: tuple[LoadedLine, ...]
) -> None:
    client = signed_in(Role.VENDOR)
    answer = client.get("/my-work/yesterday")
    assert answer.location == f"/my-work/outcomes/{DAY}/lunch"
    page = client.get(answer.location).text
    own = [line.quantity for line in driven if line.vendor_code == "V1"]
    back = [line.quantity for n, line in enumerate(driven) if line.vendor_code == "V1" and n % 7 == 0]
    assert f"<b>{sum(own)}</b>份装车" in page
    assert f"<b>{sum(own) - sum(back)}</b>交到" in page
    assert f"<b>{sum(back)}</b>没交到" in page
    assert page.count("饭凉了或洒了") == len(back)
    assert mask_name("欧阳玉") in page
    assert "欧阳玉" not in page


def test_no_own_page_shows_anybody_of_another_vendor(signed_in: SignIn, driven: tuple[LoadedLine, ...]) -> None:
    client = signed_in(Role.VENDOR)
    foreign = {f"#{line.book_line_id}<" for line in driven if line.vendor_code == "V2"}
    for address in (
        f"/my-work/outcomes/{DAY}/lunch", f"/my-work/statement/{MONTH}", f"/my-work/scorecard/{MONTH}",
        *(f"/my-work/scorecard/{MONTH}/rows?side=delivered&figure={key}&show=all" for key in ("on-time", "failed", "evidence", "complaints", "satisfaction")),
        *(f"/my-work/scorecard/{MONTH}/rows?side=cooked&figure={key}&show=all" for key in ("failed", "complaints", "satisfaction")),
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "cooked" in address or not [mark for mark in foreign if mark in answer.text], address
        assert mask_name("司马兰") not in answer.text, address


def test_a_cook_reads_no_reason_that_is_the_bringers_business(
    signed_in: SignIn, driven: tuple[LoadedLine, ...]
) -> None:
    page = signed_in(Role.VENDOR).get(f"/my-work/scorecard/{MONTH}/rows?side=cooked&figure=failed&show=all").text
    own = [line for n, line in enumerate(driven) if line.vendor_code == "V1" and n % 7 == 0]
    assert page.count("饭凉了或洒了") == len(own)


def test_another_vendors_figures_are_behind_no_address(
    app: Flask, signed_in: SignIn, now: FixedClock, driven: tuple[LoadedLine, ...]
) -> None:
    for client in (signed_in(Role.VENDOR), enter(app, now, "second", Role.VENDOR, vendor_code="V2")):
        for vendor in ("V1", "V2"):
            for rest in ("", "/rows"):
                answer = client.get(f"/vendors/{number_of(vendor)}/scorecard/{MONTH}{rest}")
                assert answer.status_code in {403, 404}
        assert client.get(f"/scorecards/{MONTH}").status_code == 403
        assert client.get("/complaints").status_code == 403


def test_a_figure_that_a_side_does_not_have_is_not_found(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    for query in ("side=cooked&figure=on-time", "figure=nonsense", "side=nobody"):
        assert client.get(f"/my-work/scorecard/{MONTH}/rows?{query}").status_code == 404


def test_the_district_reads_every_card_and_the_rows_behind(signed_in: SignIn, driven: tuple[LoadedLine, ...]) -> None:
    client = signed_in(Role.DISTRICT)
    page = client.get(f"/scorecards/{MONTH}").text
    for code in ("V1", "V2"):
        assert f"/vendors/{number_of(code)}/scorecard/{MONTH}" in page
    card = client.get(f"/vendors/{number_of('V2')}/scorecard/{MONTH}")
    failed = sum(line.quantity for n, line in enumerate(driven) if line.vendor_code == "V2" and n % 7 == 0)
    loaded = sum(line.quantity for line in driven if line.vendor_code == "V2")
    assert f"有记录的装车 {loaded} 份里，{failed} 份因配送方的原因没交到" in card.text
    rows = client.get(f"/vendors/{number_of('V2')}/scorecard/{MONTH}/rows?figure=failed").text
    assert rows.count("饭凉了或洒了") == sum(line.vendor_code == "V2" and n % 7 == 0 for n, line in enumerate(driven))
    assert client.get(f"/vendors/999/scorecard/{MONTH}").status_code == 404


def test_a_desk_of_one_street_sees_rows_of_its_street(
    app: Flask, now: FixedClock, driven: tuple[LoadedLine, ...]
) -> None:
    corner = enter(app, now, "street", Role.DISPATCHER, street_code=STREET)
    page = corner.get(f"/vendors/{number_of('V1')}/scorecard/{MONTH}/rows?figure=failed&show=all").text
    shown = set(re.findall(r"#(\d+)</a>", page))
    assert shown == {
        str(line.book_line_id) for line in driven if line.vendor_code == "V1" and line.street_code == STREET
    }


def test_the_statement_says_that_it_is_not_settled(signed_in: SignIn, driven: tuple[LoadedLine, ...]) -> None:
    page = signed_in(Role.VENDOR).get(f"/my-work/statement/{MONTH}").text
    assert "未结算" in page
    cooked = cooked_by("V1")
    given = sum(line.quantity for n, line in enumerate(driven) if line.run_id in cooked and n % 7)
    assert f"<b>{given}</b>份交到" in page


def test_nothing_brought_yet_is_said_in_words(signed_in: SignIn) -> None:
    client = signed_in(Role.VENDOR)
    for address in ("/my-work/yesterday", "/my-work/statement", "/my-work/scorecard"):
        assert client.get(address, follow_redirects=True).status_code == 200
    assert "没有装车记录" in client.get("/my-work/scorecard/2025-01").text
    assert client.get("/my-work/scorecard/2020-01").status_code == 404
