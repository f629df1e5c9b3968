"""An application over a copy of the small district; sign-in by role; a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.core import db as database
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.dispatch import queries as dispatch
from tests import web_world
from web import create_app


class Bell:
    """Stands for the executor: counts how often it was woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    web_world.build(folder)
    return folder / "web.sqlite"


@pytest.fixture
def now() -> FixedClock:
    return FixedClock(web_world.MORNING)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def app(built: Path, tmp_path: Path, now: FixedClock, bell: Bell) -> Iterator[Flask]:
    shutil.copy(built, tmp_path / "web.sqlite")
    settings = web_world.settings_for(tmp_path)
    engine = database.configure(settings.database_url)
    made = create_app(settings, clock=now, executor=bell, testing=True)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Role | str], FlaskClient]:
    def sign_in(role: Role | str = Role.DISPATCHER) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"login": str(role), "password": web_world.PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return sign_in


@pytest.fixture
def desk(signed_in: Callable[[Role | str], FlaskClient]) -> FlaskClient:
    """A signed-in dispatcher of the whole district."""
    return signed_in(Role.DISPATCHER)


@pytest.fixture
def token(app: Flask) -> str:
    """The signed link of the first run."""
    with database.unit_of_work(read_only=True) as db:
        return dispatch.token(db, 1, secret_key=web_world.SECRET)
