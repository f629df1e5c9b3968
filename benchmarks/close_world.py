"""A made-up district's month of some 200,000 claim lines: the city's month (``city_world``) as one district of 17 streets, with a station in each.

Each street has a vendor and a kitchen of its own; one person in ten eats at the street's station. Everybody has paid. No real person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Engine

from benchmarks import city_world
from benchmarks.city_world import City

DISTRICT: Final = "110101"
STREETS: Final = 17
AT_STATION: Final = 10
MONTH: Final = "2026-03"


class Street(City):
    """A month whose districts are the streets of one."""

    def district(self, number: int) -> str:
        return f"{DISTRICT}{number:03d}"


def month(people: int) -> City:
    """A month in which that many people of a street eat on each of 22 days."""
    return Street(districts=STREETS, people=people)


def fill(engine: Engine, city: City) -> None:
    """Make the tables and write the month, as ``city_world.fill``."""
    city_world.fill(engine, city, given=_tables(city))


def _tables(city: City) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any], Any]]:
    for name, columns, fixed, rows in city_world.tables(city):
        match name:
            case "district":
                yield name, columns, fixed, [(DISTRICT, "示例区")]
            case "street":
                yield name, columns, fixed, ((code, DISTRICT, title) for code, _district, title in rows)
            case "kitchen":
                yield name, columns, fixed, rows
                yield "station", ("id", "code", "name", "street_code", "operator_vendor_code"), {"lon": city_world.WEST, "lat": city_world.SOUTH}, (
                    (n + 1, f"S{n:03d}", f"示例站 {n}", f"{city.district(n)}001", f"V{n:03d}") for n in range(STREETS)
                )  # fmt: skip
            case "book_line" | "meal_order":
                person = columns.index("resident_id")
                left = {key: value for key, value in fixed.items() if key != "delivery"}
                yield name, (*columns, "delivery", "station_code"), left, _placed(rows, person, city)
            case "payment":
                paid = (
                    (m, f"o/{m}/1", m, city_world.PRICE - 500 * city_world.basic(p))
                    for m, _d, _day, p in city_world.meals(city, city.dates())
                )
                yield name, columns, fixed, paid
            case _:
                yield name, columns, fixed, rows


def _placed(rows: Any, person: int, city: City) -> Iterator[Sequence[Any]]:
    for row in rows:
        number = row[person] - 1
        station = f"S{number // city.people:03d}" if number % AT_STATION == 0 else ""
        yield (*row, "station" if station else "home", station or None)
