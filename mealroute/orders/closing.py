"""Closing the book, and changing it afterwards by amendments with reason and person. Frozen lines are never edited."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.menus.words import slot_label
from mealroute.orders import build, models, queries
from mealroute.orders.build import Ask
from mealroute.orders.context import DayContext, Money, locked_book, money_of
from mealroute.orders.materialise import ask_of, follow_ledger, reprice
from mealroute.orders.paying import needed_reason, settle_orders
from mealroute.orders.records import AmendmentKind, BookState, OrderBookRecord, OrderState, Pricing
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId, ResidentRecord


def close_book(db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock, pricing: Pricing) -> OrderBookRecord:
    """Freeze the orders of a day and slot with everything that planning, kitchen and money need.

    The orders are brought into line with the ledger first. A resident without a usable point, or for whom nothing on the
    menu is safe, is in the book with a flag; every line names who answers for it. Closing a closed book gives it back.
    """
    book = locked_book(db, day, slot)
    if book.state == BookState.CLOSED:
        return queries.book_of(db, book)
    context = DayContext(db=db, day=day, slot=slot)
    follow_ledger(context, by=by, clock=clock, pricing=pricing)
    if not context.service.serves:
        raise MealrouteError(
            "not-a-service-day",
            _("No meals are served on %(day)s.", day=day.isoformat()),
            _("Open the day in the service calendar, or choose another day."),
        )
    rows = [
        snapshot(context, order, context.in_service[order.resident_id]) | {"book_id": book.id, "revision": 0}
        for order in context.of_slot()
        if order.state == OrderState.PLACED
    ]
    if rows:
        db.execute(insert(models.BookLine).execution_options(render_nulls=True), rows)
    book.state, book.closed_at, book.closed_by = str(BookState.CLOSED), clock.now(), by.name
    db.flush()
    closed = queries.book_of(db, book)
    audit.record(
        db, by=by, clock=clock, action="orders.book-closed", subject=f"book/{day}/{slot}",
        detail={"lines": len(closed.lines), "portions": closed.portions}, rows=len(closed.lines), digest=closed.digest,
    )  # fmt: skip
    return closed


def snapshot(context: DayContext, order: models.Order, resident: ResidentRecord) -> dict[str, Any]:
    """The columns of an order's book line as everything stands now."""
    return build.line_columns(
        order,
        resident,
        station=context.stations.get(order.station_code or ""),
        owner=context.owners.get(resident.street_code, ""),
        categories=context.categories,
        diets=context.diets,
        paid_fen=context.money.get(order.id, Money()).paid_fen,
        zone=context.zones.get(resident.street_code, ""),
        meal_kind=context.meal_kinds.get(order.dish_code or "", ""),
    )


def closed_book(db: Session, day: date, slot: MealSlot) -> models.OrderBook:
    """The locked book, which has to be closed: an open one is changed by changing its orders."""
    book = locked_book(db, day, slot)
    if book.state != BookState.CLOSED:
        raise Conflict(
            "book-open",
            _("The %(slot)s book for %(day)s is still open.", slot=slot_label(slot), day=day.isoformat()),
            _("Change the order itself."),
        )
    return book


def amend_line(
    db: Session,
    order: models.Order,
    *,
    ask: Ask | None,
    reason: str,
    by: Actor,
    clock: Clock,
    pricing: Pricing,
    give_back: bool = True,
) -> None:
    """Take an order's line out of the closed book and, unless ``ask`` is None, put one with today's facts in its place.

    ``give_back`` False keeps the money of a cancelled order (the meal was already cooked, say).
    """
    reason = needed_reason(reason)
    slot = MealSlot(order.slot)
    book = closed_book(db, order.day, slot)
    line = line_in_effect(db, book, order.id)
    if line is None:
        raise Conflict(
            "order-not-in-book",
            _("This order is not in the book, or has been taken out already."),
            _("Load the page again."),
        )
    context = DayContext(db=db, day=order.day, slot=slot)
    new: models.BookLine | None = None
    if ask is None:
        order.state, order.cancel_reason, order.auto_cancelled = str(OrderState.CANCELLED), reason, False
        db.flush()
        if give_back:
            settle_orders(db, [order], money_of(db, [order.id]), by=by, clock=clock, reference=reason[:120])
    else:
        resident = resident_now(context, order.resident_id)
        order.edited = True
        reprice(context, resident, order, ask, pricing=pricing)
        settle_orders(db, [order], context.money, by=by, clock=clock, reference=reason[:120])
        columns = snapshot(context, order, resident)
        new = models.BookLine(**columns, book_id=book.id, revision=line.revision + 1)
        db.add(new)
        db.flush()
    kind = AmendmentKind.CANCEL if new is None else AmendmentKind.CHANGE
    write_amendment(db, book, kind, order, gone=line, new=new, reason=reason, by=by, clock=clock)


def add_line(
    context: DayContext,
    book: models.OrderBook,
    order: models.Order,
    resident: ResidentRecord,
    *,
    reason: str,
    by: Actor,
    clock: Clock,
) -> None:
    """Put an order that the closed book does not hold yet into it."""
    line = models.BookLine(**snapshot(context, order, resident), book_id=book.id, revision=0)
    context.db.add(line)
    context.db.flush()
    write_amendment(context.db, book, AmendmentKind.ADD, order, gone=None, new=line, reason=reason, by=by, clock=clock)


def write_amendment(
    db: Session,
    book: models.OrderBook,
    kind: AmendmentKind,
    order: models.Order,
    *,
    gone: models.BookLine | None,
    new: models.BookLine | None,
    reason: str,
    by: Actor,
    clock: Clock,
) -> None:
    """Record the amendment with what the line said before and after."""
    amendment = _amendment(book, kind, order, gone, new, reason=reason, by=by, clock=clock)
    db.add(amendment)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action=f"orders.amended-{kind}", subject=f"book/{book.day}/{book.slot}", reason=reason,
        detail={"amendment": amendment.id, "order": order.id},
    )  # fmt: skip


def amend_dishes(
    context: DayContext, book: models.OrderBook, *, reason: str, by: Actor, clock: Clock, pricing: Pricing
) -> int:
    """Amend every line in effect whose dish is no longer the one that the menu and the ledger give; returns how many.

    For a dish that half the district gets: one pass over the day, where ``amend_line`` would read the day for each line.
    """
    db = context.db
    gone = select(models.Amendment.cancels_line_id).where(
        models.Amendment.book_id == book.id, models.Amendment.cancels_line_id.is_not(None)
    )
    query = select(models.BookLine).where(models.BookLine.book_id == book.id, models.BookLine.id.not_in(gone))
    lines = {line.order_id: line for line in db.scalars(query)}
    orders = [order for order in context.of_slot() if order.id in lines]
    people = residents.by_ids(db, [ResidentId(order.resident_id) for order in orders], day=context.day)
    changes: list[tuple[models.Order, models.BookLine, models.BookLine]] = []
    for order in orders:
        person, decided = people[ResidentId(order.resident_id)], context.choices.get(order.resident_id)
        meal = build.served(person, context.menu, order.choice, context.diets, decided)
        if meal.dish_code != lines[order.id].dish_code:
            reprice(context, person, order, ask_of(order), pricing=pricing)
            changes.append((order, lines[order.id], models.BookLine()))
    settle_orders(db, [order for order, *_rest in changes], context.money, by=by, clock=clock, reference=reason[:120])
    for order, line, new in changes:
        columns = snapshot(context, order, people[ResidentId(order.resident_id)])
        for name, value in {**columns, "book_id": book.id, "revision": line.revision + 1}.items():
            setattr(new, name, value)
        db.add(new)
    db.flush()
    kind = AmendmentKind.CHANGE
    db.add_all(
        _amendment(book, kind, order, line, new, reason=reason, by=by, clock=clock) for order, line, new in changes
    )
    db.flush()
    return len(changes)


def _amendment(
    book: models.OrderBook,
    kind: AmendmentKind,
    order: models.Order,
    gone: models.BookLine | None,
    new: models.BookLine | None,
    *,
    reason: str,
    by: Actor,
    clock: Clock,
) -> models.Amendment:
    """What the line said before and after, where the two differ."""
    before, after = _facts(gone), _facts(new)
    return models.Amendment(
        book_id=book.id, kind=str(kind), order_id=order.id, cancels_line_id=gone.id if gone else None,
        adds_line_id=new.id if new else None, reason=reason, by_name=by.name, at=clock.now(),
        before={key: value for key, value in before.items() if after.get(key) != value or not after},
        after={key: value for key, value in after.items() if before.get(key) != value or not before},
    )  # fmt: skip


def line_in_effect(db: Session, book: models.OrderBook, order_id: int) -> models.BookLine | None:
    """The order's line that no amendment has taken out, if there is one."""
    gone = select(models.Amendment.cancels_line_id).where(
        models.Amendment.book_id == book.id, models.Amendment.cancels_line_id.is_not(None)
    )
    query = select(models.BookLine).where(
        models.BookLine.book_id == book.id, models.BookLine.order_id == order_id, models.BookLine.id.not_in(gone)
    )
    return db.scalars(query).one_or_none()


def resident_now(context: DayContext, resident_id: int) -> ResidentRecord:
    """The resident, in service that day or not: someone who has left may still have a line to change."""
    return residents.by_ids(context.db, [ResidentId(resident_id)], day=context.day)[ResidentId(resident_id)]


def _facts(line: models.BookLine | None) -> dict[str, Any]:
    """What an amendment shows of a line: codes and figures, no person."""
    if line is None:
        return {}
    names = (
        "quantity", "dish_code", "size", "delivery", "station_code", "diets", "window_from_s", "window_to_s", "lon", "lat",
        "cash_due_fen", "flag",
    )  # fmt: skip
    return {name: getattr(line, name) for name in names}
