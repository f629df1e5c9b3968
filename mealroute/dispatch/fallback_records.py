"""A bad day: who has ordered a meal and gets none, in order of fragility, and the call that each gets instead."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.core.slots import MealSlot


class CallResult(StrEnum):
    """What came of a call. All but ``not-reached`` end it; that one leaves it open, for somebody has to go there."""

    WELL = "well"
    MEAL_ARRANGED = "meal-arranged"
    AWAY = "away"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutMeal:
    """One person whose meal has no place. ``marks``: what makes them fragile, the heaviest first. ``unseen_days``: days since anybody
    last handed them a meal in person, None where that is longer ago than the memory goes.
    """

    resident_id: int
    street_code: str
    portions: int
    reason_code: str
    owner: str
    marks: tuple[str, ...]
    must_serve: bool
    weights: tuple[int, ...]
    unseen_days: int | None
    case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStepRecord:
    """One attempt."""

    result: CallResult
    person: str
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call with its attempts, oldest first."""

    id: int
    day: date
    slot: MealSlot
    resident_id: int
    street_code: str
    rank: int
    marks: tuple[str, ...]
    reason_code: str
    owner: str
    due_at: datetime
    opened_by: str
    opened_at: datetime
    steps: tuple[CallStepRecord, ...]

    @property
    def open(self) -> bool:
        """Until somebody says how they know that the person is looked after."""
        return all(step.result is CallResult.NOT_REACHED for step in self.steps)

    def overdue(self, now: datetime) -> bool:
        """Open beyond its time."""
        return self.open and now > self.due_at
