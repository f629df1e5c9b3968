"""Complaints: taken down by a desk, taken further by named persons. What was said stays encrypted, out of logs and audit."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.i18n import _
from mealroute.oversight import complaint_queries as queries
from mealroute.oversight.models import Complaint, ComplaintStep
from mealroute.oversight.records import NEXT_STATES, ComplaintId, ComplaintInput, ComplaintState

LONGEST = 1000


def take(db: Session, entry: ComplaintInput, *, by: Actor, clock: Clock) -> ComplaintId:
    """Take down a complaint; the same form sent twice gives the same complaint.

    The meal's run of that day says who brought and who cooked it. Without one (nothing was brought) the complaint
    stands on the resident alone and counts against nobody.

    Raises
    ------
    MealrouteError
        ``complaint-text``, ``complaint-day``, ``complaint-subject``; ``resident-not-found``, ``line-not-found`` or
        ``run-not-found`` outside the person's reach.
    """
    known = db.scalar(select(Complaint.id).where(Complaint.client_id == entry.client_id))
    if known is not None:
        return ComplaintId(known)
    if not 2 <= len(entry.text.strip()) <= LONGEST:
        raise MealrouteError("complaint-text", _("Write down what was said, in at most %(n)d characters.", n=LONGEST))
    _check_day(entry.day, clock)
    about = queries.subject(db, entry, scope=by.scope)
    row = Complaint(
        client_id=entry.client_id, kind=str(entry.kind), complainant=str(entry.complainant), day=about.day or entry.day, slot=about.slot or entry.slot,
        resident_id=about.resident_id, book_line_id=about.book_line_id, run_id=about.run_id, street_code=about.street_code,
        vendor_code=about.vendor_code, kitchen_vendor_code=about.kitchen_vendor_code, text=entry.text.strip(),
        by_name=by.name[:80], by_role=str(by.role), at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="oversight.complaint-taken", subject=f"complaint/{row.id}",
        detail={"kind": row.kind, "day": row.day.isoformat(), "vendor": row.vendor_code, "kitchen_vendor": row.kitchen_vendor_code},
    )  # fmt: skip
    return ComplaintId(row.id)


def _check_day(day: date, clock: Clock) -> None:
    if day > clock.today():
        raise MealrouteError("complaint-day", _("The day of the meal lies ahead."), _("Choose the day it happened."))


def step(
    db: Session,
    complaint_id: ComplaintId | int,
    state: ComplaintState,
    *,
    person: str,
    text: str,
    by: Actor,
    clock: Clock,
) -> None:
    """Take a complaint further: answered, confirmed or dismissed by a named person, with what they found.

    A decision may be revised by a later one. Two people at the same moment: one decision stands, the other is told.

    Raises
    ------
    MealrouteError
        ``complaint-not-found``, ``complaint-step`` (not the next step), ``named-person-missing``, ``complaint-text``,
        ``complaint-conflict``.
    """
    found = queries.complaint(db, complaint_id, scope=by.scope)
    if not person.strip():
        raise MealrouteError("named-person-missing", _("Who decides? A complaint goes on only with a person's name."))
    if not 2 <= len(text.strip()) <= LONGEST:
        raise MealrouteError("complaint-text", _("Write down what was found, in at most %(n)d characters.", n=LONGEST))
    if state not in NEXT_STATES[found.state]:
        raise Conflict(
            "complaint-step",
            _("Somebody has taken this complaint further already."),
            _("Load the page again and look where it stands."),
        )
    row = ComplaintStep(
        complaint_id=int(complaint_id), position=len(found.steps) + 1, state=str(state), person=person.strip()[:80],
        text=text.strip(), by_name=by.name[:80], at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise Conflict("complaint-conflict", _("Somebody has taken this complaint further already.")) from None
    audit.record(
        db, by=by, clock=clock, action=f"oversight.complaint-{state}", subject=f"complaint/{int(complaint_id)}",
        detail={"kind": str(found.kind)},
    )  # fmt: skip
