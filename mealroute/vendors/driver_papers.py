"""Use-cases and reads of drivers' papers: a health certificate or a training that was shown moves the date that gates the roster."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.vendors import life, queries
from mealroute.vendors.driver_paper_models import DriverPaper
from mealroute.vendors.models import Driver
from mealroute.vendors.records import DriverRecord, works_on


class PaperKind(StrEnum):
    """What was shown."""

    HEALTH = "health-certificate"
    TRAINING = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecord:
    """One paper in the history. Dates are inclusive; ``valid_to`` None: it does not run out."""

    kind: PaperKind
    subject: str
    number: str
    issued_on: date
    valid_to: date | None
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Somebody who would work on a day and may not: the plan leaves them out."""

    code: str
    name: str
    why: str


def held_back(db: Session, day: date) -> tuple[HeldBack, ...]:
    """Drivers on duty that day whose papers have run out, with which; one statement, nothing sealed is opened."""
    row = Driver
    query = select(row.code, row.name, row.weekdays, row.health_certificate_to, row.training_to).where(
        row.active.is_(True), (row.health_certificate_to < day) | (row.training_to < day)
    )
    return tuple(
        HeldBack(code, name, _("health certificate until %(day)s", day=health.isoformat()) if health is not None and health < day else _("training until %(day)s", day=training.isoformat() if training else ""))
        for code, name, weekdays, health, training in db.execute(query.order_by(row.code)).tuples()
        if works_on(day, weekdays, active=True)
    )  # fmt: skip


def driver(db: Session, driver_id: int, *, scope: Scope) -> DriverRecord:
    """One driver by the number of their page. Raises NotFound, also out of the scope's vendor, kitchen or person."""
    code = db.scalar(select(Driver.code).where(Driver.id == driver_id))
    found = next((each for each in queries.drivers(db, scope=scope) if each.code == code), None)
    if found is None or scope.station is not None:
        raise NotFound("driver-not-found", _("There is no such driver."))
    return found


def page_numbers(db: Session) -> dict[str, int]:
    """Driver code → the number of the page."""
    return dict(db.execute(select(Driver.code, Driver.id)).tuples().all())


def papers(db: Session, driver_code: str) -> tuple[PaperRecord, ...]:
    """Everything that was ever shown, the newest note first."""
    query = select(DriverPaper).where(DriverPaper.driver_code == driver_code).order_by(DriverPaper.id.desc())
    return tuple(
        PaperRecord(
            kind=PaperKind(row.kind), subject=row.subject, number=row.number, issued_on=row.issued_on, valid_to=row.valid_to, note=row.note,
            by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def note(
    db: Session,
    driver_code: str,
    kind: PaperKind,
    *,
    issued_on: date,
    valid_to: date | None,
    number: str = "",
    subject: str = "",
    remark: str = "",
    by: Actor,
    clock: Clock,
) -> bool:
    """Write a paper down and move the driver's date to its end. The same paper again changes nothing: False.

    The paper noted last rules: a shorter one corrects a longer one that was a slip.

    Raises
    ------
    MealrouteError
        ``driver-not-found``, ``dates-out-of-order``, ``paper-end-needed``, ``issued-in-future``.
    """
    life.no_vendor_account(by)
    row = db.scalar(select(Driver).where(Driver.code == driver_code).with_for_update())
    if row is None:
        raise NotFound("driver-not-found", _("There is no such driver."))
    if valid_to is None and kind is PaperKind.HEALTH:
        raise MealrouteError("paper-end-needed", _("A health certificate runs out: write down until when it is valid."))
    if valid_to is not None and valid_to < issued_on:
        raise MealrouteError("dates-out-of-order", _("The paper ends before it begins."), _("Correct the two dates."))
    if issued_on > clock.today():
        raise MealrouteError("issued-in-future", _("A paper cannot have been issued in the future."))
    number, subject = number.strip()[:60], subject.strip()[:80]
    last = valid_to.isoformat() if valid_to else "-"
    entry = {
        "natural_key": f"{driver_code}/{kind}/{subject}/{number}/{issued_on.isoformat()}/{last}"[:200], "driver_code": driver_code, "kind": str(kind),
        "subject": subject, "number": number, "issued_on": issued_on, "valid_to": valid_to, "note": remark.strip(), "by_name": by.name, "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, DriverPaper, [entry], DriverPaper.id):
        return False
    if kind is PaperKind.HEALTH:
        row.health_certificate_to = valid_to
    else:
        row.training_to = valid_to
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="vendors.driver-paper", subject=f"driver/{driver_code}",
        detail={"kind": str(kind), "valid_to": last},
    )  # fmt: skip
    return True
