"""A made-up city's month in a database: districts, people, orders, books, plans, runs, proofs, payments. No real person.

``fill(engine, City())`` writes about a million handovers: each of 100 districts has 455 people who eat lunch on each of 22 days.
What is random comes from one seed. One person in two hundred dies within the month, one in thirty pays nothing, one handover in fifty is left
at the door, one in ninety is not made. A driver has some 35 doors in a row, reached in about 150 seconds each, recorded by a phone with its place.
People have a telephone, an ID number and somebody to call; one in forty has none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, Table, text
from sqlalchemy.engine.default import DefaultDialect

import mealroute.models  # noqa: F401 -- registers every table
from mealroute.core import crypto
from mealroute.core.bulk import pour
from mealroute.core.db import Base

PRICE: Final = 1700
PER_RUN: Final = 35
WEST: Final = 116.4
SOUTH: Final = 39.7


@dataclass(frozen=True, slots=True)
class City:
    """How large the month is."""

    districts: int = 100
    people: int = 455
    days: int = 22
    first: date = date(2026, 3, 1)
    seed: int = 1

    @property
    def handovers(self) -> int:
        return self.districts * self.people * self.days

    def district(self, number: int) -> str:
        return f"{110100 + number:06d}"

    def dates(self) -> list[date]:
        """The first working days of the month, and then whatever days it takes."""
        month = [self.first + timedelta(days=n) for n in range(31)]
        return sorted(sorted(month, key=lambda day: (day.weekday() > 4, day))[: self.days])


def fill(
    engine: Engine,
    city: City,
    *,
    said: Callable[[str], None] = lambda _line: None,
    given: Iterable[tuple[str, tuple[str, ...], dict[str, Any], Any]] | None = None,
) -> None:
    """Make the tables and write the month, or the tables that are ``given``. PostgreSQL must let us do without its triggers for a moment (a superuser)."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("SET timezone = 'UTC'"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for name, columns, fixed, rows in tables(city) if given is None else given:
            table = Base.metadata.tables[name]
            alike = constants(table, columns, fixed)
            wide = ((*row, *alike.values()) for row in rows)
            count = pour(connection, table, (*columns, *alike), wide, raw=True)
            said(f"{name:<18}{count:>10,}")
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = DEFAULT"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def constants(table: Table, varying: Sequence[str], fixed: dict[str, Any]) -> dict[str, Any]:
    """What every row of a table has alike: what is said, and the models' defaults for what may not be empty."""
    found = dict(fixed)
    for column in table.columns:
        if column.name in varying or column.name in found or column.nullable:
            continue
        default = getattr(column.default, "arg", None)
        if callable(default):
            found[column.name] = json.dumps(default(None))
        elif default is not None:
            found[column.name] = int(default) if isinstance(default, bool) else str(default)
        elif column.name != "id":
            raise ValueError(f"{table.name}.{column.name} needs a value")
    return found


Rows = Iterable[Sequence[Any]]
NOW: Final = "2026-02-20 00:00:00.000000"
ENTERED: Final = "2025-01-01 00:00:00.000000"


def tables(city: City) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any], Rows]]:
    days = city.dates()
    people = range(city.districts * city.people)
    runs = -(-len(people) // PER_RUN)

    def served(run: int) -> int:
        """The district in which a run begins; its vendor and its kitchen serve no other."""
        return min(run * PER_RUN // city.people, city.districts - 1)

    yield "district", ("code", "name"), {}, ((city.district(n), f"第 {n} 区") for n in range(city.districts))
    yield (
        "street", ("code", "district_code", "name"), {},
        ((f"{city.district(n)}001", city.district(n), f"街道 {n}") for n in range(city.districts)),
    )  # fmt: skip
    yield (
        "vendor",
        ("id", "code", "name"),
        {"state": "active"},
        ((n + 1, f"V{n:03d}", f"助餐单位 {n}") for n in range(city.districts)),
    )
    yield "kitchen", ("id", "code", "name", "vendor_code"), {"lon": WEST, "lat": SOUTH, "daily_capacity": 2000}, (
        (n + 1, f"K{n:03d}", f"厨房 {n}", f"V{n:03d}") for n in range(city.districts)
    )  # fmt: skip
    yield "driver", ("id", "code", "name", "vendor_code", "kitchen_code"), {"shift_start_s": 36000, "shift_end_s": 48600}, (
        (r + 1, f"D{r:04d}", f"骑手{r}", f"V{served(r):03d}", f"K{served(r):03d}") for r in range(runs)
    )  # fmt: skip
    yield "resident", (
        "id", "code", "name", "birth_date", "street_code", "basic_service", "living", "ability_level", "address", "id_number", "id_number_index",
        "phone_index",
    ), {
        "state": "active", "state_since": "2025-01-01", "created_at": ENTERED, "updated_at": ENTERED, "has_lift": 0,
    }, _people(city)  # fmt: skip
    yield "contact", ("id", "resident_id", "name", "phone_index"), {"position": 1, "relation": "女儿", "phone": sealed("01000000000")}, (
        (p + 1, p + 1, f"示例女儿{p}", f"contact-{p}") for p in people if p % 40
    )  # fmt: skip
    yield (
        "state_change",
        ("id", "resident_id", "state", "since"),
        {"reason": "", "by_name": "示例", "at": NOW},
        _states(city),
    )
    yield "order_book", ("id", "day", "slot", "state"), {"closed_by": "示例", "closed_at": NOW}, (
        (n + 1, str(day), "lunch", "closed") for n, day in enumerate(days)
    )  # fmt: skip
    yield "meal_order", ("id", "natural_key", "resident_id", "day", "pay_means"), {
        "slot": "lunch", "quantity": 1, "size": "normal", "delivery": "home", "channel": "standing", "unit_price_fen": PRICE, "state": "placed",
        "resident_part_fen": 1200, "expected_subsidy_fen": 500, "window_from_s": 36000, "window_to_s": 45000, "created_by": "示例", "created_at": NOW,
        "auto_cancelled": 0, "edited": 0,
    }, ((m, f"o/{m}", p + 1, str(day), "monthly") for m, _d, day, p in meals(city, days))  # fmt: skip
    yield "book_line", ("id", "book_id", "order_id", "resident_id", "street_code", "place_key", "lon", "lat"), {
        "revision": 0, "quantity": 1, "precision": "door", "has_lift": 0, "diets": "[]", "strict_diets": "[]", "size": "normal",
        "delivery": "home", "handover": "in-person", "priority": 1, "must_serve": 0, "window_from_s": 36000, "window_to_s": 45000,
        "unit_price_fen": PRICE, "cash_due_fen": 0,
    }, ((m, d + 1, m, p + 1, f"{city.district(p // city.people)}001", f"door-{p}", *door(p)) for m, d, _day, p in meals(city, days))  # fmt: skip
    yield "plan_version", ("id", "day"), {
        "slot": "lunch", "number": 1, "state": "published", "engine": "auto", "seed": 0, "seconds": 1, "cost": 1, "distance_m": 1, "travel_s": 1,
        "routes": runs, "trips": runs, "ordered": len(people), "planned": len(people), "unassigned": 0, "network": "", "matrix_digest": "",
        "problem_json": b"", "plan_json": b"", "book_digest": "", "created_by": "示例", "created_at": NOW,
    }, ((n + 1, str(day)) for n, day in enumerate(days))  # fmt: skip
    yield "plan_route", ("id", "version_id", "number", "driver_code", "kitchen_code", "vehicle_code"), {
        "trips": 1, "portions": PER_RUN, "stops": PER_RUN, "boxes": 1, "most_aboard": PER_RUN, "distance_m": 9000,
        "travel_s": 3600, "starts_s": 37800, "ends_s": 45000, "eat_by_s": 46800,
    }, ((d * runs + r + 1, d + 1, r + 1, f"D{r:04d}", f"K{served(r):03d}", f"C{r:04d}") for d in range(len(days)) for r in range(runs))  # fmt: skip
    yield "plan_visit", ("id", "route_id", "position", "arrival_s"), {
        "trip": 1, "kind": "job", "waiting_s": 0, "setup_s": 60, "service_s": 90, "portions": 1,
    }, ((m, d * runs + p // PER_RUN + 1, p % PER_RUN, 39600 + 150 * (p % PER_RUN)) for m, d, _day, p in meals(city, days))  # fmt: skip
    yield "plan_line", ("id", "version_id", "visit_id", "book_line_id"), {"portions": 1, "new_face": 0}, (
        (m, d + 1, m, m) for m, d, _day, _p in meals(city, days)
    )  # fmt: skip
    yield "run", ("id", "version_id", "route_id", "number", "day", "vendor_code", "kitchen_code", "driver_code", "vehicle_code", "link_nonce"), {
        "slot": "lunch", "state": "done", "published_at": NOW,
    }, (
        (d * runs + r + 1, d + 1, d * runs + r + 1, r + 1, str(day), f"V{served(r):03d}", f"K{served(r):03d}", f"D{r:04d}", f"C{r:04d}", f"n{d}-{r}")
        for d, day in enumerate(days)
        for r in range(runs)
    )  # fmt: skip
    yield "proof", (
        "id", "client_id", "run_id", "visit_id", "book_line_id", "outcome", "seen", "quantity", "server_at", "phone_at", "device", "lon", "lat",
    ), {
        "by_name": "示例", "source": "phone",
    }, _proofs(city, days, runs)  # fmt: skip
    yield "payment", ("id", "natural_key", "order_id", "amount_fen"), {
        "kind": "payment", "means": "monthly", "at": NOW, "by_name": "示例",
    }, ((m, f"o/{m}/1", m, PRICE - 500 * basic(p)) for m, _d, _day, p in meals(city, days) if p % 30)  # fmt: skip


def basic(person: int) -> bool:
    """Whether somebody is registered for basic elderly care service: six in ten."""
    return person * 7919 % 10 < 6


def meals(city: City, days: Sequence[date]) -> Iterator[tuple[int, int, date, int]]:
    """Number, place of the day, day and person of each meal."""
    people = city.districts * city.people
    for d, day in enumerate(days):
        for p in range(people):
            yield d * people + p + 1, d, day, p


def door(person: int) -> tuple[float, float]:
    """Where somebody lives: 35 doors in a street, some 85 m apart."""
    return round(WEST + 0.001 * (person % PER_RUN), 6), round(SOUTH + 0.001 * (person // PER_RUN % 400), 6)


def sealed(value: str) -> str:
    """As the database keeps what is encrypted."""
    found = crypto.EncryptedStr().process_bind_param(value, DefaultDialect())
    assert found is not None
    return found


def _people(city: City) -> Iterator[tuple[Any, ...]]:
    random = Random(city.seed)
    for p in range(city.districts * city.people):
        born = date(2026, 1, 1) - timedelta(days=random.randint(60 * 365, 100 * 365))
        number = _id_number(born, p)
        known = (sealed(number), crypto.blind_index("id", number), f"phone-{p}") if p % 40 else (None, None, None)
        yield (
            p + 1, f"R{p + 1:06d}", f"示例{p}", str(born), f"{city.district(p // city.people)}001", int(basic(p)),
            random.choice(("alone", "couple", "with-family")), random.randint(0, 4), f"示例路 {p} 号", *known,
        )  # fmt: skip


def _id_number(born: date, person: int) -> str:
    """A number of a division that does not exist."""
    digits = f"99{person // 1000:04d}{born:%Y%m%d}{person % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11]


def _states(city: City) -> Iterator[tuple[Any, ...]]:
    number = 0
    for p in range(city.districts * city.people):
        number += 1
        yield number, p + 1, "active", "2025-01-01"
        if p % 200 == 7:
            number += 1
            yield number, p + 1, "deceased", str(city.first + timedelta(days=p // 200 % 28))


def _proofs(city: City, days: Sequence[date], runs: int) -> Iterator[tuple[Any, ...]]:
    random = Random(city.seed + 1)
    second = 0
    for m, d, day, p in meals(city, days):
        chance = random.random()
        outcome = "refused" if chance < 1 / 90 else "left-at-door" if chance < 1 / 90 + 1 / 50 else "handed-over"
        place, run = p % PER_RUN, p // PER_RUN
        second = (
            39600 - 8 * 3600 + int(60 * random.random()) if place == 0 else second + 60 + int(180 * random.random())
        )
        lon, lat = door(p)
        yield (
            m, f"c{m}", d * runs + run + 1, m, m, outcome, int(outcome == "handed-over"), int(outcome != "refused"), _at(day, second + 20),
            _at(day, second), f"phone-{run}", lon + 0.0002 * (random.random() - 0.5), lat + 0.0002 * (random.random() - 0.5),
        )  # fmt: skip


def _at(day: date, second: int) -> str:
    return f"{day} {second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}.000000"
