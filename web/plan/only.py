"""Which stops a filter lets through. People out of the reader's reach match no filter on what they eat or who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mealroute.core.actor import Scope
from mealroute.orders.records import BookLineId, BookLineRecord
from web.plan.eye import Filter
from web.plan.lanes import Lane, Step

TIGHT_S = 10 * 60
"""Heat left below which a stop is at risk; the same as the warning of the food clock."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The book lines that a filter has to read."""

    lines: tuple[BookLineId, ...]

    @classmethod
    def of(cls, only: Filter, lanes: Iterable[Lane]) -> Needs:
        if not (only.street or only.diet or only.risk == "must-serve"):
            return cls(())
        return cls(tuple(line for lane in lanes for step in lane.jobs for line in step.lines))


def matching(
    only: Filter, lanes: Iterable[Lane], lines: Mapping[BookLineId, BookLineRecord], scope: Scope
) -> frozenset[int] | None:
    """Keys of the stops that fulfil every condition; None where there is no condition."""
    if not only.active:
        return None
    return frozenset(
        step.key
        for lane in lanes
        if not only.kitchen or lane.kitchen_code == only.kitchen
        for step in lane.jobs
        if _fits(only, step, [lines[line] for line in step.lines if line in lines], scope)
    )


def _fits(only: Filter, step: Step, lines: list[BookLineRecord], scope: Scope) -> bool:
    ours = [line for line in lines if scope.sees_street(line.street_code)]
    return (
        (not only.street or any(line.street_code == only.street for line in lines))
        and (not only.diet or any(only.diet in line.diets for line in ours))
        and (not only.late or step.late_s > 0)
        and (not only.risk or _at_risk(only.risk, step, ours))
    )


def _at_risk(risk: str, step: Step, ours: list[BookLineRecord]) -> bool:
    match risk:
        case "tight":
            return step.margin_s is not None and step.margin_s < TIGHT_S
        case "must-serve":
            return any(line.must_serve for line in ours)
        case "new-face":
            return bool(step.new_faces)
        case _:
            return bool(step.causes)
