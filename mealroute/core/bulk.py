"""Many rows at once, as fast as the database gives and takes them: ``rows`` reads, ``pour`` writes.

For what is computed in bulk (a city's claim lines); the session's listeners do not see these rows, the database's own triggers and
constraints do. ``session.execute`` and ``insert(Model)`` with a list are right everywhere else.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Date, Select, Table, bindparam
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.db import UtcDateTime

CHUNK = 5_000


def rows(db: Session, query: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What a query of columns finds, as plain tuples, in about half the time that ``db.execute`` takes for tens of thousands.

    The statement is the session's own (its transaction, its compiled form), but rows come from the driver's cursor, and only columns that
    the driver does not know (days, moments and truths in SQLite) are turned into Python's, column by column, each different text once.
    """
    db.flush()
    connection = db.connection()
    result = connection.execute(query)
    assert result.cursor is not None
    found = result.cursor.fetchall()
    readers = _readers(query, connection, [column[1] for column in result.cursor.description])
    result.close()
    if not found or not readers:
        return list(found)
    columns = list(zip(*found, strict=True))
    for place, read in readers:
        columns[place] = tuple(map(read, columns[place]))
    return list(zip(*columns, strict=True))


def chunks(values: Iterable[int]) -> Iterable[list[int]]:
    """The values in order, as many at a time as one statement should ask for."""
    wanted = sorted(values)
    return (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))


def numbered(column: InstrumentedAttribute[Any], numbers: Collection[int]) -> ColumnElement[bool]:
    """``column.in_`` with the numbers in the statement itself: binding hundreds one by one takes longer than reading their rows."""
    return column.in_(bindparam(None, [*map(int, numbers)], expanding=True, literal_execute=True, unique=True))


class _Once(dict[Any, Any]):
    """Reads each value once."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def __missing__(self, value: Any) -> Any:
        found = self[value] = self._read(value)
        return found


def _readers(query: Select[*tuple[Any, ...]], connection: Connection, codes: Sequence[Any]) -> "Processors":
    """By column, how the driver's value becomes Python's, where it is not already; columns of one type share what was read.

    ``codes``: the driver's own type of each column.
    """
    found: Processors = []
    shared: dict[type, Callable[[Any], Any]] = {}
    for place, column in enumerate(query.selected_columns):
        kind = column.type
        read: Callable[[Any], Any] | None = kind.dialect_impl(connection.dialect).result_processor(
            connection.dialect, codes[place]
        )
        if read is not None and isinstance(kind, Date | UtcDateTime | Boolean):
            read = shared.setdefault(type(kind), _Once(read).__getitem__)
        if read is not None:
            found.append((place, read))
    return found


TOGETHER = 200
"""Rows in one statement of SQLite: beginning and ending a statement that a trigger may undo costs as much as writing a row."""


def pour(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, raw: bool = False,
    alike: Mapping[str, int | str] | None = None,
) -> int:  # fmt: skip
    """Insert ``rows`` (values in the order of ``columns``) within the connection's transaction; how many there were.

    Values are turned into the database's own by the columns' types. ``raw``: they are what the driver takes already. ``alike``: further
    columns with what all rows have in them, as the driver takes it. Columns that are not named stay empty: defaults of the models are not
    looked at.
    """
    processors = [] if raw else _processors(table, columns, connection)
    same = dict(alike or {})
    if connection.dialect.name == "postgresql":
        return _copied(connection, table, columns, rows, processors, same)
    names = ", ".join(f'"{name}"' for name in (*columns, *same))
    places = ", ".join([*"?" * len(columns), *map(_literal, same.values())])
    into = f'INSERT INTO "{table.name}" ({names}) VALUES '  # noqa: S608 -- names of our own tables
    many = into + ", ".join([f"({places})"] * TOGETHER)
    given: Iterable[Sequence[Any]] = (_bound(row, processors) for row in rows) if processors else rows
    given, count = iter(given), 0
    while chunk := list(islice(given, TOGETHER)):
        statement = many if len(chunk) == TOGETHER else into + ", ".join([f"({places})"] * len(chunk))
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(chunk)))
        count += len(chunk)
    return count


def _literal(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


Processors = list[tuple[int, Callable[[Any], Any]]]


def _processors(table: Table, columns: Sequence[str], connection: Connection) -> Processors:
    found: Processors = []
    for place, name in enumerate(columns):
        column: Column[Any] = table.c[name]
        made = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if made is not None:
            found.append((place, made))
    return found


def _bound(row: Sequence[Any], processors: Processors) -> tuple[Any, ...]:
    if not processors:
        return tuple(row)
    values = list(row)
    for place, process in processors:
        values[place] = process(values[place])
    return tuple(values)


def _copied(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]], processors: Processors,
    alike: Mapping[str, int | str],
) -> int:  # fmt: skip
    names = ", ".join(f'"{name}"' for name in (*columns, *alike))
    end = tuple(alike.values())
    cursor: Any = connection.connection.cursor()
    count = 0
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row((*(_bound(row, processors) if processors else row), *end))
            count += 1
    cursor.close()
    return count


def pour_text(connection: Connection, table: Table, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Insert rows that are written as PostgreSQL copies them, ``copy_text`` and a line's end each, within the connection's transaction."""
    names = ", ".join(f'"{name}"' for name in columns)
    cursor: Any = connection.connection.cursor()
    given = iter(lines)
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        while chunk := "".join(islice(given, TOGETHER)):
            copy.write(chunk)
    cursor.close()


def copy_text(values: Sequence[str | int | None]) -> str:
    """Some values in the text format of COPY, with tabs between them."""
    words = [_NULL if value is None else str(value) for value in values]
    joined = "\t".join(words)
    if joined.count("\\") == values.count(None) and joined.count("\t") < len(words) and "\n" not in joined and "\r" not in joined:  # fmt: skip
        return joined
    return "\t".join(_NULL if value is None else escaped(str(value)) for value in values)


def escaped(value: str) -> str:
    """A text as COPY takes it."""
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
        return value.translate(_ESCAPES)
    return value


_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
