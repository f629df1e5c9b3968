"""Broken rules of a version under stable keys, so that a person can answer for each of them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from solver.plan import Violation

UNDER_WAY = "under-way"
"""The cause of what a new version would change about a run that is on the road; found on publishing, never by the solver."""
OUTDATED = "book-outdated"
"""The key under which the reason for publishing a plan older than its book is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanViolation:
    """One broken rule. ``key`` stays the same for the same version; ``message`` is the technical one, with ids only.

    ``facts`` are the figures of an under-way change; of the solver's violations the sentence is made from the version itself.
    """

    key: str
    cause: str
    message: str
    route: int | None = None
    vehicle_code: str = ""
    stop_id: int | None = None
    facts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOverride:
    """Somebody answers for a broken rule, with a reason."""

    key: str
    cause: str
    message: str
    reason: str
    by_name: str
    at: datetime


def keyed(
    violations: Iterable[Violation], *, vehicles: Mapping[int, str], routes: Mapping[int, int]
) -> tuple[PlanViolation, ...]:
    """The check's findings with vehicle code and route number; the same finding twice gets ``.2``, ``.3``, …

    ``vehicles`` and ``routes`` are by the vehicle's id in the problem.
    """
    found, times = [], Counter[str]()
    for one in violations:
        where = vehicles.get(one.vehicle, "") if one.vehicle is not None else ""
        base = (
            f"{one.cause}/{one.vehicle if one.vehicle is not None else '-'}/{one.stop if one.stop is not None else '-'}"
        )
        times[base] += 1
        found.append(
            PlanViolation(
                key=base if times[base] == 1 else f"{base}.{times[base]}", cause=str(one.cause), message=one.message,
                route=routes.get(one.vehicle) if one.vehicle is not None else None, vehicle_code=where, stop_id=one.stop,
            )
        )  # fmt: skip
    return tuple(found)


def still_open(violations: Iterable[PlanViolation], overrides: Mapping[str, str]) -> tuple[PlanViolation, ...]:
    """Those for which nobody gave a reason."""
    return tuple(one for one in violations if not overrides.get(one.key, "").strip())
