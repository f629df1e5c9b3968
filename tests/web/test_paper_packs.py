"""The register of packs: asked for, taken, recorded; nobody else opens it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mealroute.core.actor import SYSTEM, Role
from mealroute.core.audit import AuditEvent
from mealroute.core.db import unit_of_work
from mealroute.paper import nightly, service
from tests.web.conftest import Bell
from tests.web_world import DAY, LUNCH
from web import here

SignIn = Callable[[Role | str], FlaskClient]
PAGE = f"/days/{DAY.isoformat()}/lunch/paper"


@pytest.fixture
def packs(desk: FlaskClient) -> list[int]:
    with desk.application.app_context(), unit_of_work() as db:
        folder = nightly.folder_of(here.settings())
        return list(map(int, service.make_packs(db, DAY, LUNCH, folder=folder, by=SYSTEM, clock=here.clock())))


def test_the_button_queues_a_job_and_the_page_says_so(desk: FlaskClient, bell: Bell) -> None:
    assert "还没有备份包" in desk.get(PAGE).text
    assert desk.post(PAGE).status_code == 303
    assert bell.rung == 1
    assert "正在制作备份包" in desk.get(PAGE).text


def test_a_pack_is_printed_and_that_is_recorded(desk: FlaskClient, packs: list[int]) -> None:
    answer = desk.post(f"/paper-packs/{packs[-1]}/print")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    page = desk.get(PAGE).text
    assert "打开打印" in page
    assert "王玉兰" not in page
    with unit_of_work(read_only=True) as db:
        (event,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "papers.pack-printed"))
        assert event.actor == "李敏"


def test_all_packs_come_as_one_zip_named_by_date_and_street(desk: FlaskClient, packs: list[int]) -> None:
    answer = desk.post(f"{PAGE}/all")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        names = archive.namelist()
    assert len(names) == len(packs) == 3
    assert f"paper-pack-{DAY.isoformat()}-lunch-110101005.pdf" in names


def test_without_a_pack_there_is_no_zip(desk: FlaskClient) -> None:
    assert desk.post(f"{PAGE}/all").status_code == 404


@pytest.mark.parametrize(
    "role", [Role.DRIVER, Role.VENDOR, Role.KITCHEN, Role.STATION, Role.HOTLINE, Role.DISTRICT, Role.AUDITOR]
)
def test_packs_are_the_dispatchers_alone(signed_in: SignIn, packs: list[int], role: Role) -> None:
    client = signed_in(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"/paper-packs/{packs[0]}/print").status_code == 403
