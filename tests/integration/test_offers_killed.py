"""`kill -9` of the server while a vendor accepts, at whatever moment: the run is offered or accepted, never half of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, select

from mealroute.accounts import service as accounts
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Role
from mealroute.core.db import unit_of_work
from mealroute.dispatch.models import Run
from tests.conftest import FIELD_KEY
from tests.forked import Forked
from tests.integration import offers_world as world
from tests.integration.offers_server import serve

PASSWORD = "correct horse battery"


class Server:
    """The pages in a process of their own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.env = {
            **os.environ, "MEALROUTE_INSTANCE_DIR": str(folder), "MEALROUTE_DATABASE_URL": url, "MEALROUTE_FIELD_KEYS": FIELD_KEY,
            "MEALROUTE_SECRET_KEY": "a secret of the tests",
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        self.server = Forked(serve, self.env)
        self.port = self.server.heard()

    def kill(self) -> None:
        self.server.kill()

    def post(self, path: str, form: dict[str, str], cookie: str = "") -> tuple[int, str]:
        """Status and the session's cookie."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        jar = SimpleCookie(answer.headers.get("Set-Cookie", ""))
        return answer.status, "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items()) or cookie


@pytest.fixture
def server(any_engine: Engine, tmp_path: Path) -> Iterator[Server]:
    with unit_of_work() as db:
        clock = world.build(db)
        accounts.create_account(
            db,
            login="v1",
            display_name="赵敏",
            role=Role.VENDOR,
            vendor_code="V1",
            password=PASSWORD,
            by=SYSTEM,
            clock=clock,
        )
    started = Server(tmp_path, any_engine.url.render_as_string(hide_password=False))
    yield started
    started.kill()


def _whole(run_id: int) -> str:
    """What the run is; everything that belongs to it says the same."""
    with unit_of_work(read_only=True) as db:
        run, offer, kinds = db.get_one(Run, run_id), world.live(db, run_id), world.kinds(db, run_id)
        assert audit.verify(db) is None
        accepted, state = run.accepted_at is not None, offer.state
    assert (state, kinds) == (("accepted", ["offered", "accepted"]) if accepted else ("open", ["offered"]))
    return state


def test_a_killed_server_leaves_each_run_offered_or_accepted_and_the_next_one_goes_on(server: Server) -> None:
    rng = Random(4)
    with unit_of_work(read_only=True) as db:
        runs = list(db.scalars(select(Run.id).where(Run.vendor_code == "V1").order_by(Run.id)))
        offers = {run: world.live(db, run).id for run in runs}
    assert len(runs) > 1
    for run in runs:
        _status, cookie = server.post("/sign-in", {"login": "v1", "password": PASSWORD})

        def answer(run: int = run, cookie: str = cookie) -> None:
            try:
                server.post(f"/my-work/offers/{offers[run]}/accept", {}, cookie)
            except (OSError, HTTPException):
                return  # the connection died with the server

        vendor = threading.Thread(target=answer)
        vendor.start()
        time.sleep(rng.uniform(0, 0.06))
        server.kill()
        vendor.join()
        before = _whole(run)

        server.start()
        _status, cookie = server.post("/sign-in", {"login": "v1", "password": PASSWORD})
        status, _cookie = server.post(f"/my-work/offers/{offers[run]}/accept", {}, cookie)
        assert status == 303
        assert _whole(run) == "accepted", before
