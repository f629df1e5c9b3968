"""What is known of a stop that is to change hands, and of the runs that could take it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import cos, hypot, radians

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.errors import NotFound
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.delivery import carried, moving_rules, queries
from mealroute.delivery import progress_rules as rules
from mealroute.delivery.moving_records import Asked, Move, Side, Spot
from mealroute.delivery.progress_facts import LiveMemory, facts_on, visit_fact
from mealroute.delivery.progress_records import RouteFacts, StopProgress, VisitFact
from mealroute.delivery.progress_rulebook import figures_on
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.build import address_text
from mealroute.dispatch.models import Run
from mealroute.dispatch.records import RunRecord, RunState
from mealroute.dispatch.transfer_models import StopTransfer
from mealroute.orders.models import BookLine
from mealroute.planning import queries as planning
from mealroute.planning.build import MatrixOf
from mealroute.planning.models import PlanRoute, PlanVisit
from mealroute.planning.records import PlanVersionId
from mealroute.residents.models import Resident
from mealroute.residents.records import Diet
from mealroute.vendors.models import Driver, Kitchen, Station, Vehicle

KITCHEN, NEXT_OF_GIVER, NEXT_OF_TAKER = -1, -2, -3
"""Ids of the places where food may change hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stop as it stands on the run that has it now. ``expected_s``: when it would be reached; ``cooked_by``: whose food it is."""

    run: RunRecord
    facts: RouteFacts
    visit: VisitFact
    asked: Asked
    expected_s: int
    kitchen_code: str
    cooked_by: str
    now_s: int
    by_person: bool = False
    """Whether a person has it: then no vehicle can meet another about it."""
    other: RunRecord | None = None

    @property
    def portions(self) -> int:
        return self.visit.portions


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRecord:
    """A station that may take a box."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A running route that could take the stop: how far it is from there, and what it has aboard; ``free``: nothing left to bring."""

    run: RunRecord
    driver_name: str
    metres: int
    aboard: int
    boxes: int
    late: bool
    free: bool = False


def run_of(db: Session, visit_id: int) -> int:
    """The run that has a stop now. Raises NotFound."""
    query = select(StopTransfer).where(StopTransfer.visit_id == visit_id).order_by(StopTransfer.number.desc()).limit(1)
    held = db.scalar(query)
    if held is not None:
        return held.to_run_id or held.from_run_id
    found = db.scalar(
        select(Run.id)
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .where(PlanVisit.id == visit_id, Run.state != RunState.WITHDRAWN)
    )
    if found is None:
        raise _no_stop()
    return found


def standing(db: Session, visit_id: int, *, by: Actor, clock: Clock) -> Standing:
    """The stop as it stands. Raises NotFound, also where nobody at it lives within the person's reach."""
    run = dispatch.run(db, run_of(db, visit_id), scope=by.scope)
    mine = queries.outcomes(db, run.day, run.slot, scope=by.scope)
    if not any(line.visit_id == visit_id for line in mine):
        raise _no_stop()
    held = carried.on_day(db, run.day, run.slot)
    facts = _facts(db, run.day, run.slot, [run.id], clock)[run.id]
    now_s = int((clock.now() - at_seconds(run.day, 0, clock.zone)).total_seconds())
    visit = next((each for each in facts.visits if each.visit_id == visit_id), None)
    if visit is None:  # a person has it: it is on no sheet, and as it was planned
        visit = _planned(db, run, visit_id)
        facts = moving_rules.put(facts, len(facts.visits) - 2, visit)
        visit = next(each for each in facts.visits if each.visit_id == visit_id)
    route = rules.progress(facts, figures_on(run.day), now_s)
    stop = next(each for each in route.stops if each.visit_id == visit_id)
    person = bool(held.person(visit_id))
    loaded = person or visit.trip in rules.loaded_trips(facts, rules.last_done(facts.doors), now_s)
    kitchen, cook = db.execute(
        select(Run.kitchen_code, Run.cooked_by)
        .join(PlanVisit, PlanVisit.route_id == Run.route_id)
        .where(PlanVisit.id == visit_id, Run.state != RunState.WITHDRAWN)
    ).one()
    return Standing(
        run=run, facts=facts, visit=visit, asked=Asked(stop=stop, halal=_is_halal(db, visit), loaded=loaded), expected_s=_expected(stop),
        kitchen_code=kitchen, cooked_by=cook or _owner(db, kitchen), now_s=now_s, by_person=person,
    )  # fmt: skip


def nearby(db: Session, stands: Standing, *, by: Actor, clock: Clock) -> tuple[Nearby, ...]:
    """Running routes within reach that could take the stop, the nearest first."""
    run = stands.run
    others = [
        each for each in dispatch.runs(db, run.day, run.slot, scope=by.scope)
        if each.id != run.id and each.state is RunState.PUBLISHED and each.version_id == run.version_id
    ]  # fmt: skip
    facts = _facts(db, run.day, run.slot, [each.id for each in others], clock)
    boxes = dict(
        db.execute(select(PlanRoute.id, PlanRoute.boxes).where(PlanRoute.id.in_([each.route_id for each in others])))
        .tuples()
        .all()
    )
    names = dict(db.execute(select(Driver.code, Driver.name)).tuples().all())
    found = []
    for each in others:
        route = rules.progress(facts[each.id], figures_on(run.day), stands.now_s)
        spots = [visit for visit in facts[each.id].doors if not visit.done]
        last = rules.last_done(facts[each.id].doors) or facts[each.id].visits[0]
        metres = min(_metres(visit, stands.visit) for visit in spots or [last])
        found.append(
            Nearby(
                run=each, driver_name=names.get(each.driver_code, ""), metres=metres, aboard=route.aboard, boxes=boxes.get(each.route_id, 0),
                late=any(stop.late for stop in route.stops), free=not spots,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.late, one.metres)))


def moves_to(
    db: Session, stands: Standing, to_run_id: int, *, by: Actor, clock: Clock, matrix_of: MatrixOf
) -> tuple[Move, ...]:
    """Every way of giving the stop to a run, the best first, with what follows from it; none where it is done or there already."""
    other = dispatch.run(db, to_run_id, scope=by.scope)
    if other.state is not RunState.PUBLISHED or other.version_id != stands.run.version_id:
        raise NotFound("run-not-found", _("There is no such run."))
    if stands.visit.done or other.id == stands.run.id:
        return ()
    taken = _facts(db, other.day, other.slot, [other.id], clock)[other.id]
    boxes = db.scalar(select(PlanRoute.boxes).where(PlanRoute.id == other.route_id)) or 0
    return ways_to(db, stands, other, taken, boxes=boxes, kitchen_code=other.kitchen_code, matrix_of=matrix_of)


def ways_to(
    db: Session, stands: Standing, other: RunRecord, taken: RouteFacts, *, boxes: int, kitchen_code: str, matrix_of: MatrixOf
) -> tuple[Move, ...]:  # fmt: skip
    """The same for a run as it is described. ``kitchen_code``: where it loads trips of its own; empty for one that is only now called."""
    kitchen = kitchen_spot(db, stands.kitchen_code)
    ends = (
        _next(db, stands.facts, NEXT_OF_GIVER, but=stands.visit.visit_id),
        _next(db, taken, NEXT_OF_TAKER),
    )
    spots = [] if stands.by_person else [spot for spot in ends if spot is not None]
    places = [*spots, *([kitchen] if kitchen else [])]
    own = db.scalar(select(PlanRoute.boxes).where(PlanRoute.id == stands.run.route_id)) or 0
    giver = _side(
        db, stands.run, _measured(db, stands.run, stands.facts, taken, places, matrix_of), kitchen, boxes=own,
        kitchen_code=stands.run.kitchen_code,
    )  # fmt: skip
    taker = _side(
        db, other, _measured(db, other, taken, stands.facts, places, matrix_of), kitchen, boxes=boxes, kitchen_code=kitchen_code,
    )  # fmt: skip
    again_s = planning.policy_on(other.day, MealSlot(other.slot)).prices.cook_again
    return moving_rules.moves(
        stands.asked, giver, taker, spots, figures_on(other.day), now_s=stands.now_s, again_s=again_s
    )


def with_other(db: Session, stands: Standing, to_run_id: int, *, by: Actor) -> Standing:
    """The same stop with the run that is to take it."""
    return replace(stands, other=dispatch.run(db, to_run_id, scope=by.scope))


def station(db: Session, code: str, by: Actor) -> StationRecord:
    """A station of the person's streets. Raises NotFound."""
    row = db.scalar(select(Station).where(Station.code == code))
    if row is None or not by.scope.sees_street(row.street_code):
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    return StationRecord(code=row.code, name=row.name)


def stations(db: Session, by: Actor) -> tuple[StationRecord, ...]:
    """Every station that may take a box."""
    rows = db.scalars(select(Station).order_by(Station.name))
    return tuple(StationRecord(code=row.code, name=row.name) for row in rows if by.scope.sees_street(row.street_code))


def _facts(db: Session, day: date, slot: str, run_ids: Sequence[int], clock: Clock) -> dict[int, RouteFacts]:
    lines = queries.outcomes(db, day, slot, scope=Scope.everything())
    return facts_on(db, day, run_ids, {line.book_line_id: line for line in lines}, LiveMemory(), clock, None)


def _planned(db: Session, run: RunRecord, visit_id: int) -> VisitFact:
    for route in planning.version(db, PlanVersionId(run.version_id)).routes:
        for visit in route.visits:
            if visit.id == visit_id:
                return visit_fact(visit)
    raise _no_stop()


def _expected(stop: StopProgress) -> int:
    return stop.expected.arrive_s if stop.expected is not None else stop.planned_s


def _is_halal(db: Session, visit: VisitFact) -> bool:
    wanted = [line.book_line_id for line in visit.lines]
    return any(str(Diet.HALAL) in diets for diets in db.scalars(select(BookLine.diets).where(BookLine.id.in_(wanted))))


def _owner(db: Session, kitchen_code: str | None) -> str:
    return db.scalar(select(Kitchen.vendor_code).where(Kitchen.code == kitchen_code)) or ""


def kitchen_spot(db: Session, code: str) -> Spot | None:
    row = db.scalar(select(Kitchen).where(Kitchen.code == code))
    return (
        None
        if row is None or row.lon is None or row.lat is None
        else Spot(id=KITCHEN, name=row.name, lon=row.lon, lat=row.lat)
    )


def _next(db: Session, facts: RouteFacts, number: int, but: int = 0) -> Spot | None:
    """The place of a route's next stop, which it would reach anyway, by its address."""
    visit = next((each for each in facts.doors if not each.done and each.visit_id != but), None)
    if visit is None or visit.lon is None or visit.lat is None or not visit.lines:
        return None
    row = db.execute(
        select(Resident.address, Resident.building)
        .join(BookLine, BookLine.resident_id == Resident.id)
        .where(BookLine.id == visit.lines[0].book_line_id)
    ).one()
    return Spot(id=number, name=address_text(*row), lon=visit.lon, lat=visit.lat)


def _side(
    db: Session, run: RunRecord, facts: RouteFacts, kitchen: Spot | None, *, boxes: int, kitchen_code: str
) -> Side:
    halal = db.scalar(select(Vehicle.halal_marked).where(Vehicle.code == run.vehicle_code))
    return Side(facts=facts, boxes=boxes, halal=bool(halal), kitchen_code=kitchen_code, kitchen=kitchen)


def _measured(
    db: Session, run: RunRecord, facts: RouteFacts, other: RouteFacts, spots: Iterable[Spot], matrix_of: MatrixOf
) -> RouteFacts:
    """The route with ways between all places of both routes and the spots, by its own vehicle's roads."""
    profile = db.scalar(select(Vehicle.profile).where(Vehicle.code == run.vehicle_code)) or "van"
    points: dict[int, LonLat] = {
        visit.visit_id: LonLat(visit.lon, visit.lat)
        for visit in (*facts.visits, *other.visits)
        if visit.lon is not None and visit.lat is not None
    }
    points |= {spot.id: LonLat(spot.lon, spot.lat) for spot in spots}
    ids, durations = list(points), matrix_of(list(points.values()), str(profile)).durations
    ways: Mapping[tuple[int, int], int] = {
        (one, two): int(durations[i][j]) for i, one in enumerate(ids) for j, two in enumerate(ids) if i != j
    }
    return replace(facts, ways=ways)


def _metres(one: VisitFact, other: VisitFact) -> int:
    if None in {one.lon, one.lat, other.lon, other.lat}:
        return 10**6
    north = ((one.lat or 0) - (other.lat or 0)) * 111_320
    east = ((one.lon or 0) - (other.lon or 0)) * 111_320 * cos(radians(one.lat or 0))
    return round(hypot(north, east))


def _no_stop() -> NotFound:
    return NotFound("stop-not-found", _("There is no such stop on the road."))
