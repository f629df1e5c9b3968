"""A migrated database holds closed months by the same triggers as one made from the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mealroute.core.db import Base, make_engine
from mealroute.subsidy.evidence_guard import STATEMENTS
from mealroute.subsidy.models import TRIGGERS


def _triggers(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.execute(
            text("select name, sql from sqlite_master where type = 'trigger' and name like '%closed%'")
        )
        return dict(rows.tuples().all())


@pytest.mark.parametrize("migrated", ["sqlite"], indirect=True)
def test_the_migration_and_the_models_make_the_same_guards(migrated: Engine, tmp_path: Path) -> None:
    made = make_engine(f"sqlite:///{tmp_path / 'made'}.sqlite")
    Base.metadata.create_all(made)
    assert _triggers(migrated) == _triggers(made)
    assert len(_triggers(made)) == sum(len(statements) for statements in TRIGGERS["sqlite"].values())
    made.dispose()


@pytest.mark.parametrize("migrated", ["postgresql"], indirect=True)
def test_a_migrated_postgresql_has_every_guard(migrated: Engine) -> None:
    with migrated.connect() as connection:
        wanted = "tgname like '%\\_closed\\_%' or tgname like 'claim\\_%' or tgname like '%\\_named%'"
        names = set(connection.scalars(text(f"select tgname from pg_trigger where {wanted}")))
    expected = {
        statement.split()[2]
        for statements in (*TRIGGERS["postgresql"].values(), STATEMENTS["postgresql"])
        for statement in statements
        if statement.startswith("CREATE TRIGGER")
    }
    assert names == expected
