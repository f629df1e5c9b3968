"""Whether residents are content: when to ask, and what they said, at the door or by phone.

The driver's page asks at every n-th meeting in person (``data/rules/satisfaction.yaml``). The turn follows from the number of
meetings and the resident's own number, so that residents take turns and a question that was not asked is simply gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.delivery import queries, rules
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Answer, LoadedLine, ProofId, ProofInput, Source
from mealroute.delivery.rulebook import load_every_nth
from mealroute.delivery.satisfaction_models import Satisfaction
from mealroute.dispatch.models import Run
from mealroute.experience.models import DriverMemory
from mealroute.orders.models import BookLine, Order


def due(db: Session, resident_id: int, day: date) -> bool:
    """Whether the next meeting with this resident is one at which they are asked."""
    query = select(func.coalesce(func.sum(DriverMemory.visits), 0)).where(DriverMemory.resident_id == resident_id)
    return rules.is_asked(resident_id, int(db.scalar(query) or 0), load_every_nth(day))


def meetings(db: Session) -> dict[int, int]:
    """Resident → number of meetings in person so far, for everybody at once."""
    query = select(DriverMemory.resident_id, func.sum(DriverMemory.visits)).group_by(DriverMemory.resident_id)
    return {resident: int(count) for resident, count in db.execute(query)}


def keep(db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], *, now: datetime) -> None:
    """Store the answers that came with new proofs, in the proofs' own transaction.

    Only where the outcome says that the resident was met: an answer cannot come from somebody who was not there.
    """
    db.add_all(
        Satisfaction(
            client_id=entry.client_id, proof_id=proof, book_line_id=line.book_line_id, answer=str(entry.answer),
            source=str(entry.source), by_name=entry.by_name.strip()[:80], at=now,
        )
        for entry, line, proof in written
        if entry.answer is not None and rules.met(entry.outcome)
    )  # fmt: skip
    db.flush()


def by_phone(db: Session, book_line_id: int, answer: Answer, *, client_id: str, by: Actor, clock: Clock) -> bool:
    """What a resident says on the phone about a meal that has its record. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        ``line-not-found`` outside the person's reach or without a record, ``answer-missing`` for "not asked": a call
        that was not made needs no row.
    """
    if answer is Answer.NOT_ASKED:
        raise MealrouteError("answer-missing", _("Say what the person answered."))
    query = (
        select(Proof)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Proof.book_line_id == book_line_id, queries.current(), *queries.in_scope(by.scope))
    )
    proof = db.scalar(query)
    if proof is None:
        raise NotFound("line-not-found", _("This meal is not on any run within your reach."))
    if db.scalar(select(Satisfaction.id).where(Satisfaction.client_id == client_id)) is not None:
        return False
    db.add(
        Satisfaction(
            client_id=client_id, proof_id=proof.id, book_line_id=book_line_id, answer=str(answer), source=str(Source.DESK),
            by_name=by.name[:80], at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="delivery.satisfaction", subject=f"line/{book_line_id}", detail={"answer": str(answer)}
    )  # fmt: skip
    return True


def answers(db: Session, line_ids: Sequence[int]) -> dict[int, Answer]:
    """Line → the newest answer about it, for those lines that have one."""
    found: dict[int, Answer] = {}
    for start in range(0, len(line_ids), 10_000):  # SQLite allows 32,766 parameters
        query = (
            select(Satisfaction.book_line_id, Satisfaction.answer)
            .where(Satisfaction.book_line_id.in_(line_ids[start : start + 10_000]))
            .order_by(Satisfaction.id)
        )
        found |= {line: Answer(answer) for line, answer in db.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One answer with its meal's day and who wrote it down."""

    day: date
    slot: str
    answer: Answer
    source: Source
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskableMeal:
    """The resident's last meal that stayed with them: what a call asks about."""

    book_line_id: int
    day: date
    slot: str


def of_resident(db: Session, resident_id: int, *, limit: int = 20) -> tuple[AnswerRecord, ...]:
    """A resident's answers, the newest first. For callers that already hold the resident within their scope."""
    query = (
        select(Run.day, Run.slot, Satisfaction.answer, Satisfaction.source, Satisfaction.by_name, Satisfaction.at)
        .join(Proof, Proof.id == Satisfaction.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Satisfaction.book_line_id)
        .join(Order, Order.id == BookLine.order_id)
        .where(Order.resident_id == resident_id)
        .order_by(Satisfaction.id.desc())
        .limit(limit)
    )
    return tuple(
        AnswerRecord(day, slot, Answer(answer), Source(source), by_name, at)
        for day, slot, answer, source, by_name, at in db.execute(query)
    )


def last_meal(db: Session, resident_id: int) -> AskableMeal | None:
    """The newest meal that stayed with the resident. For callers that already hold the resident within their scope."""
    query = (
        select(BookLine.id, Run.day, Run.slot)
        .join(Proof, Proof.book_line_id == BookLine.id)
        .join(Run, Run.id == Proof.run_id)
        .join(Order, Order.id == BookLine.order_id)
        .where(Order.resident_id == resident_id, queries.current(), Proof.quantity > 0)
        .order_by(Run.day.desc(), Run.slot, BookLine.id.desc())
        .limit(1)
    )
    row = db.execute(query).tuples().first()
    return None if row is None else AskableMeal(*row)
