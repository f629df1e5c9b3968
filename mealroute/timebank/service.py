"""Use-cases of the time bank: count deliveries, spend time, correct. Each line is written once; nothing is ever edited."""

import hashlib
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor
from mealroute.core.clock import Clock
from mealroute.core.db import unit_of_work
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.timebank import exports, queries, rules
from mealroute.timebank.models import TimeEntry
from mealroute.timebank.records import EntryKind
from mealroute.timebank.rulebook import rule_on
from mealroute.vendors.models import Driver

LOOK_BACK = timedelta(days=35)
"""A phone may send its records late and a sheet may be keyed in late; what is older is counted when asked for."""
MOST_MINUTES = 60_000


def count(db: Session, first: date, last: date, *, by: Actor, clock: Clock) -> int:
    """Bring the ledger to what the doors of these days say; how many lines were written.

    A delivery counts once. One whose record is corrected, or whose run was another's, is taken back by a line and counted anew.
    """
    due = rules.worth(queries.deliveries(db, first, last), rule_on)
    entries = rules.missing(due, queries.written(db, first, last, due))
    rows = [
        {
            "natural_key": each.natural_key, "driver_code": each.driver_code, "kind": str(each.kind), "minutes": each.minutes, "day": each.day,
            "book_line_id": each.book_line_id, "reason": "", "by_name": by.name, "at": clock.now(),
        }
        for each in entries
    ]  # fmt: skip
    new = insert_new(db, TimeEntry, rows, TimeEntry.id)
    if new:
        audit.record(
            db, by=by, clock=clock, action="timebank.counted", subject=f"time-bank/{first.isoformat()}/{last.isoformat()}", rows=len(new),
            detail={"credits": sum(each.kind is EntryKind.CREDIT for each in entries), "minutes": sum(each.minutes for each in entries)},
        )  # fmt: skip
    return len(new)


def spend(
    db: Session, driver_code: str, minutes: int, *, reason: str, request_id: str, by: Actor, clock: Clock
) -> bool:
    """Take minutes from an account: service that the volunteer (or whom they name) has received. False = it was here already.

    Raises
    ------
    MealrouteError
        ``account-not-found``, ``minutes-wrong``, ``reason-needed``, ``balance-too-low``.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise MealrouteError("minutes-wrong", _("How many minutes? A whole number above nothing."))
    return _by_hand(
        db, driver_code, EntryKind.DEBIT, -minutes, reason=reason, request_id=request_id, by=by, clock=clock
    )


def correct(
    db: Session, driver_code: str, minutes: int, *, reason: str, request_id: str, by: Actor, clock: Clock
) -> bool:
    """Add or take minutes by hand, with the reason: hours of before the program, a mistake. False = it was here already."""
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise MealrouteError("minutes-wrong", _("How many minutes? A whole number above nothing."))
    return _by_hand(
        db, driver_code, EntryKind.CORRECTION, minutes, reason=reason, request_id=request_id, by=by, clock=clock
    )


def export(
    db: Session, first: date, last: date, kind: Literal["csv", "xlsx"], *, by: Actor, clock: Clock
) -> tuple[str, bytes]:
    """The lines of some days as a file for 京彩时光: (name, bytes). Holds names and telephone numbers: recorded with its digest."""
    reach = {each.driver_code for each in queries.accounts(db, scope=by.scope)}
    entries = [each for each in queries.statement(db, first=first, last=last) if each.driver_code in reach]
    content = exports.table_bytes(db, entries, kind, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="timebank.exported", subject=f"time-bank/{first.isoformat()}/{last.isoformat()}", rows=len(entries),
        digest=hashlib.sha256(content).hexdigest(), detail={"kind": kind},
    )  # fmt: skip
    return f"time-bank-{first.isoformat()}-{last.isoformat()}.{kind}", content


def tick(*, clock: Clock) -> None:
    """Count the deliveries of the last weeks; writes only where something has changed."""
    today = clock.today()
    with unit_of_work(read_only=True) as db:
        anybody = db.scalar(select(Driver.id).where(Driver.volunteer.is_(True)).limit(1))
        due = rules.worth(queries.deliveries(db, today - LOOK_BACK, today), rule_on) if anybody is not None else {}
        lacking = rules.missing(due, queries.written(db, today - LOOK_BACK, today, due))
    if lacking:
        with unit_of_work() as db:
            count(db, today - LOOK_BACK, today, by=SYSTEM, clock=clock)


def _by_hand(
    db: Session, driver_code: str, kind: EntryKind, minutes: int, *, reason: str, request_id: str, by: Actor, clock: Clock
) -> bool:  # fmt: skip
    queries.account(db, driver_code, scope=by.scope)
    if len(reason.strip()) < 2:
        raise MealrouteError("reason-needed", _("Say what for."))
    # The account is held until the end of the transaction: two desks cannot spend the same hour.
    held = db.scalar(select(Driver.id).where(Driver.code == driver_code).with_for_update())
    if held is None:
        raise NotFound("account-not-found", _("There is no such account in the time bank."))
    key = f"by-hand/{request_id}"[:80]
    if db.scalar(select(TimeEntry.id).where(TimeEntry.natural_key == key)) is not None:
        return False
    balance = (
        db.scalar(select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(TimeEntry.driver_code == driver_code))
        or 0
    )
    if kind is EntryKind.DEBIT and balance + minutes < 0:
        raise Conflict(
            "balance-too-low", _("The account holds %(n)d minutes.", n=balance), _("Spend no more than that, or correct the account first.")
        )  # fmt: skip
    row = {
        "natural_key": key, "driver_code": driver_code, "kind": str(kind), "minutes": minutes, "day": clock.today(), "book_line_id": None,
        "reason": reason.strip(), "by_name": by.name, "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, TimeEntry, [row], TimeEntry.id):
        return False
    audit.record(
        db, by=by, clock=clock, action=f"timebank.{kind}", subject=f"driver/{driver_code}", reason=reason.strip(), detail={"minutes": minutes}
    )  # fmt: skip
    return True
