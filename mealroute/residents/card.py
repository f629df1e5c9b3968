"""A resident's card as a desk fills it in: what may be entered, and in which form it is stored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from mealroute.core import cells
from mealroute.core.cells import CellError
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.residents.imports import place_code
from mealroute.residents.records import Handover, Living, Sex
from mealroute.residents.rules import id_number_fault


def _born(value: Any) -> date:
    found = cells.day(value)
    if found > date(2100, 1, 1):
        raise ValueError(f"birth date out of range: {found}")
    return found


def _integer_or_none(low: int, high: int) -> Callable[[Any], int | None]:
    parse = cells.integer(low, high)
    return lambda value: None if cells.is_blank(value) else parse(value)


def _day_or_none(value: Any) -> date | None:
    return None if cells.is_blank(value) else cells.day(value)


def _phone_or_none(value: Any) -> str | None:
    return None if cells.is_blank(value) else cells.phone(value)


def _place_or_empty(value: Any) -> str:
    return "" if cells.is_blank(value) else place_code(value)


def _needed(length: int) -> Callable[[Any], str]:
    parse = cells.at_most(length)

    def read(value: Any) -> str:
        if cells.is_blank(value):
            raise CellError("cell-empty", _("This field must be filled."))
        return parse(value)

    return read


PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "name": _needed(80), "sex": Sex, "birth_date": _born, "phone": _phone_or_none, "street_code": _needed(12),
    "community": cells.at_most(80), "address": _needed(200), "building": cells.at_most(80), "unit": cells.at_most(40),
    "floor": _integer_or_none(-3, 100), "has_lift": bool, "door_note": cells.text, "living": Living,
    "ability_level": _integer_or_none(0, 4), "ability_standard": cells.at_most(40), "assessed_on": _day_or_none,
    "assessment_valid_until": _day_or_none, "basic_service": bool, "basic_service_from": _day_or_none,
    "handover": Handover, "note": cells.text, "registration": _place_or_empty,
}  # fmt: skip
"""Column → how what was entered becomes what is stored."""

NEEDED = ("name", "birth_date", "street_code", "address")
PARTS = frozenset({"id_number", "diets", "strict_diets", "categories", "contacts"})


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The plain columns among ``values``, checked.

    Raises
    ------
    MealrouteError
        A field cannot be read; ``facts["field"]`` names it.
    ValueError
        A name that is no field of the card: the caller's mistake.
    """
    unknown = set(values) - set(PLAIN) - PARTS
    if unknown:
        raise ValueError(f"no such fields of a resident's card: {sorted(unknown)}")
    found: dict[str, Any] = {}
    for name, parse in PLAIN.items():
        if name in values:
            try:
                found[name] = parse(values[name])
            except CellError as error:
                raise MealrouteError(error.code, error.sentence, error.hint, field=name) from None
            except ValueError:
                raise MealrouteError("field-unreadable", _("This entry cannot be read."), field=name) from None
    return found


def read_id_number(value: Any, born: date) -> str | None:
    """A checked ID number; an empty entry is None. Unlike a sheet, a desk is asked to correct a wrong one at once."""
    if cells.is_blank(value):
        return None
    number = cells.digits_as_text(value)
    fault = id_number_fault(number, born)
    if fault is not None:
        raise MealrouteError(
            f"id-number-{fault}",
            _("This ID number cannot be right."),
            _("Compare it with the card, or leave it empty."),
            field="id_number",
        )
    return number


def read_contacts(entered: Iterable[tuple[Any, Any, Any, bool]]) -> list[tuple[str, str, str, bool]]:
    """(name, relation, phone, may receive) of each contact, checked; lines without name and phone are passed over."""
    found = []
    for name, relation, phone, may_receive in entered:
        if cells.is_blank(name) and cells.is_blank(phone):
            continue
        try:
            found.append((_needed(80)(name), cells.at_most(40)(relation), cells.phone(phone), bool(may_receive)))
        except CellError as error:
            raise MealrouteError(error.code, error.sentence, error.hint, field="contacts") from None
    return found
