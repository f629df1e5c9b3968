"""An application over a copy of the small district; sign-in by role; a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mealroute.core import db as database
from mealroute.core.actor import Role
from mealroute.core.clock import FixedClock
from mealroute.delivery.doorway import Doorway
from mealroute.dispatch import queries as dispatch
from tests import money_world, web_world
from web import create_app
from web.factory import Context
from web.security import limiter


class Bell:
    """Stands for the executor: counts how often it was woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def money(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over two months of money, one closed and one open."""
    folder = tmp_path_factory.mktemp("money")
    with money_world.own_rules(folder):
        money_world.build(folder)
        settings = web_world.settings_for(folder)
        engine = database.configure(settings.database_url)
        app = create_app(settings, clock=FixedClock(money_world.NOW), executor=Bell(), testing=True)
        app.config["WTF_CSRF_ENABLED"] = False
        yield app
        engine.dispose()


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


@pytest.fixture(scope="session")
def _assembled(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application put together once: laying out its addresses and reading its templates takes longer than most tests."""
    return create_app(web_world.settings_for(tmp_path_factory.mktemp("assembled")), testing=True)


@pytest.fixture
def app(_assembled: Flask, built: Path, tmp_path: Path, now: FixedClock, bell: Bell) -> Iterator[Flask]:
    shutil.copy(built, tmp_path / "web.sqlite")
    settings = web_world.settings_for(tmp_path)
    engine = database.configure(settings.database_url)
    with fitted(_assembled, Context(settings, now, bell, Doorway(now, settings.instance_dir))) as made:
        yield made
    engine.dispose()


@contextmanager
def fitted(assembled: Flask, context: Context) -> Iterator[Flask]:
    """The application as if it had just been made for this test; whatever a test sets in it is taken back."""
    config, extensions = dict(assembled.config), dict(assembled.extensions)
    assembled.config["WTF_CSRF_ENABLED"] = False
    assembled.extensions["mealroute"] = context
    limiter.enabled = False  # each application that is made sets it for all
    yield assembled
    for kept, before in ((assembled.config, config), (assembled.extensions, extensions)):
        kept.clear()
        kept.update(before)


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
