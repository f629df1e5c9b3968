"""Two versions side by side: who moves, what it costs, which routes change; filtered for the eye."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.dispatch.replacing import changes_between
from mealroute.planning import queries as planning
from mealroute.planning.change_records import Changes, MealChange, RouteChange
from mealroute.planning.records import PlanVersionId, PlanVersionSummary
from web.publish.people import Who, driver_names, people_of, station_names
from web.streets import street_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the changes is shown; empty = everything."""

    kind: str = ""
    route: int | None = None
    street: str = ""

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> Filter:
        return cls(args.get("kind", ""), args.get("route", type=int), args.get("street", ""))

    def takes(self, meal: MealChange, who: Who) -> bool:
        routes = {seat.route for seat in (meal.before, meal.after) if seat is not None}
        return (
            (not self.kind or meal.kind == self.kind)
            and (self.route is None or self.route in routes)
            and (not self.street or who.street_code == self.street)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One order that is not as it was."""

    meal: MealChange
    who: Who
    station: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both versions; ``kind`` says how it is written: number, km, span, money. ``good`` < 0: less is better."""

    name: str
    kind: str
    old: int
    new: int
    good: int = 0

    @property
    def difference(self) -> int:
        return self.new - self.old

    @property
    def tone(self) -> str:
        if not self.good or not self.difference:
            return ""
        return "ok" if (self.difference > 0) == (self.good > 0) else "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that the page draws."""

    changes: Changes
    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    kinds: dict[str, int]
    streets: dict[str, str]
    routes: tuple[RouteChange, ...]
    drivers: dict[str, str]
    figures: tuple[Figure, ...]
    chosen: Filter

    @property
    def numbers(self) -> list[int]:
        """Numbers of the routes that an order leaves or joins."""
        seats = [seat for row in self.rows for seat in (row.meal.before, row.meal.after) if seat is not None]
        return sorted({seat.route for seat in seats})


def comparison_of(
    db: Session, old: PlanVersionSummary, new: PlanVersionSummary, *, scope: Scope, chosen: Filter
) -> Comparison:
    """What differs, with people masked; orders of other streets count in the sums and are named by nobody."""
    changes = changes_between(db, PlanVersionId(old.id), PlanVersionId(new.id))
    lines = [line for meal in changes.meals for line in (meal.old_line, meal.new_line) if line is not None]
    people = people_of(db, lines, day=old.day, scope=scope)
    stations = station_names(db)
    rows = tuple(_row(meal, people, stations) for meal in changes.meals)
    mine = tuple(row for row in rows if scope.sees_street(row.who.street_code))
    names = street_names(db)
    return Comparison(
        changes=changes, rows=rows, shown=tuple(row for row in mine if chosen.takes(row.meal, row.who)),
        kinds=dict(Counter(str(row.meal.kind) for row in mine)),
        streets={code: names.get(code, code) for code in sorted({row.who.street_code for row in mine})},
        routes=tuple(route for route in changes.routes if route.touched), drivers=driver_names(db),
        figures=_figures(changes), chosen=chosen,
    )  # fmt: skip


def _row(meal: MealChange, people: dict[int, Who], stations: dict[str, str]) -> Row:
    line = meal.new_line if meal.new_line is not None else meal.old_line
    assert line is not None
    seat = meal.after or meal.before
    return Row(meal, people[line], stations.get(seat.station_code, "") if seat else "")


def _figures(changes: Changes) -> tuple[Figure, ...]:
    old, new = changes.old, changes.new
    hour_fen = planning.policy_on(old.day, old.slot).prices.driver_hour
    return (
        Figure(_("ordered"), "number", old.ordered, new.ordered),
        Figure(_("planned"), "number", old.planned, new.planned, 1),
        Figure(_("unassigned"), "number", old.unassigned, new.unassigned, -1),
        Figure(_("routes"), "number", old.routes, new.routes),
        Figure(_("trips"), "number", old.trips, new.trips),
        Figure(_("km"), "km", old.distance_m, new.distance_m, -1),
        Figure(_("on the way"), "span", old.travel_s, new.travel_s, -1),
        Figure(_("cost in yuan"), "money", old.cost * hour_fen // 3600, new.cost * hour_fen // 3600, -1),
        Figure(_("first meetings"), "number", changes.old_new_faces, changes.new_new_faces, -1),
        Figure(_("rules broken"), "number", len(old.violations), len(new.violations), -1),
    )
