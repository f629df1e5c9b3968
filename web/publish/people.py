"""Who is behind the lines of a plan, as a desk may see them: masked, and nobody of other streets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.orders import queries as orders
from mealroute.orders.records import BookLineId
from mealroute.residents import queries as residents
from mealroute.residents.build import building_address
from mealroute.vendors import queries as vendors

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Who:
    """One meal's person, for one line of a table."""

    name: str
    address: str
    street_code: str
    resident_id: int | None
    diets: tuple[str, ...]
    strict: frozenset[str]


def people_of(db: Session, lines: Iterable[int], *, day: date, scope: Scope) -> dict[int, Who]:
    """The persons of the given book lines, by line."""
    found = orders.lines(db, [BookLineId(line) for line in lines])
    records = residents.by_ids(db, {line.resident_id for line in found.values()}, day=day)
    people = {}
    for number, line in found.items():
        person = records.get(line.resident_id)
        if person is None or not scope.sees_street(line.street_code):
            people[int(number)] = Who(_("another street"), "", line.street_code, None, (), frozenset())
            continue
        people[int(number)] = Who(
            mask_name(person.name), building_address(person.address, person.building), line.street_code, int(person.id),
            tuple(diet for diet in line.diets if diet != "normal"), frozenset(line.strict_diets),
        )  # fmt: skip
    return people


def driver_names(db: Session) -> dict[str, str]:
    """Every driver's masked name by code."""
    return {driver.code: mask_name(driver.name) for driver in vendors.drivers(db, scope=Scope.everything())}


def station_names(db: Session) -> dict[str, str]:
    """Every station's name by code."""
    return {station.code: station.name for station in vendors.stations(db)}
