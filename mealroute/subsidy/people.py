"""People as the rules see them on each day of a span: one object for all days on which nothing about a person changes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.residents.build import Around, fact_change
from mealroute.residents.facts import FactChange, facts_on
from mealroute.residents.loading import around_of, category_table
from mealroute.residents.models import Resident, ResidentFact
from mealroute.residents.records import CategoryTable, Living
from mealroute.residents.rules import age_on, categories_of, state_on
from mealroute.subsidy.build import PersonFacts
from mealroute.subsidy.records import ResidentOnDay


def person_facts(db: Session, ids: Select[Any]) -> dict[int, PersonFacts]:
    """What the ledger holds today, without dates, of these people."""
    query = select(
        Resident.id,
        Resident.living,
        Resident.basic_service,
        Resident.basic_service_from,
        Resident.ability_level,
        Resident.assessment_valid_until,
        Resident.registration,
    ).where(Resident.id.in_(ids))
    changes: dict[int, list[FactChange]] = defaultdict(list)
    written = select(ResidentFact).where(ResidentFact.resident_id.in_(ids)).order_by(ResidentFact.id)
    for change in db.scalars(written):
        changes[change.resident_id].append(fact_change(change))
    return {row[0]: PersonFacts(*row[1:], tuple(changes.get(row[0], ()))) for row in db.execute(query)}


def people_on(
    db: Session, wanted: Iterable[tuple[int, date]], ids: Select[Any], facts: Mapping[int, PersonFacts]
) -> dict[tuple[int, date], ResidentOnDay]:
    """Each resident as of each wanted day: state, pause, dwelling, basic service, categories."""
    columns = select(Resident.id, Resident.code, Resident.birth_date, Resident.address_key)
    rows: dict[int, Any] = {row.id: row for row in db.execute(columns.where(Resident.id.in_(ids)))}
    around = around_of(db, select(Resident).where(Resident.id.in_(ids)), contacts=False)
    table = category_table()
    steps = {number: sorted(set(_steps(around[number], facts[number]))) for number in rows}
    known: dict[tuple[int, int, int], ResidentOnDay] = {}
    found = {}
    for number, day in wanted:
        row = rows[number]
        segment = (number, bisect_right(steps[number], day), age_on(row.birth_date, day))
        if segment not in known:
            known[segment] = _on(row, around[number], facts[number], day, table)
        found[number, day] = known[segment]
    return found


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


def _on(row: Any, near: Around, known: PersonFacts, day: date, table: CategoryTable) -> ResidentOnDay:
    pause, age = near.pause_on(day), age_on(row.birth_date, day)
    then = facts_on(known, known.changes, day)
    level, valid = then["ability_level"], then["assessment_valid_until"]
    return ResidentOnDay(
        resident_id=row.id,
        code=row.code,
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
        household=row.address_key,
        registration=then["registration"],
        born=row.birth_date,
        enrolled=near.enrolled,
        diets=tuple(map(str, near.diets_on(day)[0])),
    )
