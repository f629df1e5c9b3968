"""Triggers that keep append-only tables append-only, also for somebody who writes SQL by hand."""

from collections.abc import Iterable

import sqlalchemy as sa

FUNCTION = """
create or replace function mealroute_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$
"""


def guard(connection: sa.Connection, tables: Iterable[str]) -> None:
    """Refuse UPDATE and DELETE on each table."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(sa.text(FUNCTION))
    for table in tables:
        for verb in ("update", "delete"):
            name = f"{table}_no_{verb}"
            if postgres:
                action = "for each row execute function mealroute_append_only()"
            else:
                action = f"begin select raise(abort, '{table} is append-only'); end"
            connection.execute(sa.text(f"create trigger {name} before {verb} on {table} {action}"))


def unguard(connection: sa.Connection, tables: Iterable[str]) -> None:
    """Take the guards away."""
    postgres = connection.dialect.name == "postgresql"
    for table in tables:
        for verb in ("update", "delete"):
            connection.execute(
                sa.text(f"drop trigger if exists {table}_no_{verb}" + (f" on {table}" if postgres else ""))
            )
    if postgres:
        connection.execute(sa.text("drop function if exists mealroute_append_only()"))
