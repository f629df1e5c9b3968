"""What people call diets that clash with a dish, the kinds of days, and slots."""

from mealroute.core.i18n import _, _l, language
from mealroute.core.slots import MealSlot
from mealroute.menus.records import TEXTURE, Clash, DayKind, DietTable, DishRecord
from mealroute.residents.foods import ALLERGEN, name_of
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


def dish_label(name: str, name_en: str) -> str:
    """The dish's name in the reader's language; Chinese where there is no English one."""
    return name_en if language() == "en" and name_en else name


def clash_sentence(clash: Clash, dish: DishRecord, table: DietTable) -> str:
    """``红烧肉含有猪肉，清真不可。``"""
    name, need = dish_label(dish.name, dish.name_en), diet_label(clash.diet)
    if not clash.ingredient:
        return _("%(dish)s is not made for %(diet)s.", dish=name, diet=need)
    if clash.ingredient.startswith(TEXTURE):
        texture = name_of(table.foods.textures, clash.ingredient.removeprefix(TEXTURE))
        return _("%(dish)s has the texture %(texture)s: not for %(diet)s.", dish=name, texture=texture, diet=need)
    names = table.foods.allergens if clash.diet.startswith(ALLERGEN) else table.foods.ingredients
    return _(
        "%(dish)s contains %(ingredient)s: not for %(diet)s.",
        dish=name,
        ingredient=name_of(names, clash.ingredient),
        diet=need,
    )
