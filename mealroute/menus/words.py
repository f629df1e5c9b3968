"""What people call diets that clash with a dish, the kinds of days, and slots."""

from mealroute.core.i18n import _, _l, language
from mealroute.core.slots import MealSlot
from mealroute.menus.records import Clash, DayKind, DietTable, DishRecord
from mealroute.residents.words import diet_label

SLOTS = {MealSlot.LUNCH: _l("Lunch"), MealSlot.DINNER: _l("Dinner")}
DAYS = {
    DayKind.WORKDAY: _l("Workday"),
    DayKind.WEEKEND: _l("Weekend"),
    DayKind.HOLIDAY: _l("Public holiday"),
    DayKind.MAKE_UP_WORKDAY: _l("Make-up workday"),
    DayKind.CLOSED: _l("No meals served"),
}


def slot_label(slot: MealSlot | str) -> str:
    """``lunch`` → ``午餐``."""
    return _(SLOTS[MealSlot(slot)])


def day_label(kind: DayKind) -> str:
    return _(DAYS[kind])


def clash_sentence(clash: Clash, dish: DishRecord, table: DietTable) -> str:
    """``红烧肉含有猪肉，清真不可。``"""
    name = dish.name_en if language() == "en" and dish.name_en else dish.name
    if not clash.ingredient:
        return _("%(dish)s is not made for %(diet)s.", dish=name, diet=diet_label(clash.diet))
    ingredient = clash.ingredient if language() == "en" else table.names_zh.get(clash.ingredient, clash.ingredient)
    return _(
        "%(dish)s contains %(ingredient)s: not for %(diet)s.",
        dish=name,
        ingredient=ingredient,
        diet=diet_label(clash.diet),
    )
