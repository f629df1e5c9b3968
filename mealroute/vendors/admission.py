"""Use-cases of admission: an application, the answers to the checklist, and the wordings of the two lists."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.vendors import editing, life, life_queries
from mealroute.vendors.life_models import ChecklistAnswer, ListItem
from mealroute.vendors.life_records import Answer, ListItemRecord, ListName
from mealroute.vendors.models import Vendor
from mealroute.vendors.records import VendorState


def apply(db: Session, values: Mapping[str, Any], *, reason: str, by: Actor, clock: Clock) -> str:
    """A vendor applies: it enters the register with what is known of it, and its code is returned. ``values`` as for ``editing.edit``."""
    life.no_vendor_account(by)
    written = life.reason_of(reason)
    found = editing.checked(values)
    if not found.get("name"):
        raise MealrouteError("name-needed", _("A vendor needs a name."))
    code = _next_code(db)
    db.add(Vendor(code=code, state=str(VendorState.APPLIED), **found))
    db.flush()
    life.enter(db, code, VendorState.APPLIED, reason=written, by=by, clock=clock)
    audit.record(db, by=by, clock=clock, action="vendors.applied", subject=f"vendor/{code}", reason=written)
    return code


def answer(db: Session, code: str, item_code: str, found: Answer, evidence: str, *, by: Actor, clock: Clock) -> None:
    """What somebody found for an item in force, with the evidence. The newest answer counts; older ones stay.

    Anything but no needs its evidence: a number, what was looked at, or why the item does not apply.
    """
    life.no_vendor_account(by)
    life.locked(db, code)
    item = _in_force(db, ListName.ADMISSION, item_code, clock.today())
    if not evidence.strip():
        raise MealrouteError(
            "evidence-needed", _("Say what shows it: a number, what was looked at, or why it does not apply.")
        )
    held = next(line for line in life_queries.checklist(db, code, clock.today()) if line.item.code == item_code).answer
    if held is not None and (held.answer, held.evidence) == (found, evidence.strip()):
        return
    db.add(
        ChecklistAnswer(
            vendor_code=code, item_code=item.code, item_version=item.version, answer=str(found), evidence=evidence.strip(), by_name=by.name,
            account_id=by.account_id, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="vendors.checklist-answered", subject=f"vendor/{code}",
        detail={"item": item.code, "version": item.version, "answer": str(found)},
    )  # fmt: skip


def write_item(
    db: Session,
    name: ListName,
    code: str,
    *,
    text: str,
    text_en: str = "",
    basis: str,
    required: bool = True,
    valid_from: date,
    reason: str,
    by: Actor,
    clock: Clock,
) -> None:
    """A new item, or a further version of one, in force from a day that has not passed."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) or len(code) > 40:
        raise MealrouteError("item-code-wrong", _("A code has small letters, figures and dashes only."))
    if not text.strip() or not basis.strip():
        raise MealrouteError("item-incomplete", _("An item needs its text and what it is based on."))
    values = {"text": text.strip(), "text_en": text_en.strip(), "basis": basis.strip(), "required": required}
    _add_version(db, name, code, values, valid_from, reason, ends=False, by=by, clock=clock)


def end_item(db: Session, name: ListName, code: str, *, from_day: date, reason: str, by: Actor, clock: Clock) -> None:
    """Take an item off its list from a day that has not passed; what was answered and reported under it stays."""
    item = _in_force(db, name, code, from_day)
    values = {"text": item.text, "text_en": item.text_en, "basis": item.basis, "required": item.required}
    _add_version(db, name, code, values, from_day, reason, ends=True, by=by, clock=clock)


def _add_version(
    db: Session,
    name: ListName,
    code: str,
    values: Mapping[str, Any],
    valid_from: date,
    reason: str,
    *,
    ends: bool,
    by: Actor,
    clock: Clock,
) -> None:
    life.no_vendor_account(by)
    written = life.reason_of(reason)
    if valid_from < clock.today():
        raise MealrouteError(
            "item-from-the-past", _("A wording counts from today or a later day, never from the past.")
        )
    version = db.scalar(
        select(func.coalesce(func.max(ListItem.version), 0)).where(
            ListItem.list_name == str(name), ListItem.code == code
        )
    )
    row = ListItem(
        list_name=str(name), code=code, version=(version or 0) + 1, **values, valid_from=valid_from, ends=ends, reason=written,
        by_name=by.name, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="vendors.list-ended" if ends else "vendors.list-changed", subject=f"vendor-list/{name}/{code}",
        reason=written, detail={"version": row.version, "from": valid_from.isoformat(), "required": row.required},
    )  # fmt: skip


def _in_force(db: Session, name: ListName, code: str, day: date) -> ListItemRecord:
    for item in life_queries.items(db, name, day):
        if item.code == code:
            return item
    raise NotFound("item-not-found", _("There is no such item on the list."), _("It may have been taken off since."))


def _next_code(db: Session) -> str:
    """V13 after V12; with codes of other shapes the next free number."""
    held = set(db.scalars(select(Vendor.code)))
    numbers = [int(match[1]) for code in held if (match := re.fullmatch(r"V(\d+)", code))]
    width = max((len(code) - 1 for code in held if re.fullmatch(r"V\d+", code)), default=2)
    code = f"V{max(numbers, default=0) + 1:0{width}d}"
    if code in held:
        raise Conflict("code-taken", _("Somebody entered a vendor at the same moment."), _("Try again."))
    return code
