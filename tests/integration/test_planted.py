"""A world that is written row by row is the one that its builder writes, and what comes after gets the same numbers."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import District
from mealroute.core import db as database
from tests.integration.settlement_world import World, make_world
from tests.planted import planted


def content(db: Session) -> list[tuple[Any, ...]]:
    return [
        (table.name, *row)
        for table in database.Base.metadata.sorted_tables
        for row in db.execute(select(table).order_by(*table.primary_key.columns))
    ]


def world(db: Session, name: str) -> tuple[int, ...]:
    return planted(db, name, lambda: tuple(make_world(db).resident() for _ in range(1)))


def test_the_second_time_everything_is_as_if_it_had_been_built(db: Session) -> None:
    name = str(uuid.uuid4())
    first, built = world(db, name), content(db)
    after = World(db, residents=list(first)).resident()
    db.rollback()

    assert not content(db)
    assert world(db, name) == first
    assert content(db) == built
    assert World(db, residents=list(first)).resident() == after


def test_what_was_there_before_is_not_taken_for_a_part_of_it(db: Session) -> None:
    name = str(uuid.uuid4())
    db.add(District(code="990000", name="别处"))
    db.flush()
    world(db, name)
    db.rollback()

    world(db, name)

    assert db.get(District, "990000") is None
