"""Dishes and what is in them as a reader sees them."""

from collections.abc import Iterable
from datetime import date

from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus.records import Clash, DishRecord, MenuEntryRecord
from mealroute.menus.timetable import diet_table
from mealroute.menus.words import clash_sentence, dish_label
from mealroute.orders.clashes import ClashCase
from mealroute.residents.foods import Names, food_table, name_of
from mealroute.residents.words import diet_label


def dish_name(dish: DishRecord) -> str:
    """The dish in the reader's language."""
    return dish_label(dish.name, dish.name_en)


def menu_key(entry: MenuEntryRecord, day: date, slot: MealSlot) -> str:
    """Where an entry stands, as the week's forms name it."""
    return f"{day.isoformat()}/{slot.value}/{entry.diet}/{entry.choice}"


def food(code: str, kind: str) -> str:
    """One ingredient (``contains``), allergen or texture."""
    return name_of(_names(kind), code)


def foods(codes: Iterable[str], kind: str) -> str:
    """Several of them, in the order of the vocabulary."""
    held, names = set(codes), _names(kind)
    return _(", ").join(name_of(names, code) for code in [*names, *sorted(held - set(names))] if code in held)


def need_word(need: str) -> str:
    """A diet or avoided food."""
    return diet_label(need)


def clash_words(clash: Clash, dish: DishRecord) -> str:
    """Why one dish does not suit."""
    return clash_sentence(clash, dish, diet_table())


def reasons(case: ClashCase) -> list[str]:
    """Why the main dish clashes, a sentence each."""
    return [clash_sentence(one, case.main.dish, diet_table()) for one in case.reasons]


def _names(kind: str) -> Names:
    table = food_table()
    match kind:
        case "ingredient" | "contains":
            return table.ingredients
        case "allergen" | "allergens":
            return table.allergens
        case _:
            return table.textures


FILTERS = {
    "dish_name": dish_name, "menu_key": menu_key, "food": food, "foods": foods, "need_word": need_word, "clash_words": clash_words,
    "clash_reasons": reasons,
}  # fmt: skip
