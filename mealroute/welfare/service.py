"""Use-cases of no silent day: make the list of calls and knocks, write down what came of one, set a street's hours."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import cases, street_rules
from mealroute.delivery.models import FollowUp
from mealroute.delivery.records import CaseState
from mealroute.menus import queries as menus
from mealroute.residents.models import Resident
from mealroute.welfare import expected, queries, rules
from mealroute.welfare.models import WelfareCall, WelfareContact
from mealroute.welfare.records import CallMeans, Need, Result, Way
from mealroute.welfare.rulebook import silence_rules

MOST_HOURS = 24 * 31


def needed(db: Session, *, scope: Scope, clock: Clock, first: date | None = None) -> tuple[Need, ...]:
    """Who has to be called or visited from today on (as many days as the rule looks ahead), whom nobody is looking for already."""
    today = first or clock.today()
    days = [today + timedelta(days=n) for n in range(silence_rules(today).ahead_days + 1)]
    looking = queries.in_open_cases(db)
    people = [each for each in queries.people(db, today, scope=scope) if each.resident_id not in looking]
    rules_of = queries.rules_by_street(db, (each.street_code for each in people), today)
    seen = queries.sights(db, rules_of, now=clock.now())
    met = expected.meetings(db, days)
    served = {day for day in days if menus.service_day(db, day).serves}
    return rules.needs(people, seen, met, rules_of, served=served, days=days, now=clock.now(), zone=clock.zone)


def unplanned(db: Session, *, by: Actor = SYSTEM, clock: Clock) -> tuple[Need, ...]:
    """Of what is needed, what is on no list yet; reads only."""
    held = _held(db, clock)
    return tuple(need for need in needed(db, scope=by.scope, clock=clock) if need.resident_id not in held)


def _held(db: Session, clock: Clock) -> set[int]:
    return set(db.scalars(select(WelfareCall.resident_id).where(WelfareCall.day >= clock.today())))


def plan_calls(db: Session, wanted: Sequence[Need] | None = None, *, by: Actor = SYSTEM, clock: Clock) -> int:
    """Put what is needed on the list, each with an owner; how many are new. Who is on the list for these days is not put there twice.

    ``wanted``: what ``unplanned`` found a moment ago; None looks now. Idempotent: planning the day, a tick and a person may all do it.
    """
    wanted = needed(db, scope=by.scope, clock=clock) if wanted is None else wanted
    held = _held(db, clock)
    names = areas.street_names(db)
    rows = [
        {
            "day": need.day, "resident_id": need.resident_id, "street_code": need.street_code, "means": str(need.means), "why": str(need.why),
            "owner": _owner(need, names.get(need.street_code, need.street_code)), "due_at": need.due_at, "until": need.until,
            "planned_by": by.name, "planned_at": clock.now(),
        }
        for need in wanted
        if need.resident_id not in held
    ]  # fmt: skip
    new = insert_new(db, WelfareCall, rows, WelfareCall.id)
    if new:
        audit.record(
            db,
            by=by,
            clock=clock,
            action="welfare.calls-planned",
            subject=f"calls/{clock.today().isoformat()}",
            rows=len(new),
        )
    return len(new)


def _owner(need: Need, street: str) -> str:
    if need.means is CallMeans.KNOCK:
        return _("%(street)s station", street=street)
    return _("%(street)s dispatcher", street=street)


def record_contact(
    db: Session,
    resident_id: int,
    *,
    means: CallMeans,
    result: Result,
    person: str,
    note: str = "",
    call_id: int | None = None,
    client_id: str,
    by: Actor,
    clock: Clock,
) -> bool:
    """What came of a call or a knock, and who says so. True = written, False = this very record was here before.

    *Spoke*, *seen* and *away* (somebody by name knows where) end the planned call and close an open silence case. *Not reached* leaves
    both open and needs no more than a name. Raises NotFound beyond the scope, MealrouteError ``named-person-missing``, ``how-missing``.
    """
    resident = db.get(Resident, resident_id)
    if resident is None or not by.scope.sees_street(resident.street_code):
        raise NotFound("resident-not-found", _("There is no such resident."))
    person = person.strip() or by.name
    if result is Result.AWAY and not note.strip():
        raise MealrouteError("how-missing", _("Write down where the person is, and who says so."))
    row = {
        "client_id": client_id, "resident_id": resident_id, "call_id": call_id, "street_code": resident.street_code, "means": str(means),
        "result": str(result), "person": person[:80], "note": note.strip()[:300], "by_name": by.name[:80], "at": clock.now(),
    }  # fmt: skip
    if not insert_new(db, WelfareContact, [row], WelfareContact.id):
        return False
    audit.record(
        db, by=by, clock=clock, action="welfare.contact-recorded", subject=f"resident/{resident.code}",
        detail={"means": str(means), "result": str(result), "call": call_id},
    )  # fmt: skip
    if result is not Result.NOT_REACHED:
        _close_silence(db, resident_id, person=person, result=result, note=note, by=by, clock=clock)
    return True


def _close_silence(
    db: Session, resident_id: int, *, person: str, result: Result, note: str, by: Actor, clock: Clock
) -> None:
    query = select(FollowUp.id).where(
        FollowUp.resident_id == resident_id, FollowUp.kind == queries.SILENT, FollowUp.state == CaseState.OPEN
    )
    how = {
        Result.SPOKE: _("Spoke to the person on the phone."), Result.SEEN: _("Seen in person."), Result.AWAY: _("Known to be elsewhere."),
    }[result]  # fmt: skip
    for number in db.scalars(query).all():
        cases.close_follow_up(db, number, named_person=person, how=f"{how} {note.strip()}".strip(), by=by, clock=clock)


def overdue_calls(db: Session, *, clock: Clock) -> int:
    """Calls and knocks past their time that nobody has settled become cases on the ladder; how many are new."""
    opened = 0
    for call in queries.calls(
        db, clock.today() - timedelta(days=7), clock.today(), scope=Scope.everything(), clock=clock
    ):
        if call.overdue(clock.now()):
            new = cases.open_case(
                db, natural_key=f"silent/{call.id}", kind=queries.SILENT, resident_id=call.resident_id, street_code=call.street_code,
                note=_("nobody has seen or heard the person in time"), by=SYSTEM, clock=clock,
            )  # fmt: skip
            opened += new is not None
    return opened


def set_hours(
    db: Session,
    street_code: str,
    hours: int,
    counts: Collection[Way],
    *,
    from_day: date,
    reason: str,
    by: Actor,
    clock: Clock,
) -> bool:
    """The street's own longest time, and what counts as seen there. Raises MealrouteError ``hours-out-of-range``, ``nothing-counts``
    besides what ``street_rules.put`` raises.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise MealrouteError("hours-out-of-range", _("Between an hour and a month."))
    if not counts:
        raise MealrouteError("nothing-counts", _("Something has to count as seen."))
    district = silence_rules(from_day)
    content: dict[str, object] = {}
    if hours != district.longest_hours:
        content["longest_hours"] = hours
    if frozenset(counts) != district.counts:
        content["counts"] = sorted(map(str, counts))
    return street_rules.put(
        db, queries.SILENCE, street_code, content, from_day=from_day, reason=reason, by=by, clock=clock
    )
