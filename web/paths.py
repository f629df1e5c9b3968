"""Typed parts of addresses: a day, a month and a meal slot; anything else is a 404 before a view runs."""

from datetime import date

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from mealroute.core.slots import MealSlot


class DayConverter(BaseConverter):
    """``2026-03-09`` as a date."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: date) -> str:
        return value.isoformat()


class MonthConverter(BaseConverter):
    """``2026-03``, kept as text: a month of accounts."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"


class SlotConverter(BaseConverter):
    """``lunch`` or ``dinner``."""

    regex = "|".join(slot.value for slot in MealSlot)

    def to_python(self, value: str) -> MealSlot:
        return MealSlot(value)

    def to_url(self, value: MealSlot) -> str:
        return MealSlot(value).value


def register(app: Flask) -> None:
    """Make the converters known to the routes."""
    app.url_map.converters.update(day=DayConverter, month=MonthConverter, slot=SlotConverter)
