"""What each street pays, in minutes of driving, for the same face and the same hour: set by the street, dated, never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.planning.price_models import StreetPrice
from mealroute.planning.rules import FacePrice

MOST_FACE_S, MOST_HOUR_S = 3600, 60
"""An hour of driving for one face, or a minute of driving for one minute, is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPriceRecord:
    """One setting: what, from when, by whom and why."""

    street_code: str
    from_day: date
    price: FacePrice
    reason: str
    by_name: str
    at: datetime


def on(db: Session, day: date) -> Mapping[str, FacePrice]:
    """Street code → the price that it set itself and that holds on ``day``; streets that set none are absent."""
    query = select(StreetPrice).where(StreetPrice.from_day <= day).order_by(StreetPrice.from_day, StreetPrice.id)
    return {row.street_code: FacePrice(row.known_face, row.usual_hour) for row in db.scalars(query)}


def history(db: Session, street_code: str) -> tuple[StreetPriceRecord, ...]:
    """Everything that a street ever set, the newest first."""
    query = select(StreetPrice).where(StreetPrice.street_code == street_code)
    return tuple(
        StreetPriceRecord(
            street_code=row.street_code, from_day=row.from_day, price=FacePrice(row.known_face, row.usual_hour),
            reason=row.reason, by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query.order_by(StreetPrice.from_day.desc(), StreetPrice.id.desc()))
    )  # fmt: skip


def set_price(
    db: Session, street_code: str, price: FacePrice, *, from_day: date, reason: str, by: Actor, clock: Clock
) -> None:
    """From ``from_day`` on the street pays this. Plans that are made already stay as they are; the same again adds nothing.

    Raises Forbidden for somebody of another street; MealrouteError ``price-out-of-range``, ``price-in-the-past``, ``reason-needed``.
    """
    if not by.scope.sees_street(street_code):
        raise Forbidden("street-not-yours", _("This street is not yours."), _("Ask its dispatcher."))
    if not (0 <= price.known_face <= MOST_FACE_S and 0 <= price.usual_hour <= MOST_HOUR_S):
        raise MealrouteError(
            "price-out-of-range", _("A face costs 0 to 60 minutes, a minute nearer to the usual hour 0 to 60 seconds."), _("Write a smaller number.")
        )  # fmt: skip
    if from_day < clock.today():
        raise MealrouteError(
            "price-in-the-past", _("A price begins today or later: plans of the past keep theirs."), _("Choose another day.")
        )  # fmt: skip
    if not reason.strip():
        raise MealrouteError("reason-needed", _("Say why the price changes."))
    if on(db, from_day).get(street_code) == price:
        return
    row = StreetPrice(
        street_code=street_code, from_day=from_day, known_face=price.known_face, usual_hour=price.usual_hour, reason=reason.strip(),
        by_name=by.name, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="planning.street-price-set", subject=f"street/{street_code}", reason=reason.strip(),
        detail={"from": from_day.isoformat(), "known_face_s": price.known_face, "usual_hour_s": price.usual_hour},
    )  # fmt: skip
