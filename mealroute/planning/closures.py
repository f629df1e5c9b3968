"""Roads closed for a day: kept with the reason, reckoned with by every plan and every change of a plan of that day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.adapters.travel_closed import Closed
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.planning.closure_models import RoadClosure

LEAST_M, MOST_M = 20, 500
"""A circle smaller than a junction closes nothing; what is larger is several circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRecord:
    """One closed place of a day."""

    id: int
    day: date
    closed: Closed
    reason: str
    by_name: str
    at: datetime


def on(db: Session, day: date) -> tuple[ClosureRecord, ...]:
    """What is closed on a day and has not been opened again."""
    rows = db.scalars(select(RoadClosure).where(RoadClosure.day == day).order_by(RoadClosure.id)).all()
    opened = {row.reopens_id for row in rows}
    return tuple(
        ClosureRecord(
            id=row.id, day=row.day, closed=Closed(lon=row.lon, lat=row.lat, radius_m=row.radius_m), reason=row.reason,
            by_name=row.by_name, at=row.at,
        )
        for row in rows
        if row.reopens_id is None and row.id not in opened
    )  # fmt: skip


def closed_on(db: Session, day: date) -> tuple[Closed, ...]:
    """The same as what ``adapters.networks.travel_of`` takes."""
    return tuple(record.closed for record in on(db, day))


def close(db: Session, day: date, at: LonLat, radius_m: int, reason: str, *, by: Actor, clock: Clock) -> int:
    """Close the roads round a place for a day; closing the same again gives the closure that stands.

    Raises MealrouteError ``reason-needed``, ``radius-out-of-range``.
    """
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the road is closed."))
    if not LEAST_M <= radius_m <= MOST_M:
        raise MealrouteError(
            "radius-out-of-range", _("A closure reaches %(least)d to %(most)d m.", least=LEAST_M, most=MOST_M), _("Close a longer road in several places.")
        )  # fmt: skip
    wanted = Closed(lon=at.lon, lat=at.lat, radius_m=radius_m)
    standing = next((record.id for record in on(db, day) if record.closed == wanted), None)
    if standing is not None:
        return standing
    row = RoadClosure(
        day=day, lon=at.lon, lat=at.lat, radius_m=radius_m, reason=reason.strip(), by_name=by.name, at=clock.now()
    )
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="planning.road-closed", subject=f"closure/{row.id}", reason=reason.strip(),
        detail={"day": day.isoformat(), "radius_m": radius_m},
    )  # fmt: skip
    return row.id


def reopen(db: Session, closure_id: int, reason: str, *, by: Actor, clock: Clock) -> None:
    """The road is open again. Twice changes nothing. Raises NotFound."""
    row = db.get(RoadClosure, closure_id)
    if row is None or row.reopens_id is not None:
        raise NotFound("closure-not-found", _("There is no such closure."))
    if not any(record.id == closure_id for record in on(db, row.day)):
        return
    db.add(
        RoadClosure(
            day=row.day, lon=row.lon, lat=row.lat, radius_m=row.radius_m, reason=reason.strip(), by_name=by.name, at=clock.now(),
            reopens_id=closure_id,
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="planning.road-opened", subject=f"closure/{closure_id}", reason=reason.strip(), detail={"day": row.day.isoformat()}
    )  # fmt: skip
