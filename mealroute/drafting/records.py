"""The words of the draft board: a plan that people bend by hand, one change after another.

A draft is the working copy of a plan version, shared by everybody who edits that day and slot. An *arrangement* says which
vehicle serves which stops in which trips, what is locked and what was taken out; it is immutable, and every change gives a
new one. Times, limits and money follow from it (``evaluate``), never the other way round. Stops and vehicles are the numbers
of the draft's routing problem and keep them as long as the draft lives. Times are seconds since local midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.orders.records import BookLineId
from mealroute.planning.records import PlanInput, PlanVersionId, VisitKind
from solver.plan import Cause

DraftId = NewType("DraftId", int)
ProposalId = NewType("ProposalId", int)


class DraftState(StrEnum):
    """One draft a day and slot is open; it ends as a plan version or is dropped. Nothing of it is removed."""

    OPEN = "open"
    SAVED = "saved"
    DROPPED = "dropped"


class Lock(StrEnum):
    """What holds a stop where it is. ``under-way``: its trip has been loaded, or its handover recorded."""

    STOP = "stop"
    ORDER = "order"
    ROUTE = "route"
    UNDER_WAY = "under-way"


class EditKind(StrEnum):
    """What a change of the draft was."""

    OPENED = "opened"
    MOVED = "moved"
    TAKEN_OFF = "taken-off"
    PLACED = "placed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    VEHICLE_OUT = "vehicle-out"
    VEHICLE_IN = "vehicle-in"
    DRIVER_CHANGED = "driver-changed"
    SPLIT = "split"
    MERGED = "merged"
    START_CHANGED = "start-changed"
    RELOAD_CHANGED = "reload-changed"
    ORDERS_CHANGED = "orders-changed"
    DRIVER_ILL = "driver-ill"
    BROKEN_DOWN = "broken-down"
    ROAD_CLOSED = "road-closed"
    ROAD_OPENED = "road-opened"
    PROPOSAL_TAKEN = "proposal-taken"
    UNDONE = "undone"
    REDONE = "redone"


Trips = tuple[tuple[int, ...], ...]
"""Stops by trip, in the order of driving."""


@dataclass(frozen=True, slots=True)
class RouteOrder:
    """The stops of one vehicle by trip, in the order of driving; no trip is empty."""

    vehicle: int
    trips: Trips

    @property
    def stops(self) -> tuple[int, ...]:
        return tuple(stop for trip in self.trips for stop in trip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Who serves what in which order. Stops on no route are unassigned.

    ``orders``: runs of stops whose order among themselves is kept. ``starts``: vehicle → when its first loading begins.
    ``drivers``: vehicle → the driver in place of the roster's. ``numbers``: vehicle → what people call its route; kept for
    the draft's whole life, so that colour and sheet agree. ``under_way``: stops that are already on the road or done.
    """

    routes: tuple[RouteOrder, ...]
    numbers: Mapping[int, int]
    out: frozenset[int] = frozenset()
    locked_stops: frozenset[int] = frozenset()
    locked_routes: frozenset[int] = frozenset()
    orders: tuple[tuple[int, ...], ...] = ()
    starts: Mapping[int, int] = field(default_factory=dict)
    drivers: Mapping[int, str] = field(default_factory=dict)
    under_way: frozenset[int] = frozenset()

    def route(self, vehicle: int) -> RouteOrder | None:
        return next((route for route in self.routes if route.vehicle == vehicle), None)

    def vehicle_of(self, stop: int) -> int | None:
        return next((route.vehicle for route in self.routes if stop in route.stops), None)

    def lock_of(self, stop: int, vehicle: int | None = None) -> Lock | None:
        """The strongest lock that holds a stop; ``vehicle`` spares the search where it is known."""
        if stop in self.under_way:
            return Lock.UNDER_WAY
        if (vehicle if vehicle is not None else self.vehicle_of(stop)) in self.locked_routes:
            return Lock.ROUTE
        if stop in self.locked_stops:
            return Lock.STOP
        return Lock.ORDER if any(stop in order for order in self.orders) else None


def trips_of(arrangement: Arrangement, vehicle: int) -> Trips:
    """A vehicle's trips; none where it stays in the yard."""
    route = arrangement.route(vehicle)
    return route.trips if route else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a draft stands on: the routing problem with its travel times, and what else a change of hand needs to know.

    ``shifts``: driver → (from, to) of everybody who could drive that day. ``orders``: the order behind each book line, so that
    a stop is known again after the book has changed. ``assumes``: how it differs from the registers (``alterations``).
    ``amendment``: the last change of the book that it knows. ``highest``: the highest stop number that the draft ever used.
    """

    given: PlanInput
    shifts: Mapping[str, tuple[int, int]]
    orders: Mapping[BookLineId, int]
    known_face_s: int
    driver_hour_fen: Fen
    amendment: int = 0
    highest: int = 0
    assumes: tuple[Mapping[str, Any], ...] = ()


# What follows from an arrangement.


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One broken limit. ``key`` is stable: the same trouble has the same key after the next change. ``amount``: seconds, metres
    or boxes too much, by ``cause``; None where there is no amount.
    """

    key: str
    cause: Cause
    vehicle: int | None
    stop: int | None
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a route, or the whole plan, costs and risks.

    ``late_s`` adds up seconds after each resident's window; ``margin_s`` is the least heat left at any door (negative: too
    old); ``cost_fen`` is the vehicles' and drivers' cost as data/rules/planning.yaml prices it.
    """

    stops: int = 0
    portions: int = 0
    trips: int = 0
    distance_m: int = 0
    travel_s: int = 0
    duration_s: int = 0
    cost_fen: Fen = 0
    late_stops: int = 0
    late_s: int = 0
    margin_s: int | None = None
    new_faces: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Before and after, of one route or of the whole plan."""

    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One step of a route. ``number`` counts its stops; 0 for loading and the end."""

    kind: VisitKind
    trip: int
    number: int
    stop: int | None
    arrival_s: int
    begin_s: int
    departure_s: int
    waiting_s: int
    portions: int
    lon: float | None
    lat: float | None
    window_from_s: int | None = None
    window_to_s: int | None = None
    late_s: int = 0
    margin_s: int | None = None
    station_code: str = ""
    lines: tuple[BookLineId, ...] = ()
    new_faces: frozenset[BookLineId] = frozenset()
    lock: Lock | None = None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """One vehicle that is used: its figures, its steps in order, what it breaks."""

    number: int
    vehicle: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    profile: str
    boxes: int
    most_aboard: int
    starts_s: int
    ends_s: int
    shift_from_s: int
    shift_to_s: int
    start_fixed: bool
    locked: bool
    figures: Figures
    visits: tuple[VisitView, ...] = field(repr=False)
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpareVehicle:
    """A vehicle of the draft that carries nothing: free, or taken out (with the reason)."""

    vehicle: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    out: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A stop on no route, or a line that no plan can hold (``stop`` None). ``sentence`` says truly why, in the reader's language;
    ``fits``: the vehicle that could take it at once without breaking anything, if there is one.
    """

    stop: int | None
    lines: tuple[BookLineId, ...]
    portions: int
    code: str
    sentence: str
    owner: str
    must_serve: bool
    fits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stop could go, and what that changes; ``breaks`` nothing where empty. The cheapest whole place comes first."""

    vehicle: int
    after: int | None
    trip: int
    route: Effect
    breaks: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRecord:
    """One change: what, by whom, when. ``detail`` holds numbers and codes, never people."""

    revision: int
    kind: EditKind
    detail: Mapping[str, Any]
    by: str
    at: datetime
    stops: frozenset[int]
    vehicles: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRecord:
    """Another arrangement beside the draft: a search around the locks, or a what-if. ``assumes`` says what must be true for it,
    such as ``{"kitchen": "K1", "ready_earlier_s": 3600}``. ``stale``: the draft has changed since it was asked for.
    """

    id: ProposalId
    kind: str
    assumes: Mapping[str, Any]
    before: Figures
    after: Figures
    moved: int
    unplaced_before: int
    unplaced_after: int
    by: str
    at: datetime
    stale: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """Everything that the board draws. ``ordered`` = ``planned`` + ``unassigned``, in portions."""

    id: DraftId
    day: date
    slot: MealSlot
    state: DraftState
    revision: int
    base_version: PlanVersionId
    base_number: int
    base_published: bool
    ordered: int
    planned: int
    unassigned: int
    total: Figures
    routes: tuple[RouteView, ...]
    spare: tuple[SpareVehicle, ...]
    unplaced: tuple[Unplaced, ...]
    broken: tuple[Broken, ...]
    last: EditRecord
    undo: EditRecord | None
    redo: EditRecord | None
    assumes: tuple[Mapping[str, Any], ...]
    outdated: bool
    """The order book has changed since the draft last took it in (``service.take_in_orders``)."""

    def route(self, number: int) -> RouteView | None:
        return next((route for route in self.routes if route.number == number), None)

    def of_vehicle(self, vehicle: int) -> RouteView | None:
        return next((route for route in self.routes if route.vehicle == vehicle), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """After a change: the draft as it is now; ``changed`` vehicles look different from what the asker last saw; ``impact`` by
    vehicle and, under None, of the whole plan, of this change alone; ``others``: what other people did in between.
    """

    view: DraftView
    changed: frozenset[int]
    impact: Mapping[int | None, Effect]
    others: tuple[EditRecord, ...]
    new_broken: tuple[Broken, ...]
