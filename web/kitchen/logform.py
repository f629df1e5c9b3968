"""What a form of the kitchen's log says, read into one row."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from mealroute.core.clock import at_seconds, parse_clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.kitchen.log_records import Action, ReadingInput, ReadingKind, SampleInput
from mealroute.kitchen.log_rules import parse_tenths
from web import here


def reading_from(form: Mapping[str, str], day: date, slot: MealSlot) -> ReadingInput:
    """One temperature. ``trip`` is ``vehicle/number``. Raises a MealrouteError in the reader's words."""
    vehicle, _slash, trip = form.get("trip", "").rpartition("/")
    again = form.get("again", "").strip()
    return ReadingInput(
        client_id=client_id(form), day=day, slot=str(slot), kind=_kind(form.get("kind", "")), kitchen_code=form.get("kitchen", ""),
        tenths=parse_tenths(form.get("degrees", "")), at=_moment(form, day), dish_code=form.get("dish", ""),
        vehicle_code=vehicle, trip=int(trip) if trip.isascii() and trip.isdigit() else 0,
        action=_action(form.get("action", "")), again_tenths=parse_tenths(again) if again else None,
        note=form.get("note", "")[:1000], by_name=form.get("by_name", "")[:80], corrects_id=_whole(form.get("corrects", "")),
        correction=form.get("correction", "")[:200],
    )  # fmt: skip


def sample_from(form: Mapping[str, str], day: date, slot: MealSlot) -> SampleInput:
    """One retained sample. Raises a MealrouteError in the reader's words."""
    grams = _whole(form.get("grams", ""))
    if grams is None:
        raise MealrouteError("grams-wrong", _("Write the weight in whole grams."))
    return SampleInput(
        client_id=client_id(form), day=day, slot=str(slot), kitchen_code=form.get("kitchen", ""), dish_code=form.get("dish", ""),
        grams=grams, taken_at=_moment(form, day), place=form.get("place", "")[:80], by_name=form.get("by_name", "")[:80],
        corrects_id=_whole(form.get("corrects", "")), correction=form.get("correction", "")[:200],
    )  # fmt: skip


def client_id(form: Mapping[str, str]) -> str:
    """Made with the form, so that a form sent twice is one row; a broken one is replaced."""
    try:
        return str(uuid.UUID(form.get("client_id", "")))
    except ValueError:
        return str(uuid.uuid4())


def _kind(text: str) -> ReadingKind:
    try:
        return ReadingKind(text)
    except ValueError:
        raise MealrouteError("kind-missing", _("Say what was measured.")) from None


def _action(text: str) -> Action | None:
    return Action(text) if text in set(Action) else None


def _moment(form: Mapping[str, str], day: date) -> datetime:
    """The time on the form, on the day of the meal; now where it is left empty."""
    written = form.get("at", "").strip()
    if not written:
        return here.clock().now()
    try:
        return at_seconds(day, parse_clock(written), here.clock().zone)
    except ValueError:
        raise MealrouteError("time-wrong", _("Write the time as 10:30.")) from None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
