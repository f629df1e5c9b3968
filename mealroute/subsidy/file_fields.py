"""What the cells of a claim line's columns are made of: one maker a column, the same for the settlement, the detail and the platform's file."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from mealroute.core.clock import Clock
from mealroute.core.layouts import Field
from mealroute.core.tables import Column
from mealroute.core.text import route_label
from mealroute.residents.loading import category_table
from mealroute.subsidy.exports import BENEFICIARIES, CONFIRMATIONS, OUTCOMES, SLOTS, UNITS, columns

PLAIN = Mapping[int, tuple[str, str]]
"""Resident's id → name and ID number in full, for files that are not masked."""
Made = tuple[tuple[str, ...], Callable[[Any], Any] | None]
"""Values of a line, and how a cell is made of them (None: the one value is the cell)."""
_NOBODY = ("", "")
PARTS: Mapping[str, tuple[str, ...]] = {
    "who": (
        "street-code", "street", "vendor-code", "vendor", "licence", "agreement", "resident-code", "name", "id-number", "category", "age", "ability",
        "means", "channel", "delivery",
    ),
    "money": (
        "rule", "rule-version", "document", "beneficiary", "unit", "payee", "price", "copay", "paid", "subsidy", "city", "district", "street-share",
        "village", "charity",
    ),
    "way": ("route", "driver", "station", "outcome", "confirmation", "recorded-by"),
}  # fmt: skip
"""Fields whose values go together: a month has few combinations of them, so that they are read and written at once."""
_PART_OF = {field: part for part, fields in PARTS.items() for field in fields}


def word_of(names: Mapping[str, str]) -> Callable[[str], str]:
    """A code in words; one without a word is shown as it is."""
    return lambda code: names.get(code, code)


def share_of(payer: str) -> Callable[[str], int]:
    """A payer's share in fen, 0 where it pays nothing."""

    def share(text: str) -> int:
        return json.loads(text).get(payer, 0)  # type: ignore[no-any-return]

    return share


def field_of(name: str, column: Column, made: Made) -> Field:
    """The field of that name: how it is made and what it is made together with."""
    return Field(column, *made, varied=name == "key", part=_PART_OF.get(name, ""))


def makers(clock: Clock, plain: PLAIN | None) -> Mapping[str, Made]:
    """Field → what it is made of, for all fields that the files have in common."""
    return {
        "line": (("line_no",), None), "day": (("day",), day_of), "slot": (("slot",), word_of(SLOTS)),
        "street-code": (("street_code",), None), "street": (("street",), None), "vendor-code": (("vendor_code",), None),
        "vendor": (("vendor",), None), "resident-code": (("resident_code",), None), "name": _person("name", plain, 0),
        "id-number": _person("id_number", plain, 1), "rule": (("rule_id",), None), "rule-version": (("rule_version",), None),
        "document": (("document_no",), None), "beneficiary": (("beneficiary",), word_of(BENEFICIARIES)), "price": (("unit_price_fen",), None),
        "copay": (("copay_fen", "beneficiary"), _own), "paid": (("resident_paid_fen",), None), "subsidy": (("amount_fen",), None),
        "city": (("shares",), share_of("city")), "district": (("shares",), share_of("district")), "street-share": (("shares",), share_of("street")),
        "village": (("shares",), share_of("village")), "charity": (("shares",), share_of("charity")), "order": (("order_id",), None),
        "book-line": (("book_line_id",), None), "proof": (("proof_id",), None), "outcome": (("outcome",), word_of(OUTCOMES)),
        "key": (("natural_key",), None), "unit": (("unit",), word_of(UNITS)), "payee": (("payee",), None), "category": (("category",), category_name),
        "route": (("route_no",), _route), "driver": (("driver_code",), None), "station": (("station_code",), None),
        "confirmation": (("confirmation",), word_of(CONFIRMATIONS)), "confirmed": (("confirmed",), _local_minute(clock)),
        "corrects": (("month",), None), "reason": (("reason",), None),
    }  # fmt: skip


_SETTLEMENT = (
    "line", "day", "slot", "street-code", "street", "vendor-code", "vendor", "resident-code", "name", "id-number", "rule", "rule-version",
    "document", "beneficiary", "price", "copay", "paid", "subsidy", "city", "district", "price", "copay", "subsidy", "city", "district",
    "order", "book-line", "proof", "outcome", "key", "unit", "payee", "street-share", "village", "charity", "category", "route", "driver",
    "station", "confirmation", "confirmed", "corrects", "reason",
)  # fmt: skip
"""The fields of ``exports.COLUMNS``, in their order: amounts twice, in yuan and in fen."""


def settlement_fields(clock: Clock, plain: PLAIN | None) -> tuple[Field, ...]:
    """The columns of the settlement with their makers."""
    made = makers(clock, plain)
    return tuple(
        field_of(name, column, made[name])
        for column, name in zip(columns(masked=plain is None), _SETTLEMENT, strict=True)
    )


def category_name(code: str | None) -> str:
    """What officials call a category; a code without a name is shown as it is."""
    if not code:
        return ""
    rule = category_table().rule(code)
    return code if rule is None else rule.name_zh


def day_of(stored: date | str) -> date:
    """A day as the driver gives it: SQLite's is text."""
    return date.fromisoformat(stored) if isinstance(stored, str) else stored


def _person(masked: str, plain: PLAIN | None, place: int) -> Made:
    if plain is None:
        return (masked,), None
    return ("resident_id",), lambda resident: plain.get(resident, _NOBODY)[place]


def _own(copay_and_beneficiary: tuple[int, str]) -> int | None:
    """What the resident pays: only a line for the resident says it, so that it is not counted twice."""
    copay, beneficiary = copay_and_beneficiary
    return copay if beneficiary == "resident" else None


def _route(number: int | None) -> str:
    return "" if number is None else route_label(number)


def _local_minute(clock: Clock) -> Callable[[str | None], str]:
    def written(minute: str | None) -> str:
        if minute is None:
            return ""
        return clock.local(datetime.fromisoformat(minute).replace(tzinfo=UTC)).strftime("%Y-%m-%d %H:%M")

    return written
