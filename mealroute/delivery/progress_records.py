"""The words of the live board: how far a route has come, when it will be where, and what is wrong.

Times are seconds since midnight of the service day; ids only, no people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mealroute.delivery.records import Outcome
from mealroute.planning.records import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """The figures of data/rules/live.yaml in force on a day, in seconds; ``spread_percent`` of the time still to go."""

    silent_s: int
    tight_s: int
    spread_percent: int
    least_spread_s: int
    meeting_s: int
    called_s: int = 900
    undo_s: int = 300


class StopState(StrEnum):
    """What a stop of a strip shows. ``left`` is delivered without anybody having been seen."""

    SEEN = "seen"
    LEFT = "left"
    FAILED = "failed"
    NEXT = "next"
    AHEAD = "ahead"


class RouteState(StrEnum):
    """Before leaving, on the road, or every stop done."""

    WAITING = "waiting"
    UNDER_WAY = "under-way"
    FINISHED = "finished"


class Trouble(StrEnum):
    """Why an open stop is listed; the worst first. The first two make it late, the others put it at risk."""

    FOOD_OVER = "food-over"
    WINDOW_MISSED = "window-missed"
    PASSED_OVER = "passed-over"
    FOOD_TIGHT = "food-tight"
    WINDOW_TIGHT = "window-tight"

    @property
    def late(self) -> bool:
        return self in {Trouble.FOOD_OVER, Trouble.WINDOW_MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """One meal at a stop. ``at_s``: when it happened by the phone that was there, else when we heard of it; ``heard_s``: when we did."""

    book_line_id: int
    outcome: Outcome | None = None
    at_s: int | None = None
    heard_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFact:
    """One visit of a route as planned, with what is recorded there. ``position`` is its place among the route's visits.

    ``number`` counts doors through the route (0 at loadings, breaks and the end). ``deadline_s``: the last moment at which the food is within
    its limit. ``slow_s``: how much longer than planned the people here usually take to open. ``done_s``: a station's signature.
    """

    visit_id: int
    position: int
    kind: VisitKind
    number: int = 0
    trip: int = 1
    arrival_s: int
    waiting_s: int = 0
    setup_s: int = 0
    service_s: int = 0
    window_from_s: int | None = None
    window_to_s: int | None = None
    deadline_s: int | None = None
    slow_s: int = 0
    portions: int = 0
    station: bool = False
    done_s: int | None = None
    follows: bool = True
    """Whether the way from the visit before it is the plan's."""
    lines: tuple[LineFact, ...] = ()
    lon: float | None = None
    lat: float | None = None

    @property
    def begin_s(self) -> int:
        return self.arrival_s + self.waiting_s

    @property
    def departure_s(self) -> int:
        return self.begin_s + self.setup_s + self.service_s

    @property
    def done(self) -> bool:
        """Every meal has its record, or the station has signed for the box."""
        return self.done_s is not None or (bool(self.lines) and all(line.outcome is not None for line in self.lines))

    @property
    def happened_s(self) -> int | None:
        """When the driver was here last. Who fetches a meal at a station's counter says nothing about the driver."""
        if self.station:
            return self.done_s
        return max((line.at_s for line in self.lines if line.at_s is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """One run as planned and as reported. ``ways``: travel in seconds between two visits that do not follow each other in the plan."""

    run_id: int
    number: int
    visits: tuple[VisitFact, ...]
    ways: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def doors(self) -> tuple[VisitFact, ...]:
        return tuple(visit for visit in self.visits if visit.kind is VisitKind.JOB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """When a stop will be reached and done if things go on as they are; ``spread_s`` to either side."""

    arrive_s: int
    done_s: int
    spread_s: int
    margin_s: int | None
    """Food time left when the last person here has the meal; None where nothing limits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProgress:
    """One stop of the strip; ``expected`` for open stops on the day itself."""

    visit_id: int
    number: int
    state: StopState
    planned_s: int
    happened_s: int | None
    portions: int
    lines: tuple[int, ...]
    window_to_s: int | None = None
    expected: Expected | None = None
    troubles: tuple[Trouble, ...] = ()

    @property
    def open(self) -> bool:
        return self.state in {StopState.NEXT, StopState.AHEAD}

    @property
    def late(self) -> bool:
        return any(each.late for each in self.troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodClock:
    """The tightest food limit of what is aboard: the stop where it is, and the time left there."""

    visit_id: int
    number: int
    margin_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing was heard since ``since_s``; by the plan the next record was due at ``due_s``."""

    since_s: int
    due_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteProgress:
    """One run on the board. ``behind_s``: later than planned at the next stop (earlier: negative; stops passed over left out). ``aboard``: portions loaded and open."""

    run_id: int
    number: int
    state: RouteState
    stops: tuple[StopProgress, ...]
    leaves_s: int
    aboard: int
    behind_s: int | None = None
    ends_s: int | None = None
    food: FoodClock | None = None
    silence: Silence | None = None

    @property
    def done(self) -> int:
        return sum(not stop.open for stop in self.stops)

    @property
    def next(self) -> StopProgress | None:
        return next((stop for stop in self.stops if stop.state is StopState.NEXT), None)

    @property
    def listed(self) -> tuple[StopProgress, ...]:
        """Open stops that are late or at risk."""
        return tuple(stop for stop in self.stops if stop.troubles)

    @property
    def rank(self) -> tuple[int, int]:
        """The reddest first: late, silent, at risk, then the route number."""
        late, risk = any(stop.late for stop in self.stops), bool(self.listed)
        return (0 if late else 1 if self.silence else 2 if risk else 3, self.number)
