"""What people call the values of the kitchen's vocabularies."""

from mealroute.core.i18n import _, _l

READINGS = {
    "cooked-core": _l("Core when cooked"),
    "hot-holding": _l("Hot holding"),
    "cold-holding": _l("Cold holding"),
    "box-hot": _l("Hot box of a vehicle"),
    "box-cold": _l("Cold box of a vehicle"),
    "station": _l("On arrival at a station"),
    "sample-fridge": _l("Sample fridge"),
}
ACTIONS = {
    "discarded": _l("Discarded"),
    "reheated": _l("Reheated"),
    "chilled": _l("Chilled again"),
    "returned": _l("Sent back to the kitchen"),
    "other": _l("Other, see the note"),
}


def reading_label(kind: str) -> str:
    """``cooked-core`` → ``中心温度``."""
    return _(READINGS[kind]) if kind in READINGS else kind


def action_label(action: str) -> str:
    """``reheated`` → ``再加热``; empty for none."""
    return _(ACTIONS[action]) if action in ACTIONS else action
