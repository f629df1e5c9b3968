"""What a phone needs beside the sheet: which record of each line stands, what lies beside it, what is asked for at each door."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.delivery import queries, rules
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.models import Proof
from mealroute.delivery.proof_rulebook import Asked, Ending, load_proof_rules
from mealroute.delivery.records import Outcome
from mealroute.delivery.rulebook import load_every_nth
from mealroute.experience.models import DriverMemory
from mealroute.orders.models import BookLine
from mealroute.residents.models import Resident


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRecord:
    """One record of a line as phones tell it apart; ``at`` is when it was made."""

    client_id: str
    outcome: Outcome
    at: datetime
    by_name: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAt:
    """What is asked for at one line's door: evidence by ending, the two taps, the question of satisfaction."""

    evidence: Mapping[Ending, Asked]
    last_meal: bool
    seems: bool
    satisfaction: bool


def standing(db: Session, line_ids: Collection[int]) -> dict[int, DoorRecord]:
    """Line → the record that stands."""
    return {line: _record(row) for line, row in queries.current_proofs(db, line_ids).items()}


def beside(db: Session, line_ids: Collection[int]) -> dict[int, tuple[DoorRecord, ...]]:
    """Line → records of other phones that do not stand because they were made earlier, oldest first."""
    query = (
        select(Proof)
        .join(ProofAside, ProofAside.proof_id == Proof.id)
        .where(Proof.book_line_id.in_(sorted(set(line_ids))), ProofAside.kind == "beside")
        .order_by(Proof.id)
    )
    found: dict[int, tuple[DoorRecord, ...]] = {}
    for row in db.scalars(query):
        found[row.book_line_id] = (*found.get(row.book_line_id, ()), _record(row))
    return found


def _record(row: Proof) -> DoorRecord:
    return DoorRecord(
        client_id=row.client_id, outcome=Outcome(row.outcome), at=row.made_at or row.phone_at or row.server_at, by_name=row.by_name,
        device=row.device,
    )  # fmt: skip


def asked(db: Session, line_ids: Collection[int], day: date) -> dict[int, AskedAt]:
    """Line → what the rules in force on ``day`` ask for at its door."""
    found = load_proof_rules(day)
    every_nth = load_every_nth(day)
    query = (
        select(BookLine.id, BookLine.street_code, BookLine.handover, Resident.id, Resident.living, Resident.birth_date)
        .join(Resident, Resident.id == BookLine.resident_id)
        .where(BookLine.id.in_(sorted(set(line_ids))))
    )
    rows = db.execute(query).tuples().all()
    met = _meetings(db, {row[3] for row in rows})
    answers: dict[int, AskedAt] = {}
    for line, street, handover, resident, living, born in rows:
        place = found.street(street)
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        answers[line] = AskedAt(
            evidence=place.asked(handover=handover, living=living, age=age), last_meal=place.last_meal, seems=place.seems,
            satisfaction=rules.is_asked(resident, met.get(resident, 0), every_nth),
        )  # fmt: skip
    return answers


def _meetings(db: Session, residents: Collection[int]) -> dict[int, int]:
    query = (
        select(DriverMemory.resident_id, func.sum(DriverMemory.visits))
        .where(DriverMemory.resident_id.in_(sorted(residents)))
        .group_by(DriverMemory.resident_id)
    )
    return {resident: int(count) for resident, count in db.execute(query).tuples()}
