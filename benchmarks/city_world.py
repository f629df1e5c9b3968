"""A made-up city's month in a database: districts, people, orders, books, plans, runs, proofs, payments. No real person.

``fill(engine, City())`` writes about a million handovers: each of 100 districts has 455 people who eat lunch on each of 22 days.
What is random comes from one seed. One person in two hundred dies within the month, one in thirty pays nothing, one handover in fifty is left
at the door, one in ninety is not made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Engine, Table, text

import mealroute.models  # noqa: F401 -- registers every table
from mealroute.core.bulk import pour
from mealroute.core.db import Base

PRICE: Final = 1700
PER_RUN: Final = 35


@dataclass(frozen=True, slots=True)
class City:
    """How large the month is."""

    districts: int = 100
    people: int = 455
    days: int = 22
    first: date = date(2026, 10, 1)
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


def fill(engine: Engine, city: City, *, said: Callable[[str], None] = lambda _line: None) -> None:
    """Make the tables and write the month. PostgreSQL must let us do without its triggers for a moment (a superuser)."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for name, columns, fixed, rows in _tables(city):
            table = Base.metadata.tables[name]
            constants = _constants(table, columns, fixed)
            wide = ((*row, *constants.values()) for row in rows)
            count = pour(connection, table, (*columns, *constants), wide, raw=True)
            said(f"{name:<18}{count:>10,}")
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = DEFAULT"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _constants(table: Table, varying: Sequence[str], fixed: dict[str, Any]) -> dict[str, Any]:
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
NOW: Final = "2026-10-01 00:00:00.000000+00:00"


def _tables(city: City) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any], Rows]]:
    days = city.dates()
    people = range(city.districts * city.people)
    runs = -(-len(people) // PER_RUN)
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
    yield "resident", ("id", "code", "name", "birth_date", "street_code", "basic_service", "living", "ability_level"), {
        "address": "示例路 1 号", "state": "active", "state_since": "2025-01-01", "created_at": NOW, "updated_at": NOW, "has_lift": 0,
    }, _people(city)  # fmt: skip
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
    }, ((m, f"o/{m}", p + 1, str(day), "monthly") for m, _d, day, p in _meals(city, days))  # fmt: skip
    yield "book_line", ("id", "book_id", "order_id", "resident_id", "street_code"), {
        "revision": 0, "quantity": 1, "precision": "door", "place_key": "示例", "has_lift": 0, "diets": "[]", "strict_diets": "[]", "size": "normal",
        "delivery": "home", "handover": "in-person", "priority": 1, "must_serve": 0, "window_from_s": 36000, "window_to_s": 45000,
        "unit_price_fen": PRICE, "cash_due_fen": 0,
    }, ((m, d + 1, m, p + 1, f"{city.district(p // city.people)}001") for m, d, _day, p in _meals(city, days))  # fmt: skip
    yield "plan_version", ("id", "day"), {
        "slot": "lunch", "number": 1, "state": "published", "engine": "auto", "seed": 0, "seconds": 1, "cost": 1, "distance_m": 1, "travel_s": 1,
        "routes": runs, "trips": runs, "ordered": len(people), "planned": len(people), "unassigned": 0, "network": "", "matrix_digest": "",
        "problem_json": b"", "plan_json": b"", "book_digest": "", "created_by": "示例", "created_at": NOW,
    }, ((n + 1, str(day)) for n, day in enumerate(days))  # fmt: skip
    yield "plan_route", ("id", "version_id", "number", "driver_code"), {
        "vehicle_code": "C", "kitchen_code": "K", "trips": 1, "portions": PER_RUN, "stops": PER_RUN, "boxes": 1, "most_aboard": PER_RUN, "distance_m": 9000,
        "travel_s": 3600, "starts_s": 37800, "ends_s": 45000, "eat_by_s": 46800,
    }, ((d * runs + r + 1, d + 1, r + 1, f"D{r:04d}") for d in range(len(days)) for r in range(runs))  # fmt: skip
    yield "plan_visit", ("id", "route_id", "position", "arrival_s"), {
        "trip": 1, "kind": "job", "waiting_s": 0, "setup_s": 60, "service_s": 90, "portions": 1,
    }, ((m, d * runs + p // PER_RUN + 1, p % PER_RUN, 39600 + 150 * (p % PER_RUN)) for m, d, _day, p in _meals(city, days))  # fmt: skip
    yield "plan_line", ("id", "version_id", "visit_id", "book_line_id"), {"portions": 1, "new_face": 0}, (
        (m, d + 1, m, m) for m, d, _day, _p in _meals(city, days)
    )  # fmt: skip
    yield "run", ("id", "version_id", "route_id", "number", "day", "vendor_code", "driver_code", "link_nonce"), {
        "slot": "lunch", "kitchen_code": "K", "vehicle_code": "C", "state": "done", "published_at": NOW,
    }, (
        (d * runs + r + 1, d + 1, d * runs + r + 1, r + 1, str(day), f"V{min(r * PER_RUN // city.people, city.districts - 1):03d}", f"D{r:04d}", f"n{d}-{r}")
        for d, day in enumerate(days)
        for r in range(runs)
    )  # fmt: skip
    yield "proof", ("id", "client_id", "run_id", "visit_id", "book_line_id", "outcome", "seen", "quantity", "server_at"), {
        "by_name": "示例", "source": "phone",
    }, _proofs(city, days, runs)  # fmt: skip
    yield "payment", ("id", "natural_key", "order_id", "amount_fen"), {
        "kind": "payment", "means": "monthly", "at": NOW, "by_name": "示例",
    }, ((m, f"o/{m}/1", m, PRICE - 500 * basic(p)) for m, _d, _day, p in _meals(city, days) if p % 30)  # fmt: skip


def basic(person: int) -> bool:
    """Whether somebody is registered for basic elderly care service: six in ten."""
    return person * 7919 % 10 < 6


def _meals(city: City, days: Sequence[date]) -> Iterator[tuple[int, int, date, int]]:
    """Number, place of the day, day and person of each meal."""
    people = city.districts * city.people
    for d, day in enumerate(days):
        for p in range(people):
            yield d * people + p + 1, d, day, p


def _people(city: City) -> Iterator[tuple[Any, ...]]:
    random = Random(city.seed)
    for p in range(city.districts * city.people):
        born = date(2026, 1, 1) - timedelta(days=random.randint(60 * 365, 100 * 365))
        yield (
            p + 1, f"R{p + 1:06d}", "示例", str(born), f"{city.district(p // city.people)}001", int(basic(p)),
            random.choice(("alone", "couple", "with-family")), random.randint(0, 4),
        )  # fmt: skip


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
    for m, d, day, p in _meals(city, days):
        chance = random.random()
        outcome = "refused" if chance < 1 / 90 else "left-at-door" if chance < 1 / 90 + 1 / 50 else "handed-over"
        second = 10 * 3600 + 150 * (p % PER_RUN)
        at = f"{day} {(second // 3600 - 7) % 24:02d}:{second % 3600 // 60:02d}:{second % 60:02d}.000000"
        yield (
            m,
            f"c{m}",
            d * runs + p // PER_RUN + 1,
            m,
            m,
            outcome,
            int(outcome == "handed-over"),
            int(outcome != "refused"),
            at,
        )
