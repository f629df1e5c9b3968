"""A district larger than the sample: more than 1,200 stops on more than 60 routes, planned and stored, for measuring pages.

`python benchmarks/big_district.py FOLDER` makes an installation there (database, roads, keys) and writes down who may sign in.
It is the sample's own generator with more people and smaller e-bikes; everything enters as a user's data would.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.sample_generator import district, fleet, orders, organisations
from data.sample_generator.__main__ import generate

IN_SERVICE, E_BIKE_BOXES, E_BIKES_A_KITCHEN = 3_600, 20, 30
LUNCHES = (1_360, 1_400)
SEARCH_S = 40.0


def enlarge() -> None:
    """Set the generator's sizes for this process."""
    district.IN_SERVICE = IN_SERVICE
    orders.DAILY_AIM = LUNCHES
    fleet.E_BIKE_BOXES = E_BIKE_BOXES
    fleet.CREWS = tuple((kitchen, vendor, E_BIKES_A_KITCHEN, 0) for kitchen, vendor, *_rest in fleet.CREWS)  # type: ignore[assignment]
    organisations.KITCHENS = tuple((*row[:7], row[7] * 3, *row[8:]) for row in organisations.KITCHENS)


def load_once(sheet: Path) -> None:
    """Every vehicle drives one trip, so that the plan needs many routes."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "max_trips": "1"} for row in rows)


def make(folder: Path) -> None:
    """Generate, load, make the orders of the next service day, plan them, store the plan as a draft version."""
    os.environ["MEALROUTE_INSTANCE_DIR"] = str(folder / "instance")
    enlarge()
    print(generate(folder / "sample"), flush=True)
    load_once(folder / "sample" / "vehicles.csv")
    from mealroute.adapters import networks
    from mealroute.commands import day as main_job
    from mealroute.commands import demo, files, people
    from mealroute.commands.setup import open_here
    from mealroute.core.actor import SYSTEM
    from mealroute.core.db import unit_of_work
    from mealroute.core.slots import MealSlot
    from mealroute.menus import service as calendar
    from mealroute.planning import queries as planning
    from mealroute.planning import service as plans
    from mealroute.planning.drawing import draw
    from mealroute.planning.records import SolveLimits
    from mealroute.planning.solving import solve_input

    usual = planning.policy_on

    def one_door_one_stop(*args: object, **kwargs: object) -> object:
        policy = usual(*args, **kwargs)  # type: ignore[arg-type]
        return replace(policy, prices=replace(policy.prices, stop_portions=1))

    planning.policy_on = one_door_one_stop  # type: ignore[assignment]
    here = open_here()
    networks.install(folder / "sample" / "dongcheng.osm.pbf", here.settings)
    for result in files.folder(here, folder / "sample"):
        print(files.told(result), flush=True)
    day, slot = demo.next_service_day(here), MealSlot.LUNCH
    with unit_of_work() as db:
        calendar.seed_service_days(db, day, day + timedelta(days=31), by=SYSTEM, clock=here.clock)
    main_job.order_book(day, slot, by=SYSTEM, clock=here.clock)
    travel = networks.travel_of(here.settings)
    with unit_of_work(read_only=True) as db:
        given = plans.prepare(db, day, slot, matrix_of=travel.matrix)
    output = solve_input(given, SolveLimits(time_limit_s=SEARCH_S))
    with unit_of_work() as db:
        plans.save_draft(db, given, output, lines=draw(given, output.plan, travel), by=SYSTEM, clock=here.clock)
    accounts = {one.login: one.password for one in people.demo_accounts(here)}
    found = {
        "stops": len(given.built.stops),
        "routes": len(output.plan.routes),
        "unassigned": len(output.plan.unassigned),
    }
    print(day, found, flush=True)
    facts = {"day": day.isoformat(), **found, "accounts": accounts}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
