"""What every import ends with: rows matched by their natural key, one batch row, one audit event."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.db import Base, JsonDict, UtcDateTime
from mealroute.core.importing import ImportResult


class ImportBatch(Base):
    """One import: who brought which file when, and what it did. Problems are kept as counts by code, without cells."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    file: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    set_aside: Mapped[int]
    problems: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def one_at_a_time(db: Session) -> None:
    """Make a second import wait until this transaction ends; the first call of every import.

    SQLite lets one writer in anyway. On PostgreSQL two files with the same new code would otherwise collide.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("lock table import_batch in share row exclusive mode"))


@dataclass(frozen=True, slots=True)
class Upserted:
    """What ``upsert`` did, by natural key; ``changed`` names the columns that changed, never their values."""

    added: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    unchanged: int


def upsert(db: Session, model: type[Base], rows: Iterable[Mapping[str, Any]], *, key: str = "code") -> Upserted:
    """Add the rows whose ``key`` is new, change those that differ, leave the others untouched.

    A row names only the columns that it knows; the others keep their value. One query, whatever the number of rows;
    rows of the table that the sheet does not mention stay as they are.
    """
    held = {getattr(item, key): item for item in db.scalars(select(model))}
    added: list[str] = []
    changed: dict[str, tuple[str, ...]] = {}
    unchanged = 0
    for row in rows:
        item = held.get(row[key])
        if item is None:
            db.add(model(**row))
            added.append(row[key])
            continue
        differing = tuple(name for name, value in row.items() if getattr(item, name) != value)
        for name in differing:
            setattr(item, name, row[name])
        if differing:
            changed[row[key]] = differing
        else:
            unchanged += 1
    db.flush()
    return Upserted(tuple(added), changed, unchanged)


def finish(db: Session, result: ImportResult, *, by: Actor, clock: Clock) -> ImportResult:
    """Write the import's row and its audit event; the last call of every import.

    Returns the result with its problems in the order of the sheet.
    """
    in_order = sorted(result.problems, key=lambda problem: (problem.sheet, problem.row or 0, problem.column))
    result = replace(result, problems=tuple(in_order))
    codes = dict(Counter(problem.code for problem in result.problems))
    counts = {"added": result.added, "changed": result.changed, "unchanged": result.unchanged}
    batch = ImportBatch(
        **counts, kind=result.kind, file=result.file[:200], digest=result.digest, set_aside=result.set_aside
    )
    batch.problems, batch.by_name, batch.at = codes, by.name, clock.now()
    db.add(batch)
    audit.record(
        db, by=by, clock=clock, action=f"{result.kind}.imported", subject=f"import/{result.kind}",
        detail={**counts, "problems": codes}, rows=sum(counts.values()), digest=result.digest or None,
    )  # fmt: skip
    return result
