"""Sentences of planning that are looked up by a code."""

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _


def reason(code: str, fallback: str = "") -> str:
    """Why a meal has no place in the plan, in the reader's language; ``fallback`` for a code that has no sentence."""
    if code.startswith("if:"):
        return tried(code)
    match code:
        case "no-point":
            return _("The address has no point on the map yet.")
        case "no-dish":
            return _("No dish on the menu is safe for this diet.")
        case "no-station":
            return _("The station where it is collected is not known or has no point.")
        case "no-kitchen-for-diet":
            return _("No kitchen on duty can cook this diet.")
        case "no-halal-vehicle":
            return _("No vehicle marked for halal meals is on duty.")
        case "window-before-food":
            return _("The meal is wanted before any food is ready.")
        case "window-after-eat-by":
            return _("The meal is wanted after the food must be eaten.")
        case "skills":
            return _("No vehicle may carry it.")
        case "depot_skills":
            return _("No kitchen with a suitable vehicle can cook it.")
        case "capacity":
            return _("It is larger than any suitable vehicle.")
        case "depot_capacity":
            return _("The kitchens that can cook it have reached their capacity.")
        case "time_window":
            return _("No vehicle can be there within the delivery window.")
        case "max_ride":
            return _("The way is longer than hot food may ride.")
        case "shift":
            return _("It lies outside every driver's shift.")
        case "max_tasks" | "no_room":
            return _("Every vehicle that could take it is full or out of time.")
        case _:
            return fallback or _("The search found no place for it.")


def tried(code: str) -> str:
    """What was found by trying (``planning.why``), as a sentence."""
    _prefix, rule, *rest = code.split(":")
    if rule == "two" or len(rest) < 2:
        return _("No single rule is in the way: at least two would have to be bent.")
    amount, at = int(rest[0]), clock_text(int(rest[1]))
    minutes = -(-amount // 60)
    halal = rest[2:] == ["halal"]
    match rule:
        case "none":
            return _("It fits without breaking anything, at %(at)s: place it, or search again.", at=at)
        case "time_window" if halal:
            return _(
                "Every sealed halal box is full or elsewhere in its window; the best one found arrives %(at)s, %(n)d min too late.",
                at=at,
                n=minutes,
            )
        case "time_window":
            return _(
                "Every route is full or elsewhere in its window; the best place found is reached at %(at)s, %(n)d min too late.",
                at=at,
                n=minutes,
            )
        case "early":
            return _(
                "The best place found is reached at %(at)s, %(n)d min before its window; none was found within it.",
                at=at,
                n=minutes,
            )
        case "max_ride":
            return _(
                "Its food would ride %(n)d min too long: the best place found is reached at %(at)s.", at=at, n=minutes
            )
        case "shift":
            return _("A driver would have to work %(n)d min longer; the meal would come at %(at)s.", at=at, n=minutes)
        case "release":
            return _(
                "Its food would have to be ready %(n)d min earlier; it would then come at %(at)s.", at=at, n=minutes
            )
        case "capacity":
            return _(
                "The boxes are %(n)d portions too small on the way; else it would come at %(at)s.", at=at, n=amount
            )
        case "depot_capacity":
            return _(
                "The kitchen would have to cook %(n)d portions more; it would then come at %(at)s.", at=at, n=amount
            )
        case "max_trips":
            return _("A vehicle would have to make one trip more; it would then come at %(at)s.", at=at)
        case "max_tasks":
            return _("A route would have to take one stop more; it would then come at %(at)s.", at=at)
        case "skills":
            return _(
                "Bending any other single rule does not help; without the sealed halal box it would come at %(at)s.",
                at=at,
            )
        case "depot_skills":
            return _(
                "Bending any other single rule does not help; from a kitchen that cooks another diet it would come at %(at)s.",
                at=at,
            )
        case _:
            return _("It is locked where there is no room; unlocked it would come at %(at)s.", at=at)


def district_dispatcher() -> str:
    """Who answers for a line when its street has nobody."""
    return _("District dispatcher")


def street_dispatcher(street: str) -> str:
    """Who answers for a line of a street."""
    return _("%(street)s dispatcher", street=street)
