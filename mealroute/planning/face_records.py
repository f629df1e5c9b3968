"""What a plan does for familiar faces and usual hours, and what that costs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceCost:
    """What memory costs: this plan against the best one that a search from it found as if nobody knew anybody.

    ``paid_s`` in cost units (seconds of the reference driver, vehicles and ways included), ``travel_s`` the driving alone; the latter may
    be negative, where a longer way uses a vehicle less. ``searched_s``: how long that search went on. It is an upper
    estimate of what that search could find, for it also gains what more time gains; and a longer one could find more.
    """

    paid_s: int
    travel_s: int
    searched_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFigures:
    """Residents at their doors in one plan: ``residents = closest + known + new_faces``.

    ``closest``: their most familiar face comes. ``known``: another whom they have met. ``new_faces``: somebody whom they have
    not met in the weeks of the memory; ``first_ever`` of these have met nobody at all in that time. ``with_hour`` have a usual
    hour, ``on_time`` of these get their meal within the tolerance. ``credit_s``: what the streets pay for all that.
    """

    residents: int = 0
    closest: int = 0
    known: int = 0
    new_faces: int = 0
    first_ever: int = 0
    with_hour: int = 0
    on_time: int = 0
    credit_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFaces:
    """The figures of a stored version; ``cost`` None where no search measured it (plans bent by hand, first plans)."""

    figures: FaceFigures
    cost: FaceCost | None


People = tuple[int, ...]
"""Residents served at one stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualRoute:
    """What a driver did last: who was served in which order, trip by trip. Numbers of residents, no names."""

    driver_code: str
    vehicle_code: str
    trips: tuple[tuple[People, ...], ...]
