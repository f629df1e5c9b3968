"""A reckoned month kept for its pages, and taken out again with what has arrived since."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mealroute.settlement import history, view_packing
from mealroute.settlement.month import put_forward
from mealroute.settlement.view_models import MonthView
from mealroute.settlement.view_records import Dated, Lines, Reckoned, Stamp, arrived
from mealroute.settlement.view_stamp import meals, program, stamp
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.queries import period as period_of

AT_ONCE = 8_000
"""Meals of a month that is reckoned whenever its page is opened: that takes a second or two on one core."""


def big(db: Session, month: str) -> bool:
    """Whether a month is too long to be reckoned while somebody waits."""
    return meals(db, month) > AT_ONCE


def one_reading(db: Session) -> None:
    """All that the transaction reads is of one moment; call it first. SQLite reads so anyhow."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("set transaction isolation level repeatable read, read only"))


def stamp_now(db: Session, who: Payer, month: str) -> Stamp:
    """What the month would be reckoned from at this moment."""
    period = period_of(db, who.code, month)
    return stamp(db, who, month, put_forward(history.steps(db, period.id)) if period else ())


def keep(db: Session, who: Payer, month: str, read_at: datetime, made_from: Stamp, found: tuple[Reckoned | None, Lines]) -> None:  # fmt: skip
    """Put a reckoned month in the place of the one before. One that was read later stays. A closed month has lines alone."""
    table: Table = MonthView.metadata.tables[MonthView.__tablename__]
    dialect: Any = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "read_at": read_at, "stamp": {kind: list(one) for kind, one in made_from.items()} | {"program": [0, program()]},
        "figures": b"" if found[0] is None else view_packing.figures_to(found[0]), "lines": view_packing.lines_to(found[1]),
    }  # fmt: skip
    added = dialect.insert(table).values(payer=who.code, month=month, **values)
    db.execute(
        added.on_conflict_do_update(
            index_elements=["payer", "month"], set_=values, where=table.c.read_at <= added.excluded.read_at
        )
    )


def figures(db: Session, who: Payer, month: str) -> tuple[Dated, Reckoned | None]:
    """The kept figures, and how old they are; None where there are none."""
    found, content = _kept(db, who, month, MonthView.figures)
    return found, None if content is None else view_packing.figures_from(content)


def lines(db: Session, who: Payer, month: str) -> tuple[Dated, Lines | None]:
    """The kept ways of the order lines, likewise."""
    found, content = _kept(db, who, month, MonthView.lines)
    return found, None if content is None else view_packing.lines_from(content)


def _kept(db: Session, who: Payer, month: str, column: Any) -> tuple[Dated, bytes | None]:
    """In one statement with the stamp, so that they belong together. Figures of another version of the program count as none."""
    query = select(MonthView.read_at, MonthView.stamp, column)
    row = db.execute(query.where(MonthView.payer == who.code, MonthView.month == month)).one_or_none()
    if row is None or row[1].get("program") != [0, program()]:
        return Dated(read_at=None, meals=meals(db, month)), None
    before = {kind: (one[0], one[1]) for kind, one in row[1].items() if kind != "program"}
    return Dated(read_at=row[0], arrived=arrived(before, stamp_now(db, who, month))), bytes(row[2])
