"""Every key of a ``when`` block: how it is read, what it tests, and which code a refusal carries.

One entry of ``KINDS`` a key, in the order in which reasons are looked for: the person first, then the day, the meal, the money.
Words for them stand in ``condition_words``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook import date_conditions as dates
from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.records import Calendar, Condition, Conditions, Nested
from mealroute.rulebook.values import Band, Codes, Counts, Place, Windows


class Level(IntEnum):
    """What a condition looks at: worked out once a person, once a day, for each meal, with its money, or for figures."""

    PERSON = 1
    DAY = 2
    MEAL = 3
    MONEY = 4
    FIGURES = 5


class Money(NamedTuple):
    """What a rule would pay for a meal, what other rules may still pay the resident for it, what the day's meals cost together, and
    what rules before this one have given the resident for the meal.
    """

    amount: Fen
    others: Fen
    spend: Fen
    granted: Fen = 0


Test = Callable[[Any, Any, Any], bool]
"""``(person, meal or figures, money)`` → holds. Person is None where figures are of no person, money below ``Level.MONEY``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One key. ``make`` turns the value into a test; ``family`` names the vocabulary of its codes."""

    key: str
    code: str
    level: Level
    shape: str
    make: Callable[[Any], Test]
    family: str = ""


def _person_band(field: str) -> Callable[[Band], Test]:
    def make(band: Band) -> Test:
        def test(p: Person, _m: object, _x: object) -> bool:
            value = getattr(p, field)
            return value is not None and band.holds(value)

        return test

    return make


def _person_codes(field: str) -> Callable[[Codes], Test]:
    return lambda codes: lambda p, _m, _x: codes.holds(getattr(p, field))


def _person_in(field: str) -> Callable[[frozenset[str]], Test]:
    return lambda chosen: lambda p, _m, _x: getattr(p, field) in chosen


def _item_in(field: str) -> Callable[[frozenset[str]], Test]:
    return lambda chosen: lambda _p, m, _x: getattr(m, field) in chosen


def _item_codes(field: str) -> Callable[[Codes], Test]:
    return lambda codes: lambda _p, m, _x: codes.holds(getattr(m, field))


def _item_place(field: str) -> Callable[[Place], Test]:
    def make(place: Place) -> Test:
        return lambda _p, m, _x: bool(getattr(m, field)) and place.holds(getattr(m, field), "")

    return make


def _person_place(field: str) -> Callable[[Place], Test]:
    """What is not known is neither the same nor elsewhere: nothing holds for it."""

    def make(place: Place) -> Test:
        if place.same is None and place.other is None:
            return lambda p, _m, _x: bool(getattr(p, field)) and place.holds(getattr(p, field), "")

        def compared(p: Person, m: Meal | Figures, _x: object) -> bool:
            here: str = getattr(p, field)
            return bool(here) and bool(m.place) and place.holds(here, m.place)

        return compared

    return make


def _flag(field: str) -> Callable[[bool], Test]:
    return lambda wanted: lambda p, _m, _x: getattr(p, field) is wanted


def _at_home(wanted: bool) -> Test:
    return lambda p, _m, _x: (p.living != "institution") is wanted


def _slots(windows: Windows) -> Test:
    names = windows.names
    return lambda _p, m, _x: m.slot in names


def _window(windows: Windows) -> Test:
    spans = dict(windows.slots)

    def test(_p: object, m: Meal, _x: object) -> bool:
        span = spans.get(m.slot)
        return span is None or (m.minute is not None and span.holds(m.minute))

    return test


def _weekdays(chosen: frozenset[str]) -> Test:
    from mealroute.rulebook.vocabulary import WEEKDAYS

    days = frozenset(WEEKDAYS.index(name) for name in chosen)
    return lambda _p, m, _x: m.day.weekday() in days


def _day_kinds(chosen: frozenset[str]) -> Test:
    def unset(_p: object, m: Meal, _x: object) -> bool:
        return Calendar().kind(m.day) in chosen

    return unset


def _own_part(wanted: bool) -> Test:
    def test(_p: object, m: Meal, x: Money) -> bool:
        if m.paid_fen <= 0 < m.price_fen:
            return False
        return m.paid_fen >= m.price_fen - x.amount - x.others

    return test if wanted else lambda _p, _m, _x: True


def _price(band: Band) -> Test:
    return lambda _p, m, x: band.holds(m.price_fen, x.amount)


def _subsidised(wanted: bool) -> Test:
    return lambda _p, _m, x: (x.granted > 0) is wanted


def _spend(band: Band) -> Test:
    return lambda _p, _m, x: band.holds(x.spend, x.amount)


def _proxy(allowed: bool) -> Test:
    return lambda _p, m, _x: m.proxy is allowed


def _counts(counts: Counts) -> Test:
    def test(_p: object, f: Figures, _x: object) -> bool:
        for name, band in counts.bands:
            value = f.counts.get(name, f.sums.get(name))
            if value is None or not band.holds(value):
                return False
        return True

    return test


def _nested(value: Nested) -> Test:
    raise NotImplementedError("nested blocks are compiled by test_of")


_P, _D, _M, _X, _F = Level.PERSON, Level.DAY, Level.MEAL, Level.MONEY, Level.FIGURES
_LIST = [
    Kind(key="at_home", code="institution", level=_P, shape="flag", make=_at_home),
    Kind(key="slots", code="slot-not-covered", level=_M, shape="windows", make=_slots, family="slot"),
    Kind(key="basic_service", code="not-basic-service", level=_P, shape="flag", make=_flag("basic_service")),
    Kind(key="age", code="age", level=_P, shape="age", make=dates.age),
    Kind(key="born", code="born", level=_P, shape="dates", make=dates.dated("born")),
    Kind(key="enrolled", code="enrolled", level=_P, shape="dates", make=dates.dated("enrolled")),
    Kind(key="categories", code="category", level=_P, shape="codes", make=_person_codes("categories"), family="category"),
    Kind(key="ability", code="ability", level=_P, shape="band", make=_person_band("ability_level")),
    Kind(key="assessed", code="assessment-expired", level=_P, shape="flag", make=_flag("assessed")),
    Kind(key="living", code="living", level=_P, shape="choice", make=_person_in("living"), family="living"),
    Kind(key="zones", code="zone", level=_P, shape="choice", make=_person_in("zone"), family="zone"),
    Kind(key="diets", code="diet", level=_P, shape="codes", make=_person_codes("diets"), family="diet"),
    Kind(key="residence", code="residence", level=_P, shape="place", make=_person_place("residence")),
    Kind(key="registration", code="registration", level=_P, shape="place", make=_person_place("registration")),
    Kind(key="weekdays", code="weekday", level=_D, shape="choice", make=_weekdays, family="weekday"),
    Kind(key="day_kinds", code="day-kind", level=_D, shape="choice", make=_day_kinds, family="day-kind"),
    Kind(key="seasons", code="season", level=_D, shape="seasons", make=dates.seasons),
    Kind(key="dates", code="date", level=_D, shape="days", make=dates.on_dates),
    Kind(key="birthday", code="birthday", level=_M, shape="flag", make=dates.birthday),
    Kind(key="window", code="outside-window", level=_M, shape="inner", make=_window),
    Kind(key="ways", code="way", level=_M, shape="choice", make=_item_in("way"), family="way"),
    Kind(key="site_kinds", code="site-kind", level=_M, shape="choice", make=_item_in("site_kind"), family="site-kind"),
    Kind(key="places", code="place", level=_M, shape="place", make=_item_place("place")),
    Kind(key="operators", code="operator", level=_M, shape="free", make=_item_in("operator")),
    Kind(key="sites", code="site", level=_M, shape="free", make=_item_in("site")),
    Kind(key="meal_kinds", code="meal-kind", level=_M, shape="choice", make=_item_in("meal_kind"), family="meal-kind"),
    Kind(key="channels", code="channel", level=_M, shape="choice", make=_item_in("channel"), family="channel"),
    Kind(
        key="deliverer_kinds", code="deliverer-kind", level=_M, shape="choice", make=_item_in("deliverer_kind"),
        family="deliverer-kind",
    ),
    Kind(key="proxy", code="proxy", level=_M, shape="flag", make=_proxy),
    Kind(key="own_part_paid", code="paid-too-little", level=_X, shape="flag", make=_own_part),
    Kind(key="outcomes", code="outcome-not-claimable", level=_M, shape="choice", make=_item_in("outcome"), family="outcome"),
    Kind(key="outcomes_option", code="outcome-not-claimable", level=_M, shape="option", make=lambda _v: lambda _p, _m, _x: False),
    Kind(
        key="confirmed_by", code="confirmation", level=_M, shape="codes", make=_item_codes("confirmed_by"),
        family="confirmation",
    ),
    Kind(key="price", code="price", level=_X, shape="price", make=_price),
    Kind(key="day_spend", code="day-spend", level=_X, shape="price", make=_spend),
    Kind(key="subsidised", code="not-subsidised", level=_X, shape="flag", make=_subsidised),
    Kind(key="counts", code="counts", level=_F, shape="counts", make=_counts, family="count"),
    Kind(key="tags", code="tag", level=_F, shape="codes", make=_item_codes("tags"), family="tag"),
    Kind(key="all", code="none-of-these-ways", level=_P, shape="nested", make=_nested),
    Kind(key="any", code="none-of-these-ways", level=_P, shape="nested", make=_nested),
    Kind(key="none", code="excluded", level=_P, shape="nested", make=_nested),
]  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.key: kind for kind in _LIST}
ORDER: Mapping[str, int] = {kind.key: place for place, kind in enumerate(_LIST)}
NESTED = ("all", "any", "none")
FOR_FIGURES = frozenset({"site_kinds", "places", "counts", "tags", "zones", "seasons", *NESTED})
"""Keys that rules on figures may use; person's keys too where the figures are of a person."""
PERSONAL = frozenset(kind.key for kind in _LIST if kind.level is Level.PERSON and kind.key not in NESTED)


def level_of(condition: Condition) -> Level:
    """The highest level of anything that the condition looks at; places compared with the meal's need the meal, and so do blocks that
    look at the person and at the day, for a day is looked at without a person.
    """
    if isinstance(condition.value, Nested):
        inner = {level_of(one) for block in condition.value.blocks for one in block}
        return Level.MEAL if inner == {Level.PERSON, Level.DAY} else max(inner, default=Level.PERSON)
    if isinstance(condition.value, Place) and (condition.value.same or condition.value.other):
        return Level.MEAL
    if isinstance(condition.value, Band) and condition.value.since is not None:
        return Level.MEAL
    return KINDS[condition.key].level


def test_of(condition: Condition, calendar: Calendar) -> Test:
    """The condition as a function."""
    value = condition.value
    if condition.key == "day_kinds":
        return lambda _p, m, _x: calendar.kind(m.day) in value
    if not isinstance(value, Nested):
        return KINDS[condition.key].make(value)
    blocks = [all_of(block, calendar) for block in value.blocks]
    match condition.key:
        case "any":
            return lambda p, m, x: any(block(p, m, x) for block in blocks)
        case "none":
            return lambda p, m, x: not any(block(p, m, x) for block in blocks)
        case _:
            return lambda p, m, x: all(block(p, m, x) for block in blocks)


def all_of(conditions: Conditions, calendar: Calendar) -> Test:
    """Whether a whole block holds."""
    tests = [test_of(one, calendar) for one in conditions]
    if len(tests) == 1:
        return tests[0]
    return lambda p, m, x: all(test(p, m, x) for test in tests)
