"""The platform's file: columns, order and form as ``data/rules/platform-upload.yaml`` says."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.layouts import Field
from mealroute.core.tables import Column, Kind
from mealroute.exporting import facts
from mealroute.exporting.records import PlatformShape

KINDS = {
    "text": Kind.TEXT, "digits": Kind.CODE, "whole": Kind.COUNT, "yuan": Kind.MONEY, "fen": Kind.COUNT, "day": Kind.DAY,
    "day-compact": Kind.TEXT, "month": Kind.TEXT, "clock": Kind.TEXT,
}  # fmt: skip
HELD = frozenset((name, str(column.kind)) for name, column in facts.FIELDS.items())
"""Every field with what it holds: what the configuration is held against."""
_DIGITS = re.compile(r"[0-9A-Za-z*_./（）()〔〕\u4e00-\u9fff-]*")
_FORMULA = re.compile(r"[-+=@]")


def platform_fields(shape: PlatformShape, known: Mapping[str, Field]) -> tuple[Field, ...]:
    """The columns of the file with what their cells are made of, from the fields of the detail.

    While the file is written, a number that is none raises MealrouteError ``platform-value-odd``.
    """
    found = []
    for column in shape.columns:
        field = known[column.field]
        form, make = _form(column.format, column.title), field.cell
        both = make if form is None else form if make is None else _then(make, form)
        named = Column(column.title, KINDS[column.format], field.column.width)
        found.append(Field(named, field.values, both, varied=field.varied, part=field.part))
    return tuple(found)


def _then(make: Callable[[Any], Any], form: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: form(make(value))


def _form(name: str, title: str) -> Callable[[Any], Any] | None:
    """How a value is turned for the file; None where it goes in as it is."""
    match name:
        case "digits":
            return lambda value: _digits(value, title)
        case "day-compact":
            return lambda value: None if value is None else value.strftime("%Y%m%d")
        case "month":
            return lambda value: None if value is None else value.strftime("%Y-%m")
    return None


def _digits(value: object, title: str) -> str | None:
    """A number that must arrive as it is, so that it may not begin as a formula does."""
    written = "" if value is None else str(value).strip()
    if not _DIGITS.fullmatch(written) or _FORMULA.match(written):
        raise MealrouteError(
            "platform-value-odd",
            _("The column %(title)s holds a value with characters that no number has.", title=title),
            _("Mend it in the register, or give the column the format text."),
        )
    return written or None
