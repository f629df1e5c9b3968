"""A week of the sample district planned day by day, with memory and without: who sees how many faces, and the minutes paid.

`python benchmarks/faces.py [--seconds 20] [--days 5]`. The same books, fleet and search time each day. *With memory* each day's problem credits the drivers whom residents
have met on the days before and the search begins where the day before ended, as the program does; *without* nobody is ever known. Both begin with nobody known, on Monday. A planned visit counts as a
handover at its planned time. ``week`` is what ``run.py`` may call.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.machine import commit, machine

MONDAY = date(2026, 3, 9)
FEW = 2
OFTEN = 3
"""Only who is visited on so many days of the week is counted: who is visited twice cannot see three faces."""


def week(
    *,
    seconds: float = 20.0,
    days: int = 5,
    threads: int = 1,
    seed: int = 0,
    monday: date = MONDAY,
    max_iterations: int | None = None,
) -> dict[str, Any]:
    """Plan the week twice; the figures of both and the difference. Takes about 2 × days × (seconds + 3)."""
    with tempfile.TemporaryDirectory() as folder:
        books = _books(Path(folder), monday, days)
        from mealroute.planning.records import SolveLimits

        limits = SolveLimits(time_limit_s=seconds, threads=threads, seed=seed, max_iterations=max_iterations)
        known, strange = _planned(books, limits, memory=True), _planned(books, limits, memory=False)
    return {
        "monday": monday.isoformat(), "days": days, "seconds": seconds, "threads": threads, "seed": seed, "with_memory": known,
        "without_memory": strange,
        "paid": {
            "cost_min": round(known["cost_min"] - strange["cost_min"], 1),
            "cost_percent": round(100 * (known["cost_min"] / strange["cost_min"] - 1), 2),
            "travel_min": round(known["travel_min"] - strange["travel_min"], 1),
            "at_most_two_faces_percent": round(known["at_most_two_faces_percent"] - strange["at_most_two_faces_percent"], 1),
        },
    }  # fmt: skip


def _books(folder: Path, monday: date, days: int) -> Sequence[tuple[Any, Any]]:
    """The week's inputs, gathered once: what the database knows and the travel times."""
    os.environ["MEALROUTE_INSTANCE_DIR"] = str(folder)
    from mealroute.adapters import networks
    from mealroute.commands import demo, month
    from mealroute.commands.setup import open_here
    from mealroute.core.actor import SYSTEM
    from mealroute.core.db import unit_of_work
    from mealroute.core.slots import MealSlot
    from mealroute.menus import service as calendar
    from mealroute.orders import closing
    from mealroute.planning import queries as planning
    from mealroute.planning import service as plans
    from mealroute.planning.travel_table import TravelTable
    from mealroute.subsidy import service as subsidy

    here = open_here()
    demo.load(here)
    found = []
    with unit_of_work() as db:
        calendar.seed_service_days(db, monday, monday + timedelta(days=13), by=SYSTEM, clock=here.clock)
    with unit_of_work(read_only=True) as db:
        table = TravelTable(networks.travel_of(here.settings), planning.known_points(db))
    for n in range(days):
        day = monday + timedelta(days=n)
        with unit_of_work() as db:
            closing.close_book(
                db, day, MealSlot.LUNCH, by=SYSTEM, clock=month.evening(here, day), pricing=subsidy.pricing(db)
            )
        with unit_of_work(read_only=True) as db:
            found.append((plans.gather(db, day, MealSlot.LUNCH), table))
    return found


def _planned(books: Sequence[tuple[Any, Any]], limits: Any, *, memory: bool) -> dict[str, Any]:
    from mealroute.experience.records import MeetingRecord
    from mealroute.experience.rules import remembered
    from mealroute.planning import faces, habits, service
    from mealroute.planning.face_records import UsualRoute
    from mealroute.planning.searching import settled
    from mealroute.planning.solving import solve_input
    from mealroute.planning.timing import timed_routes
    from mealroute.planning.workload import Work, balance
    from solver.cost import cost_terms

    met: dict[int, list[MeetingRecord]] = defaultdict(list)
    work: list[Work] = []
    rows = []
    before: tuple[UsualRoute, ...] = ()
    for gathered, table in books:
        day, prices = gathered.day, gathered.parts.policy.prices
        kept = {"weeks": prices.memory_weeks, "half_life_days": prices.memory_half_life}
        seen = {number: remembered(meetings, day, **kept) for number, meetings in met.items()}
        parts = replace(gathered.parts, known=seen if memory else {}, worked_above=balance(work))
        given = replace(service.assemble(replace(gathered, parts=parts), table), before=before if memory else ())
        began = time.monotonic()
        found = solve_input(given, limits, warm_start=habits.begin_with(given, given.before))
        plan = settled(given, found.plan, limits)
        before = habits.of_plan(given, plan)
        routes = timed_routes(given, plan)
        terms = cost_terms(given.built.problem, plan)
        # what people see is counted with their memory, whether the planner had it or not
        facts = service.assemble(replace(gathered, parts=replace(parts, known=seen)), table).lines
        figures = faces.figures(routes, facts, tolerance_s=given.hour_tolerance_s)
        rows.append(
            {
                "day": day.isoformat(),
                "residents": figures.residents,
                "new_faces": figures.new_faces,
                "closest": figures.closest,
                "on_time": figures.on_time,
                "with_hour": figures.with_hour,
                "unassigned": len(plan.unassigned),
                "routes": len(routes),
                "cost_min": round(terms.cost / 60, 1),
                "travel_min": round(terms.travel_s / 60, 1),
                "search_s": round(time.monotonic() - began, 1),
            }
        )
        for route in routes:
            work.append(
                (
                    day,
                    route.vehicle.kitchen_code,
                    route.vehicle.driver_code,
                    route.visits[-1].visit.departure - route.visits[0].visit.begin,
                )
            )
            for visit in route.jobs:
                for line in visit.stop.lines if visit.stop is not None and not visit.stop.station_code else ():
                    met[facts[line].resident].append(
                        MeetingRecord(
                            resident_id=facts[line].resident,
                            driver_code=route.vehicle.driver_code,
                            day=day,
                            book_line_id=int(line),
                            met_s=visit.visit.begin,
                        )
                    )
        print(rows[-1], flush=True)
    often = [meetings for meetings in met.values() if len({m.day for m in meetings}) >= OFTEN]
    counts = [len({m.driver_code for m in meetings}) for meetings in often]
    spans = [max(m.met_s for m in meetings) - min(m.met_s for m in meetings) for meetings in often]
    return {
        "residents_visited_often": len(often),
        "at_most_two_faces_percent": round(100 * sum(count <= FEW for count in counts) / len(counts), 1),
        "one_face_percent": round(100 * sum(count == 1 for count in counts) / len(counts), 1),
        "mean_faces": round(statistics.mean(counts), 2),
        "median_spread_of_hours_min": round(statistics.median(spans) / 60, 1),
        "cost_min": round(sum(row["cost_min"] for row in rows), 1), "travel_min": round(sum(row["travel_min"] for row in rows), 1),
        "most_above_mean_min": round(max(balance(work).values()) / 60, 1),
        "days": rows,
    }  # fmt: skip


def main() -> None:
    """Print the week."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seconds", type=float, default=20.0)
    ask.add_argument("--days", type=int, default=5)
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--save", type=Path, help="where to keep the figures as JSON")
    ask.add_argument("--seed", type=int, default=0)
    asked = ask.parse_args()
    before = machine()
    found = {
        "what": "benchmarks/faces.py", "commit": commit(), "machine": before,
        **week(seconds=asked.seconds, days=asked.days, threads=asked.threads, seed=asked.seed),
    }  # fmt: skip
    if asked.save is not None:
        asked.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: found[key] for key in ("with_memory", "without_memory", "paid")}, indent=1))


if __name__ == "__main__":
    main()
