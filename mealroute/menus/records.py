"""The words of this feature: dishes, the weekly menu, the days on which meals are served, the times of a slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.residents.foods import FoodTable

__all__ = [
    "NORMAL", "TEXTURE", "Clash", "Compartment", "DayKind", "DietRule", "DietTable", "DishPriceRecord", "DishRecord", "DoorTimes", "MealSlot", "Menu", "MenuAmendmentRecord",
    "MenuEntryRecord", "Pick", "ServiceDayRecord", "SlotTimes", "WeekState",
]  # fmt: skip

NORMAL = "normal"
TEXTURE = "texture:"
"""Marks a texture where a clash would name an ingredient."""


class Compartment(StrEnum):
    """The box in which a dish travels."""

    HOT = "hot"
    COLD = "cold"


class WeekState(StrEnum):
    """A version of a week's menu: worked on, or given out and from then on never edited."""

    DRAFT = "draft"
    PUBLISHED = "published"


class DayKind(StrEnum):
    """What the calendar says about a day. ``closed`` is a person's decision (storm, moving house)."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make-up-workday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DishRecord:
    """A dish. ``suits`` are the diets that it is made for, ``contains`` the ingredients that a diet may forbid.

    ``allergens`` are those declared; more may follow from the ingredients (``rules.allergens_of``). ``textures`` may be empty:
    then ``suits`` alone says how soft it is.
    """

    code: str
    name: str
    name_en: str
    suits: frozenset[str]
    contains: frozenset[str]
    compartment: Compartment
    price_fen: Fen
    size_large: bool = False
    id: int = 0
    allergens: frozenset[str] = frozenset()
    textures: frozenset[str] = frozenset()
    active: bool = True
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DishPriceRecord:
    """What a dish costs from a day on, and who said so."""

    valid_from: date
    price_fen: Fen
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntryRecord:
    """A dish on the menu of one day and slot, for one diet group. The price is that of the entry."""

    diet: str
    choice: str
    dish: DishRecord
    price_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What may be had on one day in one slot, ordinary dishes first, then by diet and choice."""

    day: date
    slot: MealSlot
    entries: tuple[MenuEntryRecord, ...]

    @property
    def ordinary(self) -> MenuEntryRecord | None:
        """The first ordinary dish: its price stands in where no dish suits somebody."""
        return next((entry for entry in self.entries if entry.diet == "normal"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuWeekRecord:
    """One version of a week's menu. ``signed_by`` is empty where no dietitian has signed it."""

    id: int
    monday: date
    number: int
    state: WeekState
    created_by: str
    created_at: datetime
    signed_by: str
    signed_on: date | None
    published_by: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAmendmentRecord:
    """A dish that was replaced after the book had closed."""

    id: int
    day: date
    slot: MealSlot
    diet: str
    choice: str
    before: DishRecord
    after: DishRecord
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DietRule:
    """What a diet asks of a dish (data/rules/diets.yaml). ``made_for``: the dish must name the diet under ``suits``.

    ``textures``: a dish that names its textures needs one of these instead. ``why`` is the reason that people read.
    """

    code: str
    avoids: frozenset[str]
    made_for: bool
    always_strict: bool
    textures: frozenset[str] = frozenset()
    why_zh: str = ""
    why_en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DietTable:
    """All diets, and the words for what is in a dish."""

    diets: Mapping[str, DietRule]
    foods: FoodTable

    def always_strict(self) -> frozenset[str]:
        return frozenset(code for code, rule in self.diets.items() if rule.always_strict)


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a dish does not suit: the diet or avoided food, and the ingredient, allergen or texture that stands against it.

    ``ingredient`` is empty where the dish is not made for the diet; a texture is written ``texture:regular``.
    """

    dish_code: str
    diet: str
    ingredient: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """The answer of ``rules.pick``: the entry chosen, or ``None`` and why each dish clashes.

    ``waived`` are diets that are no more than wishes and that the chosen dish does not meet.
    """

    entry: MenuEntryRecord | None
    clashes: tuple[Clash, ...] = ()
    waived: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDayRecord:
    """Whether meals are served on a day, and which weekday's pattern and menu hold (1 = Monday).

    ``source`` is ``chinesecalendar``, ``assumed`` (beyond the years that the calendar knows) or ``person``.
    """

    day: date
    serves: bool
    kind: DayKind
    as_weekday: int
    note: str
    source: str
    edited_by: str = ""

    @property
    def assumed(self) -> bool:
        """Nobody has confirmed this day: neither the official calendar nor a person."""
        return self.source == "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTimes:
    """The clock of one slot, from data/rules/service-times.yaml. Seconds since local midnight, or seconds.

    Orders change freely until ``cutoff_s`` of the day ``cutoff_days_before`` the meal. Doors are served between
    ``door_from_s`` and ``door_to_s`` unless the order says otherwise. A hot meal rides at most ``ride_limit_s`` and
    should ride at most ``ride_aim_s``; ``eating_s`` is left between the handover and the end of its life.
    """

    slot: MealSlot
    cutoff_s: int
    cutoff_days_before: int
    door_from_s: int
    door_to_s: int
    station_from_s: int
    station_to_s: int
    ride_limit_s: int
    ride_aim_s: int
    eating_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTimes:
    """How long doors take, from data/rules/service-times.yaml; seconds.

    Once a building: ``setup_s``. For each door: ``handover_s`` plus the way up, by stairs ``stairs_s`` for every floor above the
    first or by lift ``lift_wait_s`` plus ``lift_floor_s`` a floor. ``further_portion_s`` for each further portion at the same
    door. Stations: ``station_setup_s``, ``station_box_s`` a portion, ``sign_off_s`` once.
    """

    setup_s: int
    handover_s: int
    further_portion_s: int
    stairs_s: int
    lift_wait_s: int
    lift_floor_s: int
    station_setup_s: int
    station_box_s: int
    sign_off_s: int

    def way_s(self, floor: int | None, *, has_lift: bool) -> int:
        """Up and down again, from the building's entrance. Unknown or ground floor: nothing."""
        above = max((floor or 1) - 1, 0)
        if not above:
            return 0
        return self.lift_wait_s + above * self.lift_floor_s if has_lift else above * self.stairs_s
