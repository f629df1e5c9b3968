"""The words of planning. Times are whole seconds since local midnight; ids only, never people, until a page is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from mealroute.core.geo import LonLat
from mealroute.core.slots import MealSlot
from mealroute.experience.records import DoorUse
from mealroute.orders.records import BookLineId
from mealroute.planning.face_records import FaceCost, UsualRoute
from solver.plan import Plan, Violation
from solver.problem import Problem

PlanVersionId = NewType("PlanVersionId", int)


class PlanState(StrEnum):
    """A version is drafted, then perhaps published, then perhaps withdrawn; never back."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class VisitKind(StrEnum):
    """What happens at a visit, in the solver's words."""

    START = "start"
    JOB = "job"
    BREAK = "break"
    RELOAD = "reload"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One cooking of a kitchen: loading may start at ``ready_s``, the meal must be in the resident's hands by ``eat_by_s``."""

    cooked_s: int
    ready_s: int
    eat_by_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVehicle:
    """A vehicle with its driver and shift as the plan saw it; ``number`` is its id in the problem."""

    number: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    profile: str
    boxes: int
    halal_marked: bool
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """What the plan knows about one stop of the problem: a place, the book lines served there, and its limits."""

    number: int
    point: LonLat
    lines: tuple[BookLineId, ...]
    portions: int
    station_code: str = ""
    window_from_s: int | None = None
    window_to_s: int | None = None
    ride_limit_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A book line that no plan can hold, with the reason and the person who has to mend it."""

    line_id: BookLineId
    code: str
    reason: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltProblem:
    """An order book as a routing problem. Every line is in exactly one stop or among the rejected ones.

    ``points[i]`` is location index ``i`` of the problem.
    """

    problem: Problem
    points: tuple[LonLat, ...]
    stops: tuple[PlannedStop, ...]
    vehicles: tuple[PlannedVehicle, ...]
    rejected: tuple[Rejected, ...]

    @property
    def stop_lines(self) -> dict[int, tuple[BookLineId, ...]]:
        """Book lines by stop id of the problem."""
        return {stop.number: stop.lines for stop in self.stops}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """What saving needs to know about a book line: its portions, who answers for it, whom the resident knows and when they eat.

    ``faces``: driver → seconds that the resident's street pays for that face (0 where it pays nothing: known all the same).
    ``usual_s``: the hour the resident is used to; ``hour_price`` is what the street pays, in seconds, for each minute nearer to it.
    ``resident`` is a number, so that people are counted once. ``door``: how the door is timed, and by whose figures.
    """

    portions: int
    owner: str
    faces: Mapping[str, int] = field(default_factory=dict)
    usual_s: int | None = None
    hour_price: int = 0
    resident: int = 0
    door: DoorUse | None = None

    @property
    def known_drivers(self) -> frozenset[str]:
        """Drivers who are no new face."""
        return frozenset(self.faces)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """Everything that a search needs, without a database and without people: may cross to another process."""

    day: date
    slot: MealSlot
    built: BuiltProblem
    lines: Mapping[BookLineId, LineFact]
    book_digest: str
    network: str
    matrix_digest: str
    estimated_pairs: int = 0
    parent_id: PlanVersionId | None = None
    hour_tolerance_s: int = 900
    worked_above: Mapping[str, int] = field(default_factory=dict)
    """Driver → seconds worked above (below: negative) the others of the kitchen on the days driven in the past weeks."""
    before: tuple[UsualRoute, ...] = ()
    """What the last plan did: the search begins there, so that doors keep their driver and their hour."""
    overwork_price: int = 0
    """Seconds that a minute of work above the mean counts."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Route numbers of the version before, by vehicle code: a vehicle keeps its number."""

    @property
    def ordered(self) -> int:
        """Portions in the book."""
        return sum(fact.portions for fact in self.lines.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveLimits:
    """How long and how to search. ``max_iterations`` makes a run repeatable."""

    time_limit_s: float = 60.0
    seed: int = 0
    threads: int = 2
    engine: str = "auto"
    max_iterations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProgress:
    """How a search stands; ``best_cost`` is None until the first plan."""

    elapsed_s: float
    limit_s: float
    best_cost: int | None
    unassigned: int | None
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutput:
    """The solver's answer and what the independent check says about it.

    ``cost`` is in cost units (docs/planning.md), rounded to a whole one. ``seconds`` is the wall time of the search. ``faces``: what
    memory costs, where that was measured. With ``max_iterations`` the same problem, ``seed`` and ``threads`` give the same plan.
    """

    plan: Plan
    violations: tuple[Violation, ...]
    cost: int
    familiarity: int
    seconds: float
    engine: str
    seed: int
    faces: FaceCost | None = None
    threads: int = 0
    max_iterations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """One visit of a saved route. ``food_margin_s``: heat left when the last resident here has the meal."""

    id: int
    position: int
    trip: int
    kind: VisitKind
    stop_id: int | None
    arrival_s: int
    waiting_s: int
    setup_s: int
    service_s: int
    portions: int
    lon: float | None
    lat: float | None
    window_from_s: int | None
    window_to_s: int | None
    food_margin_s: int | None
    station_code: str
    lines: tuple[BookLineId, ...]
    new_faces: frozenset[BookLineId] = frozenset()

    @property
    def begin_s(self) -> int:
        return self.arrival_s + self.waiting_s

    @property
    def departure_s(self) -> int:
        return self.arrival_s + self.waiting_s + self.setup_s + self.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRecord:
    """All trips of one vehicle and shift.

    ``late_margin_s`` is the least heat left at any of its doors, ``eat_by_s`` the earliest eat-by of what it carries.
    """

    id: int
    number: int
    vehicle_code: str
    driver_code: str
    kitchen_code: str
    trips: int
    portions: int
    stops: int
    distance_m: int
    travel_s: int
    starts_s: int
    ends_s: int
    eat_by_s: int
    boxes: int
    most_aboard: int
    late_margin_s: int | None
    visits: tuple[VisitRecord, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignedRecord:
    """A book line without a place in the plan."""

    book_line_id: BookLineId
    portions: int
    reason_code: str
    reason: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """What of a version concerns somebody: ``ordered`` = ``planned`` + ``unassigned``, in portions of their own lines."""

    ordered: int
    planned: int
    unassigned: int
    whole: bool
    """Whether these are the figures of the whole version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersionSummary:
    """One version in a list. ``ordered`` = ``planned`` + ``unassigned``, all in portions."""

    id: PlanVersionId
    day: date
    slot: MealSlot
    number: int
    state: PlanState
    engine: str
    seed: int
    threads: int
    max_iterations: int | None
    seconds: float
    cost: int
    routes: int
    trips: int
    distance_m: int
    travel_s: int
    ordered: int
    planned: int
    unassigned: int
    violations: tuple[str, ...]
    override_reason: str
    network: str
    estimated_pairs: int
    book_digest: str
    matrix_digest: str
    parent_id: PlanVersionId | None
    created_by: str
    created_at: datetime
    published_by: str
    published_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdraw_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersionRecord:
    """A whole version: its summary, its routes with their visits, and the lines left out."""

    summary: PlanVersionSummary
    routes: tuple[RouteRecord, ...]
    unassigned: tuple[UnassignedRecord, ...]

    @property
    def id(self) -> PlanVersionId:
        return self.summary.id

    @property
    def day(self) -> date:
        return self.summary.day

    @property
    def slot(self) -> MealSlot:
        return self.summary.slot

    @property
    def number(self) -> int:
        return self.summary.number


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route to be drawn: one line a leg, in order."""

    number: int
    legs: tuple[tuple[LonLat, ...], ...]
