"""The claim lines of a month as rows of values, read in batches without an object a line: what every file of them starts from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.layouts import Batch, Layout, turned
from mealroute.core.raw_rows import json_list, minute_text, raw_batches
from mealroute.core.rowfiles import CsvRows
from mealroute.subsidy.file_fields import PLAIN, settlement_fields
from mealroute.subsidy.models import ClaimLine

_BASIS = ("street", "vendor", "name", "id_number", "pay_means", "channel", "stop_no", "planned_s")
"""Values that are kept with the line as it was written, in its ``basis``."""
_STORED: Mapping[str, ColumnElement[Any]] = {
    **{
        name: getattr(ClaimLine, name)
        for name in (
            "line_no", "slot", "street_code", "vendor_code", "resident_code", "resident_id", "rule_id", "rule_version", "document_no",
            "beneficiary", "unit_price_fen", "copay_fen", "resident_paid_fen", "amount_fen", "order_id", "book_line_id", "proof_id",
            "outcome", "natural_key", "unit", "payee", "category", "age", "ability_level", "delivery", "route_no", "driver_code",
            "station_code", "confirmation", "source",
        )
    },
    "day": type_coerce(ClaimLine.day, Text), "shares": cast(ClaimLine.shares, Text),
    "month": literal(""), "reason": literal(""),
}  # fmt: skip
"""Value → where it stands. ``month`` and ``reason`` are those of corrections; a month's own lines have none."""
SETTLEMENT = (
    "line_no", "day", "slot", "street_code", "vendor_code", "street", "vendor", "resident_code", "resident_id", "name", "id_number", "rule_id",
    "rule_version", "document_no", "beneficiary", "unit_price_fen", "copay_fen", "resident_paid_fen", "amount_fen", "shares", "order_id",
    "book_line_id", "proof_id", "outcome", "natural_key", "unit", "payee", "category", "route_no", "driver_code", "station_code",
    "confirmation", "confirmed", "month", "reason",
)  # fmt: skip
"""The values that a settlement is made of."""
DETAIL = (*SETTLEMENT, "age", "ability_level", "pay_means", "channel", "stop_no", "planned_s", "delivery", "source")


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


def batches(db: Session, where: tuple[ColumnElement[bool], ...], names: Sequence[str] = SETTLEMENT) -> Iterator[Batch]:
    """The named values of each line, in the order of the line numbers, a batch at a time."""
    known = {**_STORED, "confirmed": minute_text(db, ClaimLine.confirmed_at)}
    stored = [name for name in names if name not in _BASIS]
    words = [name for name in names if name in _BASIS]
    columns = [known[name].label(name) for name in stored]
    query = select(*columns, json_list(db, ClaimLine.basis, words)).where(*where).order_by(ClaimLine.line_no)
    for rows in raw_batches(db, query):
        *values, lists = turned(rows)
        found = dict(zip([*stored, *words], [*values, *turned(json.loads(f"[{','.join(lists)}]"))], strict=True))
        yield [found[name] for name in names]


def line_values(
    line: Mapping[str, Any], line_no: int, month: str, reason: str, names: Sequence[str] = SETTLEMENT
) -> tuple[Any, ...]:
    """The same values of a line that corrects another month, from all its fields as JSON keeps them; its amounts carry their sign."""
    known = {
        **{word: line["basis"].get(word) for word in _BASIS}, **line, "beneficiary": str(line["beneficiary"]), "line_no": line_no,
        "month": month, "reason": reason, "shares": json.dumps(line["shares"]), "confirmed": _minute(line["confirmed_at"]),
    }  # fmt: skip
    return tuple(known[name] for name in names)


def _minute(stored: datetime | str | None) -> str | None:
    if stored is None:
        return None
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).strftime("%Y-%m-%d %H:%M")


def settlement_layout(clock: Clock, plain: PLAIN | None = None) -> Layout:
    """How the columns of a settlement's file are made from the values ``SETTLEMENT``."""
    return Layout(SETTLEMENT, settlement_fields(clock, plain))


def csv_sha256(db: Session, period_id: int, *, clock: Clock, corrections: Sequence[Sequence[Any]] = ()) -> str:
    """The SHA-256 of the CSV file of a whole period, masked, with its corrections of other months: what a month is closed with."""
    file = CsvRows(None, settlement_layout(clock))
    for part in batches(db, conditions(period_id, scope=Scope.everything())):
        file.write_batch(part)
    file.write(corrections)
    return file.file_sha256
