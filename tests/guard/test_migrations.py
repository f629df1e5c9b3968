"""Migrations are numbered, in one line, and give exactly the tables that the models describe, on both databases."""

import re
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from mealroute import migrate
from mealroute.core.db import Base, make_engine

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


def test_migrations_are_numbered_without_gaps_and_the_head_file_names_the_last() -> None:
    numbers = sorted(int(m[1]) for path in VERSIONS.glob("*.py") if (m := re.match(r"(\d{4})_", path.name)))
    assert numbers == list(range(1, len(numbers) + 1))
    head = (VERSIONS.parent / "HEAD").read_text().strip()
    assert head.startswith(f"{numbers[-1]:04d}")


def test_a_fresh_sqlite_database_equals_the_models(tmp_path: Path) -> None:
    _check(make_engine(f"sqlite:///{tmp_path / 'fresh.sqlite'}"))


def test_a_fresh_postgresql_database_equals_the_models(postgres_url: str) -> None:
    admin = make_engine(postgres_url)
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("drop database if exists fresh with (force)"))
        connection.execute(text("create database fresh"))
    try:
        _check(make_engine(admin.url.set(database="fresh").render_as_string(hide_password=False)))
    finally:
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("drop database if exists fresh with (force)"))
        admin.dispose()


def test_the_guard_of_claim_lines_is_the_same_in_a_migrated_sqlite_database(tmp_path: Path) -> None:
    migrated, made = (make_engine(f"sqlite:///{tmp_path / name}.sqlite") for name in ("migrated", "made"))
    migrate.upgrade(migrated)
    Base.metadata.create_all(made)
    assert _triggers(migrated, SQLITE_TRIGGERS) == _triggers(made, SQLITE_TRIGGERS)


def test_the_guard_of_claim_lines_is_the_same_in_a_migrated_postgresql_database(postgres_url: str) -> None:
    admin, found = make_engine(postgres_url), []
    for make in (migrate.upgrade, Base.metadata.create_all):
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("drop database if exists guarded with (force)"))
            connection.execute(text("create database guarded"))
        engine = make_engine(admin.url.set(database="guarded").render_as_string(hide_password=False))
        make(engine)
        with engine.connect() as connection:
            compared = dict(connection.execute(text(POSTGRESQL_COMPARED)).tuples().all())
        found.append((_triggers(engine, POSTGRESQL_TRIGGERS), compared))
        engine.dispose()
    admin.dispose()
    assert found[0] == found[1]
    assert found[0][1] == {"claim_line.natural_key": "C"}


SQLITE_TRIGGERS = "select name, sql from sqlite_master where type = 'trigger'"
POSTGRESQL_TRIGGERS = """
    select t.tgname, pg_get_triggerdef(t.oid) || p.prosrc from pg_trigger t join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal
"""
POSTGRESQL_COMPARED = """
    select table_name || '.' || column_name, collation_name from information_schema.columns
    where table_schema = 'public' and collation_name is not null
"""
"""Columns whose texts are not compared as the rest of the database compares texts."""
OF_LINES = re.compile("claim_(line|basis|person)|_named|explanation_closed|settlement_period")


def _triggers(engine: Engine, query: str) -> dict[str, str]:
    """Name → what it does, of the triggers around claim lines; how it is laid out does not matter."""
    with engine.connect() as connection:
        found = {name: " ".join(sql.split()) for name, sql in connection.execute(text(query)) if OF_LINES.search(name)}
    assert len(found) > 15
    return found


def _check(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)  # a second run changes nothing
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with engine.begin() as connection:
        configuration = migrate.configuration(connection)
        command.downgrade(configuration, "base")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    engine.dispose()
