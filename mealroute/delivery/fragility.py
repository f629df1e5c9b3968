"""How fragile people are, for lists in which the more fragile comes first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.dispatch import fallback_rules
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import ResidentId


@dataclass(frozen=True, slots=True)
class Fragile:
    """What makes one person fragile, the heaviest first, with its weights; whether they must never be left out."""

    marks: tuple[str, ...]
    weights: tuple[int, ...]
    must_serve: bool


def of(db: Session, resident_ids: Collection[int], day: date) -> dict[int, Fragile]:
    """By resident, in the state of ``day``. For callers that already hold these residents within their scope."""
    if not resident_ids:
        return {}
    table = category_table()
    people = residents.by_ids(db, {ResidentId(number) for number in resident_ids}, day=day)
    return {
        int(number): Fragile(*fallback_rules.marks_of(person.categories, table)) for number, person in people.items()
    }
