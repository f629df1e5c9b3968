"""Worlds that many tests begin with: built once in a process for each kind of database, and written row by row from then on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Integer, Table, insert, select, text
from sqlalchemy.orm import Session

from mealroute.core.bulk import pour
from mealroute.core.db import Base

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Kept:
    """What the builder gave, every row that it wrote, and the number that each sequence of PostgreSQL gave last."""

    given: Any
    rows: list[tuple[Table, list[dict[str, Any]]]]
    numbers: dict[str, int]


_KEPT: dict[Hashable, _Kept] = {}


def planted(db: Session, name: Hashable, build: Callable[[], _T]) -> _T:
    """``build`` writes into ``db`` and gives what tests may share: numbers and records, no rows of a session, nothing that changes.

    ``name`` says all that decides what it writes. Once it has written into an empty database, the same rows are written without it.
    """
    dialect = db.get_bind().dialect.name
    kept = _KEPT.get((dialect, name))
    if kept is None:
        empty = not _rows(db)
        given = build()
        db.flush()
        if empty:
            _KEPT[dialect, name] = _Kept(given, _rows(db), _numbers(db) if dialect == "postgresql" else {})
            db.expunge_all()  # the first test has no more in its session than those after it
        return given
    db.flush()
    for table, rows in kept.rows:
        db.execute(insert(table), rows)
    for sequence, number in kept.numbers.items():
        db.execute(text("select setval(:sequence, :number)"), {"sequence": sequence, "number": number})
    given: _T = kept.given
    return given


def _rows(db: Session) -> list[tuple[Table, list[dict[str, Any]]]]:
    found = (
        (table, [dict(row) for row in db.execute(select(table).order_by(*table.primary_key.columns)).mappings()])
        for table in Base.metadata.sorted_tables
    )
    return [(table, rows) for table, rows in found if rows]


def _numbers(db: Session) -> dict[str, int]:
    query = "select quote_ident(sequencename), last_value from pg_sequences where schemaname = 'public' and last_value is not null"
    return dict(db.execute(text(query)).all())


def carry(db: Session, to: Connection) -> None:
    """Every row that is in ``db`` into an empty PostgreSQL with the same tables, whose sequences go on behind them."""
    to.execute(text("set local session_replication_role = replica"))  # rows may name others that come later
    for table in Base.metadata.sorted_tables:
        if pour(to, table, table.columns.keys(), db.execute(select(table))):
            for column in table.primary_key.columns:
                behind = f'select setval(pg_get_serial_sequence(\'"{table.name}"\', \'{column.name}\'), max("{column.name}")) from "{table.name}"'
                if isinstance(column.type, Integer):
                    to.execute(text(behind))
    to.execute(text("analyze"))
