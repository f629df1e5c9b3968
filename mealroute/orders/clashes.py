"""Whose meal clashes with the main dish, what the rules propose, and what is still open. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mealroute.core.slots import MealSlot
from mealroute.menus import rules as menu_rules
from mealroute.menus.records import NORMAL, Clash, DietTable, Menu, MenuEntryRecord
from mealroute.orders import build
from mealroute.orders.records import ChoiceKind, DishChoiceRecord
from mealroute.residents.records import ResidentRecord


class Standing(StrEnum):
    """How far a clash is settled: the rules found a dish that meets every need, a person has decided, or neither."""

    BY_RULE = "by-rule"
    CHOSEN = "chosen"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A dish of the day for one person. ``strict`` must be empty for it to be chosen; ``wishes`` are what it does not meet."""

    entry: MenuEntryRecord
    strict: tuple[Clash, ...]
    wishes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClashCase:
    """One person whose meal clashes with the main dish of the day.

    ``proposed`` is what the rules give (None: nothing is safe), ``waived`` the wishes that it leaves unmet. ``lapsed``: a decision
    was made, but its dish left the menu or is no longer safe. ``owner`` answers for an open one.
    """

    person: ResidentRecord
    day: date
    slot: MealSlot
    main: MenuEntryRecord
    reasons: tuple[Clash, ...]
    proposed: MenuEntryRecord | None
    waived: frozenset[str]
    decided: DishChoiceRecord | None
    lapsed: bool
    owner: str
    alternatives: tuple[Alternative, ...]

    @property
    def standing(self) -> Standing:
        if self.decided is not None and not self.lapsed:
            return Standing.CHOSEN
        return Standing.BY_RULE if self.proposed is not None and not self.waived and not self.lapsed else Standing.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class MealClashes:
    """One day and slot: ``clashing = by_rule + chosen + open``. ``due`` is everybody who would get this meal."""

    day: date
    slot: MealSlot
    due: int
    published: bool
    closed: bool
    cases: tuple[ClashCase, ...]

    def count(self, standing: Standing | str) -> int:
        return sum(case.standing == standing for case in self.cases)

    @property
    def clashing(self) -> int:
        return len(self.cases)


def case_of(
    person: ResidentRecord, choice: str, menu: Menu, table: DietTable, decided: DishChoiceRecord | None, *, owner: str
) -> ClashCase | None:
    """The clash of one person with the main dish of their choice, or nothing where it suits."""
    main = menu_rules.pick(menu, (), (), choice, table).entry
    if main is None or main.diet != NORMAL:
        return None
    reasons = menu_rules.clashes(main.dish, person.needs, table)
    if not reasons:
        return None
    picked = menu_rules.pick(menu, person.needs, person.strict_needs, choice, table)
    lapsed = (
        decided is not None
        and decided.kind is ChoiceKind.DISH
        and build.chosen_entry(person, menu, table, decided) is None
    )
    return ClashCase(
        person=person, day=menu.day, slot=menu.slot, main=main, reasons=reasons, proposed=picked.entry, waived=picked.waived,
        decided=decided, lapsed=lapsed, owner=owner, alternatives=tuple(alternatives(person, menu, table)),
    )  # fmt: skip


def alternatives(person: ResidentRecord, menu: Menu, table: DietTable) -> Iterable[Alternative]:
    """Every dish of the day once, the safe ones first, then by how many wishes they leave unmet."""
    never = menu_rules.strict_of(person.needs, person.strict_needs, table)
    found: dict[str, Alternative] = {}
    for entry in menu.entries:
        strict = menu_rules.clashes(entry.dish, never, table)
        wishes = menu_rules.clashes(entry.dish, person.needs - never, table)
        found.setdefault(entry.dish.code, Alternative(entry=entry, strict=strict, wishes=wishes))
    return sorted(found.values(), key=lambda one: (len(one.strict), len(one.wishes), one.entry.dish.code))
