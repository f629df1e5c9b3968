"""Who is at a stop, for the reader's eyes: masked names, addresses without the district, nothing of other people's streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mealroute.core.actor import Scope
from mealroute.core.i18n import _
from mealroute.core.text import mask_name
from mealroute.orders.records import BookLineId, BookLineRecord
from mealroute.residents.build import building_address
from mealroute.residents.records import DoorName, ResidentId
from web.plan.lanes import Step


@dataclass(frozen=True, slots=True)
class Person:
    """One meal at a stop."""

    line: BookLineRecord
    name: str
    address: str
    new_face: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop in the stop list; ``number`` counts through the route. ``came_from``: its route before the draft, if another."""

    visit: Step
    title: str
    address: str
    people: tuple[Person, ...]
    came_from: int | None = None
    shown: bool = True

    @property
    def number(self) -> int:
        return self.visit.number

    @property
    def new_face(self) -> bool:
        return any(person.new_face and person.ours for person in self.people)

    @property
    def must_serve(self) -> bool:
        return any(person.line.must_serve and person.ours for person in self.people)

    @property
    def diets(self) -> tuple[tuple[str, bool], ...]:
        """Every diet at this stop once, and whether it is strict for somebody; of people out of reach none is told."""
        found: dict[str, bool] = {}
        for person in self.people:
            for diet in person.line.diets if person.ours else ():
                found[diet] = found.get(diet, False) or diet in person.line.strict_diets
        found.pop("normal", None)
        return tuple(found.items())


@dataclass(frozen=True, slots=True)
class Ledger:
    """The book lines, people and stations that a page may name."""

    lines: Mapping[BookLineId, BookLineRecord]
    people: Mapping[ResidentId, DoorName]
    stations: Mapping[str, str]
    scope: Scope

    def who(self, line: BookLineRecord) -> tuple[str, str]:
        """Masked name and address; of another street neither."""
        person = self.people.get(ResidentId(line.resident_id))
        if person is None or not self.scope.sees_street(person.street_code):
            return _("another street"), ""
        return mask_name(person.name), building_address(person.address, person.building)

    def ours(self, line_id: BookLineId) -> bool:
        line = self.lines.get(line_id)
        return line is not None and self.scope.sees_street(line.street_code)

    def stop(self, step: Step, *, came_from: int | None = None, shown: bool = True) -> StopView:
        people = tuple(self._person(line, step) for line in step.lines if line in self.lines)
        if step.station_code:
            title = self.stations.get(step.station_code, step.station_code)
            return StopView(step, title, _("bulk for the station, signed for"), people, came_from, shown)
        names = list(dict.fromkeys(person.name for person in people))
        title = "、".join(names[:3]) + (" …" if len(names) > 3 else "")
        return StopView(step, title, people[0].address if people else "", people, came_from, shown)

    def _person(self, line_id: BookLineId, step: Step) -> Person:
        line = self.lines[line_id]
        name, address = self.who(line)
        return Person(line, name, address, line_id in step.new_faces, self.scope.sees_street(line.street_code))
