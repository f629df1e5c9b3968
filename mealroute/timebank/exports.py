"""The ledger as a file for 京彩时光, with the columns that ``data/rules/time-bank.yaml`` names; the same lines give the same bytes."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.i18n import _, _l
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.timebank import queries, rules
from mealroute.timebank.records import EntryKind, EntryRecord
from mealroute.timebank.rulebook import columns
from mealroute.vendors import queries as vendors

KINDS: Mapping[str, str] = {
    str(EntryKind.CREDIT): _l("Service given"), str(EntryKind.REVERSAL): _l("Reversed"), str(EntryKind.DEBIT): _l("Service received"),
    str(EntryKind.CORRECTION): _l("Corrected by hand"),
}  # fmt: skip
_SHAPES = {"entry": Kind.COUNT, "day": Kind.DAY, "minutes": Kind.COUNT, "hours": Kind.NUMBER}


def table_bytes(db: Session, entries: Sequence[EntryRecord], kind: Literal["csv", "xlsx"], *, clock: Clock) -> bytes:
    """One row a line, in the order of day and entry."""
    people = {driver.code: driver for driver in vendors.drivers(db, scope=Scope.everything())}
    streets, names = (
        queries.streets_of(db, (each.book_line_id for each in entries if each.book_line_id)),
        street_names(db),
    )

    def cells(each: EntryRecord) -> dict[str, Any]:
        person = people.get(each.driver_code)
        street = streets.get(each.book_line_id or 0, "")
        return {
            "entry": int(each.id), "volunteer": each.driver_code, "name": person.name if person else "", "phone": (person.phone if person else "") or "",
            "day": each.day, "street": names.get(street, street), "kind": _(KINDS[each.kind]), "minutes": each.minutes,
            "hours": float(rules.hours(each.minutes)), "service": _("Bringing meals to old people") if each.book_line_id else "",
            "reason": each.reason, "written-by": each.by_name, "written-at": clock.local(each.at).isoformat(" ", "minutes"),
        }  # fmt: skip

    chosen = columns()
    table = Table(
        _("Time bank"), [Column(column.title, _SHAPES.get(column.field, Kind.TEXT), 16) for column in chosen],
        ([cells(each)[column.field] for column in chosen] for each in entries),
    )  # fmt: skip
    return csv_bytes(table) if kind == "csv" else xlsx_bytes([table])
