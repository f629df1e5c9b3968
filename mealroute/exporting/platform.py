"""The platform's file: columns, order and form as ``data/rules/platform-upload.yaml`` says."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.rulebook import RulebookError
from mealroute.core.tables import Column, Kind
from mealroute.exporting import facts
from mealroute.exporting.records import PlatformShape

NAMES = frozenset(facts.FIELDS)
KINDS = {
    "text": Kind.TEXT, "digits": Kind.CODE, "whole": Kind.COUNT, "yuan": Kind.MONEY, "fen": Kind.COUNT, "day": Kind.DAY,
    "day-compact": Kind.TEXT, "month": Kind.TEXT, "clock": Kind.TEXT,
}  # fmt: skip
_SUITS = {
    "whole": {Kind.COUNT}, "yuan": {Kind.MONEY}, "fen": {Kind.MONEY}, "day": {Kind.DAY}, "day-compact": {Kind.DAY}, "month": {Kind.DAY},
    "clock": {Kind.TEXT}, "digits": {Kind.TEXT, Kind.COUNT},
}  # fmt: skip
_DIGITS = re.compile(r"[0-9A-Za-z*_./（）()〔〕\u4e00-\u9fff-]*")
_FORMULA = re.compile(r"[-+=@]")


def table_columns(shape: PlatformShape) -> tuple[Column, ...]:
    """The columns of the file. Raises RulebookError where a format does not suit what its field holds."""
    found = []
    for number, column in enumerate(shape.columns):
        held = facts.FIELDS[column.field]
        if column.format in _SUITS and held.kind not in _SUITS[column.format]:
            raise RulebookError(
                "rulebook-invalid",
                _(
                    "%(file)s, %(key)s: %(trouble)s", file="platform-upload.yaml", key=f"{shape.name}.columns[{number}].format",
                    trouble=_("the format %(format)s does not suit the field %(field)s", format=column.format, field=column.field),
                ),
                _("Mend the file in data/rules and start again; docs/rules.md explains every key."),
            )  # fmt: skip
        found.append(Column(column.title, KINDS[column.format], held.width))
    return tuple(found)


def rows(shape: PlatformShape, batches: Iterator[list[tuple[Any, ...]]]) -> Iterator[list[tuple[Any, ...]]]:
    """The cells of the file from the facts of each line. Raises MealrouteError ``platform-value-odd`` for a number that is none."""
    places = facts.chosen(tuple(column.field for column in shape.columns))
    forms = [_form(column.format, column.title) for column in shape.columns]
    pairs = tuple(zip(places, forms, strict=True))
    for batch in batches:
        yield [tuple(form(fact[place]) if form else fact[place] for place, form in pairs) for fact in batch]


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
