"""Reads for the kitchen's papers: a plan version's lines with their route, dish and name, in a handful of statements."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.kitchen.records import PlannedPortion
from mealroute.menus.models import Dish
from mealroute.menus.records import Compartment
from mealroute.menus.words import dish_label
from mealroute.orders.models import BookLine
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit
from mealroute.planning.records import Batch
from mealroute.planning.rules import batch_at
from mealroute.residents.models import Resident
from mealroute.vendors.models import Driver, Kitchen, KitchenBatch, Vehicle


def planned_portions(db: Session, version_id: int, *, scope: Scope | None = None) -> tuple[PlannedPortion, ...]:
    """Every planned book line of the version within the scope, each with the batch that its trip loads.

    Stops are counted through the route, as on the driver's sheet.
    """
    stops = {visit_id: place for visit_id, *place in _places(db, version_id)}
    cooked = _batches(db, version_id)
    query = (
        select(PlanLine.visit_id, BookLine, Resident.name, Dish, PlanRoute, Driver.name, Vehicle.plate)
        .join(BookLine, BookLine.id == PlanLine.book_line_id)
        .join(Resident, Resident.id == BookLine.resident_id)
        .join(PlanVisit, PlanVisit.id == PlanLine.visit_id)
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .outerjoin(Dish, Dish.code == BookLine.dish_code)
        .outerjoin(Driver, Driver.code == PlanRoute.driver_code)
        .outerjoin(Vehicle, Vehicle.code == PlanRoute.vehicle_code)
        .where(PlanLine.version_id == version_id)
        .order_by(PlanRoute.number, PlanVisit.position, BookLine.id)
    )
    rows = db.execute(query.where(*_in_scope(scope or Scope.everything()))).tuples()
    return tuple(
        _portion(line, resident, dish, route, driver or "", plate or route.vehicle_code, stops[visit], cooked)
        for visit, line, resident, dish, route, driver, plate in rows
        if visit is not None
    )


def _in_scope(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """The condition under which a planned line is within reach; the one place that turns a scope into SQL here."""
    scope = scope.through_runs()
    if scope.kitchen is not None:
        yield PlanRoute.kitchen_code == scope.kitchen
    if scope.vendor is not None:
        yield PlanRoute.kitchen_code.in_(select(Kitchen.code).where(Kitchen.vendor_code == scope.vendor))
    if scope.driver is not None:
        yield PlanRoute.driver_code == scope.driver
    if scope.streets is not None:
        yield BookLine.street_code.in_(sorted(scope.streets))


def _portion(
    line: BookLine,
    resident: str,
    dish: Dish | None,
    route: PlanRoute,
    driver: str,
    vehicle: str,
    place: list[int],
    cooked: dict[str, tuple[Batch, ...]],
) -> PlannedPortion:
    position, trip, load_at, leave = place
    # A batch may have been struck from the register since the plan was made: what the plan reckoned with remains.
    planned = Batch(cooked_s=load_at, ready_s=load_at, eat_by_s=route.eat_by_s)
    batch = batch_at(cooked.get(route.kitchen_code) or (planned,), load_at)
    return PlannedPortion(
        book_line_id=line.id, order_id=line.order_id, kitchen_code=route.kitchen_code, route=route.number, trip=trip, position=position,
        load_at_s=load_at, leave_s=leave, resident_name=resident, dish_code=line.dish_code or "",
        dish_name=dish_label(dish.name, dish.name_en) if dish else "",
        diets=(*line.diets, *line.avoids.get("needs", ())),
        strict=bool(line.strict_diets) or bool(line.avoids.get("strict")), size=line.size,
        quantity=line.quantity, driver_name=driver, vehicle=vehicle, vehicle_code=route.vehicle_code,
        cold=dish is not None and dish.compartment == Compartment.COLD, cooked_at_s=batch.cooked_s,
        ready_at_s=batch.ready_s, eat_by_s=batch.eat_by_s,
    )  # fmt: skip


def _batches(db: Session, version_id: int) -> dict[str, tuple[Batch, ...]]:
    """What each kitchen cooks in the version's slot, the earliest first."""
    query = (
        select(KitchenBatch)
        .join(PlanVersion, PlanVersion.slot == KitchenBatch.slot)
        .where(PlanVersion.id == version_id)
        .order_by(KitchenBatch.ready_at_s, KitchenBatch.cooked_at_s)
    )
    found: dict[str, tuple[Batch, ...]] = {}
    for row in db.scalars(query):
        batch = Batch(cooked_s=row.cooked_at_s, ready_s=row.ready_at_s, eat_by_s=row.eat_by_s)
        found[row.kitchen_code] = (*found.get(row.kitchen_code, ()), batch)
    return found


def _places(db: Session, version_id: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(visit, stop number on the route, trip, loading begins, trip leaves) of each stop."""
    rows = db.execute(
        select(PlanVisit)
        .join(PlanRoute, PlanRoute.id == PlanVisit.route_id)
        .where(PlanRoute.version_id == version_id)
        .order_by(PlanVisit.route_id, PlanVisit.position)
    ).scalars()
    route, position, load_at, leave = -1, 0, 0, 0
    for visit in rows:
        if visit.route_id != route:
            route, position = visit.route_id, 0
        if visit.kind in {"start", "reload"}:
            load_at = visit.arrival_s + visit.waiting_s
            leave = load_at + visit.setup_s + visit.service_s
        elif visit.kind == "job":
            position += 1
            yield visit.id, position, visit.trip, load_at, leave
