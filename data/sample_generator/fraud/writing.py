"""The month into the tables, row by row as the program itself would have left them; then its claims and what came after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from data.sample_generator.fraud.hands import call, cash_entries, returned_meals
from data.sample_generator.fraud.month import LAT, LON, STREETS, FirstSaid, Meal, Month, Resident, Run
from mealroute import models  # noqa: F401 -- registers every table
from mealroute.core.actor import SYSTEM
from mealroute.core.bulk import pour
from mealroute.core.clock import FixedClock
from mealroute.core.crypto import blind_index
from mealroute.core.db import Base
from mealroute.core.text import compact
from mealroute.rulebook.reading import read_draft
from mealroute.subsidy import service as subsidy
from mealroute.subsidy.parts import Part
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.rulebook import load_rulebook

MIDNIGHT = timedelta(hours=-8)
"""Local midnight of Beijing, in UTC."""
BOOKED = datetime(2026, 2, 20, 1, 0, tzinfo=UTC)


def at(day: date, seconds: int) -> datetime:
    """The moment of ``seconds`` since local midnight."""
    return datetime.combine(day, time(), UTC) + MIDNIGHT + timedelta(seconds=seconds)


def write(db: Session, month: Month) -> None:
    """Everything of a month, its claim lines, and what happened after they were built. The database is empty before."""
    for table, rows in _rows(month):
        if rows:
            _put(db, Base.metadata.tables[table], rows)
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("ANALYZE"))  # a month that came in one transaction has no statistics to plan by yet
    clock = FixedClock(at(month.days[-1] + timedelta(days=3), 36_000))
    rules, name = rulebook(), month.first.strftime("%Y-%m")
    period = subsidy.open_period(db, rules.payer, name, rules)
    prepared = subsidy.prepare(db, name, rules, part=Part(rules=rules, rest=True))
    subsidy.store(db, period, prepared, by=SYSTEM, clock=clock)
    for step in month.later:
        step(db)
    call(db, month)
    db.flush()
    db.expire_all()


def _put(db: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows that name the same columns, with the model's defaults in those that they leave out."""
    named = dict.fromkeys(rows[0])
    left_out = [
        (name, default) for name, default in _defaults(table).items() if default is not None and name not in named
    ]
    values = ((*(row[name] for name in named), *(default() for _name, default in left_out)) for row in rows)
    pour(db.connection(), table, [*named, *(name for name, _default in left_out)], values)


@cache
def _defaults(table: Table) -> dict[str, Callable[[], Any] | None]:
    """Column → what makes its default; nothing where an empty one is."""
    found: dict[str, Callable[[], Any] | None] = {}
    for column in table.columns:
        if column.default is not None and column.default.is_scalar:
            found[column.name] = partial(_same, column.default.arg)
        elif column.default is not None and column.default.is_callable:
            found[column.name] = partial(column.default.arg, None)
        elif column.nullable and not column.primary_key:
            found[column.name] = None
    return found


def _same(value: Any) -> Any:
    return value


@cache
def rulebook() -> Rulebook:
    """The rules in force, with two made-up ones that pay by tiers (``tiers.yaml``)."""
    own = load_rulebook()
    more, problems = read_draft((Path(__file__).parent / "tiers.yaml").read_text(encoding="utf-8"), "tiers.yaml")
    if problems:
        raise ValueError(str(problems[0]))
    return replace(own, book=replace(own.book, rules=(*own.book.rules, *more.rules)))


def _rows(month: Month) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    yield "district", [{"code": "110101", "name": "东城区"}]
    yield "street", [{"code": code, "district_code": "110101", "name": f"示例街道{n}", "name_en": "", "lon": LON, "lat": LAT, "point_source": "示例"} for n, code in enumerate(STREETS, 1)]  # fmt: skip
    yield "vendor", [_filled("vendor", code=one.code, name=one.name, phone=one.phone, licence_valid_to=one.licence_to, contract_to=one.contract_to, capacity_lunch=one.capacity, licence_no=one.licence_no, state="active") for one in month.vendors]  # fmt: skip
    yield "vendor_step", [{"vendor_code": one.code, "from_state": "active", "to_state": state, "effective_on": day, "reason": "示例", "by_name": "示例", "at": BOOKED} for one, state, day in month.steps]  # fmt: skip
    yield "kitchen", [_filled("kitchen", code=one.kitchen, vendor_code=one.code, name=one.name, lon=LON, lat=LAT, daily_capacity=400, closed_on=one.kitchen_closed) for one in month.vendors]  # fmt: skip
    yield "kitchen_batch", [{"kitchen_code": one.kitchen, "slot": "lunch", "cooked_at_s": 36_000, "ready_at_s": 37_800, "eat_by_s": 50_400} for one in month.vendors]  # fmt: skip
    yield "driver", [_filled("driver", code=driver.code, name=driver.name, phone=driver.phone, phone_index=blind_index("phone", driver.phone), vendor_code=one.code, kitchen_code=one.kitchen, shift_start_s=36_000, shift_end_s=48_600, weekdays=driver.weekdays, health_certificate_to=driver.certificate_to) for one in month.vendors for driver in one.drivers]  # fmt: skip
    yield "vehicle", [_filled("vehicle", code=f"E-{driver.code}", kind="e-bike", profile="ebike", vendor_code=one.code, kitchen_code=one.kitchen, hot_boxes=driver.boxes, driver_code=driver.code) for one in month.vendors for driver in one.drivers]  # fmt: skip
    stations = dict.fromkeys(sorted({meal.station for meal in month.meals if meal.station}), STREETS[0])
    stations |= {site.code: site.street for site in month.sites}
    yield "station", [_filled("station", code=code, name=f"驿站 {code}", street_code=street, lon=LON, lat=LAT) for code, street in stations.items()]  # fmt: skip
    yield "dish", [_filled("dish", code="D-A", name="示例菜", price_fen=1800)]
    yield "menu_entry", [{"code": f"M{weekday}", "weekday": weekday, "slot": "lunch", "diet": "normal", "choice": "A", "dish_code": "D-A", "price_fen": 1800, "valid_from": date(2025, 1, 1), "valid_to": None, "extra": {}} for weekday in range(1, 8)]  # fmt: skip
    yield "resident", [_resident(one) for one in month.residents]
    yield "state_change", [{"resident_id": one.id, "state": "active", "since": one.entered, "reason": "", "by_name": "示例", "at": BOOKED} for one in month.residents]  # fmt: skip
    yield "contact", [{"resident_id": one.id, "position": n, "name": name, "relation": relation, "phone": phone, "phone_index": blind_index("phone", phone), "may_receive": True} for one in month.residents for n, (name, relation, phone) in enumerate(one.contacts, 1)]  # fmt: skip
    yield "pause", [{"resident_id": one.id, "starts_on": first, "ends_on": last, "reason": reason, "note": "", "created_by": "示例", "created_at": BOOKED} for one, first, last, reason in month.pauses]  # fmt: skip
    yield "pause", [{"resident_id": one.id, "starts_on": first, "ends_on": last, "reason": reason, "note": "", "created_by": "示例", "created_at": BOOKED, "cancelled_at": at(day, 60_000)} for one, first, last, reason, day in month.cancelled]  # fmt: skip
    yield "resident_fact", [{"resident_id": one.resident.id, "name": one.name, "before": one.before, "value": one.value, "since": one.since, "by_name": "示例", "at": at(one.on, 60_000)} for one in month.facts]  # fmt: skip
    yield "outside_notice", [{"natural_key": f"{n}", "resident_id": one.resident.id, "kind": one.kind, "first_day": one.first, "last_day": one.last, "source": "示例名单", "withdraws_id": None, "reason": "", "by_name": "示例", "at": BOOKED} for n, one in enumerate(month.notices)]  # fmt: skip
    yield from _orders(month)
    yield from _plans(month)
    yield from _doors(month)
    yield from _kitchen(month)
    yield "site_figure", [{"station_code": site.code, "name": "tag:rural", "value": 1, "valid_from": date(2025, 1, 1), "document_no": "", "by_name": "示例", "at": BOOKED} for site in month.sites]  # fmt: skip
    yield "site_agreement", [{"station_code": site.code, "resident_id": one.id, "day": day, "kind": "signed", "agreement_no": f"{site.code}/{one.id}", "by_name": "示例", "at": BOOKED} for site in month.sites for one, day in site.signed]  # fmt: skip
    yield "cash_entry", cash_entries(month)
    yield "returned_meals", returned_meals(month)


def _filled(table: str, **values: Any) -> dict[str, Any]:
    """A row whose other columns take the defaults of the model."""
    defaults = _defaults(Base.metadata.tables[table])
    row = {name: None if default is None else default() for name, default in defaults.items() if name not in values}
    return row | values


def _resident(one: Resident) -> dict[str, Any]:
    return _filled(
        "resident", id=one.id, code=one.code, name=one.name, name_key=compact(one.name), birth_date=one.born, id_number=one.id_number,
        id_number_index=blind_index("id", one.id_number) if one.id_number else None, phone=one.phone,
        phone_index=blind_index("phone", one.phone) if one.phone else None, street_code=one.street, address=one.address, floor=one.floor,
        living=one.living, ability_level=one.ability, assessment_valid_until=one.assessed_until, basic_service=one.basic,
        basic_service_from=one.basic_from, state="active", state_since=one.entered, lon=one.lon, lat=one.lat, precision="door",
        created_at=at(one.entered, 36_000), updated_at=at(one.entered, 36_000),
    )  # fmt: skip


def _orders(month: Month) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    books = {key: n for n, key in enumerate(sorted({(meal.day, meal.slot) for meal in month.meals}), 1)}
    yield "order_book", [{"id": n, "day": day, "slot": slot, "state": "closed", "closed_at": at(day, 32_400), "closed_by": "示例"} for (day, slot), n in books.items()]  # fmt: skip
    yield "meal_order", [
        _filled(
            "meal_order", id=meal.id, natural_key=f"order/{meal.id}", resident_id=meal.resident.id, day=meal.day, slot=meal.slot,
            quantity=max(1, meal.quantity), size="normal", delivery="station" if meal.station else "home", station_code=meal.station or None,
            channel="phone", unit_price_fen=meal.price, resident_part_fen=meal.own, expected_subsidy_fen=max(0, meal.price - meal.own),
            pay_means="card", window_from_s=39_600, window_to_s=45_000, created_by="示例",
            created_at=BOOKED if meal.ordered_s is None else at(meal.day, meal.ordered_s),
        )
        for meal in month.meals
    ]  # fmt: skip
    yield "payment", [
        {
            "natural_key": f"pay/{meal.id}/{n}", "order_id": meal.id, "kind": kind, "amount_fen": amount,
            "means": "cash-at-door" if meal.cash else "card", "at": at(meal.paid_on or meal.day, 30_000), "by_name": "示例",
            "reference": f"proof/{meal.id}" if meal.cash else reference,
        }
        for meal in month.meals
        for n, (kind, amount, reference) in enumerate(meal.payments)
    ]  # fmt: skip
    yield "book_line", [
        _filled(
            "book_line", id=meal.id, book_id=books[meal.day, meal.slot], order_id=meal.id, resident_id=meal.resident.id,
            quantity=max(1, meal.quantity), street_code=meal.resident.street, lon=meal.resident.lon, lat=meal.resident.lat, precision="door",
            place_key=compact(meal.resident.address), floor=meal.resident.floor, has_lift=False, diets=["normal"], strict_diets=[],
            dish_code=meal.dish or None, size="normal", delivery="station" if meal.station else "home", station_code=meal.station or None,
            handover="contact-allowed", priority=50, must_serve=False, window_from_s=39_600, window_to_s=45_000, unit_price_fen=meal.price,
            cash_due_fen=0,
        )
        for meal in month.meals
    ]  # fmt: skip

    yield "amendment", [
        _filled("amendment", book_id=books[meal.day, meal.slot], kind="cancel", order_id=meal.id, cancels_line_id=meal.id, reason="示例：退餐", by_name="示例", at=at(meal.day, month.taken_out[meal.id]))
        for meal in month.meals
        if meal.id in month.taken_out
    ]  # fmt: skip


def _plans(month: Month) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    runs = [run for run in month.runs if run.meals]
    versions = {key: n for n, key in enumerate(sorted({(run.day, run.slot, run.state) for run in runs}), 1)}
    yield "plan_version", [
        _filled(
            "plan_version", id=n, day=day, slot=slot, number=n, state="published" if state == "done" else "withdrawn", engine="示例", seed=0, seconds=0.0, cost=0, distance_m=0,
            travel_s=0, routes=1, trips=1, ordered=0, planned=0, unassigned=0, network="示例", matrix_digest="0", problem_json=b"",
            plan_json=b"", book_digest="0", violations=[], created_by="示例", created_at=at(day, 33_000), published_by="示例",
            published_at=at(day, 33_600),
        )
        for (day, slot, state), n in versions.items()
    ]  # fmt: skip
    yield "plan_route", [
        _filled(
            "plan_route", id=run.id, version_id=versions[run.day, run.slot, run.state], number=run.number, vehicle_code=f"E-{run.driver.code}",
            driver_code=run.driver.code, kitchen_code=run.vendor.kitchen, trips=1, portions=len(run.meals), stops=len(run.meals), boxes=30,
            most_aboard=30, distance_m=0, travel_s=0, starts_s=37_800, ends_s=max(meal.planned_s for meal in run.meals) + 900, eat_by_s=50_400,
        )
        for run in runs
    ]  # fmt: skip
    yield "plan_visit", [
        _filled(
            "plan_visit", id=meal.id, route_id=run.id, position=n, trip=1, kind="job", stop_id=n, arrival_s=meal.planned_s, waiting_s=0,
            setup_s=0, service_s=60, portions=max(1, meal.quantity), lon=meal.resident.lon, lat=meal.resident.lat, station_code=meal.station,
        )
        for run in runs
        for n, meal in enumerate(run.meals, 1)
    ]  # fmt: skip
    yield "plan_line", [
        {
            "version_id": versions[run.day, run.slot, run.state], "visit_id": meal.id, "book_line_id": meal.id,
            "portions": max(1, meal.quantity), "new_face": False,
        }
        for run in runs
        for meal in run.meals
    ]  # fmt: skip
    yield "run", [
        _filled(
            "run", id=run.id, version_id=versions[run.day, run.slot, run.state], route_id=run.id, number=run.number, day=run.day, slot=run.slot,
            kitchen_code=run.vendor.kitchen, vendor_code=run.vendor.code, driver_code=run.driver.code, vehicle_code=f"E-{run.driver.code}",
            state=run.state, link_nonce="n", published_at=at(run.day, 33_600), accepted_at=at(run.day, 34_000),
            withdrawn_at=None if run.withdrawn_s is None else at(run.day, run.withdrawn_s),
        )
        for run in runs
    ]  # fmt: skip
    moved = [meal for meal in month.meals if meal.transferred_to is not None]
    yield "stop_transfer", [
        _filled(
            "stop_transfer", client_id=f"move/{meal.id}", visit_id=meal.id, number=1, from_run_id=meal.run.id, kind="run",
            to_run_id=meal.transferred_to.id if meal.transferred_to else None, food="meet", arrive_s=meal.made_s or 0, portions=meal.quantity,
            reason="示例：车坏了", by_name="示例", at=at(meal.day, 40_000),
        )
        for meal in moved
    ]  # fmt: skip


def _doors(month: Month) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    knocked_again = {meal.id: FirstSaid(before_s=1200) for meal in month.meals if _opened_later(meal)}
    said = knocked_again | month.first_said
    yield "proof", [_earlier(meal, said[meal.id]) for meal in month.meals if meal.id in said]
    yield "proof", [_proof(meal, supersedes_id=EARLIER + meal.id if meal.id in said else None) for meal in month.meals]
    yield "evidence", [
        _filled("evidence", client_id=f"photo/{meal.id}", proof_id=meal.id, kind="photo", digest=meal.photo, size=1000, by_name="示例", at=at(meal.day, 43_000))
        for meal in month.meals
        if meal.photo
    ]  # fmt: skip
    yield "satisfaction", [
        {"client_id": f"said/{meal.id}", "proof_id": meal.id, "book_line_id": meal.id, "answer": meal.answer, "source": "phone", "by_name": "示例", "at": at(meal.day, 43_000)}
        for meal in month.meals
        if meal.answer
    ]  # fmt: skip


def _opened_later(meal: Meal) -> bool:
    """One door in a hundred opens when the driver comes back twenty minutes later."""
    return (
        meal.delivered and meal.id % 97 == 5 and meal.source == "phone" and meal.made_s is not None and not meal.station
    )


EARLIER = 10_000_000
"""Numbers of records that others took the place of."""


def _earlier(meal: Meal, said: FirstSaid) -> dict[str, Any]:
    made = at(meal.day, meal.planned_s if said.before_s is None else (meal.made_s or 0) - said.before_s)
    return _proof(meal) | {
        "id": EARLIER + meal.id, "client_id": f"first/{meal.id}", "outcome": said.outcome, "seen": False, "left_with": "", "quantity": 0,
        "phone_at": made, "made_at": made, "server_at": made + timedelta(seconds=20), "source": said.source, "cash_collected_fen": 0,
    }  # fmt: skip


def _proof(meal: Meal, supersedes_id: int | None = None) -> dict[str, Any]:
    run: Run = meal.transferred_to or meal.run
    made = None if meal.made_s is None else at(meal.day, meal.made_s)
    return _filled(
        "proof", id=meal.id, client_id=f"proof/{meal.id}", run_id=run.id, visit_id=meal.id, book_line_id=meal.id, outcome=meal.outcome,
        seen=meal.seen, left_with=meal.left_with, quantity=meal.quantity if meal.delivered else 0, phone_at=made, made_at=made,
        server_at=at(meal.day, 65_000 + meal.delay_s) if made is None else made + timedelta(seconds=meal.delay_s), lon=meal.lon, lat=meal.lat,
        by_name=run.driver.name, source=meal.source, device=meal.device, supersedes_id=supersedes_id, cash_collected_fen=meal.cash,
    )  # fmt: skip


def _kitchen(month: Month) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    packed, checks, counts, samples = [], [], [], []
    receipts, closings = [], []
    for run in month.runs:
        if not run.meals:
            continue
        if run.meals[0].resident.station:
            given = sum(meal.quantity for meal in run.meals if meal.delivered)
            receipts.append(
                _filled("station_receipt", client_id=f"box/{run.id}", visit_id=run.meals[0].id, station_code=run.meals[0].station, portions=given if run.received is None else run.received, signed_by="示例", at=at(run.day, 39_900))
            )  # fmt: skip
            if run.closed_with is not None:
                n = run.closed_with
                closings.append(
                    _filled("station_closing", day=run.day, slot=run.slot, station_code=run.meals[0].station, number=1, expected=n, missing=0, received=n, handed_out=n, not_fetched=0, short=0, by_name="示例", at=at(run.day, 46_000))
                )  # fmt: skip
            continue
        aboard = sum(max(1, meal.quantity) for meal in run.meals)
        packed.append(
            {
                "day": run.day, "slot": run.slot, "vehicle_code": f"E-{run.driver.code}", "trip": 1, "number": 1,
                "kitchen_code": run.vendor.kitchen, "content": f"{run.id}", "portions": aboard if run.packed is None else run.packed,
                "packed": True, "by_name": "示例", "at": at(run.day, run.left_s - 300),
            }
        )  # fmt: skip
        checks.append(
            _filled("loading_check", id=run.id, client_id=f"load/{run.id}", run_id=run.id, trip=1, by_name=run.driver.name, phone_at=at(run.day, run.left_s), at=at(run.day, run.left_s))
        )  # fmt: skip
        counts.append(
            {
                "check_id": run.id,
                "kind": "portions",
                "key": "all",
                "listed": aboard,
                "counted": aboard if run.loaded is None else run.loaded,
            }
        )
    for vendor in month.vendors:
        for day in month.days:
            if day not in vendor.silent_log:
                samples.append(
                    _filled("retained_sample", client_id=f"sample/{vendor.code}/{day}", day=day, slot="lunch", kitchen_code=vendor.kitchen, dish_code="D-A", dish_name="示例菜", grams=125, taken_at=at(day, 38_000), keep_until=at(day + timedelta(days=2), 38_000), by_name="示例", written_at=at(day, 38_000))
                )  # fmt: skip
    yield "packed_trip", packed
    yield "loading_check", checks
    yield "loading_count", counts
    yield "retained_sample", samples
    yield "station_receipt", receipts
    yield "station_closing", closings
