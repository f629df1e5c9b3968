"""Reads of what deliveries have taught."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.experience import rules
from mealroute.experience.models import DoorTime, DriverMemory, Meeting
from mealroute.experience.records import DoorAnswer, DoorMemory, Familiarity, MeetingRecord

DOOR_SAMPLES = 10
"""Only the last visits count: people grow slower, and a new lift makes them quicker."""
_CHUNK = 10_000


def familiar(db: Session, resident_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Resident → driver code → days on which they met. Residents whom nobody knows are left out."""
    found: dict[int, dict[str, int]] = {}
    for chunk in _chunks(resident_ids):
        for row in db.scalars(
            select(DriverMemory).where(DriverMemory.resident_id.in_(chunk)).order_by(DriverMemory.id)
        ):
            found.setdefault(row.resident_id, {})[row.driver_code] = row.visits
    return found


def memories(
    db: Session, resident_ids: Collection[int], day: date, *, weeks: int, half_life_days: int
) -> dict[int, DoorMemory]:
    """Resident → whom they know and their usual hour on the morning of ``day``; who has met nobody in these weeks is left out."""
    met: dict[int, list[MeetingRecord]] = defaultdict(list)
    row = Meeting
    for chunk in _chunks(resident_ids):
        query = select(row.resident_id, row.driver_code, row.day, row.book_line_id, row.met_s).where(
            row.resident_id.in_(chunk), row.day >= day - timedelta(weeks=weeks), row.day < day
        )
        for resident_id, driver, on, line, at in db.execute(query):
            meeting = MeetingRecord(resident_id=resident_id, driver_code=driver, day=on, book_line_id=line, met_s=at)
            met[resident_id].append(meeting)
    return {
        number: rules.remembered(found, day, weeks=weeks, half_life_days=half_life_days)
        for number, found in sorted(met.items())
    }


def last_met(db: Session, resident_ids: Collection[int], day: date) -> dict[int, date]:
    """Resident → the last day before ``day`` on which anybody handed them a meal in person; who was never met is left out."""
    found: dict[int, date] = {}
    for chunk in _chunks(resident_ids):
        query = select(Meeting.resident_id, func.max(Meeting.day)).where(
            Meeting.resident_id.in_(chunk), Meeting.day < day
        )
        found |= dict(db.execute(query.group_by(Meeting.resident_id)).tuples().all())
    return found


def known_by(db: Session, resident_id: int) -> tuple[Familiarity, ...]:
    """Who knows this door, the most familiar first."""
    rows = db.scalars(select(DriverMemory).where(DriverMemory.resident_id == resident_id))
    known = [Familiarity(row.resident_id, row.driver_code, row.visits, row.last_day) for row in rows]
    return tuple(sorted(known, key=lambda item: (-item.visits, item.driver_code)))


def door_answers(db: Session, resident_ids: Collection[int]) -> dict[int, DoorAnswer]:
    """Resident → usual wait at the door, rounded up to a second: a plan is never optimistic."""
    times: dict[int, list[int]] = defaultdict(list)
    for chunk in _chunks(resident_ids):
        query = select(DoorTime.resident_id, DoorTime.seconds).where(DoorTime.resident_id.in_(chunk))
        for resident_id, seconds in db.execute(query.order_by(DoorTime.at.desc(), DoorTime.id.desc())):
            if len(times[resident_id]) < DOOR_SAMPLES:
                times[resident_id].append(seconds)
    return {number: DoorAnswer(number, -int(-median(found) // 1), len(found)) for number, found in times.items()}


def _chunks(ids: Collection[int]) -> list[Sequence[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
