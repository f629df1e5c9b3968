"""A migrated database refuses by itself to change or remove what was written once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import Base, make_engine
from mealroute.drafting import service
from mealroute.planning import service as plans
from mealroute.planning.solving import plan_quick
from tests.integration.planning_world import DAY, build_world
from tests.integration.test_drafting import EARLY, LUNCH, MATRIX, WANG


@pytest.mark.parametrize("wish", ["update audit_event set reason = 'forged'", "delete from audit_event"])
def test_the_audit_trail_cannot_be_rewritten(migrated: Engine, clock: FixedClock, wish: str) -> None:
    with Session(migrated) as db:
        audit.record(db, by=SYSTEM, clock=clock, action="test.done", subject="test/1")
        db.commit()
    with migrated.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(wish))
    with Session(migrated) as db:
        assert audit.verify(db) is None
        assert audit.count(db) == 1


def test_every_table_that_is_written_once_has_its_guards(migrated: Engine) -> None:
    query = {
        "sqlite": "select name, tbl_name from sqlite_master where type = 'trigger'",
        "postgresql": "select tgname, tgrelid::regclass::text from pg_trigger where not tgisinternal",
    }[migrated.dialect.name]
    with migrated.connect() as connection:
        found = [(table, name) for name, table in connection.execute(text(query))]
        assert set(inspect(connection).get_table_names()) >= set(audit.append_only_tables())
    for table in audit.append_only_tables():
        assert [name for guarded, name in found if guarded == table], table


def test_the_migrations_guard_closed_months_by_the_very_words_of_the_models(
    migrated: Engine, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if migrated.dialect.name == "sqlite":
        created = make_engine(f"sqlite:///{tmp_path / 'created.sqlite'}")
        Base.metadata.create_all(created)
        query = "select name, sql from sqlite_master where type = 'trigger' and name like '%\\_closed\\_%' escape '\\'"
    else:
        created = request.getfixturevalue("_postgres_engine")
        query = (
            "select tgname, pg_get_triggerdef(t.oid) || prosrc from pg_trigger t join pg_proc p on p.oid = tgfoid "
            "where tgname like '%\\_closed\\_%' or tgname like 'claim\\_line\\_%'"
        )
    guards = []
    for engine in (migrated, created):
        with engine.connect() as connection:
            found = connection.execute(text(query)).tuples()
            guards.append({name: "".join(words.split()) for name, words in found})  # however the lines are broken
    assert guards[0] == guards[1]
    assert len(guards[0]) >= 11


WEEK = (
    (
        "insert into dish (code, name, name_en, suits, contains, allergens, textures, active, size_large, compartment, price_fen, extra) "
        "values ('D1', '菜', '', '[]', '[]', '[]', '[]', true, false, 'hot', 1600, '{}')"
    ),
    (
        "insert into menu_week (id, monday, number, state, created_by, created_at, signed_by, published_by) "
        "values (1, '2026-03-09', 1, 'draft', '李', '2026-03-01 00:00:00+00', '', '')"
    ),
    (
        "insert into menu_item (week_id, day, slot, diet, choice, dish_code, price_fen) "
        "values (1, '2026-03-09', 'lunch', 'normal', 'A', 'D1', 1600)"
    ),
    "update menu_item set price_fen = 1700",
    "update menu_week set state = 'published'",
)


@pytest.mark.parametrize(
    "change",
    [
        "update menu_item set price_fen = 1",
        "delete from menu_item",
        "update menu_week set state = 'draft'",
        (
            "insert into menu_item (week_id, day, slot, diet, choice, dish_code, price_fen) "
            "values (1, '2026-03-09', 'lunch', 'normal', 'B', 'D1', 1600)"
        ),
    ],
)
def test_a_published_week_is_immutable_while_a_draft_is_not(migrated: Engine, change: str) -> None:
    with migrated.begin() as connection:
        for statement in WEEK:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="immutable"), migrated.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    "wish",
    ["update draft_ground set digest = 'x'", "update draft_ground set content = 'x'", "delete from draft_ground"],
)
def test_a_ground_can_be_emptied_and_nothing_else(migrated: Engine, wish: str) -> None:
    with Session(migrated) as db:
        build_world(db)
        given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
        version = plans.save_draft(db, given, plan_quick(given), by=WANG, clock=EARLY)
        service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=EARLY)
        db.commit()
    with migrated.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(wish))
    with migrated.begin() as connection:
        connection.execute(text("update draft_ground set content = '', matrices = ''"))
