"""The words of the menu: slots, dishes, what a dish suits, and which days are served."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MealSlot(StrEnum):
    """The meals that are delivered."""

    LUNCH = "lunch"
    DINNER = "dinner"


class Compartment(StrEnum):
    """Where a box travels."""

    HOT = "hot"
    COLD = "cold"


class DayKind(StrEnum):
    """What kind of day the calendar calls it."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make-up-workday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DishRecord:
    """A dish: the diets it suits and the ingredients it contains (both closed vocabularies)."""

    code: str
    name: str
    name_en: str
    suits: frozenset[str]
    contains: frozenset[str]
    compartment: Compartment
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntryRecord:
    """A dish on the menu for one diet group and choice, at its price that day."""

    diet: str
    choice: str
    dish: DishRecord
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What is offered in one slot of one day."""

    day: date
    slot: MealSlot
    entries: tuple[MenuEntryRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DishChoice:
    """The entry that suits a person, or none with the reason in words."""

    entry: MenuEntryRecord | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDayRecord:
    """Whether a day is served; ``source`` says who or what decided, ``assumed`` that nobody has yet."""

    day: date
    serves: bool
    kind: DayKind
    note: str
    source: str
    assumed: bool
