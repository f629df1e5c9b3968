"""What happens after the claim lines are built: a death becomes known, money goes back, somebody edits a line in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mealroute.orders.models import BookLine, Payment
from mealroute.residents.models import Resident, StateChange
from mealroute.subsidy.models import ClaimLine

Step = Callable[[Session], None]


def died(resident: int, since: date, *, state: str = "deceased") -> Step:
    """The ledger learns of a death, or of the end of the service, weeks later."""

    def step(db: Session) -> None:
        db.add(StateChange(resident_id=resident, state=state, since=since, reason="名单", by_name="示例", at=_now(db)))
        db.flush()

    return step


def basic_from(resident: int, day: date) -> Step:
    """The first day of basic services is corrected."""

    def step(db: Session) -> None:
        db.execute(update(Resident).where(Resident.id == resident).values(basic_service_from=day))

    return step


def refunded(lines: Sequence[int], *, reason: str = "退款", again: bool = False) -> Step:
    """What was paid for some lines goes back; ``again``: and is paid once more, so that nothing is missing."""

    def step(db: Session) -> None:
        orders = db.scalars(select(BookLine.order_id).where(BookLine.id.in_(lines))).all()
        for paid in db.scalars(select(Payment).where(Payment.order_id.in_(orders), Payment.kind == "payment")).all():
            kinds = ("refund", "payment") if again else ("refund",)
            for n, kind in enumerate(kinds):
                db.add(
                    Payment(
                        natural_key=f"{paid.natural_key}/{kind}/{n}", order_id=paid.order_id, kind=kind, amount_fen=paid.amount_fen,
                        means=paid.means, at=_now(db), by_name="示例", reference=reason,
                    )
                )  # fmt: skip
        db.flush()

    return step


def tampered(lines: Sequence[int]) -> Step:
    """Amounts are raised by hand, past the program."""

    def step(db: Session) -> None:
        db.execute(
            update(ClaimLine).where(ClaimLine.book_line_id.in_(lines)).values(amount_fen=ClaimLine.amount_fen + 300)
        )

    return step


def reshared(lines: Sequence[int]) -> Step:
    """The payers' parts are booked otherwise, by hand; the amounts stay."""

    def step(db: Session) -> None:
        for line in db.scalars(select(ClaimLine).where(ClaimLine.book_line_id.in_(lines))).all():
            db.execute(
                update(ClaimLine).where(ClaimLine.id == line.id).values(shares={"city": line.amount_fen, "district": 0})
            )

    return step


def _now(db: Session) -> datetime:
    del db
    return datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
