"""Rows of a query as the database's driver gives them, in batches: for files of some hundred thousand lines.

No object and no type of SQLAlchemy stands between: SQLite gives days and moments as text, PostgreSQL as dates. PostgreSQL keeps the rows on
its side (a named cursor), so that no batch but the present one is in memory.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, func
from sqlalchemy.orm import Session

from mealroute.core.rowfiles import BATCH

_serial = count(1)


def raw_batches(db: Session, query: Select[Any], size: int = BATCH) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of ``query`` within the session's transaction. Its conditions compare with text and whole numbers only."""
    connection = db.connection()
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    bound: Any = compiled.params
    positions = getattr(compiled, "positiontup", None)
    driver: Any = connection.connection
    if connection.dialect.name == "postgresql":
        cursor = driver.cursor(name=f"rows_{next(_serial)}")
    else:
        cursor = driver.cursor()
        bound = [bound[name] for name in positions or ()]
    try:
        cursor.execute(str(compiled), bound)
        while rows := cursor.fetchmany(size):
            yield rows
    finally:
        cursor.close()


def json_list(db: Session, document: SQLColumnExpression[Any], words: Sequence[str]) -> ColumnElement[str]:
    """Two or more entries of a JSON column as the text of one JSON list: SQLite reads the document anew for each call."""
    if db.get_bind().dialect.name == "postgresql":
        return cast(func.jsonb_build_array(*(func.jsonb_extract_path(document, word) for word in words)), Text)
    return func.json_extract(document, *(f'$."{word}"' for word in words))


def minute_text(db: Session, moment: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A stored moment as ``2026-02-03 03:42`` in UTC."""
    if db.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24:MI")
    return func.substr(moment, 1, 16)
