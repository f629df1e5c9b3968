"""Rows of a query as the database's driver gives them, in batches: for files of some hundred thousand lines.

No object and no type of SQLAlchemy stands between: SQLite gives days and moments as text, PostgreSQL as dates. PostgreSQL keeps the rows on
its side (a named cursor), so that no batch but the present one is in memory.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, Text, cast, func, literal
from sqlalchemy.orm import Session

from mealroute.core.rowfiles import BATCH

_serial = count(1)
_SEPARATOR = "\x1f"


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


def packed(db: Session, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """Text and whole numbers of a row as one text, which ``unpacked`` takes apart: one value to read where few combinations occur.

    SQLite builds a JSON list fastest, PostgreSQL a concatenation, in which nothing and empty text are the same. A separator that stands in
    text becomes another control character.
    """
    if db.get_bind().dialect.name != "postgresql":
        return func.json_array(*columns)
    safe = (func.replace(each, _SEPARATOR, "\x1e") if each.type.python_type is str else each for each in columns)
    return func.concat(*(piece for each in safe for piece in (literal(_SEPARATOR), each)))


def unpacked(text: str, numbers: Sequence[bool]) -> list[Any]:
    """The values of a ``packed`` text, or of a JSON list; ``numbers`` says which of them are whole numbers."""
    if not text.startswith(_SEPARATOR):
        return json.loads(text)  # type: ignore[no-any-return]
    values = zip(text[1:].split(_SEPARATOR), numbers, strict=True)
    return [(int(value) if value else None) if number else value for value, number in values]


def json_entry(
    db: Session, document: SQLColumnExpression[Any], word: str, kind: type[Text | Integer]
) -> ColumnElement[Any]:
    """One entry of a JSON column that is text, or a whole number, or absent."""
    if db.get_bind().dialect.name == "postgresql":
        found = func.jsonb_extract_path_text(document, word, type_=Text())
        return found if kind is Text else cast(found, Integer)
    return func.json_extract(document, f'$."{word}"', type_=kind())


def minute_text(db: Session, moment: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A stored moment as ``2026-02-03 03:42`` in UTC."""
    if db.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24:MI")
    return func.substr(moment, 1, 16)
