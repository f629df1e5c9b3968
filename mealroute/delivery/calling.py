"""A stop given to a driver who has no route today: they get a run of their own beside the plan, and the way to it on their phone.

The run begins where its first food is got: at the kitchen, or where the other vehicle is met. From then on it is a run like the
others: on the sheet, on the phone, on the board; what changes hands later joins it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core import audit, outbox
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock, clock_text
from mealroute.core.errors import Conflict
from mealroute.core.geo import LonLat
from mealroute.core.i18n import DEFAULT_LANGUAGE, _, speaking
from mealroute.core.outbox import Channel, Draft
from mealroute.core.text import route_label
from mealroute.delivery import moving, moving_facts
from mealroute.delivery.moving import Order
from mealroute.delivery.moving_facts import Standing
from mealroute.delivery.moving_records import Move, Spot
from mealroute.delivery.progress_records import RouteFacts, VisitFact
from mealroute.delivery.progress_rulebook import figures_on
from mealroute.dispatch import opening
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.opening import OnCall
from mealroute.dispatch.records import RunId, RunRecord, RunState
from mealroute.dispatch.service import hold_version
from mealroute.orders.models import BookLine
from mealroute.planning.build import MatrixOf
from mealroute.planning.models import PlanRoute, PlanVisit
from mealroute.planning.opened import Opening, next_number
from mealroute.planning.records import VisitKind

START, END = -4, -5
"""Ids of the two ends of a route that is not written yet (``moving_facts`` has the other ids of places)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who is called. ``ready_s``: when they can be at the kitchen, in seconds since local midnight; ``agreed_by``: who said yes."""

    driver_code: str
    ready_s: int
    agreed_by: str = ""


def ready_s(stands: Standing) -> int:
    """When somebody who is called now can be at the kitchen, where nothing else is known."""
    return stands.now_s + figures_on(stands.run.day).called_s


def on_call(db: Session, stands: Standing, *, by: Actor) -> tuple[OnCall, ...]:
    """Who could be called for the stop, and who of those on duty could not, with the reason."""
    return opening.on_call(db, stands.run, kitchen_code=stands.kitchen_code, now_s=stands.now_s, scope=by.scope)


def ways(
    db: Session, stands: Standing, call: Call, *, by: Actor, clock: Clock, matrix_of: MatrixOf
) -> tuple[Move, ...]:
    """Every way of giving the stop to a driver without a route, the best first; the run does not exist yet.

    Raises Conflict ``driver-not-free``.
    """
    if stands.visit.done:
        return ()
    called = _called(db, stands, call, by=by)
    kitchen = _kitchen(db, stands)
    return moving_facts.ways_to(
        db, stands, run_for(db, stands, called, clock=clock), _route(kitchen, max(call.ready_s, stands.now_s)), boxes=called.boxes,
        kitchen_code="", matrix_of=matrix_of,
    )  # fmt: skip


def to_driver(
    db: Session, order: Order, call: Call, *, link_of: Callable[[int], str], by: Actor, clock: Clock, matrix_of: MatrixOf
) -> bool:  # fmt: skip
    """Open a run for the driver and give them the stop. True = written, False = it was here already.

    ``link_of`` gives the address that opens a run on a phone; it is sent to the driver's number.

    Raises
    ------
    MealrouteError
        As ``moving.move``, and ``named-person-missing``, ``driver-not-free``, ``driver-busy``, ``vehicle-busy``, ``papers-over``.
    """
    if moving.known(db, order):
        return False
    hold_version(
        db, dispatch.run(db, moving_facts.run_of(db, order.visit_id), scope=by.scope).version_id
    )  # before its runs
    stands = moving.held(db, order, by=by, clock=clock)
    chosen = moving.chosen_of(ways(db, stands, call, by=by, clock=clock, matrix_of=matrix_of), order)
    called = _called(db, stands, call, by=by)
    run = opening.open_run(
        db, _opening(db, stands, called, chosen, matrix_of), day=stands.run.day, slot=stands.run.slot, agreed_by=call.agreed_by,
        reason=order.reason, by=by, clock=clock,
    )  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="dispatch.run-opened", subject=f"run/{run.id}", reason=order.reason.strip(),
        detail={"driver": run.driver_code, "vehicle": run.vehicle_code, "route": run.number},
    )  # fmt: skip
    moving.write_move(db, replace(order, to_run_id=run.id), replace(stands, other=run), chosen, by=by, clock=clock)
    _tell(db, stands, called, run, link_of(run.id), clock=clock)
    return True


def run_for(db: Session, stands: Standing, called: OnCall, *, clock: Clock) -> RunRecord:
    """The run as it would be."""
    given = stands.run
    return RunRecord(
        id=RunId(0), version_id=given.version_id, route_id=0, number=next_number(db, given.version_id), day=given.day, slot=given.slot,
        kitchen_code=stands.kitchen_code, vendor_code="", driver_code=called.driver.code,
        vehicle_code=called.vehicle.code if called.vehicle else "", state=RunState.PUBLISHED, published_at=clock.now(),
    )  # fmt: skip


def _called(db: Session, stands: Standing, call: Call, *, by: Actor) -> OnCall:
    found = next((each for each in on_call(db, stands, by=by) if each.driver.code == call.driver_code), None)
    if found is None or found.fault:
        raise Conflict(
            "driver-not-free", _("This driver cannot be called now."), found.fault if found else _("Choose one from the list.")
        )  # fmt: skip
    return found


def _kitchen(db: Session, stands: Standing) -> Spot:
    found = moving_facts.kitchen_spot(db, stands.kitchen_code)
    if found is None:
        raise Conflict(
            "kitchen-not-located", _("The kitchen has no place on the map."), _("Enter it, then look again.")
        )
    return found


def _route(kitchen: Spot, at_s: int) -> RouteFacts:
    """From the kitchen and back, with nothing to bring yet."""
    ends = ((START, VisitKind.START), (END, VisitKind.END))
    return RouteFacts(
        run_id=0, number=0,
        visits=tuple(
            VisitFact(
                visit_id=number, position=position, kind=kind, number=0, trip=1, arrival_s=at_s, waiting_s=0, setup_s=0, service_s=0,
                follows=False, lon=kitchen.lon, lat=kitchen.lat,
            )
            for position, (number, kind) in enumerate(ends)
        ),
    )  # fmt: skip


def _opening(db: Session, stands: Standing, called: OnCall, chosen: Move, matrix_of: MatrixOf) -> Opening:
    assert called.vehicle is not None
    assert chosen.spot is not None
    assert chosen.meet_s is not None
    kitchen = _kitchen(db, stands)
    start, home = (LonLat(spot.lon, spot.lat) for spot in (chosen.spot, kitchen))
    door = LonLat(stands.visit.lon or start.lon, stands.visit.lat or start.lat)
    matrix = matrix_of([start, door, home], called.vehicle.profile)
    back_s, back_m = int(matrix.durations[1][2]), int(matrix.distances[1][2])
    leaves = chosen.meet_s + figures_on(stands.run.day).meeting_s
    done = chosen.arrive_s + stands.visit.setup_s + stands.visit.service_s
    return Opening(
        version_id=stands.run.version_id, driver_code=called.driver.code, vehicle_code=called.vehicle.code, kitchen_code=stands.kitchen_code,
        boxes=called.boxes, portions=stands.portions, start=start, kitchen=home, begins_s=chosen.meet_s, leaves_s=leaves,
        ends_s=max(done, leaves) + back_s, eat_by_s=_eat_by(db, stands, chosen), travel_s=int(matrix.durations[0][1]) + back_s,
        distance_m=int(matrix.distances[0][1]) + back_m,
    )  # fmt: skip


def _eat_by(db: Session, stands: Standing, chosen: Move) -> int:
    """Of the kitchen's batch by the plan; of a fresh portion its own limit, where it has one."""
    planned = select(PlanRoute.eat_by_s).join(PlanVisit, PlanVisit.route_id == PlanRoute.id)
    batch = db.scalar(planned.where(PlanVisit.id == stands.visit.visit_id)) or 0
    return max(batch, chosen.deadline_s or 0)


def _tell(db: Session, stands: Standing, called: OnCall, run: RunRecord, link: str, *, clock: Clock) -> None:
    """The way to the run on their phone: they hold no sheet whose code would open it."""
    line = db.scalar(
        select(func.min(BookLine.street_code)).where(
            BookLine.id.in_([line.book_line_id for line in stands.visit.lines])
        )
    )
    with speaking(DEFAULT_LANGUAGE):
        text = _(
            "Route %(n)s is yours today: %(portions)d portions, be there at %(at)s. Open it here: %(link)s",
            n=route_label(run.number), portions=stands.portions, at=clock_text(_begins(db, run)), link=link,
        )  # fmt: skip
    draft = Draft(
        natural_key=f"run/{run.id}/called", subject=f"run/{run.id}", street_code=line or "", channel=Channel.SMS, to_name=called.driver.name,
        to_role="driver", phone=called.driver.phone or "", text=text,
    )  # fmt: skip
    outbox.write(db, [draft], now=clock.now())


def _begins(db: Session, run: RunRecord) -> int:
    return db.scalar(select(PlanRoute.starts_s).where(PlanRoute.id == run.route_id)) or 0
