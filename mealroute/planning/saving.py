"""A checked answer written as the next version of its day and slot: bulk inserts, so that a past month is quick too."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.planning import doors, faces
from mealroute.planning.face_models import PlanFacesRow
from mealroute.planning.models import PlanLine, PlanRoute, PlanUnassigned, PlanVersion, PlanVisit
from mealroute.planning.publishing_models import PlanViolationRow
from mealroute.planning.records import PlanInput, PlanOutput, PlanState, PlanVersionId, Rejected, RouteLine, VisitKind
from mealroute.planning.timing import TimedRoute, TimedVisit, account
from mealroute.planning.violations import keyed
from solver.json_out import plan_data, problem_data


def write_version(
    db: Session, given: PlanInput, output: PlanOutput, lines: Sequence[RouteLine], *, by: Actor, clock: Clock
) -> PlanVersionId:
    """The version with its routes, visits and lines.

    Raises ValueError where ordered ≠ planned + unassigned: a programmer's mistake, so nothing is saved.
    """
    routes, left_out = account(given, output.plan)
    planned = sum(route.portions for route in routes)
    version = PlanVersion(
        day=given.day, slot=str(given.slot), number=_next_number(db, given), state=PlanState.DRAFT, engine=output.engine,
        seed=output.seed, threads=output.threads, max_iterations=output.max_iterations, seconds=output.seconds, cost=output.cost, distance_m=sum(route.distance_m for route in routes),
        travel_s=sum(route.travel_s for route in routes), routes=len(routes), trips=sum(route.trips for route in routes),
        ordered=given.ordered, planned=planned, unassigned=given.ordered - planned, network=given.network, matrix_digest=given.matrix_digest,
        estimated_pairs=given.estimated_pairs, problem_json=_packed(problem_without_matrices(given)),
        plan_json=_packed(plan_data(given.built.problem, output.plan)), geometry_json=_packed(_drawn(lines)) if lines else None,
        parent_id=given.parent_id, book_digest=given.book_digest,
        violations=[f"{violation.cause}: {violation.message}" for violation in output.violations], override_reason="",
        created_by=by.name, created_at=clock.now(), published_by="", withdrawn_by="", withdraw_reason="",
    )  # fmt: skip
    db.add(version)
    db.flush()
    _write_routes(db, version.id, routes, given)
    _write_left_out(db, version.id, left_out, given)
    _write_faces(db, version.id, routes, given, output)
    doors.write(db, version.id, given.lines)
    _write_violations(db, version.id, routes, given, output)
    return PlanVersionId(version.id)


def problem_without_matrices(given: PlanInput) -> dict[str, Any]:
    """The problem's JSON with the points in the place of the matrices, which the version names by digest."""
    data = problem_data(given.built.problem, matrices=False)
    return data | {"points": [[point.lon, point.lat] for point in given.built.points]}


def _write_routes(db: Session, version_id: int, routes: Sequence[TimedRoute], given: PlanInput) -> None:
    if not routes:
        return
    made = insert(PlanRoute).returning(PlanRoute.id, sort_by_parameter_order=True)
    route_ids = db.scalars(made, [_route_row(version_id, route) for route in routes]).all()
    placed = [
        (route_id, route, visit) for route_id, route in zip(route_ids, routes, strict=True) for visit in route.visits
    ]
    made = insert(PlanVisit).returning(PlanVisit.id, sort_by_parameter_order=True)
    visit_ids = db.scalars(made, [_visit_row(route_id, visit) for route_id, _route, visit in placed]).all()
    lines = [
        {
            "version_id": version_id, "visit_id": visit_id, "book_line_id": line, "portions": given.lines[line].portions,
            "new_face": not visit.stop.station_code and route.vehicle.driver_code not in given.lines[line].known_drivers,
        }
        for visit_id, (_route_id, route, visit) in zip(visit_ids, placed, strict=True)
        if visit.stop is not None
        for line in visit.stop.lines
    ]  # fmt: skip
    db.execute(insert(PlanLine), lines)


def _route_row(version_id: int, route: TimedRoute) -> dict[str, Any]:
    return {
        "version_id": version_id, "number": route.number, "vehicle_code": route.vehicle.vehicle_code,
        "driver_code": route.vehicle.driver_code, "kitchen_code": route.vehicle.kitchen_code, "trips": route.trips,
        "portions": route.portions, "stops": len(route.jobs), "boxes": route.vehicle.boxes, "most_aboard": route.most_aboard,
        "distance_m": route.distance_m, "travel_s": route.travel_s, "starts_s": route.visits[0].visit.begin,
        "ends_s": route.visits[-1].visit.departure, "eat_by_s": route.eat_by_s, "late_margin_s": route.late_margin_s,
    }  # fmt: skip


def _visit_row(route_id: int, timed: TimedVisit) -> dict[str, Any]:
    stop, visit = timed.stop, timed.visit
    return {
        "route_id": route_id, "position": timed.position, "trip": timed.trip, "kind": str(timed.kind),
        "stop_id": visit.id if timed.kind is VisitKind.JOB else None, "arrival_s": visit.arrival, "waiting_s": visit.waiting,
        "setup_s": visit.setup, "service_s": visit.service, "portions": timed.portions,
        "lon": timed.point.lon if timed.point else None, "lat": timed.point.lat if timed.point else None,
        "window_from_s": stop.window_from_s if stop else None, "window_to_s": stop.window_to_s if stop else None,
        "food_margin_s": timed.food_margin_s, "station_code": stop.station_code if stop else "",
    }  # fmt: skip


def _write_left_out(db: Session, version_id: int, left_out: Sequence[Rejected], given: PlanInput) -> None:
    if not left_out:
        return
    facts = [
        {
            "version_id": version_id, "book_line_id": each.line_id, "portions": given.lines[each.line_id].portions,
            "reason_code": each.code, "reason": each.reason, "owner": each.owner,
        }
        for each in left_out
    ]  # fmt: skip
    db.execute(insert(PlanUnassigned), facts)
    unplaced = [
        {"version_id": version_id, "visit_id": None, "book_line_id": row["book_line_id"], "portions": row["portions"], "new_face": False}
        for row in facts
    ]  # fmt: skip
    db.execute(insert(PlanLine), unplaced)


def _write_faces(
    db: Session, version_id: int, routes: Sequence[TimedRoute], given: PlanInput, output: PlanOutput
) -> None:
    found, cost = faces.figures(routes, given.lines, tolerance_s=given.hour_tolerance_s), output.faces
    row = PlanFacesRow(
        version_id=version_id, paid_s=cost.paid_s if cost else None, paid_travel_s=cost.travel_s if cost else None,
        searched_s=cost.searched_s if cost else None, **asdict(found),
    )  # fmt: skip
    db.add(row)


def _write_violations(
    db: Session, version_id: int, routes: Sequence[TimedRoute], given: PlanInput, output: PlanOutput
) -> None:
    found = keyed(
        output.violations,
        vehicles={vehicle.number: vehicle.vehicle_code for vehicle in given.built.vehicles},
        routes={route.vehicle.number: route.number for route in routes},
    )
    db.add_all(
        PlanViolationRow(
            version_id=version_id, position=position, key=one.key, cause=one.cause, route_number=one.route,
            vehicle_code=one.vehicle_code, stop_id=one.stop_id, message=one.message,
        )
        for position, one in enumerate(found)
    )  # fmt: skip
    db.flush()


def _next_number(db: Session, given: PlanInput) -> int:
    highest = db.scalar(
        select(func.max(PlanVersion.number)).where(PlanVersion.day == given.day, PlanVersion.slot == str(given.slot))
    )
    return (highest or 0) + 1


def _drawn(lines: Sequence[RouteLine]) -> list[dict[str, Any]]:
    """Five decimals are about a metre."""
    return [
        {"number": line.number, "legs": [[[round(p.lon, 5), round(p.lat, 5)] for p in leg] for leg in line.legs]}
        for line in lines
    ]


def _packed(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6)
