"""What people call the values of this feature's vocabularies."""

from mealroute.core.i18n import _, _l
from mealroute.residents.foods import avoid_label, is_food

DIETS = {
    "normal": _l("Ordinary"),
    "low-sugar": _l("Low sugar"),
    "low-salt": _l("Low salt"),
    "soft": _l("Soft"),
    "puree": _l("Puree"),
    "halal": _l("Halal"),
    "vegetarian": _l("Vegetarian"),
    "no-peanut": _l("No peanut"),
    "no-seafood": _l("No seafood"),
}


def diet_label(diet: str) -> str:
    """``low-sugar`` → ``低糖`` (or ``Low sugar``), ``avoid:egg`` → ``忌鸡蛋``; a value outside the vocabulary is shown as it is."""
    if is_food(diet):
        return avoid_label(diet)
    return _(DIETS[diet]) if diet in DIETS else diet


STATES = {
    "pending": _l("Pending"),
    "active": _l("Active"),
    "paused": _l("Paused"),
    "stopped": _l("Stopped"),
    "deceased": _l("Deceased"),
}


def state_label(state: str) -> str:
    """``active`` → ``服务中``."""
    return _(STATES[state])
