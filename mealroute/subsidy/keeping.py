"""Claim lines on their way into the ledger: many thousands at once, with the words of the day, so that a closed month prints the same for ever."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.bulk import pour
from mealroute.subsidy import queries
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import ClaimLineRecord
from mealroute.vendors.models import Vendor

_PLAIN = tuple(name for name in queries.LINE_COLUMNS if name not in {"shares", "basis", "beneficiary"})
COLUMNS = (*_PLAIN, "beneficiary", "shares", "basis", "line_no")
_JSON = frozenset({"shares", "basis"})

Rows = list[tuple[Any, ...]]


def rows_of(db: Session, lines: Sequence[ClaimLineRecord]) -> tuple[Rows, str]:
    """The lines as rows of ``COLUMNS``, numbered from 1, JSON already as text; and the digest by which a later building knows them."""
    people = queries.masked_people(db, {line.resident_id for line in lines if line.resident_id is not None})
    streets = street_names(db)
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    shares: dict[tuple[tuple[str, int], ...], str] = {}
    hashed = hashlib.sha256()
    rows: Rows = []
    for number, line in enumerate(lines, 1):
        name, id_number = people[line.resident_id] if line.resident_id is not None else ("", "")
        basis = text({
            **line.basis, "name": name, "id_number": id_number, "street": streets.get(line.street_code, ""),
            "vendor": vendors.get(line.vendor_code, ""),
        })  # fmt: skip
        if line.shares not in shares:
            shares[line.shares] = text(dict(line.shares))
        row = (*[getattr(line, column) for column in _PLAIN], str(line.beneficiary), shares[line.shares], basis, number)
        hashed.update(repr(row).encode())
        rows.append(row)
    return rows, hashed.hexdigest()


def replace(db: Session, period_id: int, rows: Rows) -> None:
    """Put these rows in the place of whatever the period holds."""
    db.execute(delete(ClaimLine).where(ClaimLine.period_id == period_id))
    table: Any = ClaimLine.__table__
    pour(db.connection(), table, (*COLUMNS, "period_id"), ((*row, period_id) for row in rows), as_text=_JSON)
