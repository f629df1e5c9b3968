"""A run with what its doors said, in the words of progress. What a version says for good is remembered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.geo import LonLat
from mealroute.core.memory import Memory
from mealroute.delivery import progress_rules as rules
from mealroute.delivery import queries
from mealroute.delivery.progress_records import LineFact, RouteFacts, VisitFact
from mealroute.delivery.records import LineOutcome, Source, StationReceiptRecord
from mealroute.dispatch import transfers
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunState
from mealroute.experience import queries as experience
from mealroute.menus.timetable import times_of
from mealroute.orders.models import BookLine
from mealroute.planning import queries as planning
from mealroute.planning.build import MatrixOf
from mealroute.planning.doors import learnt
from mealroute.planning.opened import opened
from mealroute.planning.records import PlanVersionId, PlanVersionRecord, RouteRecord, VisitKind, VisitRecord
from mealroute.vendors.models import Vehicle


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """What a version says for good: its routes by id, and how much longer than planned each line's person takes to open."""

    routes: Mapping[int, RouteRecord]
    slow: Mapping[int, int]


class LiveMemory:
    """What one process remembers for the live boards of its database."""

    def __init__(self) -> None:
        self.versions: Memory[KnownVersion] = Memory(8)
        self.ways: Memory[Mapping[tuple[int, int], int]] = Memory(200)


def facts_on(
    db: Session, day: date, run_ids: Sequence[int], said: Mapping[int, LineOutcome], memory: LiveMemory, clock: Clock, matrix_of: MatrixOf | None
) -> dict[int, RouteFacts]:  # fmt: skip
    """The standing ones among the given runs; ``matrix_of`` measures ways where a driver has left the order of the sheet."""
    rows = db.scalars(select(Run).where(Run.id.in_(run_ids), Run.state != RunState.WITHDRAWN)).all()
    versions = {number: _version(db, number, memory) for number in sorted({row.version_id for row in rows})}
    known = {route.id: route for each in versions.values() for route in each.routes.values()}
    hands = transfers.of_versions(db, versions)
    every = tuple(known.values()) if hands else ()
    if any(row.route_id not in known for row in rows):
        known |= {route.id: route for route in opened(db, versions)}
    routes = transfers.routes_driven(db, {row.id: known[row.route_id] for row in rows}, hands, every)
    moved = {held.visit_id for held in hands}
    stations = [visit.id for route in routes.values() for visit in route.visits if visit.station_code]
    signed = queries.station_receipts(db, stations) if stations else {}
    profiles = dict(db.execute(select(Vehicle.code, Vehicle.profile)).tuples().all()) if matrix_of else {}
    midnight = at_seconds(day, 0, clock.zone)
    found = {}
    for row in rows:
        slow = versions[row.version_id].slow
        facts = facts_of(row.id, row.number, routes[row.id], said, signed, slow, midnight=midnight, moved=moved)
        if matrix_of is not None and rules.ways_needed(facts):
            ways = memory.ways.get(
                (row.id, tuple(visit.visit_id for visit in facts.visits)),
                lambda row=row, facts=facts: _ways(facts, profiles.get(row.vehicle_code, "van"), matrix_of),  # type: ignore[misc]
            )
            facts = replace(facts, ways=ways)
        found[row.id] = facts
    return found


def facts_of(
    run_id: int, number: int, route: RouteRecord, said: Mapping[int, LineOutcome], signed: Mapping[int, StationReceiptRecord], slow: Mapping[int, int],
    *, midnight: datetime, moved: Collection[int] = (),
) -> RouteFacts:  # fmt: skip
    """One run in the words of progress. ``moved``: visits that changed hands, whose ways are not the plan's."""
    moved = frozenset(moved)
    doors = 0
    visits: list[VisitFact] = []
    for position, visit in enumerate(route.visits):
        doors += visit.kind is VisitKind.JOB
        before = route.visits[position - 1] if position else None
        follows = before is not None and before.position + 1 == visit.position and not {before.id, visit.id} & moved
        fact = _visit(visit, position, doors, said, signed, slow, midnight=midnight)
        visits.append(replace(fact, follows=follows))
    return RouteFacts(run_id=run_id, number=number, visits=tuple(visits))


def _visit(
    visit: VisitRecord, position: int, doors: int, said: Mapping[int, LineOutcome], signed: Mapping[int, StationReceiptRecord], slow: Mapping[int, int],
    *, midnight: datetime,
) -> VisitFact:  # fmt: skip
    receipt = signed.get(visit.id)
    return VisitFact(
        visit_id=visit.id, position=position, kind=visit.kind, number=doors if visit.kind is VisitKind.JOB else 0, trip=visit.trip,
        arrival_s=visit.arrival_s, waiting_s=visit.waiting_s, setup_s=visit.setup_s, service_s=visit.service_s, window_from_s=visit.window_from_s,
        window_to_s=visit.window_to_s, deadline_s=None if visit.food_margin_s is None else visit.departure_s + visit.food_margin_s,
        slow_s=0 if visit.station_code else sum(slow.get(int(line), 0) for line in visit.lines), portions=visit.portions,
        station=bool(visit.station_code), done_s=None if receipt is None else _seconds(receipt.at, midnight),
        lines=tuple(_line(int(line), said.get(int(line)), midnight) for line in visit.lines), lon=visit.lon, lat=visit.lat,
    )  # fmt: skip


def visit_fact(visit: VisitRecord) -> VisitFact:
    """A visit as planned, with nothing recorded."""
    return _visit(visit, 0, 0, {}, {}, {}, midnight=datetime.min.replace(tzinfo=UTC))


def _line(number: int, said: LineOutcome | None, midnight: datetime) -> LineFact:
    if said is None or said.outcome is None or said.recorded_at is None:
        return LineFact(book_line_id=number)
    heard = _seconds(said.recorded_at, midnight)
    there = said.made_at if said.source in {Source.PHONE, Source.SIMULATED} else None
    at = heard if there is None else min(_seconds(there, midnight), heard)
    return LineFact(book_line_id=number, outcome=said.outcome, at_s=max(0, at), heard_s=heard)


def _seconds(moment: datetime, midnight: datetime) -> int:
    return int((moment - midnight).total_seconds())


def _version(db: Session, number: int, memory: LiveMemory) -> KnownVersion:
    def made() -> KnownVersion:
        version = planning.version(db, PlanVersionId(number))
        routes = version.routes
        wanted = [int(line) for route in routes for visit in route.visits for line in visit.lines]
        return KnownVersion({route.id: route for route in routes}, _slow(db, version, wanted))

    return memory.versions.get(number, made)


def _slow(db: Session, version: PlanVersionRecord, line_ids: Sequence[int]) -> dict[int, int]:
    """Book line → seconds by which its person is known by now to be slower at the door than the version reckons with."""
    people: dict[int, int] = {}
    for start in range(0, len(line_ids), 10_000):
        query = select(BookLine.id, BookLine.resident_id).where(BookLine.id.in_(line_ids[start : start + 10_000]))
        people |= dict(db.execute(query).tuples().all())
    reckoned = {each.book_line_id: each.use.extra_s for each in learnt(db, version.id, scope=Scope.everything())}
    times = times_of(version.slot)
    noon = (times.door_from_s + times.door_to_s) // 2  # the hour by which plans reckon
    known = experience.door_uses(db, set(people.values()), version.day, second_of_day=noon)
    more = {line: known[person].extra_s - reckoned.get(line, 0) for line, person in people.items() if person in known}
    return {line: seconds for line, seconds in more.items() if seconds > 0}


def _ways(facts: RouteFacts, profile: str, matrix_of: MatrixOf) -> Mapping[tuple[int, int], int]:
    placed = [
        (visit.visit_id, LonLat(visit.lon, visit.lat))
        for visit in facts.visits
        if visit.lon is not None and visit.lat is not None
    ]
    durations = matrix_of([point for _visit, point in placed], profile).durations
    return {
        (one, other): int(durations[i][j])
        for i, (one, _p) in enumerate(placed)
        for j, (other, _q) in enumerate(placed)
        if i != j
    }
