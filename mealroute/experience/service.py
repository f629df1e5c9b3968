"""What delivery writes down after a visit, for planning and for the residents' pages to read."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.core.once import insert_new
from mealroute.experience.models import DoorTime, DriverMemory, Meeting
from mealroute.experience.records import DoorMeasure, MeetingRecord

LONGEST_WAIT_S = 3600
"""A longer wait is a forgotten button, not a door."""


def remember(db: Session, resident_id: int, driver_code: str, day: date) -> None:
    """The driver stood at this door on ``day``. One day counts once, however many meals; an earlier day adds nothing."""
    query = select(DriverMemory).where(DriverMemory.resident_id == resident_id, DriverMemory.driver_code == driver_code)
    row = db.scalar(query)
    if row is None:
        db.add(DriverMemory(resident_id=resident_id, driver_code=driver_code, visits=1, last_day=day))
        db.flush()
    elif day > row.last_day:
        row.visits, row.last_day = row.visits + 1, day


def door_time(db: Session, resident_id: int, seconds: int, *, clock: Clock) -> None:
    """A measured wait from ringing to the handover; waits outside 0–3,600 s are not kept."""
    if 0 <= seconds <= LONGEST_WAIT_S:
        db.add(DoorTime(resident_id=resident_id, seconds=seconds, at=clock.now()))


def measure(db: Session, visits: Iterable[DoorMeasure]) -> None:
    """Measured visits become memory; one that is there already stays as it is (natural key: the meal). Impossible ones are dropped."""
    rows = [
        {
            "resident_id": each.resident_id, "seconds": each.seconds, "at": each.at, "met_s": each.met_s, "day": each.day,
            "book_line_id": each.book_line_id,
            "stairs_s": each.stairs_s if each.stairs_s is not None and 0 <= each.stairs_s <= LONGEST_WAIT_S else None,
        }
        for each in visits
        if 0 <= each.seconds <= LONGEST_WAIT_S
    ]  # fmt: skip
    insert_new(db, DoorTime, rows, DoorTime.book_line_id, DoorTime.id)


def remember_all(db: Session, met: Iterable[tuple[int, str]], day: date) -> None:
    """``remember`` for many at once: (resident, driver) pairs. Looks at these residents alone: the table grows with the years."""
    pairs = sorted(set(met))
    wanted = sorted({resident_id for resident_id, _driver in pairs})
    held: dict[tuple[int, str], DriverMemory] = {}
    for start in range(0, len(wanted), 10_000):
        query = select(DriverMemory).where(DriverMemory.resident_id.in_(wanted[start : start + 10_000]))
        held |= {(row.resident_id, row.driver_code): row for row in db.scalars(query)}
    new = []
    for pair in pairs:
        row = held.get(pair)
        if row is None:
            new.append({"resident_id": pair[0], "driver_code": pair[1], "visits": 1, "last_day": day})
        elif day > row.last_day:
            row.visits, row.last_day = row.visits + 1, day
    if new:
        db.execute(insert(DriverMemory), new)
    db.flush()


def meet(db: Session, meetings: Collection[MeetingRecord]) -> None:
    """Handovers in person become memory; one that is there already stays as it is (natural key: the meal)."""
    rows = [
        {
            "resident_id": each.resident_id, "driver_code": each.driver_code, "day": each.day, "met_s": each.met_s,
            "book_line_id": each.book_line_id,
        }
        for each in meetings
    ]  # fmt: skip
    insert_new(db, Meeting, rows, Meeting.book_line_id, Meeting.id)


def forget(db: Session, book_line_ids: Collection[int]) -> None:
    """A handover that was recorded by mistake and is corrected leaves no face behind."""
    wanted = sorted(set(book_line_ids))
    for start in range(0, len(wanted), 10_000):
        db.execute(delete(Meeting).where(Meeting.book_line_id.in_(wanted[start : start + 10_000])))
        db.execute(delete(DoorTime).where(DoorTime.book_line_id.in_(wanted[start : start + 10_000])))
