"""People as the rules see them on each day of a span: one object for all days on which nothing about a person changes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.residents.build import Around
from mealroute.residents.loading import around_of, category_table
from mealroute.residents.models import Resident
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
    ).where(Resident.id.in_(ids))
    return {row[0]: PersonFacts(*row[1:]) for row in db.execute(query)}


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
    if known.basic_service_from is not None:
        yield known.basic_service_from
    if known.assessment_valid_until is not None:
        yield known.assessment_valid_until + timedelta(days=1)


def _span(first: date, last: date | None) -> Iterator[date]:
    yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)


def _on(row: Any, near: Around, known: PersonFacts, day: date, table: CategoryTable) -> ResidentOnDay:
    pause, age = near.pause_on(day), age_on(row.birth_date, day)
    return ResidentOnDay(
        resident_id=row.id,
        code=row.code,
        state=str(state_on(near.history, near.pauses, day) or "pending"),
        living=known.living,
        basic_service=known.basic_service and (known.basic_service_from is None or known.basic_service_from <= day),
        pause_reason=None if pause is None else str(pause.reason),
        categories=categories_of(
            near.granted_on(day),
            age=age,
            ability_level=known.ability_level,
            living=Living(known.living),
            table=table,
        ),
        age=age,
        ability_level=known.ability_level,
        assessed=known.assessment_valid_until is None or day <= known.assessment_valid_until,
        household=row.address_key,
        diets=tuple(map(str, near.diets_on(day)[0])),
    )
