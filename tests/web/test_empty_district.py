"""Before the first import every page opens, says what is missing and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from mealroute.accounts import service as accounts
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.clock import FixedClock
from tests import web_world
from tests.web.test_every_page import addresses
from web import create_app


@pytest.fixture
def bare(migrated_sqlite: Path, tmp_path: Path, now: FixedClock) -> Flask:
    settings = web_world.settings_for(tmp_path)
    shutil.copy(migrated_sqlite, tmp_path / "web.sqlite")
    database.configure(settings.database_url)
    with database.unit_of_work() as db:
        for role in (Role.DISPATCHER, Role.ADMIN, Role.AUDITOR):
            accounts.create_account(
                db, login=str(role), display_name="李敏", role=role, password=web_world.PASSWORD, by=SYSTEM, clock=now
            )
    made = create_app(settings, clock=now, testing=True)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.ADMIN, Role.AUDITOR])
def test_every_page_opens_on_an_empty_database(bare: Flask, role: Role) -> None:
    client = bare.test_client()
    client.post("/sign-in", data={"login": str(role), "password": web_world.PASSWORD})
    for address, _permission in addresses(bare):
        answer = client.get(address)
        assert answer.status_code in (200, 302, 403, 404), f"{address}: {answer.status_code}"


def test_an_empty_ledger_names_the_next_step(bare: Flask) -> None:
    client = bare.test_client()
    client.post("/sign-in", data={"login": "dispatcher", "password": web_world.PASSWORD})
    page = client.get("/residents").text
    assert "还没有老人" in page
    assert 'href="/imports"' in page


def test_health_names_the_schema(bare: Flask) -> None:
    answer = bare.test_client().get("/healthz").json
    assert answer["schema"] != ""
