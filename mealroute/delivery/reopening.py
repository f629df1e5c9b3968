"""Taking a record back: the door is open again, and what was said stays readable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import cases, queries
from mealroute.delivery.aside_models import ProofAside
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Duplicate, ProofId, ProofProblem, Recorded
from mealroute.experience.service import forget
from mealroute.orders.models import BookLine, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenInput:
    """One taking back, as it comes from a phone: ``proof`` is the client id of the record that is taken back."""

    client_id: str
    proof: str
    reason: str = ""
    phone_at: datetime | None = None
    device: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """What this record hangs on is not here yet; the phone sends it again."""

    client_id: str


def reopen(
    db: Session, entry: ReopenInput, *, run_ids: Sequence[int], by: Actor, clock: Clock
) -> Recorded | Duplicate | Later | ProofProblem:
    """Set one record of these runs aside. One that does not stand any more is set aside all the same and changes nothing.

    A case that was opened stays open until somebody was seen, and one that this record closed is open again; cash that was taken is given back; the meeting is forgotten.
    """
    row = db.scalar(select(Proof).where(Proof.client_id == entry.proof))
    if row is None:
        return Later(entry.client_id)
    if row.run_id not in run_ids:
        return ProofProblem(
            entry.client_id, row.book_line_id, "proof-not-on-run", _("This record is not of this run."), ""
        )
    stood = bool(db.scalar(select(Proof.id).where(Proof.id == row.id, queries.current())))
    aside = {
        "client_id": entry.client_id, "proof_id": row.id, "kind": "reopened", "stands_id": None, "reason": entry.reason.strip(),
        "by_name": (entry.by_name.strip() or by.name)[:80], "device": entry.device, "phone_at": entry.phone_at, "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, ProofAside, [aside], ProofAside.proof_id, ProofAside.id):
        return Duplicate(entry.client_id, ProofId(row.id))
    if stood:
        forget(db, [row.book_line_id])
        cases.taken_back(db, row.id, by_name=entry.by_name.strip() or by.name, reason=entry.reason, now=clock.now())
        _give_back(db, row, entry, by=by, now=clock.now())
    audit.record(
        db, by=by, clock=clock, action="delivery.reopened", subject=f"proof/{row.id}",
        detail={"line": row.book_line_id, "outcome": row.outcome},
    )  # fmt: skip
    return Recorded(entry.client_id, ProofId(row.id))


def _give_back(db: Session, row: Proof, entry: ReopenInput, *, by: Actor, now: datetime) -> None:
    if not row.cash_collected_fen:
        return
    order_id = db.scalar(select(BookLine.order_id).where(BookLine.id == row.book_line_id))
    payment = {
        "order_id": order_id, "means": "cash-at-door", "at": now, "by_name": (entry.by_name.strip() or by.name)[:80],
        "natural_key": f"proof/{row.client_id}/reopened", "kind": "refund", "amount_fen": row.cash_collected_fen,
        "reference": f"proof/{row.id} reopened",
    }  # fmt: skip
    db.execute(insert(Payment), [payment])
