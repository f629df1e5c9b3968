"""Ground and arrangement as bytes for the database, and back. JSON and plain arrays: nothing that could run."""

import io
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.drafting.records import Arrangement, Ground, RouteOrder
from mealroute.orders.records import BookLineId
from mealroute.planning.records import (
    Batch,
    BuiltProblem,
    LineFact,
    PlanInput,
    PlannedStop,
    PlannedVehicle,
    Rejected,
)
from solver.json_in import problem_from
from solver.json_out import problem_data
from solver.problem import Matrix


def pack_matrices(ground: Ground) -> bytes:
    """The travel times and distances by profile; about 2 MB for 650 points."""
    arrays: dict[str, Any] = {}
    for profile, matrix in ground.given.built.problem.matrices.items():
        arrays[f"{profile} durations"] = matrix.durations
        if matrix.distances is not None:
            arrays[f"{profile} distances"] = matrix.distances
    out = io.BytesIO()
    np.savez(out, **arrays)
    return zlib.compress(out.getvalue(), 1)


def pack_ground(ground: Ground) -> bytes:
    """Everything but the matrices."""
    given = ground.given
    data = {
        "day": given.day.isoformat(), "slot": str(given.slot), "book_digest": given.book_digest, "network": given.network,
        "matrix_digest": given.matrix_digest, "estimated_pairs": given.estimated_pairs, "parent_id": given.parent_id,
        "problem": problem_data(given.built.problem, matrices=False), "points": [[p.lon, p.lat] for p in given.built.points],
        "stops": [_stop(stop) for stop in given.built.stops], "vehicles": [_vehicle(v) for v in given.built.vehicles],
        "rejected": [[r.line_id, r.code, r.reason, r.owner] for r in given.built.rejected],
        "lines": [[line, f.portions, f.owner, f.faces, f.usual_s, f.hour_price, f.resident] for line, f in given.lines.items()],
        "hour_tolerance_s": given.hour_tolerance_s,
        "shifts": {code: list(shift) for code, shift in ground.shifts.items()},
        "orders": [[line, order] for line, order in ground.orders.items()],
        "known_face_s": ground.known_face_s, "driver_hour_fen": ground.driver_hour_fen,
        "amendment": ground.amendment, "highest": ground.highest, "assumes": [dict(each) for each in ground.assumes],
    }  # fmt: skip
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack_ground(content: bytes, matrices: bytes) -> Ground:
    """The ground as it was packed."""
    data: dict[str, Any] = json.loads(zlib.decompress(content))
    arrays = np.load(io.BytesIO(zlib.decompress(matrices)), allow_pickle=False)
    tables: dict[str, dict[str, Any]] = {}
    for name in arrays.files:
        profile, kind = name.rsplit(" ", 1)
        tables.setdefault(profile, {})[kind] = arrays[name]
    made = {profile: Matrix(table["durations"], table.get("distances")) for profile, table in tables.items()}
    problem = problem_from(data["problem"], made)
    built = BuiltProblem(
        problem=problem, points=tuple(LonLat(*point) for point in data["points"]),
        stops=tuple(_stop_from(each) for each in data["stops"]), vehicles=tuple(_vehicle_from(each) for each in data["vehicles"]),
        rejected=tuple(Rejected(line_id=BookLineId(r[0]), code=r[1], reason=r[2], owner=r[3]) for r in data["rejected"]),
    )  # fmt: skip
    given = PlanInput(
        day=date.fromisoformat(data["day"]), slot=MealSlot(data["slot"]), built=built,
        lines={BookLineId(row[0]): _fact_from(row, data["known_face_s"]) for row in data["lines"]},
        book_digest=data["book_digest"], network=data["network"], matrix_digest=data["matrix_digest"],
        estimated_pairs=data["estimated_pairs"], parent_id=data["parent_id"],
        hour_tolerance_s=data.get("hour_tolerance_s", 900),
    )  # fmt: skip
    return Ground(
        given=given, shifts={code: (shift[0], shift[1]) for code, shift in data["shifts"].items()},
        orders={BookLineId(line): order for line, order in data["orders"]}, known_face_s=data["known_face_s"],
        driver_hour_fen=data["driver_hour_fen"], amendment=data["amendment"], highest=data["highest"], assumes=tuple(data["assumes"]),
    )  # fmt: skip


def pack_arrangement(arrangement: Arrangement) -> bytes:
    """A few kilobytes for a whole district."""
    data = {
        "routes": [[route.vehicle, route.trips] for route in arrangement.routes], "numbers": list(arrangement.numbers.items()),
        "out": sorted(arrangement.out), "locked_stops": sorted(arrangement.locked_stops),
        "locked_routes": sorted(arrangement.locked_routes), "orders": arrangement.orders, "starts": list(arrangement.starts.items()),
        "drivers": list(arrangement.drivers.items()), "under_way": sorted(arrangement.under_way),
    }  # fmt: skip
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 6)


def unpack_arrangement(content: bytes) -> Arrangement:
    """The arrangement as it was packed."""
    data: dict[str, Any] = json.loads(zlib.decompress(content))
    return Arrangement(
        routes=tuple(RouteOrder(vehicle, tuple(tuple(trip) for trip in trips)) for vehicle, trips in data["routes"]),
        numbers=dict(data["numbers"]), out=frozenset(data["out"]), locked_stops=frozenset(data["locked_stops"]),
        locked_routes=frozenset(data["locked_routes"]), orders=tuple(tuple(order) for order in data["orders"]),
        starts=dict(data["starts"]), drivers=dict(data["drivers"]), under_way=frozenset(data["under_way"]),
    )  # fmt: skip


def _stop(stop: PlannedStop) -> Sequence[Any]:
    return [
        stop.number, stop.point.lon, stop.point.lat, stop.lines, stop.portions, stop.station_code, stop.window_from_s,
        stop.window_to_s, stop.ride_limit_s,
    ]  # fmt: skip


def _stop_from(row: Sequence[Any]) -> PlannedStop:
    number, lon, lat, lines, portions, station, begin, end, limit = row
    return PlannedStop(
        number=number, point=LonLat(lon, lat), lines=tuple(BookLineId(line) for line in lines), portions=portions,
        station_code=station, window_from_s=begin, window_to_s=end, ride_limit_s=limit,
    )  # fmt: skip


def _fact_from(row: Sequence[Any], known_face_s: int) -> LineFact:
    """A ground kept before streets set prices lists the drivers alone."""
    _line, portions, owner, faces, *rest = row
    credits = faces if isinstance(faces, dict) else dict.fromkeys(faces, known_face_s)
    usual, price, resident = rest or (None, 0, 0)
    return LineFact(
        portions=portions, owner=owner, faces=credits, usual_s=usual, hour_price=price, resident=resident
    )  # fmt: skip


def _vehicle(vehicle: PlannedVehicle) -> Mapping[str, Any]:
    return {
        "number": vehicle.number, "vehicle_code": vehicle.vehicle_code, "driver_code": vehicle.driver_code,
        "kitchen_code": vehicle.kitchen_code, "profile": vehicle.profile, "boxes": vehicle.boxes, "halal_marked": vehicle.halal_marked,
        "batches": [[b.cooked_s, b.ready_s, b.eat_by_s] for b in vehicle.batches],
    }  # fmt: skip


def _vehicle_from(data: Mapping[str, Any]) -> PlannedVehicle:
    batches = tuple(Batch(cooked_s=c, ready_s=r, eat_by_s=e) for c, r, e in data["batches"])
    return PlannedVehicle(**{**data, "batches": batches})
