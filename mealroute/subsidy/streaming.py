"""The claim lines of a month as rows of values, read in batches without an object a line: what every file of them starts from."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.layouts import Batch, Layout, turned
from mealroute.core.raw_rows import json_entry, minute_text, packed, raw_batches, unpacked
from mealroute.core.rowfiles import CsvRows
from mealroute.subsidy.file_fields import PLAIN, settlement_fields
from mealroute.subsidy.line_basis import NAMED, OF_DOOR
from mealroute.subsidy.models import ClaimBasis, ClaimLine

_BASIS = ("street", "vendor", "name", "id_number", "pay_means", "channel")
"""Texts that stand in what was looked at for a line, as it was written."""
_CORRECTIONS = ("month", "reason")
"""Values that corrections alone have."""
_STORED: Mapping[str, ColumnElement[Any]] = {
    **{
        name: getattr(ClaimLine, name)
        for name in (
            "line_no", "slot", "street_code", "vendor_code", "resident_code", "resident_id", "rule_id", "rule_version", "document_no",
            "beneficiary", "unit_price_fen", "copay_fen", "resident_paid_fen", "amount_fen", "order_id", "book_line_id", "proof_id",
            "outcome", "natural_key", "unit", "payee", "category", "age", "ability_level", "delivery", "route_no", "driver_code",
            "station_code", "confirmation", "source", "stop_no", "planned_s",
        )
    },
    "day": type_coerce(ClaimLine.day, Text), "shares": cast(ClaimLine.shares, Text),
}  # fmt: skip
"""Value → where it stands."""


def conditions(
    period_id: int, *, scope: Scope, street: str = "", vendor: str = "", of: Any = ClaimLine
) -> tuple[ColumnElement[bool], ...]:
    """Which lines of a period a person reaches, further limited to one street or vendor. ``of``: another table of lines."""
    found = [of.period_id == period_id]
    if scope.streets is not None:
        found.append(of.street_code.in_(sorted(scope.streets)))
    if scope.vendor is not None:
        found.append(of.vendor_code == scope.vendor)
    if street:
        found.append(of.street_code == street)
    if vendor:
        found.append(of.vendor_code == vendor)
    return tuple(found)


def count(db: Session, where: tuple[ColumnElement[bool], ...]) -> int:
    """How many lines there are."""
    return db.scalar(select(func.count()).select_from(ClaimLine).where(*where)) or 0


def batches(
    db: Session, where: tuple[ColumnElement[bool], ...], layout: Layout, *, left_out: Sequence[int] = ()
) -> Iterator[Batch]:
    """What ``layout`` needs of each line, in the order of the line numbers, a batch at a time; nothing else is read.

    ``left_out``: numbers, ascending, of lines of the month that ``where`` leaves out for good; those behind them move up.
    """
    read = [name for name in layout.names if name not in _CORRECTIONS]
    columns = [_column(db, name, layout).label(name) for name in read]
    query = select(*columns).select_from(ClaimLine)
    values = {*layout.names, *(value for part in layout.parts.values() for value in part.values)}
    if values.intersection(_BASIS):
        query = query.outerjoin(ClaimBasis, NAMED)
    for rows in raw_batches(db, query.where(*where).order_by(ClaimLine.line_no)):
        found = {**dict.fromkeys(_CORRECTIONS, ("",) * len(rows)), **dict(zip(read, turned(rows), strict=True))}
        if left_out and "line_no" in found:
            found["line_no"] = [number - bisect_left(left_out, number) for number in found["line_no"]]
        yield [found[name] for name in layout.names]


def _column(db: Session, name: str, layout: Layout) -> ColumnElement[Any]:
    """Where a value stands, or the values of a part together."""
    if name in layout.parts:
        return packed(db, [_column(db, value, layout) for value in layout.parts[name].values])
    if name in _BASIS:
        return json_entry(db, ClaimBasis.basis, name, Text)
    return minute_text(db, ClaimLine.confirmed_at) if name == "confirmed" else _STORED[name]


def unpacking(values: Sequence[str]) -> Callable[[str], Sequence[Any]]:
    """How a part with these values is taken apart."""
    numbers = [name in _STORED and isinstance(_STORED[name].type, Integer) for name in values]
    return lambda text: unpacked(text, numbers)


def line_values(line: Mapping[str, Any], line_no: int, month: str, reason: str, layout: Layout) -> tuple[Any, ...]:
    """The same values of a line that corrects another month, from all its fields as JSON keeps them; its amounts carry their sign."""
    known = {
        **{word: line["basis"].get(word) for word in (*_BASIS, *OF_DOOR)}, **line, "beneficiary": str(line["beneficiary"]), "line_no": line_no,
        "month": month, "reason": reason, "shares": json.dumps(line["shares"]), "confirmed": _minute(line["confirmed_at"]),
    }  # fmt: skip
    for name, part in layout.parts.items():
        known[name] = json.dumps([known[value] for value in part.values])
    return tuple(known[name] for name in layout.names)


def _minute(stored: datetime | str | None) -> str | None:
    if stored is None:
        return None
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).strftime("%Y-%m-%d %H:%M")


def settlement_layout(clock: Clock, plain: PLAIN | None = None) -> Layout:
    """How the columns of a settlement's file are made from what ``batches`` reads; in parts, which are for text, not for a workbook."""
    return Layout.over(settlement_fields(clock, plain), unpacking)


def csv_sha256(db: Session, period_id: int, *, clock: Clock, corrections: Sequence[Sequence[Any]] = ()) -> str:
    """The SHA-256 of the CSV file of a whole period, masked, with its corrections of other months: what a month is closed with."""
    layout = settlement_layout(clock)
    file = CsvRows(None, layout)
    for part in batches(db, conditions(period_id, scope=Scope.everything()), layout):
        file.write_batch(part)
    file.write(corrections)
    return file.file_sha256
