"""The claim lines of a month as rows of cells, read in batches without an object a line: what every file of them starts from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.rowfiles import BATCH, CsvRows, Kept
from mealroute.core.text import route_label
from mealroute.residents.loading import category_table
from mealroute.subsidy.exports import BENEFICIARIES, COLUMNS, CONFIRMATIONS, OUTCOMES, SLOTS, UNITS
from mealroute.subsidy.models import ClaimLine

PLAIN = Mapping[int, tuple[str, str]]
"""Resident's id → name and ID number in full, for files that are not masked."""
_NOBODY = ("", "")
_WANTED: tuple[Any, ...] = (
    ClaimLine.line_no, type_coerce(ClaimLine.day, Text), ClaimLine.slot, ClaimLine.street_code, ClaimLine.vendor_code, ClaimLine.resident_code,
    ClaimLine.resident_id, ClaimLine.rule_id, ClaimLine.rule_version, ClaimLine.document_no, ClaimLine.beneficiary,
    ClaimLine.unit_price_fen, ClaimLine.copay_fen, ClaimLine.resident_paid_fen, ClaimLine.amount_fen,
    cast(ClaimLine.shares, Text), *(ClaimLine.basis[word].as_string() for word in ("name", "id_number", "street", "vendor")), ClaimLine.order_id, ClaimLine.book_line_id, ClaimLine.proof_id,
    ClaimLine.outcome, ClaimLine.natural_key, ClaimLine.unit, ClaimLine.payee, ClaimLine.category, ClaimLine.route_no,
    ClaimLine.driver_code, ClaimLine.station_code, ClaimLine.confirmation, type_coerce(ClaimLine.confirmed_at, Text),
)  # fmt: skip


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
    db: Session, where: tuple[ColumnElement[bool], ...], *, clock: Clock, plain: PLAIN | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The cells of ``COLUMNS``, in the order of the line numbers, some thousands of lines at a time."""
    query: Select[Any] = select(*_WANTED).where(*where).order_by(ClaimLine.line_no)
    shape = _Shape(clock, plain)
    for part in in_parts(db, query):
        yield [shape.cells(row) for row in part]


def in_parts(db: Session, query: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a query, fetched in batches by both databases."""
    result = db.execute(query, execution_options={"yield_per": BATCH})
    yield from result.partitions()


def category_name(code: str) -> str:
    """What officials call a category; a code without a name is shown as it is."""
    rule = category_table().rule(code)
    return code if rule is None else rule.name_zh


def day_of(stored: date | str) -> date:
    """A day as the driver gives it: SQLite's is text. Not read through the type, so that a day is parsed once, not once a line."""
    return date.fromisoformat(stored) if isinstance(stored, str) else stored


def moment_of(stored: datetime | str) -> datetime:
    """A moment as the driver gives it: SQLite's is text, in UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def line_cells(
    line: Mapping[str, Any], line_no: int, month: str, reason: str, *, clock: Clock, plain: PLAIN | None = None
) -> tuple[Any, ...]:
    """The cells of a line that corrects another month, from all its fields as JSON keeps them; its amounts carry their sign."""
    basis = line["basis"]
    row = (
        line_no, line["day"], line["slot"], line["street_code"], line["vendor_code"], line["resident_code"], line["resident_id"],
        line["rule_id"], line["rule_version"], line["document_no"], str(line["beneficiary"]), line["unit_price_fen"], line["copay_fen"],
        line["resident_paid_fen"], line["amount_fen"], json.dumps(line["shares"]), basis.get("name", ""), basis.get("id_number", ""),
        basis.get("street", ""), basis.get("vendor", ""), line["order_id"], line["book_line_id"], line["proof_id"], line["outcome"],
        line["natural_key"], line["unit"], line["payee"], line["category"], line["route_no"], line["driver_code"], line["station_code"],
        line["confirmation"], line["confirmed_at"],
    )  # fmt: skip
    return (*_Shape(clock, plain).cells(row)[:-2], month, reason)


def csv_sha256(db: Session, period_id: int, *, clock: Clock, corrections: Sequence[Sequence[Any]] = ()) -> str:
    """The SHA-256 of the CSV file of a whole period, masked, with its corrections of other months: what a month is closed with."""
    file = CsvRows(None, COLUMNS)
    for part in batches(db, conditions(period_id, scope=Scope.everything()), clock=clock):
        file.write(part)
    file.write(corrections)
    return file.file_sha256


class _Shape:
    """Turns a claim line as read into the cells of ``COLUMNS``; remembers words, which repeat from line to line."""

    def __init__(self, clock: Clock, plain: PLAIN | None) -> None:
        self._plain = plain
        self._shares: dict[str, Mapping[str, int]] = {}
        self._categories = Kept(category_name)
        self._routes = Kept(route_label)
        self._moments = Kept(lambda at: clock.local(moment_of(at)).strftime("%Y-%m-%d %H:%M"))
        self._days = Kept(day_of)

    def shares(self, text: str) -> Mapping[str, int]:
        found = self._shares.get(text)
        if found is None:
            found = self._shares[text] = json.loads(text)
        return found

    def cells(self, row: Sequence[Any]) -> tuple[Any, ...]:
        (
            line_no, day, slot, street, vendor, resident, resident_id, rule, version, document, beneficiary, price, copay, paid, amount,
            shares_text, name, id_number, street_name, vendor_name, order, book_line, proof, outcome, key, unit, payee, category, route, driver, station, confirmation, at,
        ) = row  # fmt: skip
        shares = self.shares(shares_text)
        if self._plain is not None:
            name, id_number = self._plain.get(resident_id, _NOBODY)
        city, district = shares.get("city", 0), shares.get("district", 0)
        own = copay if beneficiary == "resident" else None
        return (
            line_no, self._days[day], SLOTS.get(slot, slot), street, street_name, vendor, vendor_name, resident, name, id_number,
            rule, version, document, BENEFICIARIES.get(beneficiary, beneficiary), price, own, paid, amount, city, district, price, own, amount,
            city, district, order, book_line, proof, OUTCOMES.get(outcome, outcome), key, UNITS.get(unit, unit), payee,
            shares.get("street", 0), shares.get("village", 0), shares.get("charity", 0), self._categories[category] if category else "",
            self._routes[route], driver, station, CONFIRMATIONS.get(confirmation, confirmation),
            self._moments[at], "", "",
        )  # fmt: skip
