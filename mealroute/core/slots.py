"""The meals of a day. In core because kitchens (vendors) cook for a slot before menus say what."""

from enum import StrEnum


class MealSlot(StrEnum):
    """A meal that is ordered, cooked, delivered and accounted for as one."""

    LUNCH = "lunch"
    DINNER = "dinner"


SLOT_WORDS = {
    "午餐": MealSlot.LUNCH, "lunch": MealSlot.LUNCH, "中餐": MealSlot.LUNCH, "午饭": MealSlot.LUNCH,
    "晚餐": MealSlot.DINNER, "dinner": MealSlot.DINNER, "晚饭": MealSlot.DINNER, "supper": MealSlot.DINNER,
}  # fmt: skip
"""Every spelling that sheets use."""
