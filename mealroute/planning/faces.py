"""Counting familiar faces and usual hours in a plan. Pure."""

from collections.abc import Iterable, Mapping

from mealroute.orders.records import BookLineId
from mealroute.planning.face_records import FaceFigures
from mealroute.planning.records import LineFact
from mealroute.planning.timing import TimedRoute


def figures(routes: Iterable[TimedRoute], lines: Mapping[BookLineId, LineFact], *, tolerance_s: int) -> FaceFigures:
    """Each resident once, by the first meal of theirs on the routes; who fetches the meal at a station meets no driver."""
    found: dict[int, tuple[LineFact, str, int]] = {}
    for route in routes:
        for timed in route.jobs:
            if timed.stop is None or timed.stop.station_code:
                continue
            for line in timed.stop.lines:
                fact = lines[line]
                found.setdefault(fact.resident or -int(line), (fact, route.vehicle.driver_code, timed.visit.begin))
    met = list(found.values())
    known = [(fact, driver) for fact, driver, _at in met if driver in fact.faces]
    closest = sum(fact.faces[driver] == max(fact.faces.values()) for fact, driver in known)
    hours = [abs(at - fact.usual_s) for fact, _driver, at in met if fact.usual_s is not None]
    return FaceFigures(
        residents=len(met), closest=closest, known=len(known) - closest, new_faces=len(met) - len(known),
        first_ever=sum(not fact.faces for fact, _driver, _at in met), with_hour=len(hours),
        on_time=sum(off <= tolerance_s for off in hours), credit_s=sum(fact.faces[driver] for fact, driver in known),
    )  # fmt: skip
