"""Tests on dates: when an age counts, who was born or enrolled when, birthdays, seasons. What is not known meets none of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.values import Band, Dates, Season

Test = Callable[[Any, Any, Any], bool]


def age_on(person: Person | None, day: date, band: Band) -> int | None:
    """The age that a band looks at: on the day itself, or as its ``since`` counts birthdays."""
    if person is None or band.since is None:
        return None if person is None else person.age
    return None if person.born is None else band.since.age(person.born, day)


def age(band: Band) -> Test:
    def test(p: Person, m: Meal | Figures | None, _x: object) -> bool:
        value = p.age if band.since is None or m is None else age_on(p, m.day, band)
        return value is not None and band.holds(value)

    return test


def dated(field: str) -> Callable[[Dates], Test]:
    """A date of the person within a span."""

    def make(span: Dates) -> Test:
        def test(p: Person, _m: object, _x: object) -> bool:
            day: date | None = getattr(p, field)
            return day is not None and span.holds(day)

        return test

    return make


def is_birthday(born: date, day: date) -> bool:
    """Whoever was born on 29 February keeps it on the 28th in other years."""
    if (born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28):
        return (day + timedelta(days=1)).day != 29
    return (born.month, born.day) == (day.month, day.day)


def birthday(wanted: bool) -> Test:
    return lambda p, m, _x: p.born is not None and is_birthday(p.born, m.day) is wanted


def seasons(spans: tuple[Season, ...]) -> Test:
    return lambda _p, m, _x: any(span.holds(m.day) for span in spans)


def on_dates(days: frozenset[date]) -> Test:
    return lambda _p, m, _x: m.day in days
