"""Migrations are numbered, in one line, and give exactly the tables that the models describe, on both databases."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, ForeignKeyConstraint, inspect, text

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
        connection.execute(text("drop database if exists migrated with (force)"))
        connection.execute(text("create database migrated"))
    try:
        _check(make_engine(admin.url.set(database="migrated").render_as_string(hide_password=False)))
    finally:
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("drop database if exists migrated with (force)"))
        admin.dispose()


def _is_of(dialect: str, item: Any, _name: object, _kind: object, _reflected: object, _other: object) -> bool:
    """Foreign keys that one database alone has say so in ``info``."""
    return item.info.get("only", dialect) == dialect if isinstance(item, ForeignKeyConstraint) else True


def _check(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)  # a second run changes nothing
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_object": partial(_is_of, engine.dialect.name)}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with engine.begin() as connection:
        configuration = migrate.configuration(connection)
        command.downgrade(configuration, "base")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    engine.dispose()
