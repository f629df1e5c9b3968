"""The parameters of menus as files: service-times.yaml and diets.yaml → records, or an error naming file and key."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mealroute.core.clock import parse_clock
from mealroute.core.i18n import _
from mealroute.core.rulebook import RULES, Node, read
from mealroute.core.slots import MealSlot
from mealroute.menus.records import DayKind, DietRule, DietTable, DoorTimes, SlotTimes
from mealroute.residents.foods import food_table
from mealroute.residents.records import Diet

_CALENDAR_KINDS = (DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY, DayKind.WEEKEND, DayKind.HOLIDAY)
_DOOR_KEYS = (
    "setup", "handover", "further_portion", "stairs_per_floor", "lift_wait", "lift_per_floor", "station_setup",
    "station_box", "sign_off",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """On which kinds of day meals are served, and which weekday's pattern holds on a make-up Saturday or Sunday."""

    serves: dict[DayKind, bool]
    make_up: dict[int, int]


@lru_cache(maxsize=4)
def slot_times(path: Path = RULES / "service-times.yaml") -> dict[MealSlot, SlotTimes]:
    """The clock of every slot."""
    slots = _root(path).node("slots").only(*MealSlot)
    return {MealSlot(key): _slot(MealSlot(key), node) for key, node in slots.entries()}


def times_of(slot: MealSlot) -> SlotTimes:
    """The clock of one slot."""
    return slot_times()[slot]


@lru_cache(maxsize=4)
def door_times(path: Path = RULES / "service-times.yaml") -> DoorTimes:
    """How long doors take."""
    node = _root(path).node("doors").only(*_DOOR_KEYS, "source")
    node.text("source")
    return DoorTimes(
        setup_s=node.integer("setup"), handover_s=node.integer("handover"),
        further_portion_s=node.integer("further_portion"), stairs_s=node.integer("stairs_per_floor"),
        lift_wait_s=node.integer("lift_wait"), lift_floor_s=node.integer("lift_per_floor"),
        station_setup_s=node.integer("station_setup"), station_box_s=node.integer("station_box"),
        sign_off_s=node.integer("sign_off"),
    )  # fmt: skip


@lru_cache(maxsize=4)
def calendar(path: Path = RULES / "service-times.yaml") -> Calendar:
    """The rule by which days that nobody has edited are served."""
    node = _root(path).node("calendar").only("serves", "make_up", "source")
    node.text("source")
    serves = node.node("serves").only(*_CALENDAR_KINDS)
    make_up = node.node("make_up").only("saturday", "sunday")
    weekdays = {6: make_up.integer("saturday", least=1), 7: make_up.integer("sunday", least=1)}
    if max(weekdays.values()) > 7:
        make_up.fail("", _("expected a weekday from 1 to 7"))
    return Calendar(
        serves={kind: serves.flag(kind) for kind in _CALENDAR_KINDS} | {DayKind.CLOSED: False}, make_up=weekdays
    )


@lru_cache(maxsize=4)
def diet_table(path: Path = RULES / "diets.yaml") -> DietTable:
    """What each diet asks of a dish; knows every diet of the ledger."""
    root = read(path, kind="diets").only("kind", "schema", "diets")
    foods = food_table()
    diets: dict[str, DietRule] = {}
    for code, node in root.node("diets").entries():
        node.only("avoids", "made_for", "textures", "always_strict", "why", "source")
        why = node.node("why").only("zh", "en")
        diets[code] = DietRule(
            code=code, avoids=_listed(node, "avoids", foods.ingredients), textures=_listed(node, "textures", foods.textures),
            made_for=node.flag("made_for"), always_strict=node.flag("always_strict"), why_zh=why.text("zh"),
            why_en=why.text("en"), source=node.text("source"),
        )  # fmt: skip
    missing = {str(diet) for diet in Diet} - diets.keys()
    if missing:
        root.fail("diets", _("missing: %(list)s", list=", ".join(sorted(missing))))
    return DietTable(diets=diets, foods=foods)


@lru_cache(maxsize=4)
def sign_off_required(path: Path = RULES / "menus.yaml") -> bool:
    """Whether a week needs a dietitian's signature before it is published."""
    node = _menu_rules(path).node("sign_off").only("required", "source")
    node.text("source")
    return node.flag("required")


@lru_cache(maxsize=4)
def ahead_days(path: Path = RULES / "menus.yaml") -> int:
    """How many days before a meal people who clash should be asked."""
    node = _menu_rules(path).node("ahead").only("days", "source")
    node.text("source")
    return node.integer("days", least=1)


def _menu_rules(path: Path) -> Node:
    return read(path, kind="menus").only("kind", "schema", "sign_off", "ahead")


def _listed(node: Node, key: str, allowed: Iterable[str]) -> frozenset[str]:
    return node.choices(key, frozenset(allowed)) if node.value.get(key) else frozenset()


def _root(path: Path) -> Node:
    return read(path, kind="service-times").only("kind", "schema", "calendar", "slots", "doors")


def _slot(slot: MealSlot, node: Node) -> SlotTimes:
    node.only("cutoff", "doors", "stations", "ride", "source").text("source")
    cutoff = node.node("cutoff").only("time", "days_before")
    doors, stations = node.node("doors").only("from", "to"), node.node("stations").only("from", "to")
    ride = node.node("ride").only("limit_minutes", "aim_minutes", "eating_minutes")
    found = SlotTimes(
        slot=slot, cutoff_s=_time(cutoff, "time"), cutoff_days_before=cutoff.integer("days_before"),
        door_from_s=_time(doors, "from"), door_to_s=_time(doors, "to"), station_from_s=_time(stations, "from"),
        station_to_s=_time(stations, "to"), ride_limit_s=60 * ride.integer("limit_minutes", least=1),
        ride_aim_s=60 * ride.integer("aim_minutes", least=1), eating_s=60 * ride.integer("eating_minutes"),
    )  # fmt: skip
    for block, begins, ends in (
        (doors, found.door_from_s, found.door_to_s),
        (stations, found.station_from_s, found.station_to_s),
    ):
        if begins >= ends:
            block.fail("to", _("must be later than the beginning"))
    return found


def _time(node: Node, key: str) -> int:
    try:
        return parse_clock(node.text(key))
    except ValueError:
        node.fail(key, _('expected a time like "10:30" in quotes'))
