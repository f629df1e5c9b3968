"""Claim lines on their way into the ledger: many thousands at once, with the words of the day, so that a closed month prints the same for ever."""

import hashlib
import json
import marshal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core.bulk import copy_text, escaped, pour, pour_text
from mealroute.subsidy import queries
from mealroute.subsidy.line_basis import OF_DOOR
from mealroute.subsidy.models import ClaimBasis, ClaimLine
from mealroute.subsidy.records import ClaimLineRecord
from mealroute.vendors.models import Vendor

OF_RULE = (
    "rule_id", "rule_version", "document_no", "beneficiary", "unit", "amount_fen", "shares", "copay_fen", "cut",
)  # fmt: skip
"""Columns that are alike for all lines of one rule and amount."""
OF_MEAL = (
    "order_id", "book_line_id", "proof_id", "resident_id", "resident_code", "day", "slot", "street_code", "vendor_code", "unit_price_fen",
    "resident_paid_fen", "outcome", "category", "age", "ability_level", "run_id", "route_no", "driver_code", "station_code", "delivery",
    "confirmation", "confirmed_at", "source", "portions", "stop_no", "planned_s", "basis_no",
)  # fmt: skip
"""Columns that are alike for all lines of one meal."""
COLUMNS = ("natural_key", "payee", *OF_RULE, "line_no", *OF_MEAL)

Row = tuple[Any, ...]
Sheaf = tuple[Row, list[tuple[str, str, int]]]
"""A meal's ``OF_MEAL``, and of each of its lines the natural key, the payee and the number of its ``OF_RULE``."""
CHUNK = 1_000
_MOMENT = "%04d-%02d-%02d %02d:%02d:%02d.%06d"
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
        return _MOMENT % (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond) + self.zone


def words_of(db: Session, residents: Iterable[int]) -> Words:
    """The words of today for lines of these people."""
    vendors = dict(db.execute(select(Vendor.code, Vendor.name)).tuples().all())
    zone = "+00" if db.get_bind().dialect.name == "postgresql" else ""
    return Words(people=queries.masked_people(db, set(residents)), streets=street_names(db), vendors=vendors, zone=zone)


@dataclass(slots=True)
class Rows:
    """The lines of a month meal by meal, JSON and times already as the databases take them; what many have alike stands once.

    ``rules``: ``OF_RULE`` → its number; ``bases``: JSON of what else was looked at → its number. Both are numbered by their first line, so
    that equal lines make equal rows.
    """

    sheaves: list[Sheaf] = field(default_factory=list)
    rules: dict[Row, int] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        """Each line as ``COLUMNS``, numbered from 1."""
        rules, number = list(self.rules), 0
        for own, lines in self.sheaves:
            for key, payee, rule in lines:
                number += 1
                yield key, payee, *rules[rule], number, *own

    def keys(self) -> Iterator[str]:
        """The natural keys."""
        return (key for _own, lines in self.sheaves for key, _payee, _rule in lines)

    def rule(self, columns: Row) -> int:
        """The number of some ``OF_RULE``."""
        return self.rules.setdefault(columns, len(self.rules))

    def basis(self, alike: Mapping[str, object]) -> int:
        """The number of what else was looked at, from 1."""
        return self.bases.setdefault(text(alike), len(self.bases) + 1)

    def add(self, own: Row, lines: list[tuple[str, str, int]]) -> None:
        """Add a meal's ``OF_MEAL`` with its lines."""
        self.sheaves.append((own, lines))
        self.count += len(lines)

    def put(self, line: ClaimLineRecord, words: Words) -> None:
        """Add a line; lines of one meal follow one another."""
        basis = {**line.basis, **words.of(line.resident_id, line.street_code, line.vendor_code)}
        given: dict[str, Any] = {
            "beneficiary": str(line.beneficiary), "shares": text(dict(line.shares)), "day": line.day.isoformat(),
            "confirmed_at": words.moment(line.confirmed_at), "cut": basis.pop("cut", ""), **{name: basis.pop(name, None) for name in OF_DOOR},
        }  # fmt: skip
        given["basis_no"] = self.basis(basis)
        own, rule = (
            tuple(given[name] if name in given else getattr(line, name) for name in names)
            for names in (OF_MEAL, OF_RULE)
        )
        entry = line.natural_key, line.payee, self.rule(rule)
        if line.book_line_id is not None and self.sheaves and self.sheaves[-1][0] == own:
            self.sheaves[-1][1].append(entry)
            self.count += 1
        else:
            self.add(own, [entry])


def digest_of(rows: Rows) -> str:
    """By which a later building knows the same lines. Rows are plain text and numbers; format 2 of marshal has no references."""
    hashed = hashlib.sha256(marshal.dumps((list(rows.rules), list(rows.bases)), 2))
    given = iter(rows.sheaves)
    while chunk := list(islice(given, CHUNK)):
        hashed.update(marshal.dumps(chunk, 2))
    return hashed.hexdigest()


def replace(db: Session, period_id: int, rows: Rows) -> None:
    """Put these rows in the place of whatever the period holds."""
    for model in (ClaimLine, ClaimBasis):
        db.execute(delete(model).where(model.period_id == period_id))
    connection, (bases, lines) = db.connection(), (_table(ClaimBasis), _table(ClaimLine))
    alike = {"period_id": period_id}
    pour(connection, bases, ("number", "basis"), ((number, basis) for basis, number in rows.bases.items()), raw=True, alike=alike)  # fmt: skip
    if connection.dialect.name == "postgresql":
        pour_text(connection, lines, (*COLUMNS, *alike), _texts(rows, period_id))
    else:
        pour(connection, lines, COLUMNS, rows, raw=True, alike=alike)


def _table(model: type[ClaimBasis | ClaimLine]) -> Any:
    return model.__table__


def _texts(rows: Rows, period_id: int) -> Iterator[str]:
    """The lines of each meal as PostgreSQL copies them: what they have alike is put into words once."""
    rules, number = [copy_text(rule) for rule in rows.rules], 0
    for own, lines in rows.sheaves:
        end = f"{copy_text(own)}\t{period_id}\n"
        for key, payee, rule in lines:
            number += 1
            yield f"{escaped(key)}\t{escaped(payee)}\t{rules[rule]}\t{number}\t{end}"
