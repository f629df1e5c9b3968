"""Residents as rules on months, quarters and years see them; nobody is read where no such rule pays residents.

Everybody in the ledger counts, whether they ate or not: what a rule asks for, a number of meals among it, is the rule's own matter. A person
is seen as of the last day of the month; who died within it, as of the last day that they lived, so that the month of a death is still due.
"""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_zones
from mealroute.residents.models import Resident, StateChange
from mealroute.rulebook.records import Beneficiary, Unit
from mealroute.subsidy.build import PersonFacts
from mealroute.subsidy.models import ClaimPerson, Period
from mealroute.subsidy.people import Known, known_people, people_on
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.site_facts import Member


@dataclass(frozen=True, slots=True)
class Members:
    """The residents of a month, and what the ledger holds of each."""

    people: tuple[Member, ...] = ()
    known: Mapping[int, Known] = field(default_factory=dict)


def members_of(
    db: Session, first: date, last: date, rules: Rulebook, *, streets: Collection[str] | None = None,
    kept: Mapping[int, PersonFacts] | None = None,
) -> Members:  # fmt: skip
    """Everybody of whom a rule of one whole calendar month may speak; ``streets``: who lives there.

    ``kept``: what a closed month holds of its people. They belong to it wherever they have moved since, and nobody does whom another closed
    month holds.
    """
    whole = first.day == 1 and last == first.replace(day=calendar.monthrange(first.year, first.month)[1])
    paying = (rule.unit for rule in rules.rules if rule.beneficiary is Beneficiary.RESIDENT)
    if not whole or not any(_settles(unit, last) for unit in paying):
        return Members()
    elsewhere = set() if kept is None else _held_elsewhere(db, first, kept)
    died = _deaths(db, last)
    standing: dict[int, tuple[str, date]] = {}
    for number, street in db.execute(select(Resident.id, Resident.street_code).order_by(Resident.code)):
        here = number not in elsewhere and (streets is None or street in streets)
        day = _seen_on(died.get(number), first, last)
        if day is not None and (here or (kept is not None and number in kept)):
            standing[number] = street, day
    known = known_people(db, set(standing), kept or {})
    people = people_on(known, {(number, day) for number, (_street, day) in standing.items()})
    zones = street_zones(db)
    return Members(
        people=tuple(
            Member(person=people[number, day], street_code=street, zone=zones.get(street, ""))
            for number, (street, day) in standing.items()
        ),
        known=known,
    )


def _held_elsewhere(db: Session, first: date, kept: Collection[int]) -> set[int]:
    """Whom other closed periods of the month hold."""
    query = select(ClaimPerson.resident_id).join(Period, Period.id == ClaimPerson.period_id)
    return set(db.scalars(query.where(Period.month == f"{first:%Y-%m}", Period.state == "closed"))) - set(kept)


def _deaths(db: Session, last: date) -> dict[int, date]:
    """The day of death of each person whose newest state on ``last`` it is."""
    newest = (
        select(StateChange.resident_id, StateChange.state, StateChange.since)
        .where(StateChange.since <= last)
        .order_by(StateChange.since, StateChange.id)
    )
    standing = {number: (state, since) for number, state, since in db.execute(newest)}
    return {number: since for number, (state, since) in standing.items() if state == "deceased"}


def _settles(unit: Unit, last: date) -> bool:
    """Whether a rule by this unit pays something in the month that ends with ``last``."""
    return (
        unit is Unit.MONTH or (unit is Unit.QUARTER and last.month % 3 == 0) or (unit is Unit.YEAR and last.month == 12)
    )


def _seen_on(died: date | None, first: date, last: date) -> date | None:
    """The day as of which a person is seen; None for who had died before the month."""
    if died is None or died > last:
        return last
    return died - timedelta(days=1) if died > first else None
