"""Claim lines on their way into the ledger: many thousands at once, with the words of the day, so that a closed month prints the same for ever."""

import hashlib
import json
import marshal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.bulk import pour
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import ClaimLineRecord
from mealroute.vendors.models import Vendor

OF_RULE = ("rule_id", "rule_version", "document_no", "beneficiary", "unit", "amount_fen", "shares", "copay_fen")
"""Columns that are alike for all lines of one rule and amount."""
OF_MEAL = (
    "order_id", "book_line_id", "proof_id", "resident_id", "resident_code", "day", "slot", "street_code", "vendor_code", "unit_price_fen",
    "resident_paid_fen", "outcome", "category", "age", "ability_level", "run_id", "route_no", "driver_code", "station_code", "delivery",
    "confirmation", "confirmed_at", "source",
)  # fmt: skip
"""Columns that are alike for all lines of one meal."""
COLUMNS = ("natural_key", *OF_RULE, "payee", "basis", "line_no", *OF_MEAL)

Row = tuple[Any, ...]
Rows = list[Row]
CHUNK = 1_000
text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is written beside a line: masked name and ID number of a resident, names of streets and vendors.

    ``zone`` follows a moment in UTC where the database wants one.
    """

    people: Mapping[int, tuple[str, str]]
    streets: Mapping[str, str]
    vendors: Mapping[str, str]
    zone: str = ""

    def of(self, resident_id: int | None, street_code: str, vendor_code: str) -> dict[str, str]:
        name, id_number = self.people[resident_id] if resident_id is not None else ("", "")
        return {
            "name": name, "id_number": id_number, "street": self.streets.get(street_code, ""), "vendor": self.vendors.get(vendor_code, ""),
        }  # fmt: skip

    def moment(self, at: datetime | None) -> str | None:
        """As the database keeps it."""
        if at is None:
            return None
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        return at.isoformat(" ", "microseconds").removesuffix("+00:00") + self.zone


def words_of(db: Session, residents: Iterable[int]) -> Words:
    """The words of today for lines of these people."""
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    zone = "+00" if db.get_bind().dialect.name == "postgresql" else ""
    return Words(people=queries.masked_people(db, set(residents)), streets=street_names(db), vendors=vendors, zone=zone)


def row_of(line: ClaimLineRecord, number: int, words: Words) -> Row:
    """A line as ``COLUMNS``, JSON and times already as the databases take them."""
    basis = {**line.basis, **words.of(line.resident_id, line.street_code, line.vendor_code)}
    given: dict[str, Any] = {
        "beneficiary": str(line.beneficiary), "shares": text(dict(line.shares)), "basis": text(basis), "line_no": number,
        "day": line.day.isoformat(), "confirmed_at": words.moment(line.confirmed_at),
    }  # fmt: skip
    return tuple(given[name] if name in given else getattr(line, name) for name in COLUMNS)


def digest_of(rows: Sequence[Row]) -> str:
    """By which a later building knows the same lines. Rows are plain text and numbers; format 2 of marshal has no references."""
    hashed, given = hashlib.sha256(), iter(rows)
    while chunk := list(islice(given, CHUNK)):
        hashed.update(marshal.dumps(chunk, 2))
    return hashed.hexdigest()


def replace(db: Session, period_id: int, rows: Sequence[Row]) -> None:
    """Put these rows in the place of whatever the period holds."""
    db.execute(delete(ClaimLine).where(ClaimLine.period_id == period_id))
    table: Any = ClaimLine.__table__
    pour(db.connection(), table, COLUMNS, rows, raw=True, alike={"period_id": period_id})


def day_of(row: Row) -> date:
    """The day of a row."""
    return date.fromisoformat(row[_DAY])


_DAY = COLUMNS.index("day")
