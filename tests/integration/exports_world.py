"""A settled month and what the tests of its exports ask of it."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.exporting import keeping, service
from mealroute.exporting.records import Entry, Format, Wanted, What
from tests.integration.test_settlement_month import ALL, MONTH, PAYER

OFFICER = Actor(account_id=7, name="周航", role=Role.FINANCE, scope=ALL)
AUDITOR = Actor(account_id=8, name="何静", role=Role.AUDITOR, scope=ALL)
STREET_MAN = Actor(account_id=9, name="李敏", role=Role.STREET_CHECKER, scope=Scope(streets=frozenset({"110101001"})))


def wish(what: What = What.SETTLEMENT, form: Format = Format.CSV, **more: Any) -> Wanted:
    given: dict[str, Any] = {
        "client_id": os.urandom(8).hex(),
        "payer": PAYER,
        "month": MONTH,
        "purpose": "报区财政",
    } | more
    return Wanted(what=what, format=form, **given)


def made(db: Session, folder: Path, clock: FixedClock, wanted: Wanted, by: Actor = OFFICER) -> tuple[Entry, bytes]:
    export = service.ask(db, wanted, by=by, clock=clock)
    entry = service.make(db, export, folder=folder, by=by, clock=clock)
    assert entry.file is not None
    return entry, b"".join(keeping.pieces(folder / entry.file.stored))


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
