"""Writing a row once, whatever arrives at the same moment: the database's unique constraint decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_new(db: Session, model: type[Any], rows: Sequence[Mapping[str, Any]], *back: Any) -> list[tuple[Any, Any]]:
    """Insert those rows whose unique key is not taken yet; the answer holds ``back`` of the inserted ones."""
    if not rows:
        return []
    table: Table = model.__table__
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*(table.c[column.key] for column in back))
    return [tuple(row) for row in db.execute(statement, list(rows))]
