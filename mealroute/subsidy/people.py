"""People as the rules see them on each day of a span: one object for all days on which nothing about a person changes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.bulk import chunks, numbered, rows
from mealroute.residents.build import Around, fact_change, gather
from mealroute.residents.facts import FactChange, facts_on
from mealroute.residents.loading import category_table
from mealroute.residents.models import Pause, Resident, ResidentCategory, ResidentDiet, ResidentFact, StateChange
from mealroute.residents.records import CategoryTable, Living
from mealroute.residents.rules import age_on, categories_of, state_on
from mealroute.subsidy.build import PersonFacts
from mealroute.subsidy.records import ResidentOnDay


class Known(NamedTuple):
    """What the ledger holds of a person; ``facts`` those that a closed month has kept, where there are such."""

    resident_id: int
    code: str
    born: date
    door: str
    facts: PersonFacts
    near: Around


_FACTS = (
    Resident.living, Resident.basic_service, Resident.basic_service_from, Resident.ability_level, Resident.assessment_valid_until,
    Resident.registration,
)  # fmt: skip
"""In the order of ``PersonFacts``."""


def person_facts(db: Session, ids: Select[Any]) -> dict[int, PersonFacts]:
    """What the ledger holds today, without dates, of these people."""
    query = select(Resident.id, *_FACTS).where(Resident.id.in_(ids))
    changes: dict[int, list[FactChange]] = defaultdict(list)
    written = select(ResidentFact).where(ResidentFact.resident_id.in_(ids)).order_by(ResidentFact.id)
    for change in db.scalars(written):
        changes[change.resident_id].append(fact_change(change))
    return {row[0]: PersonFacts(*row[1:], tuple(changes.get(row[0], ()))) for row in db.execute(query)}


def known_people(db: Session, numbers: Collection[int], facts: Mapping[int, PersonFacts]) -> dict[int, Known]:
    """These people. ``facts``: what a closed month has kept of some, which stands instead of what the ledger says today."""
    found: dict[int, Known] = {}
    for some in chunks(numbers):
        around = _around(db, some)
        query = select(Resident.id, Resident.code, Resident.birth_date, Resident.address_key, *_FACTS)
        for number, code, born, door, *now in rows(db, query.where(numbered(Resident.id, some))):
            near = around[number]
            held = facts.get(number) or PersonFacts._make((*now, tuple(near.facts)))
            found[number] = Known(number, code, born, door, held, near)
    return found


def _around(db: Session, numbers: list[int]) -> dict[int, Around]:
    """What hangs on people, as far as the rules of the money look at it: no contacts, no avoided foods, and columns instead of objects."""

    def read(
        of: InstrumentedAttribute[int], by: InstrumentedAttribute[int], *columns: InstrumentedAttribute[Any]
    ) -> Any:
        return db.execute(select(of, *columns).where(numbered(of, numbers)).order_by(by)).all()

    return gather(
        numbers,
        history=read(
            StateChange.resident_id, StateChange.id, StateChange.state, StateChange.since, StateChange.reason, StateChange.by_name
        ),
        pauses=read(
            Pause.resident_id, Pause.id, Pause.id, Pause.starts_on, Pause.ends_on, Pause.reason, Pause.note, Pause.created_by,
            Pause.cancelled_at,
        ),
        diets=read(
            ResidentDiet.resident_id, ResidentDiet.id, ResidentDiet.diet, ResidentDiet.strict, ResidentDiet.valid_from, ResidentDiet.valid_to
        ),
        granted=read(
            ResidentCategory.resident_id, ResidentCategory.id, ResidentCategory.category, ResidentCategory.valid_from, ResidentCategory.valid_to
        ),
        facts=read(
            ResidentFact.resident_id, ResidentFact.id, ResidentFact.name, ResidentFact.since, ResidentFact.before, ResidentFact.value
        ),
    )  # fmt: skip


def people_on(
    known: Mapping[int, Known], wanted: Collection[tuple[int, date]]
) -> dict[tuple[int, date], ResidentOnDay]:
    """Each resident as of each wanted day: state, pause, dwelling, basic service, categories."""
    if not wanted:
        return {}
    table = category_table()
    days = {day for _number, day in wanted}
    first, last = min(days), max(days)
    steps = {number: _turns(one, first, last) for number, one in known.items()}
    seen: dict[tuple[int, int], ResidentOnDay] = {}
    found = {}
    for person_day in wanted:
        number, day = person_day
        segment = number, bisect_right(steps[number], day)
        if segment not in seen:
            seen[segment] = _on(known[number], day, table)
        found[person_day] = seen[segment]
    return found


def _turns(known: Known, first: date, last: date) -> list[date]:
    """The days of a span on which something about a person may begin to be otherwise."""
    steps = {step for step in _steps(known.near, known.facts) if first < step <= last}
    if age_on(known.born, last) != age_on(known.born, first):
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        ages = [age_on(known.born, day) for day in days]
        steps.update(day for day, before, age in zip(days[1:], ages, ages[1:], strict=False) if age != before)
    return sorted(steps)


def _steps(near: Around, known: PersonFacts) -> Iterator[date]:
    """The days on which something about a person may begin to be otherwise."""
    for change in near.history:
        yield change.since
    for pause in near.pauses:
        yield from _span(pause.starts_on, pause.ends_on)
    for granted in near.granted:
        yield from _span(granted.valid_from, granted.valid_to)
    for diet in near.diets:
        yield from _span(diet.valid_from, diet.valid_to)
    for fact in known.changes:
        yield fact.since
        if fact.name == "assessment_valid_until":
            yield from _ends(fact.before, fact.value)
    if known.basic_service_from is not None:
        yield known.basic_service_from
    if known.assessment_valid_until is not None:
        yield known.assessment_valid_until + timedelta(days=1)


def _ends(*days: str) -> Iterator[date]:
    for day in days:
        if day:
            yield date.fromisoformat(day) + timedelta(days=1)


def _span(first: date, last: date | None) -> Iterator[date]:
    yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)


def _on(one: Known, day: date, table: CategoryTable) -> ResidentOnDay:
    near, known = one.near, one.facts
    pause, age = near.pause_on(day), age_on(one.born, day)
    then = facts_on(known, known.changes, day)
    level, valid = then["ability_level"], then["assessment_valid_until"]
    return ResidentOnDay(
        resident_id=one.resident_id,
        code=one.code,
        state=str(state_on(near.history, near.pauses, day) or "pending"),
        living=then["living"],
        basic_service=then["basic_service"] and (known.basic_service_from is None or known.basic_service_from <= day),
        pause_reason=None if pause is None else str(pause.reason),
        categories=categories_of(
            near.granted_on(day),
            age=age,
            ability_level=level,
            living=Living(then["living"]),
            table=table,
        ),
        age=age,
        ability_level=level,
        assessed=level is not None and (valid is None or day <= valid),
        household=one.door,
        registration=then["registration"],
        born=one.born,
        enrolled=near.enrolled,
        diets=tuple(map(str, near.diets_on(day)[0])),
    )
