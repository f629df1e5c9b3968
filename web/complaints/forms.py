"""What the forms about complaints say, read into records; and what a form is about before it is filled in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.core.text import mask_name
from mealroute.delivery.records import Answer
from mealroute.oversight import complaint_queries
from mealroute.oversight.records import Complainant, ComplaintInput, ComplaintKind, ComplaintState
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the form is for: a person, one meal, or a run; ``day`` and ``slot`` are fixed where a meal or run fixes them."""

    resident_id: int | None = None
    resident_name: str = ""
    line: int | None = None
    run: int | None = None
    run_number: int | None = None
    day: date | None = None
    slot: str = ""

    @property
    def known(self) -> bool:
        return self.resident_id is not None or self.line is not None or self.run is not None


def about(db: Session, args: Mapping[str, str], *, scope: Scope, day: date) -> About:
    """Whom or what the form is about. Raises NotFound where it lies outside the person's reach."""
    line, run = _number(args.get("line", "")), _number(args.get("run", ""))
    if line is not None or run is not None:
        meal = complaint_queries.meal(db, scope=scope, line=line, run=run)
        if meal is None:
            raise NotFound("line-not-found", _("This meal is not on any run within your reach."))
        return About(
            resident_id=meal.resident_id if line is not None else None, resident_name=meal.resident_name if line is not None else "",
            line=line, run=run if line is None else None, run_number=meal.run_number, day=meal.day, slot=meal.slot,
        )  # fmt: skip
    wanted = args.get("resident", "").strip()
    if not wanted:
        return About()
    found = residents.by_code(db, wanted, scope=scope, day=day)
    if found is None and (number := _number(wanted)) is not None:
        found = residents.resident(db, ResidentId(number), scope=scope, day=day)
    if found is None:
        raise NotFound("resident-not-found", _("There is no such resident."))
    return About(resident_id=found.id, resident_name=mask_name(found.name))


def complaint_from(form: Mapping[str, str]) -> ComplaintInput:
    """The posted complaint. Raises a MealrouteError naming the field that is wrong."""
    try:
        kind = ComplaintKind(form.get("kind", ""))
    except ValueError:
        raise MealrouteError("complaint-kind", _("Choose what the complaint is about."), field="kind") from None
    try:
        who = Complainant(form.get("complainant", ""))
    except ValueError:
        raise MealrouteError("complainant-missing", _("Choose who complained."), field="complainant") from None
    try:
        day, slot = date.fromisoformat(form.get("day", "")), MealSlot(form.get("slot", ""))
    except ValueError:
        raise MealrouteError("complaint-day", _("Choose the day and the meal."), field="day") from None
    return ComplaintInput(
        client_id=client_id(form), kind=kind, complainant=who, day=day, slot=str(slot), text=form.get("text", ""),
        resident_id=_number(form.get("resident", "")), book_line_id=_number(form.get("line", "")), run_id=_number(form.get("run", "")),
    )  # fmt: skip


def answer_from(form: Mapping[str, str]) -> tuple[int, Answer, str]:
    """The line, the answer and the form's own id of an answer given by phone."""
    line = _number(form.get("line", ""))
    try:
        said = Answer(form.get("answer", ""))
    except ValueError:
        said = Answer.NOT_ASKED
    if line is None or said is Answer.NOT_ASKED:
        raise MealrouteError("answer-missing", _("Say what the person answered."), field="answer")
    return line, said, client_id(form)


def client_id(form: Mapping[str, str]) -> str:
    """The id that the form was shown with: sending it twice counts once."""
    try:
        return str(uuid.UUID(form.get("client_id", "")))
    except ValueError:
        raise MealrouteError("form-stale", _("Open the form again."), field="client_id") from None


def state_asked(text: str) -> ComplaintState | None:
    """The state that the list is limited to, if any."""
    return ComplaintState(text) if text in set(ComplaintState) else None


def state_given(text: str) -> ComplaintState:
    """The state that a step leads to. Raises MealrouteError for none."""
    found = state_asked(text)
    if found is None:
        raise MealrouteError("complaint-step", _("Choose what becomes of the complaint."), field="state")
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
