"""What a month's pages reckon beside doors: counts of trips, cash, swipes; and any row of any table, filled as far as a test does not care."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Float, Integer, LargeBinary, inspect
from sqlalchemy.orm import Session

from mealroute.core.db import UtcDateTime
from mealroute.delivery.loading_models import LoadingCheck, LoadingCount
from mealroute.subsidy.cash_models import CashEntry
from mealroute.swipes.models import Swipe, SwipeBatch
from tests.integration.close_world import MONDAY, Close
from tests.integration.settlement_world import AT


def row(db: Session, model: type[Any], **given: Any) -> Any:
    """A new row; columns that must hold something and are not ``given`` hold anything."""
    values = dict(given)
    for column in inspect(model).columns:
        if column.key in values or column.primary_key or column.nullable or column.default or column.server_default:
            continue
        values[column.key] = _anything(column)
    made = model(**values)
    db.add(made)
    db.flush()
    return made


def _anything(column: Any) -> object:
    for kind, value in (
        (UtcDateTime, AT), (Date, MONDAY), (Boolean, False), (Integer, 1), (Float, 0.0), (LargeBinary, b""), (JSON, {}),
    ):  # fmt: skip
        if isinstance(column.type, kind):
            return value
    return "x"


def count_aboard(close: Close, counted: int, key: str = "1") -> None:
    check = row(close.db, LoadingCheck, client_id=f"check/{key}", run_id=close.runs[0], trip=1)
    row(close.db, LoadingCount, check_id=check.id, kind="portions", key="normal|x|normal", counted=counted)


def hand_in(close: Close, key: str = "1") -> None:
    """Somebody handed cash in that no record at a door speaks of."""
    row(close.db, CashEntry, natural_key=key, run_id=close.runs[0], kind="handed", amount_fen=100)


def swiped(close: Close, day: date = MONDAY, serial: str = "1") -> None:
    """A swipe of somebody who has ordered nothing there."""
    batch = row(close.db, SwipeBatch, digest=serial, first_day=day, last_day=day, sites=["S01"])
    row(
        close.db, Swipe, natural_key=serial, serial=serial, batch_id=batch.id, kind="meal", person_kind="card", person_index="nobody", tail="0000",
        day=day, slot="lunch", site_code="S01", means="card",
    )  # fmt: skip
