"""The ledger as a file. Masked unless somebody says why not; never with ID numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from mealroute.core.i18n import language
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.core.text import mask_name
from mealroute.residents import imports
from mealroute.residents.build import building_address
from mealroute.residents.foods import ALLERGEN, AVOID, food_table
from mealroute.residents.records import CategoryTable, Consent, ContactRecord, ResidentRecord, ResidentState

MASKED = (
    "resident_code", "name", "sex", "age", "street_code", "community", "address", "living", "ability_level", "categories", "diets",
    "strict_diets", "handover", "state", "precision",
)  # fmt: skip
FULL = (
    "resident_code", "name", "sex", "birth_date", "phone", "street_code", "community", "address", "building", "unit", "floor",
    "lift", "door_note", "living", "ability_level", "ability_standard", "assessed_on", "assessment_valid_until", "registration", "categories",
    "basic_service", "basic_service_from", "diets", "strict_diets", "avoids", "strict_avoids", "allergies", "health_consent", "handover", "state", "lng", "lat", "datum", "precision", "note",
    *(f"contact{n}_{part}" for n in range(1, imports.CONTACTS + 1) for part in ("name", "relation", "phone")),
)  # fmt: skip
_KINDS = {
    "birth_date": Kind.DAY, "assessed_on": Kind.DAY, "assessment_valid_until": Kind.DAY, "basic_service_from": Kind.DAY,
    "age": Kind.COUNT, "floor": Kind.COUNT, "ability_level": Kind.COUNT, "lng": Kind.NUMBER, "lat": Kind.NUMBER,
}  # fmt: skip
_WIDE = {"address": 30, "door_note": 24, "note": 24, "categories": 24, "diets": 18}


def ledger_table(people: Iterable[ResidentRecord], day: date, *, masked: bool, table: CategoryTable) -> Table:
    """The residents as a sheet in the import's own columns, so that a full one can be brought in again.

    Masked: name to its first and last character, address to the building, age instead of the birth date, no numbers, no notes.
    """
    names = MASKED if masked else FULL
    headings = {field.name: field.headings[0] for field in imports.fields(table)} | {"age": "年龄"}
    spoken = headings if language() == "zh" else {name: name for name in names}
    columns = [Column(spoken[name], _KINDS.get(name, Kind.TEXT), _WIDE.get(name, 12)) for name in names]
    rows = ([_cells(person, day, masked=masked, table=table)[name] for name in names] for person in people)
    return Table("residents" if language() == "en" else "老人台账", columns, rows)


def ledger_csv(table: Table) -> bytes:
    return csv_bytes(table)


def ledger_xlsx(table: Table, about: Sequence[tuple[str, str]]) -> bytes:
    """The ledger, and a second sheet that says who took it, when and why."""
    return xlsx_bytes(
        [table, Table("说明" if language() == "zh" else "about", [Column("", width=20), Column("", width=60)], about)]
    )


def _cells(person: ResidentRecord, day: date, *, masked: bool, table: CategoryTable) -> Mapping[str, Any]:
    chinese = language() == "zh"
    # Derived categories are left out of a full sheet: they follow from the other columns when it is brought in again.
    granted = [code for code in person.categories if (rule := table.rule(code)) and (masked or not rule.derived)]
    shown = {rule.code: rule.name_zh if chinese else rule.code for rule in table.rules}
    cells: dict[str, Any] = {
        "resident_code": person.code, "name": mask_name(person.name) if masked else person.name, "age": person.age_on(day),
        "sex": _word(imports.SEXES, person.sex), "birth_date": person.birth_date, "phone": person.phone or "",
        "street_code": person.street_code, "community": person.community,
        "address": building_address(person.address, person.building) if masked else person.address,
        "building": person.building, "unit": person.unit, "floor": person.floor, "lift": _flag(person.has_lift),
        "door_note": person.door_note, "living": _word(imports.LIVINGS, person.living), "ability_level": person.ability_level,
        "ability_standard": person.ability_standard, "assessed_on": person.assessed_on,
        "assessment_valid_until": person.assessment_valid_until, "categories": "；".join(shown[code] for code in granted),
        "basic_service": _flag(person.basic_service), "basic_service_from": person.basic_service_from, "registration": person.registration,
        "diets": "；".join(_word(imports.DIETS, diet) for diet in person.diets),
        "strict_diets": "；".join(_word(imports.DIETS, diet) for diet in sorted(person.strict_diets)),
        "avoids": _foods(need for need in person.avoids if need not in person.strict_avoids),
        "strict_avoids": _foods(need for need in person.strict_avoids if need.startswith(AVOID)),
        "allergies": _foods(need for need in person.strict_avoids if need.startswith(ALLERGEN)),
        "health_consent": "" if person.health_consent is Consent.UNKNOWN else _flag(person.health_consent is Consent.GIVEN),
        "handover": _word(imports.HANDOVERS, person.handover),
        "state": _word(imports.STATES, ResidentState.ACTIVE if not masked and person.state == "paused" else person.state),
        "lng": person.point.lon if person.point else None, "lat": person.point.lat if person.point else None,
        "datum": "wgs84" if person.point else "", "precision": _word(imports.PRECISIONS, person.precision), "note": person.note,
    }  # fmt: skip
    blank = ContactRecord("", "", "", may_receive=True)
    contacts = (*person.contacts, *[blank] * imports.CONTACTS)
    for n in range(1, imports.CONTACTS + 1):
        contact = contacts[n - 1]
        cells |= {
            f"contact{n}_name": contact.name,
            f"contact{n}_relation": contact.relation,
            f"contact{n}_phone": contact.phone,
        }
    return cells


def _word(words: Mapping[str, Any], value: object) -> str:
    """The first Chinese word of a vocabulary for a value, or the value itself in English."""
    return (
        next((word for word, meant in words.items() if meant == value), str(value))
        if language() == "zh"
        else str(value)
    )


def _foods(needs: Iterable[str]) -> str:
    table = food_table()
    names = {f"{AVOID}{code}": name for code, name in table.ingredients.items()}
    names |= {f"{ALLERGEN}{code}": name for code, name in table.allergens.items()}
    chinese = language() == "zh"
    return "；".join(names[need][0] if chinese else names[need][1] for need in sorted(needs) if need in names)


def _flag(value: bool) -> str:
    return ("是" if value else "否") if language() == "zh" else ("yes" if value else "no")
