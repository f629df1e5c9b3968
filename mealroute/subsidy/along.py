"""What is read along with the rows of a month, for whoever looks at the same meals afterwards: each door is asked for once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mealroute.core.bulk import rows
from mealroute.core.money import Fen
from mealroute.orders.models import BookLine, OrderBook, Payment

PAYMENT = (Payment.id, Payment.order_id, Payment.kind, Payment.amount_fen, Payment.means, Payment.reference)
"""Columns of ``Along.payments``."""

Column = InstrumentedAttribute[Any]
Row = tuple[Any, ...]


def beside(own: Sequence[Any], asked: Sequence[Column]) -> tuple[list[Column], Callable[[Row], Row]]:
    """Of the columns that are asked for, those that a query of its ``own`` columns lacks; and what picks the asked ones from its rows."""
    places = {id(column): place for place, column in enumerate(own)}
    lacking = [column for column in asked if id(column) not in places]
    places |= {id(column): len(own) + place for place, column in enumerate(lacking)}
    return lacking, itemgetter(*(places[id(column)] for column in asked))


@dataclass(slots=True, kw_only=True)
class Along:
    """``of_lines``, ``of_doors``: which columns of a book line with its order, and of a proof with its visit, are read along.

    The reading fills in the rest. ``lines``: book line → its values; ``doors``: values of each standing proof, ``book_lines`` its line;
    ``payments``: in the order of entry.
    """

    of_lines: Sequence[Column]
    of_doors: Sequence[Column]
    lines: dict[int, Row] = field(default_factory=dict)
    doors: list[Row] = field(default_factory=list)
    book_lines: list[int] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether the line of every door was read, too."""
        return all(map(self.lines.__contains__, self.book_lines))

    def pay(self, db: Session, in_book: Sequence[Any]) -> dict[int, Fen]:
        """Read the payments of the orders in some books; order → what stands as paid."""
        orders = select(BookLine.order_id).join(OrderBook, OrderBook.id == BookLine.book_id).where(*in_book)
        self.payments = rows(db, select(*PAYMENT).where(Payment.order_id.in_(orders)).order_by(Payment.id))
        paid: dict[int, Fen] = {}
        for _id, order, kind, fen, *_how in self.payments:
            paid[order] = paid.get(order, 0) + (fen if kind == "payment" else -fen)
        return paid
