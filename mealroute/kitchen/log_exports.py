"""The log of a period as a file: temperatures and samples, corrected rows beside those that hold."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.kitchen import log_queries
from mealroute.kitchen.log_records import ReadingRecord, SampleRecord
from mealroute.kitchen.log_rules import degrees
from mealroute.kitchen.words import action_label, reading_label
from mealroute.residents.records import ExportedFile
from mealroute.vendors import queries as vendors

LONGEST_DAYS = 731
"""Two years and a day: as long as carriers' records are kept (docs/policy.md, section 3)."""
What = Literal["temperatures", "samples"]


def export_log(
    db: Session, first: date, last: date, *, what: str, kind: str, reason: str, by: Actor, clock: Clock
) -> ExportedFile:
    """``what`` (temperatures or samples) of a period as ``csv``, or both as ``xlsx``; the audit keeps who, why, rows and digest.

    Raises ``period-wrong``, ``format-unknown``, ``reason-missing``.
    """
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        raise MealrouteError("period-wrong", _("The period ends before it begins, or is longer than two years."))
    if kind not in {"csv", "xlsx"} or what not in {"temperatures", "samples"}:
        raise MealrouteError("format-unknown", _("The log is handed out as CSV or XLSX."))
    if not reason.strip():
        raise MealrouteError("reason-missing", _("Say what the file is for."), _("The reason is recorded."))
    names = {kitchen.code: kitchen.name for kitchen in vendors.kitchens(db)}
    temperatures = log_queries.readings(db, first, last, scope=by.scope)
    samples = log_queries.samples(db, first, last, scope=by.scope)
    tables = (_temperatures(temperatures, names, clock), _samples(samples, names, clock))
    if kind == "csv":
        content = csv_bytes(tables[0] if what == "temperatures" else tables[1])
        rows = len(temperatures) if what == "temperatures" else len(samples)
        name = what
    else:
        content, rows, name = xlsx_bytes(tables), len(temperatures) + len(samples), "log"
    digest = hashlib.sha256(content).hexdigest()
    audit.record(
        db, by=by, clock=clock, action="kitchen.log-exported", subject=f"kitchen-log/{first}/{last}", reason=reason.strip(),
        detail={"what": name, "kind": kind}, rows=rows, digest=digest,
    )  # fmt: skip
    return ExportedFile(f"kitchen-{name}-{first}-{last}.{kind}", content, rows, digest)


def _temperatures(rows: Sequence[ReadingRecord], names: Mapping[str, str], clock: Clock) -> Table:
    columns = (
        Column(_("Row"), Kind.COUNT, 8), Column(_("Day"), Kind.DAY), Column(_("Meal")), Column(_("Kitchen"), width=20),
        Column(_("Measured"), width=20), Column(_("Dish"), width=18), Column(_("Vehicle")), Column(_("Trip"), Kind.COUNT, 6),
        Column(_("Station")), Column(_("Degrees"), Kind.NUMBER), Column(_("At least"), Kind.NUMBER),
        Column(_("At most"), Kind.NUMBER), Column(_("In range")), Column(_("What was done"), width=18),
        Column(_("Degrees afterwards"), Kind.NUMBER), Column(_("Note"), width=24), Column(_("At"), width=18), Column(_("By")),
        Column(_("Corrects row"), Kind.COUNT), Column(_("Why corrected"), width=20), Column(_("Holds")),
    )  # fmt: skip
    return Table(_("Temperatures"), columns, [_temperature(row, names, clock) for row in rows])


def _temperature(row: ReadingRecord, names: Mapping[str, str], clock: Clock) -> list[Any]:
    return [
        row.id, row.day, _slot(row.slot), names.get(row.kitchen_code, row.kitchen_code), reading_label(row.kind), row.dish_name,
        row.vehicle_code, row.trip or None, row.station_code, _number(row.tenths), _number(row.limits.least),
        _number(row.limits.most), _yes(value=row.in_range), action_label(row.action or ""), _number(row.again_tenths), row.note,
        clock.local(row.at).strftime("%Y-%m-%d %H:%M"), row.by_name, row.corrects_id, row.correction, _yes(value=not row.corrected),
    ]  # fmt: skip


def _samples(rows: Sequence[SampleRecord], names: Mapping[str, str], clock: Clock) -> Table:
    columns = (
        Column(_("Row"), Kind.COUNT, 8), Column(_("Day"), Kind.DAY), Column(_("Meal")), Column(_("Kitchen"), width=20),
        Column(_("Dish"), width=18), Column(_("Grams"), Kind.COUNT), Column(_("Place"), width=16), Column(_("Taken at"), width=18),
        Column(_("By")), Column(_("Keep until"), width=18), Column(_("Discarded at"), width=18), Column(_("Discarded by")),
        Column(_("Corrects row"), Kind.COUNT), Column(_("Why corrected"), width=20), Column(_("Holds")),
    )  # fmt: skip

    def moment(at: Any) -> str:
        return clock.local(at).strftime("%Y-%m-%d %H:%M") if at else ""

    return Table(
        _("Retained samples"),
        columns,
        [
            [
                row.id, row.day, _slot(row.slot), names.get(row.kitchen_code, row.kitchen_code), row.dish_name, row.grams, row.place,
                moment(row.taken_at), row.by_name, moment(row.keep_until), moment(row.discarded_at), row.discarded_by,
                row.corrects_id, row.correction, _yes(value=not row.corrected),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _slot(slot: str) -> str:
    return _("Lunch") if slot == "lunch" else _("Dinner")


def _yes(*, value: bool) -> str:
    return _("yes") if value else _("no")


def _number(tenths: int | None) -> float | None:
    return None if tenths is None else float(degrees(tenths))
