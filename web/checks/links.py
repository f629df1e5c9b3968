"""Where a piece of a finding's evidence opens."""

from collections.abc import Mapping
from datetime import date

from flask import url_for

from mealroute.checks.evidence_queries import Named
from mealroute.core.slots import MealSlot

PERMISSIONS: Mapping[str, str] = {
    "resident": "residents.view",
    "purse": "cash.view",
    "call-back": "callback.view",
    "returned": "kitchen.view",
    "rule": "subsidy.view",
}
"""What a reader must be allowed for the page behind each kind."""


def address(one: Named) -> str:
    """The page; empty where this kind of evidence has none."""
    first, _slash, second = one.value.partition("/")
    match one.kind:
        case "resident":
            return url_for("residents.card", resident=int(first))
        case "purse":
            return url_for("cash.purse", run=int(first), station=second or None)
        case "call-back":
            return url_for("checks.call_list", seed=int(first), vendor=second or None)
        case "returned":
            return url_for("kitchen.boxes_of_day", day=date.fromisoformat(first), slot=MealSlot(second))
        case "rule":
            return url_for("rulebook.index", day=second, _anchor=f"r-{first}")
        case _:
            return ""
