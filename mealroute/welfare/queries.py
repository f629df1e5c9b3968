"""Reads of no silent day: who was last seen when, by whom and how; the calls of a day; who is expected to be met with a meal."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock
from mealroute.core.text import mask_name
from mealroute.delivery import street_rules
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.queries import current
from mealroute.delivery.records import CaseState
from mealroute.dispatch.fallback_models import CallCase, CallStep
from mealroute.dispatch.fallback_records import CallResult
from mealroute.orders.models import BookLine
from mealroute.residents.build import building_address
from mealroute.residents.models import Pause, Resident
from mealroute.residents.records import Living, ResidentState
from mealroute.welfare import rules
from mealroute.welfare.models import WelfareCall, WelfareContact
from mealroute.welfare.records import (
    CallMeans,
    CallRecord,
    ContactRecord,
    LastSeen,
    Person,
    Result,
    Sight,
    SilenceRules,
    Way,
    Why,
)
from mealroute.welfare.rulebook import silence_rules

SILENCE, SILENT = "silence", "silent"
"""The subject under which a street keeps its own hours (``street_rules``), and the kind of its cases."""
Sights = Select[Any, Any, Any, Any, Any]
"""Rows of resident, street, moment, name, way."""
LOOK_BACK = timedelta(days=60)
"""Who was not seen for so long was not seen for too long, whatever came before."""


def rules_by_street(db: Session, streets: Iterable[str], day: date) -> dict[str, SilenceRules]:
    """What holds in each street on a day: the district's rule with the street's own hours."""
    district = silence_rules(day)
    own = street_rules.on(db, SILENCE, day)
    return {code: _own(district, own.get(code)) for code in sorted(set(streets))}


def _own(district: SilenceRules, content: Mapping[str, object] | None) -> SilenceRules:
    if not content:
        return district
    counts = content.get("counts")
    return SilenceRules(
        longest_hours=int(str(content.get("longest_hours", district.longest_hours))),
        counts=frozenset(map(Way, counts)) if isinstance(counts, list) else district.counts,
        pauses_without_calls=district.pauses_without_calls, from_s=district.from_s, to_s=district.to_s, ahead_days=district.ahead_days,
    )  # fmt: skip


def people(db: Session, day: date, *, scope: Scope) -> tuple[Person, ...]:
    """Everybody in service within reach who lives at home, with the pause of that day."""
    pausing = (
        select(Pause.resident_id, func.max(Pause.reason).label("reason"))
        .where(Pause.cancelled_at.is_(None), Pause.starts_on <= day, Pause.ends_on.is_(None) | (Pause.ends_on >= day))
        .group_by(Pause.resident_id)
        .subquery()
    )
    query = (
        select(
            Resident.id,
            Resident.street_code,
            Resident.phone_index,
            Resident.state_since,
            Resident.created_at,
            pausing.c.reason,
        )
        .outerjoin(pausing, pausing.c.resident_id == Resident.id)
        .where(
            Resident.state == ResidentState.ACTIVE, Resident.living != Living.INSTITUTION, Resident.state_since <= day
        )
        .order_by(Resident.id)
    )
    if scope.streets is not None:
        query = query.where(Resident.street_code.in_(sorted(scope.streets)))
    return tuple(
        Person(
            resident_id=number,
            street_code=street,
            has_phone=phone is not None,
            since=max(since, made.date()),
            pause=pause,
        )
        for number, street, phone, since, made, pause in db.execute(query)
    )


def sights(
    db: Session, rules_of: Mapping[str, SilenceRules], *, now: datetime, only: Collection[int] | None = None
) -> dict[int, Sight]:
    """Resident → when they were last seen, by whom and how, by what counts in their street."""
    found: dict[int, Sight] = {}
    for source in (_doors(now), _contacts(now), _cases(now), _fallback_calls(now)):
        few = only is not None and len(only) <= 500
        wanted = source.where(source.selected_columns.resident_id.in_(sorted(only or ()))) if few else source
        for resident, street, at, by_name, way in db.execute(wanted):
            rule = rules_of.get(street)
            if rule is None or Way(way) not in rule.counts:
                continue
            if resident not in found or at > found[resident].at:
                found[resident] = Sight(at=at, by_name=by_name, way=Way(way))
    return found


def _newest(query: Sights) -> Sights:
    """Of each resident and way the newest row."""
    inner = query.subquery()
    rank = func.row_number().over(partition_by=(inner.c.resident_id, inner.c.way), order_by=inner.c.at.desc())
    ranked = select(inner, rank.label("rank")).subquery()
    columns = (ranked.c.resident_id, ranked.c.street_code, ranked.c.at, ranked.c.by_name, ranked.c.way)
    return select(*columns).where(ranked.c.rank == 1)


def _doors(now: datetime) -> Sights:
    at = func.coalesce(Proof.made_at, Proof.phone_at, Proof.server_at, type_=Proof.server_at.type)
    way = case((BookLine.station_code.is_not(None), literal(str(Way.COUNTER))), else_=literal(str(Way.DOOR)))
    return _newest(
        select(
            BookLine.resident_id.label("resident_id"), BookLine.street_code.label("street_code"), at.label("at"),
            Proof.by_name.label("by_name"), way.label("way"),
        )
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Proof.seen, Proof.server_at > now - LOOK_BACK, current())
    )  # fmt: skip


def _contacts(now: datetime) -> Sights:
    way = case(
        (WelfareContact.result == Result.SEEN, literal(str(Way.VISIT))), (WelfareContact.result == Result.SPOKE, literal(str(Way.CALL))),
        else_=literal(str(Way.CASE)),
    )  # fmt: skip
    return _newest(
        select(
            WelfareContact.resident_id.label("resident_id"), WelfareContact.street_code.label("street_code"), WelfareContact.at.label("at"),
            WelfareContact.person.label("by_name"), way.label("way"),
        ).where(WelfareContact.result != Result.NOT_REACHED, WelfareContact.at > now - LOOK_BACK)
    )  # fmt: skip


def _cases(now: datetime) -> Sights:
    return _newest(
        select(
            FollowUp.resident_id.label("resident_id"), FollowUp.street_code.label("street_code"), FollowUp.closed_at.label("at"),
            FollowUp.closed_by.label("by_name"), literal(str(Way.CASE)).label("way"),
        ).where(FollowUp.state == CaseState.CLOSED, FollowUp.closed_at > now - LOOK_BACK)
    )  # fmt: skip


def _fallback_calls(now: datetime) -> Sights:
    return _newest(
        select(
            CallCase.resident_id.label("resident_id"), CallCase.street_code.label("street_code"), CallStep.at.label("at"),
            CallStep.person.label("by_name"), literal(str(Way.CALL)).label("way"),
        )
        .join(CallCase, CallCase.id == CallStep.case_id)
        .where(CallStep.result == CallResult.WELL, CallStep.at > now - LOOK_BACK)
    )  # fmt: skip


def in_open_cases(db: Session) -> frozenset[int]:
    """Residents for whom somebody is looking already."""
    return frozenset(db.scalars(select(FollowUp.resident_id).where(FollowUp.state == CaseState.OPEN)))


def last_seen(db: Session, *, scope: Scope, clock: Clock) -> tuple[LastSeen, ...]:
    """Everybody in service within reach: the longest unseen first."""
    found = people(db, clock.today(), scope=scope)
    rules_of = rules_by_street(db, (each.street_code for each in found), clock.today())
    seen = sights(db, rules_of, now=clock.now())
    names = _names(db, [each.resident_id for each in found])
    rows = [
        LastSeen(
            resident_id=each.resident_id, resident_name=names[each.resident_id][0], street_code=each.street_code,
            address=names[each.resident_id][1], sight=seen.get(each.resident_id), pause=each.pause,
            until=rules.until(each, seen.get(each.resident_id), rules_of[each.street_code], clock.zone),
        )
        for each in found
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.until, row.resident_id)))


def calls(db: Session, first: date, last: date, *, scope: Scope, clock: Clock) -> tuple[CallRecord, ...]:
    """The calls and knocks of some days within reach: open ones first, the earliest due first."""
    query = select(WelfareCall).where(WelfareCall.day >= first, WelfareCall.day <= last)
    if scope.streets is not None:
        query = query.where(WelfareCall.street_code.in_(sorted(scope.streets)))
    rows = db.scalars(query.order_by(WelfareCall.due_at, WelfareCall.id)).all()
    attempts = _attempts(db, [row.id for row in rows])
    names = _names(db, [row.resident_id for row in rows])
    rules_of = rules_by_street(db, (row.street_code for row in rows), clock.today())
    seen = sights(db, rules_of, now=clock.now(), only={row.resident_id for row in rows}) if rows else {}
    found = []
    for row in rows:
        sight = seen.get(row.resident_id)
        found.append(
            CallRecord(
                id=row.id, resident_id=row.resident_id, resident_name=names[row.resident_id][0], street_code=row.street_code,
                address=names[row.resident_id][1], day=row.day, due_at=row.due_at, until=row.until, means=CallMeans(row.means),
                why=Why(row.why), owner=row.owner, attempts=tuple(attempts[row.id]),
                seen=sight if sight is not None and sight.at > row.planned_at else None,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (not each.open, each.due_at, each.id)))


def open_calls(db: Session, day: date, *, scope: Scope) -> int:
    """How many calls and knocks of a day nobody has settled yet; one statement."""
    settled = select(WelfareContact.id).where(
        WelfareContact.call_id == WelfareCall.id, WelfareContact.result != Result.NOT_REACHED
    )  # fmt: skip
    query = select(func.count()).select_from(WelfareCall).where(WelfareCall.day == day, ~settled.exists())
    if scope.streets is not None:
        query = query.where(WelfareCall.street_code.in_(sorted(scope.streets)))
    return db.scalar(query) or 0


def _attempts(db: Session, call_ids: Collection[int]) -> Mapping[int, list[ContactRecord]]:
    found: dict[int, list[ContactRecord]] = defaultdict(list)
    query = select(WelfareContact).where(WelfareContact.call_id.in_(sorted(call_ids))).order_by(WelfareContact.id)
    for row in db.scalars(query):
        if row.call_id is not None:
            found[row.call_id].append(
                ContactRecord(
                    means=CallMeans(row.means), result=Result(row.result), person=row.person, note=row.note, by_name=row.by_name, at=row.at
                )
            )  # fmt: skip
    return found


def _names(db: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Masked name and address down to the building."""
    found: dict[int, tuple[str, str]] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 10_000):
        query = select(Resident.id, Resident.name, Resident.address, Resident.building)
        for number, name, address, building in db.execute(query.where(Resident.id.in_(wanted[start : start + 10_000]))):
            found[number] = mask_name(name), building_address(address, building)
    return found
