"""The database: one declarative base, one way to open a unit of work, and the column types that need care."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from mealroute.core.errors import MealrouteError

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the program; names of constraints are fixed so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored and read back in UTC on both databases. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:  # noqa: ARG002
        """PostgreSQL's connections speak UTC (``make_engine``): what the driver reads is right already."""
        return _read_text if dialect.name == "sqlite" else None


def _read_text(text: str | None) -> datetime | None:
    """A moment as SQLite has it, read in one go: a month's checks read millions."""
    if text is None:
        return None
    if len(text) == _WITHOUT_ZONE:
        return datetime.fromisoformat(f"{text}+00:00")
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_WITHOUT_ZONE = len("2026-03-01 12:00:00.000000")

JsonDict = JSON().with_variant(JSONB(), "postgresql")
"""A JSON column: text in SQLite, jsonb in PostgreSQL."""


BULK_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "join_collapse_limit=20", "from_collapse_limit=20", "random_page_cost=1.1", "work_mem=32MB",
        "max_parallel_workers_per_gather=0", "jit=off",
    )
)  # fmt: skip
"""PostgreSQL for processes that settle a city beside each other: every order of a long join is weighed and an index is worth its page, so that a
district's doors are not looked for in the whole city's; the cores are busy already."""


def make_engine(url: str, *, bulk: bool = False) -> Engine:
    """An engine with the settings that the program relies on.

    Errors name the statement but never its values, which may be people's. SQLite: WAL, foreign keys on, 30 s wait for a writer, and every unit of work begins IMMEDIATE when it first
    writes (`BEGIN` is emitted by us, not by the driver), so that two writers queue instead of failing. A row that another replaces is seen by the
    triggers that guard what is written once. Its connections are kept open:
    closing the last one folds the whole write-ahead log into the file and waits for the disk, at each request of a quiet hour.
    ``bulk``, for processes that go through millions of rows: SQLite keeps 64 MB of pages at hand and folds the log twenty-five times as seldom;
    PostgreSQL takes ``BULK_OPTIONS``.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": 30, "check_same_thread": False},
            **({} if ":memory:" in url else {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 90}),
        )

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            more = ("cache_size=-65536", "wal_autocheckpoint=25000") if bulk else ()
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL",
                "foreign_keys=ON",
                "synchronous=NORMAL",
                "busy_timeout=30000",
                "recursive_triggers=ON",
                *more,
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            options = connection.get_execution_options()
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable') else 'NORMAL'}")
            mode = options.get("sqlite_begin", "IMMEDIATE")
            connection.exec_driver_sql(f"BEGIN {mode}")

        return engine
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": BULK_OPTIONS} if bulk else {},
    )

    @event.listens_for(engine, "connect")
    def _utc(connection: Any, _record: Any) -> None:
        """Whatever zone the server is set to: moments come as UTC, which the driver reads in half the time."""
        connection.autocommit = True
        connection.execute("SET TIME ZONE 'UTC'")
        connection.autocommit = False

    return engine


class _State:
    engine: Engine | None = None
    factory: sessionmaker[Session] | None = None


def configure(url: str, *, bulk: bool = False) -> Engine:
    """Make ``url`` the database of this process; the engine opened before is closed. ``bulk`` as in ``make_engine``."""
    if _State.engine is not None:
        _State.engine.dispose()
    _State.engine = make_engine(url, bulk=bulk)
    _State.factory = sessionmaker(_State.engine, expire_on_commit=False)
    return _State.engine


def engine() -> Engine:
    """The configured engine."""
    if _State.engine is None:
        raise MealrouteError(
            "database-not-configured", "No database is configured.", "Call mealroute.core.db.configure(url) first."
        )
    return _State.engine


@contextmanager
def unit_of_work(*, read_only: bool = False, durable: bool = False) -> Iterator[Session]:
    """One transaction: commits when the block ends, rolls back when it raises.

    ``durable`` waits until the disk has it: after a commit not even a power cut takes it back (PostgreSQL always does; SQLite
    otherwise keeps the file whole but may lose the last moments).

    ``read_only`` never commits and, on SQLite, takes a snapshot instead of the write lock: pages that only read do
    not wait behind a running import.
    """
    engine()
    assert _State.factory is not None
    session = _State.factory()
    if read_only:
        session.connection(execution_options={"sqlite_begin": "DEFERRED"})
        session.info["read_only"] = True
    if durable:
        session.connection(execution_options={"durable": True})
    try:
        yield session
        if read_only:
            session.rollback()
        else:
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


@event.listens_for(Session, "before_flush")
def _refuse_writes_in_reads(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get("read_only") and (session.new or session.dirty or session.deleted):
        raise ValueError("a read-only unit of work must not write")
