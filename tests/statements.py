"""Statements that are compiled once a process: a test has an engine of its own, and each engine would compile all of them again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from mealroute.core import db as database

_COMPILED: LRUCache[Any, Any] = LRUCache(2000)


class _Once:
    """A dialect of which a process has one: what was compiled is found again by the dialect that it was compiled for."""

    _made: Dialect | None = None

    def __new__(cls, **_given: Any) -> Any:
        if cls._made is None:
            cls._made = super().__new__(cls)
        return cls._made

    def __init__(self, **given: Any) -> None:
        if not vars(self):
            super().__init__(**given)


class OneSQLite(_Once, SQLiteDialect_pysqlite):
    """SQLite, once."""

    supports_statement_cache = True


class OnePostgreSQL(_Once, PGDialect_psycopg):
    """PostgreSQL, once."""

    supports_statement_cache = True


def compile_once() -> None:
    """Let the engines that this process makes from now on share what each of them compiles."""
    registry.register("sqlite", __name__, OneSQLite.__name__)
    registry.register("postgresql.psycopg", __name__, OnePostgreSQL.__name__)
    database.create_engine = _sharing  # type: ignore[assignment]


def _sharing(url: str, **given: Any) -> Engine:
    engine = create_engine(url, **given)
    engine._compiled_cache = _COMPILED
    return engine
