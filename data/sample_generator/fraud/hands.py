"""Cash, and the calls of the call-back, as a month's rows: honest unless a fraud has changed them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from data.sample_generator.fraud.month import Handed, Month
from mealroute.checks import call_back
from mealroute.checks.call_back_models import CallBackAnswer, CallBackPick, CallBackPopulation
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock

NOT_REACHED = 14
NOT_RECEIVED = 2
"""Of a hundred calls, where nothing is wrong."""


def cash_entries(month: Month) -> list[dict[str, Any]]:
    """What a cashier received of each round and counter: all of it, mostly the same evening."""
    purses: Counter[tuple[int, str]] = Counter()
    for meal in month.meals:
        if meal.cash:
            purses[(meal.transferred_to or meal.run).id, meal.station] += meal.cash
    runs = {run.id: run for run in month.runs}
    rows = []
    for (number, station), fen in sorted(purses.items()):
        run = runs[number]
        entries = run.handed if run.handed is not None and not station else [Handed(int(number % 9 == 0), fen)]
        rows += [
            {
                "natural_key": f"cash/{number}/{station}/{n}", "run_id": number, "station_code": station, "kind": one.kind,
                "amount_fen": one.fen, "note": "", "by_name": one.by, "at": _evening(run.day + timedelta(days=one.days)),
            }
            for n, one in enumerate(entries)
        ]  # fmt: skip
    return rows


def returned_meals(month: Month) -> list[dict[str, Any]]:
    """What each kitchen counted back from its drivers: what the records leave."""
    left: Counter[int] = Counter()
    for meal in month.meals:
        if not meal.delivered and meal.outcome != "short" and not meal.station:
            left[(meal.transferred_to or meal.run).id] += max(1, meal.quantity)
    return [
        {
            "client_id": f"back/{run.id}", "day": run.day, "slot": run.slot, "kitchen_code": run.vendor.kitchen, "note": "", "by_name": "示例",
            "vehicle_code": f"E-{run.driver.code}", "trip": 1, "portions": left[run.id] if run.came_back is None else run.came_back,
            "at": _evening(run.day),
        }
        for run in month.runs
        if run.meals and not run.meals[0].station
    ]  # fmt: skip


def call(db: Session, month: Month) -> None:
    """Publish a seed, draw, and ring everybody: some are out, most say that it came."""
    clock = FixedClock(_evening(month.days[-1] + timedelta(days=5)))
    seed = call_back.publish_seed(
        db, month.first.strftime("%Y-%m"), seed="03 11 19 24 27 33", origin="示例", by=SYSTEM, clock=clock
    )
    call_back.draw(db, seed, by=SYSTEM, clock=clock)
    picks = (
        select(CallBackPick.id, CallBackPick.position, CallBackPopulation.vendor_code)
        .join(CallBackPopulation, CallBackPopulation.id == CallBackPick.population_id)
        .where(CallBackPopulation.seed_id == seed)
    )
    rows = [
        {
            "pick_id": pick, "number": 1, "by_name": "示例", "at": clock.now(), "note": None,
            "answer": _answer(month, vendor, position),
        }
        for pick, position, vendor in db.execute(picks).tuples()
    ]  # fmt: skip
    db.execute(insert(CallBackAnswer), rows)


def _answer(month: Month, vendor: str, position: int) -> str:
    if position * 37 % 100 < month.silent.get(vendor, NOT_REACHED):
        return "not-reached"
    return "not-received" if position * 41 % 100 < month.denied.get(vendor, NOT_RECEIVED) else "received"


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(10, 30), UTC)
