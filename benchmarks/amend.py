"""How long the answer to an event takes at 1,100 stops, and how many printed stops it moves: `python benchmarks/amend.py`.

The district of ``draft_board`` with 1,100 stops is planned and printed, then each of five things happens on it, ten times at different
places: a late order, a cancelled one, a driver who is ill, a closed road, a van that breaks down half-way (its food handed over, or
cooked again). Timed is everything between the request and the answer but the database and the page: what the event means, the repair, timing and
checking the whole plan, naming every change. Writing the step down adds what ``store`` says.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import draft_board
from mealroute.drafting import build, happenings, moves, placing, repair, rules, storing
from mealroute.drafting.evaluate import Evaluation, evaluate
from mealroute.drafting.happenings import Food, Happened
from mealroute.drafting.records import Arrangement, EditKind, Ground, RouteOrder
from mealroute.orders.records import BookLineId
from solver.construct import build as first_plan
from solver.problem import Matrix, Problem

STOPS = 1100
PRICE = repair.MovePrice(moved_stop=600, moved_minute=10, tolerance_s=300)
TRIES = 10
NOON = 11 * 3600 + 1800


def printed(stops: int = STOPS) -> Evaluation:
    """The plan that everybody holds in their hands."""
    base = draft_board.ground()
    problem = base.given.built.problem
    kept = {stop.id for stop in problem.stops[:stops]}
    smaller = Problem(
        stops=tuple(s for s in problem.stops if s.id in kept),
        vehicles=problem.vehicles,
        matrices=problem.matrices,
        depots=problem.depots,
    )
    built = replace(
        base.given.built, problem=smaller, stops=tuple(s for s in base.given.built.stops if s.number in kept)
    )
    lines = {line: fact for line, fact in base.given.lines.items() if line in kept}
    base = replace(
        base,
        given=replace(base.given, built=built, lines=lines),
        orders={BookLineId(n): n for n in kept},
        highest=stops,
    )
    state = first_plan(smaller)
    routes = tuple(
        RouteOrder(v.id, state.ids(trips)) for v, trips in zip(smaller.vehicles, state.trips, strict=True) if trips
    )
    return evaluate(base, build.numbered(Arrangement(routes=routes, numbers={})))


def answered(now: Evaluation, event: Callable[[], Happened]) -> tuple[float, float, dict[str, int]]:
    """Seconds to the answer, seconds to pack it for the database, and what it changes."""
    sheets = repair.sheets(now)
    began = time.perf_counter()
    happened = event()
    found = repair.repaired(
        happened.ground, happened.arrangement, sheets, PRICE, only=happened.homeless, deadline=time.monotonic() + 1.0
    )
    changed = moves.moves(now, found)
    price = moves.price_s(
        changed,
        moves.seats(now),
        moved_stop=PRICE.moved_stop,
        moved_minute=PRICE.moved_minute,
        tolerance_s=PRICE.tolerance_s,
    )
    placing.fitting(found, found.unplaced[:60])
    placing.reasons(found, found.unplaced[:60])
    took = time.perf_counter() - began
    began = time.perf_counter()
    if happened.ground is not now.ground:
        storing.pack_ground(happened.ground)
        storing.pack_matrices(happened.ground)
    storing.pack_arrangement(found.arrangement)
    others = [move for move in changed if move.stop not in happened.homeless and move.changes_route]
    figures = {
        "homeless": len(happened.homeless),
        "left": len(set(found.unplaced) & happened.homeless),
        "others_moved": len(others),
        "shifted": sum(not move.changes_route for move in changed),
        "price_min": price // 60,
        "broken": len(found.broken) - len(now.broken),
    }
    return took, time.perf_counter() - began, figures


def late_order(now: Evaluation, random: Random) -> Happened:
    """One of the stops was not in the book when the plan was printed; taken off first, so that the plan is one without it."""
    stop = random.choice([s for route in now.arrangement.routes for s in route.stops])
    return _happened(now, rules.without(now.arrangement, [stop]), EditKind.ORDERS_CHANGED, frozenset({stop}))


def cancelled(now: Evaluation, random: Random) -> Happened:
    stop = random.choice([s for route in now.arrangement.routes for s in route.stops])
    return _happened(now, rules.without(now.arrangement, [stop]), EditKind.ORDERS_CHANGED, frozenset())


def ill(now: Evaluation, random: Random) -> Happened:
    """Nobody is free to stand in: every stop needs another place."""
    vehicle = random.choice(now.routes).vehicle
    ground = replace(now.ground, shifts={})
    return replace(happenings.driver_ill(replace(now, ground=ground), vehicle, "-"), ground=now.ground)


def closed(now: Evaluation, random: Random) -> Happened:
    """Every way into and out of the surroundings of one building takes six minutes more."""
    problem = now.given.built.problem
    middle = problem.stop(random.choice([s.id for s in problem.stops])).location
    matrix = problem.matrices["ebike"]
    near = np.flatnonzero(matrix.durations[middle] < 60)
    durations = matrix.durations.astype(np.int64).copy()
    far = np.setdiff1d(np.arange(matrix.size), near)
    durations[np.ix_(near, far)] += 360
    durations[np.ix_(far, near)] += 360
    other = Problem(
        stops=problem.stops,
        vehicles=problem.vehicles,
        depots=problem.depots,
        matrices={"ebike": Matrix(durations, matrix.distances)},
    )
    ground = happenings.with_matrices(now.ground, other, "plane closed", "")
    arrangement, gone = repair.relieved(ground, now.arrangement)
    return Happened(ground=ground, arrangement=arrangement, kind=EditKind.ROAD_CLOSED, homeless=gone)


def half_way(food: Food) -> Callable[[Evaluation, Random], Happened]:
    def happens(now: Evaluation, random: Random) -> Happened:
        under_way = [route for route in now.routes if route.starts_s < NOON - 900 and route.ends_s > NOON + 1200]
        vehicle = random.choice(under_way).vehicle
        return happenings.broken_down(now, vehicle, at_s=NOON, food=food, reason="-", cook_again_s=2400)

    return happens


def _happened(now: Evaluation, arrangement: Arrangement, kind: EditKind, homeless: frozenset[int]) -> Happened:
    ground: Ground = now.ground
    return Happened(ground=ground, arrangement=arrangement, kind=kind, homeless=homeless)


EVENTS: dict[str, Callable[[Evaluation, Random], Happened]] = {
    "late order": late_order,
    "cancelled order": cancelled,
    "driver ill, nobody free": ill,
    "road closed": closed,
    "broken down, food taken over": half_way(Food.HANDED_OVER),
    "broken down, cooked again": half_way(Food.COOKED_AGAIN),
}


def measure(tries: int = TRIES) -> dict[str, Any]:
    """For each event: median and worst seconds, seconds to pack, and the means of what it changes."""
    now = printed()
    found: dict[str, Any] = {"stops": now.total.stops, "routes": len(now.routes), "events": {}}
    for name, event in EVENTS.items():
        random = Random(3)
        rows = [answered(now, lambda event=event, random=random: event(now, random)) for _ in range(tries)]
        took = [row[0] for row in rows]
        found["events"][name] = {
            "median_s": round(statistics.median(took), 3),
            "worst_s": round(max(took), 3),
            "store_s": round(statistics.median(row[1] for row in rows), 3),
            **{key: round(statistics.mean(row[2][key] for row in rows), 1) for key in rows[0][2]},
        }
    return found


def main() -> None:
    """Print one line an event."""
    found = measure()
    print(f"{found['stops']} stops on {found['routes']} routes; price of a move {PRICE}")
    for name, row in found["events"].items():
        print(
            f"{name:<30} {1000 * row['median_s']:5.0f} ms (worst {1000 * row['worst_s']:5.0f}, store {1000 * row['store_s']:4.0f}): "
            f"{row['homeless']:.1f} need a place, {row['left']:.1f} left; {row['others_moved']:.1f} others moved, {row['shifted']:.1f} at another "
            f"minute; price {row['price_min']:.0f} min; newly broken {row['broken']:.1f}"
        )


if __name__ == "__main__":
    main()
