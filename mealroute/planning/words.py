"""Sentences of planning that are looked up by a code."""

from mealroute.core.i18n import _


def reason(code: str, fallback: str = "") -> str:
    """Why a meal has no place in the plan, in the reader's language; ``fallback`` for a code that has no sentence."""
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


def district_dispatcher() -> str:
    """Who answers for a line when its street has nobody."""
    return _("District dispatcher")


def street_dispatcher(street: str) -> str:
    """Who answers for a line of a street."""
    return _("%(street)s dispatcher", street=street)
