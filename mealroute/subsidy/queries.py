"""Reads of the money: periods, explanations, a settlement's lines. A fixed number of statements each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.text import mask_id, mask_name
from mealroute.residents.facts import FactChange
from mealroute.residents.models import Resident
from mealroute.subsidy.build import PersonFacts
from mealroute.subsidy.line_basis import NAMED, WITH_LINE, described
from mealroute.subsidy.models import ClaimBasis, ClaimLine, ClaimPerson, Explanation, Period
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, ExplanationRecord, PeriodState
from mealroute.subsidy.rows import month_days, month_rows, rows_between
from mealroute.subsidy.statements import SettlementLine

__all__ = [
    "explained_on",
    "explanations",
    "masked_people",
    "month_days",
    "month_rows",
    "open_names",
    "period",
    "periods",
    "person_facts",
    "rows_between",
    "settlement_lines",
]


CHUNK = 5_000


def masked_people(db: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Resident → masked name and masked ID number, as they stand in a settlement."""
    found, wanted = {}, sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        query = select(Resident.id, Resident.name, Resident.id_number).where(
            Resident.id.in_(wanted[start : start + CHUNK])
        )
        for number, name, id_number in db.execute(query):
            found[number] = (mask_name(name), mask_id(id_number) if id_number else "")
    return found


def period(db: Session, payer: str, month: str) -> Period | None:
    """The payer's month, once anything has been built for it."""
    return db.scalars(select(Period).where(Period.payer == payer, Period.month == month)).one_or_none()


def periods(db: Session, payer: str) -> dict[str, PeriodState]:
    """Every month of the payer and whether it is closed, the newest first."""
    query = select(Period.month, Period.state).where(Period.payer == payer).order_by(Period.month.desc())
    return {month: PeriodState(state) for month, state in db.execute(query)}


def explanations(db: Session, period_id: int, lines: Collection[int] | None = None) -> tuple[ExplanationRecord, ...]:
    """Every explanation of a month, or those of some order lines, by day."""
    query = select(Explanation).where(Explanation.period_id == period_id).order_by(Explanation.day, Explanation.id)
    if lines is not None:
        query = query.where(Explanation.book_line_id.in_(lines))
    return tuple(
        ExplanationRecord(
            book_line_id=row.book_line_id, day=row.day, code=row.code, sentence=row.sentence, portions=row.portions,
            automatic=row.automatic, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def explained_on(db: Session, day: date) -> dict[int, int]:
    """Order line → portions of a day that a person has explained."""
    query = select(Explanation.book_line_id, Explanation.portions).where(Explanation.day == day)
    return dict(db.execute(query.where(Explanation.automatic.is_(False))).tuples().all())


def open_names(db: Session, resident_ids: set[int]) -> dict[int, str]:
    """Masked names for a short list of differences."""
    query = select(Resident.id, Resident.name).where(Resident.id.in_(sorted(resident_ids)))
    return {number: mask_name(name) for number, name in db.execute(query)}


def person_facts(db: Session, period_id: int, people: Collection[int] | Select[Any] | None = None) -> dict[int, PersonFacts]:  # fmt: skip
    """What a built month holds of its residents; of some of them alone, where ``people`` says whom."""
    query = select(
        ClaimPerson.resident_id, ClaimPerson.living, ClaimPerson.basic_service, ClaimPerson.basic_service_from,
        ClaimPerson.ability_level, ClaimPerson.assessment_valid_until, ClaimPerson.registration, ClaimPerson.changes,
    ).where(ClaimPerson.period_id == period_id)  # fmt: skip
    if people is not None:
        query = query.where(ClaimPerson.resident_id.in_(people))
    return {row[0]: PersonFacts(*row[1:-1], tuple(map(_change, row[-1]))) for row in db.execute(query)}


def _change(kept: Sequence[str]) -> FactChange:
    name, since, before, value = kept
    return FactChange(name, date.fromisoformat(since), before, value)


LINE_COLUMNS = (
    "natural_key", "rule_id", "rule_version", "document_no", "beneficiary", "amount_fen", "shares", "order_id", "book_line_id",
    "proof_id", "resident_id", "resident_code", "day", "slot", "street_code", "vendor_code", "unit_price_fen",
    "resident_paid_fen", "copay_fen", "outcome", "unit", "payee", "category", "age", "ability_level", "run_id", "route_no",
    "driver_code", "station_code", "delivery", "confirmation", "confirmed_at", "source",
)  # fmt: skip
"""The columns of a claim line that are fields of its record."""


def settlement_lines(db: Session, period_id: int, *, scope: Scope) -> tuple[SettlementLine, ...]:
    """The rows of a settlement in their order, as far as the scope reaches."""
    return read_lines(db, lines_query(scope).where(ClaimLine.period_id == period_id))


def lines_query(scope: Scope) -> Select[Any]:
    """Claim lines within a scope, as ``settlement_line`` reads them; more conditions may follow."""
    columns = (getattr(ClaimLine, name) for name in ("id", "line_no", *LINE_COLUMNS, *WITH_LINE))
    query: Select[Any] = select(*columns, ClaimBasis.basis).select_from(ClaimLine).outerjoin(ClaimBasis, NAMED)
    if scope.streets is not None:
        query = query.where(ClaimLine.street_code.in_(sorted(scope.streets)))
    if scope.vendor is not None:
        query = query.where(ClaimLine.vendor_code == scope.vendor)
    return query


def read_lines(db: Session, query: Select[Any]) -> tuple[SettlementLine, ...]:
    """The rows of a narrowed ``lines_query`` in their order."""
    return tuple(settlement_line(row._mapping) for row in db.execute(query.order_by(ClaimLine.line_no)))  # noqa: SLF001 -- SQLAlchemy's public name


def settlement_line(row: Mapping[Any, Any]) -> SettlementLine:
    """A row of ``lines_query`` with the words that people read."""
    values = dict(row)
    number, line_no = values.pop("id"), values.pop("line_no")
    shares = values.pop("shares")
    values["beneficiary"] = Beneficiary(str(values["beneficiary"]))
    words = values["basis"] = described({name: values.pop(name) for name in WITH_LINE}, values["basis"])
    return SettlementLine(
        id=number,
        line_no=line_no,
        claim=ClaimLineRecord(**values, shares=tuple(sorted(shares.items()))),
        resident_name=words.get("name", ""),
        resident_id_masked=words.get("id_number", ""),
        street_name=words.get("street", ""),
        vendor_name=words.get("vendor", ""),
    )
