"""``python -m data.sample_generator.swipes MONTH --out FILE``: what a card platform would send for a month of the installed district.

One row for each meal handed out at a counter, as it was, and a few of each kind of mistake planted among them, so that the page has
something to explain. Synthetic like everything here: cards and amounts follow from the database's own orders.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from data.sample_generator.sheets import write_xlsx

HEADINGS = (
    "流水号",
    "交易时间",
    "交易类型",
    "原流水号",
    "老人编号",
    "卡号",
    "驿站编码",
    "终端号",
    "份数",
    "交易金额",
    "个人支付",
)
SEED = 20_260_309
ONE_IN = {"missing": 90, "twice": 110, "taken-back": 120, "unknown-card": 180, "amount": 150, "elsewhere": 200}
"""Of so many meals about one has this mistake."""


class Handed(NamedTuple):
    """A meal that was handed out at a counter; amounts in fen, ``at`` is local time."""

    resident_code: str
    station_code: str
    at: datetime
    portions: int
    price_fen: int
    due_fen: int


def rows(
    rng: Random, meals: Sequence[Handed], one_in: Mapping[str, int] = ONE_IN
) -> tuple[list[list[object]], Counter[str]]:
    """The rows of the file in the order of their times, and how many of each mistake were planted."""
    found: list[tuple[datetime, list[object]]] = []
    planted: Counter[str] = Counter()
    stations = sorted({meal.station_code for meal in meals})
    for number, meal in enumerate(sorted(meals, key=lambda one: (one.at, one.resident_code, one.station_code)), 1):
        kind = next((kind for kind, often in one_in.items() if rng.randrange(often) == 0), "")
        if kind == "elsewhere" and len(stations) < 2:
            kind = ""
        if kind:
            planted[kind] += 1
        if kind == "missing":
            continue
        at = meal.at + timedelta(seconds=rng.randrange(5, 60))
        serial = f"P{number:07d}"
        station = (
            rng.choice([one for one in stations if one != meal.station_code])
            if kind == "elsewhere"
            else meal.station_code
        )
        paid = meal.due_fen + (500 if kind == "amount" else 0)
        row = _row(serial, at, "消费", "", meal, station, paid, unknown=kind == "unknown-card")
        found.append((at, row))
        if kind == "twice":
            found.append(
                (
                    at + timedelta(minutes=2),
                    _row(f"{serial}B", at + timedelta(minutes=2), "消费", "", meal, station, paid),
                )
            )
        if kind == "taken-back":
            later = at + timedelta(minutes=1)
            found.append((later, _row(f"{serial}V", later, "撤销", serial, meal, station, paid)))
            again = at + timedelta(minutes=3)
            found.append((again, _row(f"{serial}C", again, "消费", "", meal, station, paid)))
    return [row for _at, row in sorted(found, key=lambda pair: (pair[0], str(pair[1][0])))], planted


def _row(
    serial: str, at: datetime, kind: str, voids: str, meal: Handed, station: str, paid: int, *, unknown: bool = False
) -> list[object]:
    who = ["", f"9{meal.at:%d%H%M}{meal.portions:04d}"] if unknown else [meal.resident_code, ""]
    return [
        serial, f"{at:%Y-%m-%d %H:%M:%S}", kind, voids, *who, station, f"POS-{station}", meal.portions,
        meal.price_fen * meal.portions / 100, paid / 100,
    ]  # fmt: skip


def main() -> None:
    from mealroute.commands.setup import open_here
    from mealroute.core.db import unit_of_work
    from mealroute.subsidy.queries import month_days
    from mealroute.swipes.queries import handed_out

    parser = argparse.ArgumentParser(
        prog="python -m data.sample_generator.swipes", description="Write a month's swipes."
    )
    parser.add_argument("month", help="2026-02")
    parser.add_argument("--out", type=Path, default=Path("swipes.xlsx"))
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    here = open_here()
    with unit_of_work(read_only=True) as db:
        meals = [
            Handed(one.resident_code, one.station_code, here.clock.local(one.at).replace(tzinfo=None), one.portions, one.price_fen, one.due_fen)
            for one in handed_out(db, *month_days(given.month))
        ]  # fmt: skip
    written, planted = rows(Random(given.seed), meals)
    write_xlsx(given.out, "刷卡明细", HEADINGS, written)
    print(f"{given.out}: {len(written)} rows of {len(meals)} meals; planted {dict(planted)}")


if __name__ == "__main__":
    main()
