"""Many rows at once, as fast as the database takes them: COPY into PostgreSQL, one prepared statement into SQLite.

For what is computed in bulk (a city's claim lines); the session's listeners do not see these rows, the database's own triggers and
constraints do. ``insert(Model)`` with a list is right everywhere else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Column, Connection, Table

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
