"""Reads of what deliveries have taught."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.experience import door_rules, rules
from mealroute.experience.door_rulebook import DoorRules
from mealroute.experience.door_rulebook import door_rules as rules_on
from mealroute.experience.models import DoorTime, DriverMemory, Meeting
from mealroute.experience.records import (
    DoorAnswer,
    DoorMemory,
    DoorProfile,
    DoorUse,
    DoorVisit,
    Familiarity,
    MeetingRecord,
)
from mealroute.residents.models import Resident

_CHUNK = 10_000
ANY_DAY = date(2022, 1, 1)
"""For whom the rules of any day will do."""


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
    profiles = door_profiles(db, resident_ids)
    return {number: DoorAnswer(number, found.usual_s, found.samples) for number, found in profiles.items()}


def door_profiles(
    db: Session, resident_ids: Collection[int], *, day: date = ANY_DAY, second_of_day: int | None = None
) -> dict[int, DoorProfile]:
    """Resident → how their door opens, at that time of the day where it is known for it; who has no measured visit is left out."""
    given = rules_on(day)
    found = {
        number: door_rules.profile(visits, given, second_of_day=second_of_day)
        for number, visits in _visits(db, resident_ids).items()
    }
    return {number: each for number, each in found.items() if each is not None}


def door_uses(
    db: Session, resident_ids: Collection[int], day: date, *, second_of_day: int | None
) -> dict[int, DoorUse]:
    """Resident → what a plan of ``day`` reckons with at their door, and by whose figures."""
    wanted = set(resident_ids)
    given = rules_on(day)
    own = door_profiles(db, wanted, day=day, second_of_day=second_of_day)
    frail = _frail(db, wanted, day, given)
    medians = _class_medians(db, day, given)
    return {
        number: door_rules.use_of(own.get(number), medians.get(frail.get(number, False)), given)
        for number in sorted(wanted)
    }


def _visits(db: Session, resident_ids: Collection[int]) -> dict[int, list[DoorVisit]]:
    """The measured visits of each, newest first."""
    found: dict[int, list[DoorVisit]] = defaultdict(list)
    for chunk in _chunks(resident_ids):
        query = select(DoorTime.resident_id, DoorTime.seconds, DoorTime.stairs_s, DoorTime.met_s)
        query = query.where(DoorTime.resident_id.in_(chunk)).order_by(DoorTime.at.desc(), DoorTime.id.desc())
        for resident_id, seconds, stairs_s, met_s in db.execute(query):
            found[resident_id].append(DoorVisit(seconds=seconds, stairs_s=stairs_s, met_s=met_s))
    return found


def _frail(db: Session, resident_ids: Collection[int], day: date, given: DoorRules) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for chunk in _chunks(resident_ids):
        query = select(Resident.id, Resident.birth_date, Resident.ability_level).where(Resident.id.in_(chunk))
        found |= {number: door_rules.frail(born, ability, day, given) for number, born, ability in db.execute(query)}
    return found


def _class_medians(db: Session, day: date, given: DoorRules) -> Mapping[bool, int]:
    """From the doors of the whole district over the last weeks before ``day``."""
    query = (
        select(DoorTime.resident_id, Resident.birth_date, Resident.ability_level, DoorTime.seconds)
        .join(Resident, Resident.id == DoorTime.resident_id)
        .where(DoorTime.day >= day - timedelta(days=given.class_days), DoorTime.day < day)
    )
    rows = db.execute(query).tuples()
    waits = ((number, door_rules.frail(born, ability, day, given), seconds) for number, born, ability, seconds in rows)
    return door_rules.class_medians(waits, given)


def _chunks(ids: Collection[int]) -> list[Sequence[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
