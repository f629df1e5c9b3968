"""Broken rules as the page lists them: where, who, what, and the reason that somebody gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.planning.pairing import jobs
from mealroute.planning.records import PlanVersionRecord, RouteRecord, VisitRecord
from mealroute.planning.violation_words import sentence, visit_of
from mealroute.planning.violations import UNDER_WAY, PlanViolation
from web.publish.people import Who, driver_names, people_of, station_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenView:
    """One broken rule on the page; ``stop`` counts through the route and is None where a whole route is meant."""

    key: str
    under_way: bool
    sentence: str
    route: int | None
    driver: str
    stop: int | None
    who: str
    address: str
    reason: str


def views_of(
    db: Session,
    broken: Iterable[PlanViolation],
    version: PlanVersionRecord,
    before: PlanVersionRecord | None,
    *,
    reasons: Mapping[str, str],
    scope: Scope,
) -> tuple[BrokenView, ...]:
    """``before`` is the version to be replaced: what is under way names its stops."""
    placed = [(one, *_place(one, before if one.cause == UNDER_WAY and before else version)) for one in broken]
    lines = {line for _one, _route, visit in placed if visit is not None for line in visit.lines}
    people = people_of(db, lines, day=version.day, scope=scope) if lines else {}
    drivers, stations = driver_names(db), station_names(db)
    found = []
    for one, route, visit in placed:
        who, address = _who(visit, people, stations)
        found.append(
            BrokenView(
                key=one.key, under_way=one.cause == UNDER_WAY, sentence=sentence(one, version), route=one.route,
                driver=drivers.get(route.driver_code, route.driver_code) if route else "",
                stop=jobs(route).index(visit) + 1 if route and visit else None, who=who, address=address,
                reason=reasons.get(one.key, ""),
            )
        )  # fmt: skip
    return tuple(found)


def _place(one: PlanViolation, version: PlanVersionRecord) -> tuple[RouteRecord | None, VisitRecord | None]:
    route = next((route for route in version.routes if route.number == one.route), None)
    if one.cause == UNDER_WAY:
        number = dict(one.facts).get("stop")
        return route, jobs(route)[number - 1] if route and number else None
    return route, visit_of(one, route)


def _who(visit: VisitRecord | None, people: Mapping[int, Who], stations: Mapping[str, str]) -> tuple[str, str]:
    if visit is None:
        return "", ""
    if visit.station_code:
        return stations.get(visit.station_code, visit.station_code), _("bulk for the station, signed for")
    known = [people[line] for line in map(int, visit.lines) if line in people]
    names = list(dict.fromkeys(one.name for one in known))
    return "、".join(names[:3]) + (" …" if len(names) > 3 else ""), known[0].address if known else ""
