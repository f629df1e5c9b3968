"""A migrated database holds closed months by the same triggers as one made from the models."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from mealroute import migrate
from mealroute.core.db import Base, make_engine
from mealroute.subsidy.models import TRIGGERS


def _triggers(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.execute(
            text("select name, sql from sqlite_master where type = 'trigger' and name like '%closed%'")
        )
        return dict(rows.tuples().all())


def test_the_migration_and_the_models_make_the_same_guards(tmp_path: Path) -> None:
    migrated, made = (make_engine(f"sqlite:///{tmp_path / name}.sqlite") for name in ("migrated", "made"))
    migrate.upgrade(migrated)
    Base.metadata.create_all(made)
    assert _triggers(migrated) == _triggers(made)
    assert len(_triggers(made)) == sum(len(statements) for statements in TRIGGERS["sqlite"].values())
    migrated.dispose()
    made.dispose()


def test_a_migrated_postgresql_has_every_guard(postgres_url: str) -> None:
    admin = make_engine(postgres_url)
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("drop database if exists guarded with (force)"))
        connection.execute(text("create database guarded"))
    engine = make_engine(admin.url.set(database="guarded").render_as_string(hide_password=False))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        wanted = "tgname like '%\\_closed\\_%' or tgname like 'claim\\_line\\_%' or tgname like '%\\_named%'"
        names = set(connection.scalars(text(f"select tgname from pg_trigger where {wanted}")))
    engine.dispose()
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("drop database if exists guarded with (force)"))
    admin.dispose()
    expected = {
        statement.split()[2]
        for statements in TRIGGERS["postgresql"].values()
        for statement in statements
        if statement.startswith("CREATE TRIGGER")
    }
    assert names == expected
