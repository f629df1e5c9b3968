"""Academic instance files as problems of this solver, in whole numbers, with the best known cost where there is one.

VRPTW and multi-trip files follow the DIMACS convention: Euclidean distances truncated to one decimal, all times and costs
here ten times as large. CVRP files follow TSPLIB: distances rounded to the nearest whole number.
"""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from solver.json_in import read_problem
from solver.problem import Matrix, Problem, Stop, TimeWindow, Vehicle

Points = list[tuple[float, float]]

SPARE_VEHICLES = 5
"""CVRP files do not limit the fleet: so many more than the loads need at least."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A line of an instance file; the depot is one as well. Times in the file's unit."""

    x: float
    y: float
    demand: int = 0
    ready: float = 0
    due: float = 0
    service: float = 0
    release: float = 0


def load(path: Path) -> Problem:
    """Read any of the known formats, told apart by the name."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.name.removesuffix(".gz").endswith(".json"):
        return read_problem(data)
    text = data.decode()
    return solomon(text) if path.suffix == ".txt" else vrplib(text)


def best_known(path: Path) -> float | None:
    """The cost in the .sol file beside an instance, in the units of `load`."""
    solution = path.with_suffix(".sol")
    if path.suffix != ".vrp" or not solution.exists():
        return None
    line = next(line for line in solution.read_text().splitlines() if line.lower().startswith("cost"))
    cost = float(line.replace(":", " ").split()[1])
    return cost * 10 if "TYPE : VRPTW" in path.read_text() else cost


def solomon(text: str) -> Problem:
    """Solomon's and Gehring and Homberger's text form: number and capacity of vehicles, then one line a customer."""
    rows = [line.split() for line in text.splitlines()]
    numbers = [row for row in rows if row and all(_is_number(cell) for cell in row)]
    vehicles, capacity = (int(cell) for cell in numbers[0])
    customers = []
    for _, x, y, demand, ready, due, service in numbers[1:]:
        customers.append(Customer(float(x), float(y), int(demand), float(ready), float(due), float(service)))
    return timed(customers, vehicles, capacity)


def vrplib(text: str) -> Problem:
    """VRPLIB's sections: CVRP, VRPTW, and PyVRP's multi-trip VRPTW with release times (MTVRPTWR)."""
    facts: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for line in text.splitlines():
        word = line.strip()
        if word.endswith("_SECTION"):
            rows = sections.setdefault(word, [])
        elif ":" in word and rows is None:
            key, _, value = word.partition(":")
            facts[key.strip()] = value.strip()
        elif word and word != "EOF" and rows is not None:
            rows.append(word.split())
    demands = {row[0]: int(row[1]) for row in sections["DEMAND_SECTION"]}
    capacity = int(facts["CAPACITY"])
    if "TIME_WINDOW_SECTION" not in sections:
        points = [(float(x), float(y)) for _, x, y in sections["NODE_COORD_SECTION"]]
        return loads_only(points, list(demands.values()), capacity)
    windows = {row[0]: (float(row[1]), float(row[2])) for row in sections["TIME_WINDOW_SECTION"]}
    releases = {row[0]: float(row[1]) for row in sections.get("RELEASE_TIME_SECTION", [])}
    customers = [
        Customer(float(x), float(y), demands[n], *windows[n], float(facts["SERVICE_TIME"]), releases.get(n, 0.0))
        for n, x, y in sections["NODE_COORD_SECTION"]
    ]
    trips = len(customers) if "VEHICLES_RELOAD_DEPOT_SECTION" in sections else 1
    return timed(customers, int(facts["VEHICLES"]), capacity, trips)


def timed(customers: list[Customer], vehicles: int, capacity: int, trips: int = 1) -> Problem:
    """A problem with windows from customers, of whom the first is the depot."""
    depot, *rest = customers
    stops = tuple(
        Stop(
            id=number,
            location=number,
            service=round(10 * each.service),
            delivery=(each.demand,),
            time_windows=(TimeWindow(round(10 * each.ready), round(10 * each.due)),),
            release=round(10 * each.release),
        )
        for number, each in enumerate(rest, 1)
    )
    shift = TimeWindow(round(10 * depot.ready), round(10 * depot.due))
    fleet = tuple(
        Vehicle(id=number, start=0, end=0, capacity=(capacity,), shift=shift, max_trips=trips)
        for number in range(1, vehicles + 1)
    )
    ways = np.floor(10 * apart([(each.x, each.y) for each in customers]) + 1e-9).astype(np.int32)
    return Problem(stops=stops, vehicles=fleet, matrices={"car": Matrix(ways)})


def loads_only(points: Points, demands: list[int], capacity: int) -> Problem:
    """A problem with capacities alone; the first point is the depot."""
    stops = tuple(
        Stop(id=number, location=number, delivery=(amount,)) for number, amount in enumerate(demands) if number > 0
    )
    count = math.ceil(sum(demands) / capacity) + SPARE_VEHICLES
    fleet = tuple(Vehicle(id=number, start=0, end=0, capacity=(capacity,)) for number in range(1, count + 1))
    ways = np.floor(apart(points) + 0.5).astype(np.int32)
    return Problem(stops=stops, vehicles=fleet, matrices={"car": Matrix(ways)})


def apart(points: Points) -> npt.NDArray[np.float64]:
    """Euclidean distances between all pairs."""
    at = np.array(points)
    result: npt.NDArray[np.float64] = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    return result


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()
