"""Cash at the door becomes a payment of the order; cash of a record that is superseded is taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mealroute.delivery.models import Proof
from mealroute.delivery.records import LoadedLine, ProofId, ProofInput
from mealroute.orders.models import Payment


def collect(
    db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], before: Mapping[int, Proof], *, now: datetime
) -> None:  # fmt: skip
    """Cash at the door becomes a payment of the order; cash of a superseded record is taken back."""
    rows = []
    for entry, line, proof in written:
        common = {
            "order_id": line.order_id,
            "means": "cash-at-door",
            "at": now,
            "by_name": entry.by_name.strip()[:80],
        }
        earlier = before.get(line.book_line_id)
        if earlier is not None and earlier.cash_collected_fen:
            rows.append({
                **common, "natural_key": f"proof/{earlier.client_id}/superseded", "kind": "refund",
                "amount_fen": earlier.cash_collected_fen, "reference": f"proof/{earlier.id} superseded by proof/{proof}",
            })  # fmt: skip
        if entry.cash_collected_fen:
            rows.append({
                **common, "natural_key": f"proof/{entry.client_id}", "kind": "payment",
                "amount_fen": entry.cash_collected_fen, "reference": f"proof/{proof}",
            })  # fmt: skip
    if rows:
        db.execute(insert(Payment), rows)
