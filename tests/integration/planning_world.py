"""A small district with a closed book, written straight into the tables: what planning and dispatch start from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.experience.models import DriverMemory, Meeting
from mealroute.menus.models import Dish
from mealroute.orders.models import BookLine, Order, OrderBook
from mealroute.residents.models import Contact, Resident, StateChange
from mealroute.vendors.models import Driver, Kitchen, KitchenBatch, KitchenDiet, Station, Vehicle, Vendor
from tests.planted import planted

STREET, OTHER_STREET = "110101005", "110101006"
DAY = date(2026, 3, 9)
AT = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
HOUR = 3600


def build_world(db: Session, *, doors: int = 30, stations: int = 6) -> list[int]:
    """Two kitchens with three vehicles each, ``doors`` meals to doors and ``stations`` to a station, the book closed.

    One meal more has no point. Returns the book lines' ids, the pointless last.
    """
    return list(planted(db, ("planning_world", doors, stations), lambda: _built(db, doors, stations)))


def _built(db: Session, doors: int, stations: int) -> tuple[int, ...]:
    random = Random(5)
    db.add(District(code="110101", name="东城区"))
    db.flush()
    for code, name in ((STREET, "北新桥街道"), (OTHER_STREET, "东直门街道")):
        db.add(
            Street(
                code=code, district_code="110101", name=name, name_en=name, lon=116.41, lat=39.94, point_source="test"
            )
        )
    for n in (1, 2):
        db.add(Vendor(code=f"V{n}", name=f"餐饮 {n}"))
        db.flush()
        db.add(
            Kitchen(
                code=f"K{n}",
                vendor_code=f"V{n}",
                name=f"央厨 {n}",
                lon=116.395 + 0.02 * n,
                lat=39.935,
                daily_capacity=60,
            )
        )
        db.flush()
        db.add_all(
            KitchenDiet(kitchen_code=f"K{n}", diet=diet)
            for diet in (("low-sugar", "halal") if n == 1 else ("low-sugar",))
        )
        db.add(
            KitchenBatch(
                kitchen_code=f"K{n}", slot="lunch", cooked_at_s=9 * HOUR, ready_at_s=10 * HOUR + 900, eat_by_s=13 * HOUR
            )
        )
        for v in range(1, 4):
            code = f"{n}{v}"
            db.add(
                Driver(
                    code=f"D{code}",
                    name="刘建国",
                    phone=f"139000000{code}",
                    kitchen_code=f"K{n}",
                    vendor_code=f"V{n}",
                    shift_start_s=10 * HOUR,
                    shift_end_s=13 * HOUR + 900,
                )
            )
            db.flush()
            db.add(
                Vehicle(
                    code=f"E{code}", plate=f"T00{code}", kind="e-bike", profile="ebike", kitchen_code=f"K{n}", hot_boxes=24, cold_boxes=6,
                    halal_marked=code == "11", driver_code=f"D{code}", fixed_fen=500, per_hour_fen=2600, max_trips=2, load_duration_s=300,
                )
            )  # fmt: skip
    db.add(Dish(code="D1", name="红烧豆腐", price_fen=1700, compartment="hot"))
    db.flush()
    db.add(Station(code="S1", name="北新桥驿站", street_code=STREET, address="香饵胡同 8 号", lon=116.412, lat=39.941))
    book = OrderBook(day=DAY, slot="lunch", state="closed", closed_at=AT, closed_by="test")
    db.add(book)
    db.flush()
    at_station, without_point = range(doors + 1, doors + stations + 1), doors + stations + 1
    ids = _meals(db, book.id, range(1, without_point + 1), random, at_station, without_point)
    db.add(DriverMemory(resident_id=1, driver_code="D11", visits=3, last_day=date(2026, 3, 8)))
    db.add_all(
        Meeting(resident_id=1, driver_code="D11", day=date(2026, 3, n), met_s=11 * HOUR + 60 * n, book_line_id=-n)
        for n in (5, 6, 8)
    )
    db.flush()
    return tuple(ids)


def _meals(
    db: Session, book_id: int, numbers: range, random: Random, at_station: range, without_point: int
) -> list[int]:
    """People, their orders and the book's lines, each kind written at once: their ids are their numbers, in order."""
    places = {
        n: {"lon": 116.405 + random.uniform(-0.012, 0.012), "lat": 39.937 + random.uniform(-0.01, 0.01)}
        for n in numbers
    }
    residents = {n: _resident(n) for n in numbers}
    db.add_all(residents.values())
    db.flush()
    orders = {n: _order(n, residents[n].id, station=n in at_station) for n in numbers}
    for n, resident in residents.items():
        db.add(
            StateChange(
                resident_id=resident.id, state="active", since=date(2025, 1, 1), reason="", by_name="test", at=AT
            )
        )
        db.add(
            Contact(
                resident_id=resident.id, position=1, name="李女士", relation="女儿", phone="13900009999", phone_index=f"c{n}", may_receive=True,
            )
        )  # fmt: skip
    db.add_all(orders.values())
    db.flush()
    lines = []
    for n, order in orders.items():
        values: dict[str, Any] = {"flag": "no-point", "flag_owner": "李敏"} if n == without_point else places[n]
        if n in at_station:
            values |= {"lon": 116.412, "lat": 39.941, "station_code": "S1"}
        lines.append(_line(n, book_id, order, values))
    db.add_all(lines)
    db.flush()
    return [line.id for line in lines]


def _street(n: int) -> str:
    return STREET if n % 5 else OTHER_STREET


def _resident(n: int) -> Resident:
    return Resident(
        code=f"R{n:04d}", name="王玉兰" if n > 1 else "曾𠮷祥", birth_date=date(1940, 1, 1), street_code=_street(n), address=f"北新桥三条 {n} 号院",
        building="2 号楼", unit="1 单元", floor=3, has_lift=False, door_note="听力差，敲窗", living="alone", state="active",
        state_since=date(2025, 1, 1), phone=f"1390000{n:04d}", created_at=AT, updated_at=AT,
    )  # fmt: skip


def _order(n: int, resident_id: int, *, station: bool) -> Order:
    return Order(
        natural_key=f"{DAY}/lunch/R{n:04d}", resident_id=resident_id, day=DAY, slot="lunch", quantity=2 if n % 7 == 0 else 1, size="normal",
        dish_code="D1", delivery="station" if station else "home", channel="phone", unit_price_fen=1700, resident_part_fen=1200,
        pay_means="cash-at-door" if n == 2 else "card", window_from_s=39000, window_to_s=46200, created_by="test", created_at=AT,
    )  # fmt: skip


def _line(n: int, book_id: int, order: Order, values: dict[str, Any]) -> BookLine:
    return BookLine(
        book_id=book_id, order_id=order.id, resident_id=order.resident_id, quantity=order.quantity, street_code=_street(n), precision="door",
        place_key=f"p{n}", floor=3, has_lift=False, diets=["halal"] if n == 3 else ["normal"], strict_diets=["halal"] if n == 3 else [],
        dish_code="D1", size="normal", delivery=order.delivery, handover="contact-allowed", priority=50, must_serve=n == 1,
        window_from_s=39000, window_to_s=46200, unit_price_fen=1700, cash_due_fen=1200 if n == 2 else 0, **values,
    )  # fmt: skip
