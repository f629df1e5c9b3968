"""A district of 1,000 runs of 30 doors, written straight into the tables: what 1,000 phones record on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.dispatch.models import Run
from mealroute.dispatch.rules import sign_link
from mealroute.orders.models import BookLine, Order, OrderBook
from mealroute.planning.models import PlanLine, PlanRoute, PlanVersion, PlanVisit
from mealroute.residents.models import Resident
from mealroute.vendors.models import Driver, Kitchen, Vendor

STREETS = 17
AT = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
CHUNK = 2_000


def build(db: Session, day: date, runs: int, doors: int, secret: str) -> list[dict[str, Any]]:
    """One entry a run: its link and the lines at its doors."""
    db.add(District(code="110101", name="东城区"))
    db.flush()
    _all(db, Street, ({"code": _street(n), "district_code": "110101", "name": f"街道 {n}", "name_en": f"Street {n}", "lon": 116.41, "lat": 39.94,
                       "point_source": "made"} for n in range(STREETS)))  # fmt: skip
    db.add(Vendor(code="V1", name="餐饮"))
    db.flush()
    db.add(Kitchen(code="K1", vendor_code="V1", name="央厨", lon=116.41, lat=39.93, daily_capacity=runs * doors))
    db.flush()
    _all(db, Driver, ({"code": f"D{n}", "name": "刘建国", "phone": f"139{n:08d}", "kitchen_code": "K1", "vendor_code": "V1", "shift_start_s": 36000,
                       "shift_end_s": 47000} for n in range(1, runs + 1)))  # fmt: skip
    meals = range(1, runs * doors + 1)
    _all(db, Resident, ({"id": n, "code": f"R{n}", "name": "王玉兰", "birth_date": date(1940, 1, 1), "street_code": _street(n % STREETS), "address": f"{n} 号院",
                         "living": "alone", "state": "active", "state_since": date(2025, 1, 1), "created_at": AT, "updated_at": AT} for n in meals))  # fmt: skip
    _all(db, Order, ({"id": n, "natural_key": f"{day}/lunch/R{n}", "resident_id": n, "day": day, "slot": "lunch", "quantity": 1, "size": "normal", "delivery": "home",
                      "channel": "phone", "unit_price_fen": 1700, "resident_part_fen": 1200, "pay_means": "card", "window_from_s": 39000, "window_to_s": 46200,
                      "created_by": "made", "created_at": AT} for n in meals))  # fmt: skip
    db.add(OrderBook(id=1, day=day, slot="lunch", state="closed", closed_at=AT, closed_by="made"))
    db.flush()
    _all(db, BookLine, ({"id": n, "book_id": 1, "order_id": n, "resident_id": n, "quantity": 1, "street_code": _street(n % STREETS), "precision": "door", "place_key": f"p{n}",
                         "has_lift": False, "diets": ["normal"], "strict_diets": [], "size": "normal", "delivery": "home", "handover": "contact-allowed", "priority": 50, "must_serve": False,
                         "window_from_s": 39000, "window_to_s": 46200, "unit_price_fen": 1700, "cash_due_fen": 0, "lon": 116.41, "lat": 39.94} for n in meals))  # fmt: skip
    _plan(db, day, runs, doors)
    return [
        {"token": sign_link(secret, run, f"{run:012x}"), "lines": list(range((run - 1) * doors + 1, run * doors + 1))}
        for run in range(1, runs + 1)
    ]


def _plan(db: Session, day: date, runs: int, doors: int) -> None:
    db.add(
        PlanVersion(
            id=1, day=day, slot="lunch", number=1, state="published", engine="made", seed=0, seconds=0.0, cost=0, distance_m=0, travel_s=0,
            routes=runs, trips=runs, ordered=runs * doors, planned=runs * doors, unassigned=0, network="made", matrix_digest="0", problem_json=b"",
            plan_json=b"", book_digest="0", violations=[], created_by="made", created_at=AT, published_by="made", published_at=AT,
        )
    )  # fmt: skip
    db.flush()
    numbers = range(1, runs + 1)
    meals = range(1, runs * doors + 1)
    _all(db, PlanRoute, ({"id": n, "version_id": 1, "number": n, "vehicle_code": f"E{n}", "driver_code": f"D{n}", "kitchen_code": "K1", "trips": 1, "portions": doors,
                          "stops": doors, "boxes": 24, "most_aboard": 24, "distance_m": 0, "travel_s": 0, "starts_s": 37800, "ends_s": 46800, "eat_by_s": 46800} for n in numbers))  # fmt: skip
    _all(db, PlanVisit, ({"id": n, "route_id": (n - 1) // doors + 1, "position": (n - 1) % doors + 1, "trip": 1, "kind": "job", "stop_id": n, "arrival_s": 39600, "waiting_s": 0,
                          "setup_s": 0, "service_s": 60, "portions": 1} for n in meals))  # fmt: skip
    starts = {
        "position": 0,
        "trip": 1,
        "kind": "start",
        "arrival_s": 37800,
        "waiting_s": 0,
        "setup_s": 0,
        "service_s": 300,
        "portions": doors,
    }
    _all(db, PlanVisit, ({"id": runs * doors + n, "route_id": n, **starts} for n in numbers))
    _all(db, PlanLine, ({"version_id": 1, "visit_id": n, "book_line_id": n, "portions": 1} for n in meals))
    _all(db, Run, ({"id": n, "version_id": 1, "route_id": n, "number": n, "day": day, "slot": "lunch", "kitchen_code": "K1", "vendor_code": "V1", "driver_code": f"D{n}",
                    "vehicle_code": f"E{n}", "state": "published", "link_nonce": f"{n:012x}", "published_at": AT, "accepted_at": AT} for n in numbers))  # fmt: skip


def _street(number: int) -> str:
    return f"1101010{number:02d}"


def _all(db: Session, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    ready = list(rows)
    for start in range(0, len(ready), CHUNK):
        db.execute(insert(model), ready[start : start + CHUNK])
