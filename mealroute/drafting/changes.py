"""What a person may ask for on the draft board: one record a change. ``service.edit`` takes any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.drafting.records import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStops:
    """Stops to a vehicle, in the order given: after ``after``, else first of ``trip`` (1 is the first; one more than it has
    opens a new trip), else at the best place of that route. ``vehicle`` None: the best place of all routes.
    """

    stops: tuple[int, ...]
    vehicle: int | None = None
    after: int | None = None
    trip: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftStop:
    """One stop ``by`` places later (negative: earlier) on its own route, over the bounds of trips."""

    stop: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOff:
    """Stops off their routes, to the unassigned."""

    stops: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLock:
    """Lock or free stops, an order within a route (two or more neighbours of one route), or whole routes."""

    lock: Lock
    on: bool
    stops: tuple[int, ...] = ()
    vehicles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleOut:
    """A vehicle stays behind. ``spread``: each of its stops to the best place elsewhere, as far as nothing breaks."""

    vehicle: int
    reason: str
    spread: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleIn:
    """A vehicle that was taken out, or one more of the register with a free driver."""

    vehicle_code: str
    driver_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDriver:
    """Another driver for a vehicle that day; empty: the roster's own again. The shift is the new driver's."""

    vehicle: int
    driver_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRoute:
    """The stops behind ``after`` go to another vehicle that has none yet."""

    vehicle: int
    after: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRoutes:
    """All stops of ``vehicle`` join ``into``, each at its best place there; ``keep_order``: behind its own, as they are."""

    vehicle: int
    into: int
    keep_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStart:
    """The first loading of a route begins at ``at_s``; None lets it begin as late as is good."""

    vehicle: int
    at_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReload:
    """The vehicle loads again before a stop, or no longer does."""

    stop: int
    on: bool


Change = (
    MoveStops | ShiftStop | TakeOff | SetLock | VehicleOut | VehicleIn | ChangeDriver | SplitRoute | MergeRoutes
    | SetStart | SetReload
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What would be if: a vehicle fewer (``fewer``: the one that is missed least), a kitchen ready earlier, wider windows.

    Several may be asked at once. ``without`` is the vehicle's number in the draft.
    """

    fewer: bool = False
    without: int | None = None
    kitchen_code: str = ""
    earlier_s: int = 0
    wider_minutes: int = 0
    street_code: str = ""

    def __post_init__(self) -> None:
        if not (
            self.fewer
            or self.without is not None
            or (self.kitchen_code and self.earlier_s > 0)
            or self.wider_minutes > 0
        ):
            raise MealrouteError("nothing-asked", _("Choose what should be different."))

    def asked(self) -> Mapping[str, Any]:
        """As kept with the job: what is not asked is left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value not in (False, None, "", 0)}
