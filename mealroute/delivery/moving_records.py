"""What moving a stop on the road would mean, before it is done. Times are seconds since local midnight."""

from collections.abc import Mapping
from dataclasses import dataclass

from mealroute.delivery.progress_records import RouteFacts, RouteProgress, StopProgress
from mealroute.dispatch.transfer_records import FoodWay
from solver.plan import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place where food may change hands: ``id`` stands for it among visits (negative: it is none)."""

    id: int
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs: how it stands, what it may carry, whether its boxes are halal; ``kitchen`` is where it loads."""

    facts: RouteFacts
    boxes: int
    halal: bool
    kitchen_code: str
    kitchen: Spot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stop that would be reached at another time than it would be now."""

    number: int
    visit_id: int
    lines: tuple[int, ...]
    before_s: int
    after_s: int
    newly_late: bool

    @property
    def later_s(self) -> int:
        return self.after_s - self.before_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One way of moving a stop, with all that follows from it.

    ``meet_s``: when food changes hands at ``spot`` (None: nobody meets). ``after_visit_id``: after which stop the taking run serves it.
    ``arrive_s`` there, ``margin_s`` of its food left. ``aboard``: portions that the taking run then carries, of ``boxes``.
    ``violations``: limits that the routes keep now and would break, as the checker finds; ``refused``: of their causes those that nobody can answer for.
    """

    food: FoodWay
    spot: Spot | None
    meet_s: int | None
    after_visit_id: int | None
    arrive_s: int
    deadline_s: int | None
    margin_s: int | None
    window_missed: bool
    gives: tuple[Shift, ...]
    takes: tuple[Shift, ...]
    aboard: int
    boxes: int
    violations: tuple[Violation, ...]
    refused: tuple[str, ...]
    before: Mapping[str, RouteProgress]
    after: Mapping[str, RouteProgress]

    @property
    def newly_late(self) -> int:
        """Stops that would be late and are not now, the moved one included."""
        moved = self.window_missed or (self.margin_s is not None and self.margin_s < 0)
        return sum(shift.newly_late for shift in (*self.gives, *self.takes)) + moved

    @property
    def cost(self) -> tuple[int, int, int]:
        """The better of two ways has fewer late stops, then less lateness in all, then the earlier arrival."""
        return (self.newly_late, sum(max(0, shift.later_s) for shift in (*self.gives, *self.takes)), self.arrive_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The stop to be moved as it stands on the giving run."""

    stop: StopProgress
    halal: bool
    loaded: bool
    """Whether its food has left the kitchen."""
