"""Writing a row once, whatever arrives at the same moment: the database's unique constraint decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine


def insert_new(db: Session, model: type[Any], rows: Sequence[Mapping[str, Any]], *back: Any) -> list[tuple[Any, Any]]:
    """Insert those rows whose unique key is not taken yet; the answer holds ``back`` of the inserted ones."""
    if not rows:
        return []
    table: Table = model.__table__
    returned = [table.c[column.key] for column in back]
    if db.get_bind().dialect.name == "postgresql":
        poured = postgresql.insert(table).from_select(list(rows[0]), _columns(table, rows))
        return [tuple(row) for row in db.execute(poured.on_conflict_do_nothing().returning(*returned))]
    statement = sqlite.insert(table).on_conflict_do_nothing().returning(*returned)
    return [tuple(row) for row in db.execute(statement, list(rows))]


def _columns(table: Table, rows: Sequence[Mapping[str, Any]]) -> Any:
    """The rows as one array a column: a statement of the same text whatever their number, which PostgreSQL plans once."""
    arrays = [
        bindparam(name, [row[name] for row in rows], ARRAY(_whole(table.c[name].type), dimensions=1))
        for name in rows[0]
    ]
    return select(func.unnest(*arrays).table_valued(*rows[0]).render_derived())


def _whole(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """A text of any length: a cast to the column's own would cut it, where the column refuses what is too long."""
    return String() if isinstance(kind, String) else kind
