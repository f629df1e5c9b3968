"""Messages from the desk to a driver on the road: written once, read on the driver's page, the receipt back on the board."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery.message_models import DriverMessage, DriverMessageReceipt
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.notice_records import Means
from mealroute.dispatch.records import RunRecord, RunState

LONGEST = 300
"""A driver reads it at a kerb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; ``seen_at`` None: not read yet."""

    id: int
    run_id: int
    driver_code: str
    text: str
    by_name: str
    at: datetime
    seen_at: datetime | None = None
    seen_means: Means | None = None
    seen_by: str = ""


def send(db: Session, run_id: int, text: str, *, client_id: str, by: Actor, clock: Clock) -> bool:
    """Write a message to the driver of a run. True = written, False = it was here already.

    Raises
    ------
    MealrouteError
        ``run-not-found``, ``run-not-open``, ``driver-unknown``, ``message-empty``, ``message-too-long``.
    """
    run = dispatch.run(db, run_id, scope=by.scope)
    if run.state is RunState.WITHDRAWN:
        raise Conflict("run-not-open", _("This run is not open any more."), _("Write to the run that took its place."))
    if not run.driver_code:
        raise Conflict(
            "driver-unknown", _("No driver is named for this run."), _("Name a driver first, or ring the vendor.")
        )
    text = text.strip()
    if not text:
        raise MealrouteError("message-empty", _("Write what the driver should know."))
    if len(text) > LONGEST:
        raise MealrouteError(
            "message-too-long", _("At most %(n)d characters: the driver reads it at a kerb.", n=LONGEST), _("Say it shorter, or ring.")
        )  # fmt: skip
    row = {
        "client_id": client_id, "run_id": run.id, "day": run.day, "slot": run.slot, "driver_code": run.driver_code, "text": text,
        "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip
    new = dict(insert_new(db, DriverMessage, [row], DriverMessage.client_id, DriverMessage.id))
    if not new:
        return False
    audit.record(
        db, by=by, clock=clock, action="delivery.message-sent", subject=f"run/{run.id}", detail={"message": new[client_id]}
    )  # fmt: skip
    return True


def of_driver(db: Session, run: RunRecord) -> tuple[Message, ...]:
    """Every message of the meal to the driver of a run, the newest first."""
    if not run.driver_code:
        return ()
    rows = DriverMessage
    query = _read().where(rows.day == run.day, rows.slot == run.slot, rows.driver_code == run.driver_code)
    return tuple(_message(*row) for row in db.execute(query).tuples())


def of_runs(db: Session, day: date, slot: str, drivers: Collection[str]) -> tuple[Message, ...]:
    """Messages of a meal to the given drivers, the newest first."""
    rows = DriverMessage
    query = _read().where(rows.day == day, rows.slot == str(slot), rows.driver_code.in_(sorted(drivers)))
    return tuple(_message(*row) for row in db.execute(query).tuples())


def unseen(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Those that nobody has read, the oldest first."""
    return tuple(reversed([each for each in messages if each.seen_at is None]))


def seen(db: Session, run: RunRecord, message_ids: Collection[int], *, by: Actor, clock: Clock) -> int:
    """The driver of a run has read messages on their page; how many were new. Ids of others' are passed over."""
    theirs = {each.id for each in unseen(of_driver(db, run))}
    return _receipts(db, theirs.intersection(message_ids), Means.PAGE, by=by, clock=clock)


def told(db: Session, message_id: int, *, by: Actor, clock: Clock) -> bool:
    """The desk has told a message on the phone. Raises NotFound, also where its run lies outside the person's reach."""
    row = db.get(DriverMessage, message_id)
    if row is None:
        raise NotFound("message-not-found", _("There is no such message."))
    dispatch.run(db, row.run_id, scope=by.scope)
    return bool(_receipts(db, {message_id}, Means.PHONE, by=by, clock=clock))


def _receipts(db: Session, message_ids: Collection[int], means: Means, *, by: Actor, clock: Clock) -> int:
    rows = [
        {"message_id": number, "means": str(means), "by_name": by.name[:80], "at": clock.now()}
        for number in sorted(message_ids)
    ]
    new = insert_new(db, DriverMessageReceipt, rows, DriverMessageReceipt.message_id, DriverMessageReceipt.id)
    for number, _receipt in new:
        audit.record(
            db, by=by, clock=clock, action="delivery.message-seen", subject=f"message/{number}", detail={"means": str(means)}
        )  # fmt: skip
    return len(new)


def _read() -> Select[DriverMessage, DriverMessageReceipt]:
    """Messages with their receipt, which may be missing."""
    return (
        select(DriverMessage, DriverMessageReceipt)
        .outerjoin(DriverMessageReceipt, DriverMessageReceipt.message_id == DriverMessage.id)
        .order_by(DriverMessage.id.desc())
    )


def _message(row: DriverMessage, receipt: DriverMessageReceipt | None) -> Message:
    return Message(
        id=row.id, run_id=row.run_id, driver_code=row.driver_code, text=row.text, by_name=row.by_name, at=row.at,
        seen_at=receipt.at if receipt else None, seen_means=Means(receipt.means) if receipt else None, seen_by=receipt.by_name if receipt else "",
    )  # fmt: skip
