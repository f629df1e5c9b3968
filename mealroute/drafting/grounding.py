"""Building what a draft stands on from the registers and the order book, so that stops and vehicles keep their numbers."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import count

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.slots import MealSlot
from mealroute.drafting import mishaps, storing
from mealroute.drafting.alterations import UNIT, Alteration, alter
from mealroute.drafting.models import DraftGround, PlanDraft
from mealroute.drafting.records import DraftId, Ground
from mealroute.orders import queries as orders
from mealroute.planning import queries as planning
from mealroute.planning import service as plans
from mealroute.planning.build import MatrixOf
from mealroute.planning.records import PlanVersionId, PlanVersionRecord
from mealroute.vendors import queries as vendors
from solver.problem import Problem


def build(
    db: Session,
    day: date,
    slot: MealSlot,
    *,
    matrix_of: MatrixOf,
    parent: PlanVersionId | None,
    before: Ground | None = None,
    together: Mapping[int, int] | None = None,
    assumes: Sequence[Alteration] = (),
) -> Ground:
    """Today's book, fleet and kitchens with ``assumes`` on top; with ``before`` every stop and vehicle keeps its number.

    Stops of ``before`` stay as they are, or those that ``together`` (order → stop) names: a late order next door becomes a stop
    of its own beside them.
    """
    held = _stops_of_orders(before) if before is not None else together or {}
    drivers = {driver.code: driver for driver in vendors.drivers(db, scope=Scope.everything())}
    altered = alter(assumes, held=held, vehicles={v.code: v for v in vendors.vehicles(db)}, drivers=drivers)
    given = plans.prepare(db, day, slot, matrix_of=matrix_of, parent_id=parent, altered=altered)
    of_line = orders.order_ids(db, given.lines)
    given = mishaps.applied(given, of_line, assumes)
    prices = planning.policy_on(day, slot).prices
    roster = vendors.fleet(db, day)
    shifts = {unit.driver.code: (unit.driver.shift_start_s, unit.driver.shift_end_s) for unit in roster.units}
    free = [gap.driver_code for gap in roster.gaps if gap.code == "no-vehicle" and gap.driver_code]
    named = [str(each["driver"]) for each in assumes if each["kind"] == UNIT]
    shifts |= {
        code: (drivers[code].shift_start_s, drivers[code].shift_end_s) for code in (*free, *named) if code in drivers
    }
    ground = Ground(
        given=given, shifts=shifts, orders=of_line,
        known_face_s=prices.known_face, driver_hour_fen=prices.driver_hour, amendment=orders.last_amendment(db, day, slot),
        highest=max((stop.number for stop in given.built.stops), default=0), assumes=tuple(assumes),
    )  # fmt: skip
    return renumbered(ground, before) if before is not None else ground


def renewed(db: Session, row: PlanDraft, before: Ground, *, matrix_of: MatrixOf) -> tuple[Ground, dict[str, int]]:
    """The ground of a draft as book and fleet are now, and how many orders that adds and takes away."""
    ground = build(
        db, row.day, MealSlot(row.slot), matrix_of=matrix_of, parent=PlanVersionId(row.base_version_id), before=before, assumes=before.assumes
    )  # fmt: skip
    had, has = set(before.orders.values()), set(ground.orders.values())
    return ground, {"added": len(has - had), "gone": len(had - has)}


def stops_of_version(db: Session, version: PlanVersionRecord) -> dict[int, int]:
    """Which orders make one stop in a version: order → any number that is the stop's alone."""
    visits = {line: visit.id for route in version.routes for visit in route.visits for line in visit.lines}
    return {order: visits[line] for line, order in orders.order_ids(db, visits).items()}


def keep(db: Session, draft_id: DraftId, ground: Ground) -> DraftGround:
    """Store a ground; the same one again is a further row, which costs nothing that matters."""
    content, matrices = storing.pack_ground(ground), storing.pack_matrices(ground)
    digest = hashlib.sha256(content + matrices).hexdigest()
    row = DraftGround(draft_id=draft_id, digest=digest, content=content, matrices=matrices)
    db.add(row)
    db.flush()
    return row


def renumbered(new: Ground, old: Ground) -> Ground:
    """``new`` with the numbers of ``old``: vehicles by their code, stops by their orders; what is new gets numbers never used."""
    vehicles = _vehicle_numbers(new, old)
    stops = _stop_numbers(new, old)
    built, problem = new.given.built, new.given.built.problem
    renamed = Problem(
        stops=tuple(
            replace(
                stop, id=stops[stop.id],
                familiarity={vehicles[vehicle]: seconds for vehicle, seconds in stop.familiarity.items()},
            )
            for stop in problem.stops
        ),
        vehicles=tuple(replace(vehicle, id=vehicles[vehicle.id]) for vehicle in problem.vehicles),
        matrices=problem.matrices, depots=problem.depots,
    )  # fmt: skip
    built = replace(
        built, problem=renamed, stops=tuple(replace(stop, number=stops[stop.number]) for stop in built.stops),
        vehicles=tuple(replace(vehicle, number=vehicles[vehicle.number]) for vehicle in built.vehicles),
    )  # fmt: skip
    return replace(new, given=replace(new.given, built=built), highest=max([old.highest, *stops.values()]))


def _stops_of_orders(ground: Ground) -> dict[int, int]:
    return {ground.orders[line]: stop.number for stop in ground.given.built.stops for line in stop.lines}


def _vehicle_numbers(new: Ground, old: Ground) -> Mapping[int, int]:
    known = {vehicle.vehicle_code: vehicle.number for vehicle in old.given.built.vehicles}
    free = count(max([*known.values(), *(v.number for v in new.given.built.vehicles)]) + 1)
    return {
        v.number: known[v.vehicle_code] if v.vehicle_code in known else next(free) for v in new.given.built.vehicles
    }


def _stop_numbers(new: Ground, old: Ground) -> Mapping[int, int]:
    """A stop is the old one whose orders it has most of; two parts of one old stop can't both be it: the larger is."""
    known = _stops_of_orders(old)
    shared: list[tuple[int, int, int]] = []
    for stop in new.given.built.stops:
        votes = Counter(known[new.orders[line]] for line in stop.lines if new.orders[line] in known)
        shared += [(-n, number, stop.number) for number, n in votes.items()]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _n, number, stop_number in sorted(shared):
        if stop_number not in found and number not in taken:
            found[stop_number] = number
            taken.add(number)
    free = count(old.highest + 1)
    return {s.number: found[s.number] if s.number in found else next(free) for s in new.given.built.stops}
