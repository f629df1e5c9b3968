"""Dated pauses: enter, shorten, lengthen, cancel, whether they lie ahead or are under way. Days that are over stay as they were."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.residents.build import pause_record
from mealroute.residents.loading import reach
from mealroute.residents.models import Pause, Resident
from mealroute.residents.records import PauseReason, PauseRecord, ResidentId
from mealroute.residents.rules import day_before, overlaps


def pause(
    db: Session,
    resident_id: ResidentId,
    starts_on: date,
    ends_on: date | None,
    reason: PauseReason,
    *,
    note: str = "",
    by: Actor,
    clock: Clock,
) -> PauseRecord:
    """No meals from ``starts_on`` to ``ends_on``, both included; None = until further notice.

    The same pause entered twice is one pause. It begins today at the earliest: meals of days that are over have their outcome.
    """
    resident = reach(db, resident_id, by)
    for held in _pauses(db, resident_id):
        if (held.starts_on, held.ends_on, held.cancelled) == (starts_on, ends_on, False):
            return held
    _check(db, resident_id, starts_on, ends_on, clock=clock)
    row = Pause(
        resident_id=resident_id, starts_on=starts_on, ends_on=ends_on, reason=str(reason), note=note.strip(),
        created_by=by.name, created_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    _note("residents.paused", resident, row, by=by, clock=clock, db=db)
    return pause_record(row)


def change_pause(
    db: Session, pause_id: int, *, starts_on: date, ends_on: date | None, by: Actor, clock: Clock
) -> PauseRecord:
    """Shorten or lengthen a pause. One under way keeps its first day; its last day is yesterday at the earliest."""
    row, resident = _open(db, pause_id, by, clock)
    today = clock.today()
    if row.starts_on <= today and starts_on != row.starts_on:
        raise Conflict(
            "pause-under-way",
            _("This pause has begun; its first day stays."),
            _("Change the last day, or cancel the pause."),
        )
    if row.starts_on < today and ends_on is not None and ends_on < day_before(today):
        raise Conflict("pause-in-past", _("Days that are over stay paused."), _("End it yesterday at the earliest."))
    if (row.starts_on, row.ends_on) != (starts_on, ends_on):
        _check(db, row.resident_id, starts_on, ends_on, clock=clock, own=row)
        row.starts_on, row.ends_on = starts_on, ends_on
        _note("residents.pause-changed", resident, row, by=by, clock=clock, db=db)
    return pause_record(row)


def cancel_pause(db: Session, pause_id: int, *, by: Actor, clock: Clock) -> PauseRecord:
    """Meals again from today. A pause that has not begun is cancelled, one under way ends yesterday."""
    row, resident = _open(db, pause_id, by, clock)
    if row.starts_on >= clock.today():
        row.cancelled_at = clock.now()
    else:
        row.ends_on = day_before(clock.today())
    _note("residents.pause-cancelled", resident, row, by=by, clock=clock, db=db)
    return pause_record(row)


def _open(db: Session, pause_id: int, by: Actor, clock: Clock) -> tuple[Pause, Resident]:
    row = db.get(Pause, pause_id)
    if row is None:
        raise NotFound("pause-not-found", _("There is no such pause."))
    resident = reach(db, ResidentId(row.resident_id), by)
    if row.cancelled_at is not None or (row.ends_on is not None and row.ends_on < clock.today()):
        raise Conflict("pause-over", _("This pause is over."), _("Enter a new one."))
    return row, resident


def _check(
    db: Session, resident_id: int, starts_on: date, ends_on: date | None, *, clock: Clock, own: Pause | None = None
) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise MealrouteError("pause-order", _("The pause ends before it begins."), _("Correct the two dates."))
    if (own is None or starts_on != own.starts_on) and starts_on < clock.today():
        raise MealrouteError(
            "pause-in-past", _("A pause begins today at the earliest."), _("Enter today as its first day.")
        )
    others = [held for held in _pauses(db, resident_id) if own is None or held.id != own.id]
    clash = overlaps(starts_on, ends_on, others)
    if clash is not None:
        raise Conflict(
            "pause-overlaps",
            _(
                "There is a pause from %(start)s to %(end)s already.",
                start=clash.starts_on.isoformat(),
                end=clash.ends_on.isoformat() if clash.ends_on else "…",
            ),
            _("Change that one instead."),
        )


def _pauses(db: Session, resident_id: int) -> list[PauseRecord]:
    query = select(Pause).where(Pause.resident_id == resident_id).order_by(Pause.id)
    return [pause_record(row) for row in db.scalars(query)]


def _note(action: str, resident: Resident, row: Pause, *, by: Actor, clock: Clock, db: Session) -> None:
    detail = {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat() if row.ends_on else None}
    audit.record(db, by=by, clock=clock, action=action, subject=f"resident/{resident.code}", detail=detail)
