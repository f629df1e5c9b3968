"""What the ledger was told of people after the days that it is about. A fixed number of statements; few rows, for all parts of a city at once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mealroute.checks.entered_facts import Entered
from mealroute.core.clock import Clock, at_seconds
from mealroute.residents.models import Pause, ResidentFact, StateChange

LATER_IS_MORE = frozenset({"ability_level", "assessment_valid_until"})
EARLIER_IS_MORE = frozenset({"basic_service_from", "birth_date"})


def entered_of(db: Session, first: date, *, clock: Clock) -> dict[int, list[Entered]]:
    """Resident → what was entered since the month's ``first`` day, for days before the entry, and may make meals claimable."""
    found: dict[int, list[Entered]] = defaultdict(list)
    for read in (_facts, _served_again, _taken_back):
        for number, entered in read(db, first, clock):
            if entered.since < entered.on:
                found[number].append(entered)
    return dict(found)


def _facts(db: Session, first: date, clock: Clock) -> Iterator[tuple[int, Entered]]:
    query = select(
        ResidentFact.resident_id,
        ResidentFact.name,
        ResidentFact.since,
        ResidentFact.at,
        ResidentFact.before,
        ResidentFact.value,
    )
    since = at_seconds(first, 0, clock.zone)
    rows = db.execute(query.where(ResidentFact.at >= since).order_by(ResidentFact.id)).tuples()
    for number, name, begins, at, before, value in rows:
        on = clock.local(at).date()
        if not may_open(name, before, value):
            continue
        if name == "basic_service_from":
            until = date.fromisoformat(before) - timedelta(days=1)
            yield number, Entered(name, date.fromisoformat(value) if value else date.min, on, before, value, until)
        else:
            yield number, Entered(name, date.min if name == "birth_date" else begins, on, before, value)


def may_open(name: str, before: str, value: str) -> bool:
    """Whether a fact that became another may give somebody a claim that they did not have before."""
    if name == "basic_service":
        return value == "1"
    if name == "living":
        return value != "institution"
    if name in LATER_IS_MORE:
        return bool(value) and value > before
    if name in EARLIER_IS_MORE:
        return bool(before) and value < before
    return name == "registration"


def _served_again(db: Session, first: date, clock: Clock) -> Iterator[tuple[int, Entered]]:
    """Who was not served (pending, stopped …) and then was, from a day before the entry on."""
    before = aliased(StateChange)
    query = (
        select(StateChange.resident_id, StateChange.since, StateChange.at)
        .join(before, before.resident_id == StateChange.resident_id)
        .where(StateChange.at >= at_seconds(first, 0, clock.zone), StateChange.state == "active")
        .where(before.id < StateChange.id, before.state != "active")
        .distinct()
    )
    for number, since, at in db.execute(query).tuples():
        yield number, Entered("active", since, clock.local(at).date())


def _taken_back(db: Session, first: date, clock: Clock) -> Iterator[tuple[int, Entered]]:
    """Pauses that were cancelled after they had begun."""
    query = select(Pause.resident_id, Pause.starts_on, Pause.ends_on, Pause.cancelled_at)
    for number, begins, ends, at in db.execute(
        query.where(Pause.cancelled_at >= at_seconds(first, 0, clock.zone))
    ).tuples():
        if at is not None:
            yield number, Entered("pause", begins, clock.local(at).date(), until=ends)
