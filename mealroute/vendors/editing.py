"""The use-case of the edit page: what the register says about a vendor, its state aside."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.cells import CellError, phone
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.vendors import life

FIELDS = (
    "name", "uscc", "type", "supply_mode", "contact_name", "phone", "licence_no", "licence_kind", "licence_valid_to", "filing_no",
    "contract_no", "contract_from", "contract_to", "street_codes", "capacity_lunch", "capacity_dinner", "diets", "star", "star_on",
    "size_class",
)  # fmt: skip
PERSONAL = frozenset({"contact_name", "phone"})
"""Columns about a person: the audit says that they changed, not from what to what."""


def edit(db: Session, code: str, values: Mapping[str, Any], *, by: Actor, clock: Clock) -> tuple[str, ...]:
    """Change what the register says; only named columns change. Returns those that differ. The audit keeps before and after."""
    life.no_vendor_account(by)
    row = life.locked(db, code)
    found = checked(values, before={name: getattr(row, name) for name in FIELDS})
    unknown = set(found.get("street_codes", ())) - set(street_names(db))
    if unknown:
        raise MealrouteError("street-unknown", _("No street has the code %(code)s.", code=", ".join(sorted(unknown))))
    changed = {
        name: (getattr(row, name), value) for name, value in found.items() if _differs(getattr(row, name), value)
    }
    for name, (_before, after) in changed.items():
        setattr(row, name, after)
    db.flush()
    if changed:
        detail = {
            name: True if name in PERSONAL else [_plain(before), _plain(after)]
            for name, (before, after) in changed.items()
        }
        audit.record(db, by=by, clock=clock, action="vendors.edited", subject=f"vendor/{code}", detail=detail)
    return tuple(changed)


def checked(values: Mapping[str, Any], *, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The columns as the table keeps them. Raises MealrouteError where one is wrong, or two contradict each other."""
    found = {name: _as_stored(value) for name, value in values.items() if name in FIELDS}
    if "name" in found and not found["name"]:
        raise MealrouteError("name-needed", _("A vendor needs a name."))
    if found.get("uscc") and not uscc.is_valid(found["uscc"]):
        raise MealrouteError(
            "not-a-credit-code", _("The check digit of this credit code is wrong."), _("Compare it with the licence.")
        )
    if found.get("phone"):
        try:
            found["phone"] = phone(found["phone"])
        except CellError as error:
            raise MealrouteError("not-a-phone", error.sentence, error.hint) from None
    elif "phone" in found:
        found["phone"] = None
    whole = {**(before or {}), **found}
    if whole.get("contract_from") and whole.get("contract_to") and whole["contract_to"] < whole["contract_from"]:
        raise MealrouteError("dates-out-of-order", _("The contract ends before it begins."))
    if whole.get("star") is not None and not 1 <= whole["star"] <= 5:
        raise MealrouteError("star-wrong", _("Stars go from 1 to 5."))
    if any((whole.get(name) or 0) < 0 for name in ("capacity_lunch", "capacity_dinner")):
        raise MealrouteError("capacity-wrong", _("A capacity is a number of portions, 0 or more."))
    return found


def _as_stored(value: Any) -> Any:
    if isinstance(value, str):
        return str(value).strip()
    return sorted(map(str, value)) if isinstance(value, list | tuple | frozenset | set) else value


def _differs(before: Any, after: Any) -> bool:
    return sorted(before) != sorted(after) if isinstance(before, list) else before != after


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
