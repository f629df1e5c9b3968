"""What follows from a resident's facts: categories, priority, states on a day, which changes of state are legal."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from mealroute.residents.records import (
    CategoryTable,
    Handover,
    Living,
    PauseRecord,
    ResidentState,
    StateChangeRecord,
)

SINCE_ALWAYS = date(1900, 1, 1)
"""``since`` of a first state whose beginning nobody has said: it holds for every day before the next change."""

GENERAL = "general"

_NEXT: dict[ResidentState, frozenset[ResidentState]] = {
    ResidentState.PENDING: frozenset({ResidentState.ACTIVE, ResidentState.STOPPED, ResidentState.DECEASED}),
    ResidentState.ACTIVE: frozenset({ResidentState.STOPPED, ResidentState.DECEASED}),
    ResidentState.PAUSED: frozenset(),  # never stored; a pause is a dated row of its own
    ResidentState.STOPPED: frozenset({ResidentState.PENDING, ResidentState.ACTIVE, ResidentState.DECEASED}),
    ResidentState.DECEASED: frozenset(),
}
_STRICTNESS = (Handover.DOOR_ALLOWED, Handover.CONTACT_ALLOWED, Handover.IN_PERSON_ONLY)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def age_on(born: date, day: date) -> int:
    """Full years on ``day``."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_laolaoren(age: int, ability_level: int | None, table: CategoryTable) -> bool:
    """老老人: 80 or older, or 60 or older and disabled (policy D01; the level that counts is set in categories.yaml)."""
    disabled = ability_level is not None and ability_level >= table.laolaoren_disabled_level
    return age >= table.laolaoren_age or (age >= table.laolaoren_disabled_age and disabled)


def categories_of(
    granted: Iterable[str], *, age: int, ability_level: int | None, living: Living, table: CategoryTable
) -> tuple[str, ...]:
    """Granted and derived categories together, heaviest first; ``general`` where there is none."""
    given = set(granted)
    found = []
    for rule in table.rules:
        follows = rule.derived and not (
            (rule.age_from is not None and age < rule.age_from)
            or (rule.living and living not in rule.living)
            or (
                rule.ability_from is not None
                and not (ability_level is not None and rule.ability_from <= ability_level <= (rule.ability_to or 4))
            )
        )
        if follows or rule.code in given:
            found.append(rule.code)
    return tuple(found) or (GENERAL,)


def priority_of(categories: Iterable[str], table: CategoryTable) -> tuple[int, bool]:
    """(priority 0–100, must_serve): the heaviest of the categories, and whether any of them must never be left out."""
    held = [rule for code in categories if (rule := table.rule(code)) is not None]
    return max((rule.priority for rule in held), default=0), any(rule.must_serve for rule in held)


def handover_of(asked: Handover, categories: Iterable[str], table: CategoryTable) -> Handover:
    """The strictest of what was asked and what a category demands (dementia: in person, never at the door)."""
    demanded = [rule.handover for code in categories if (rule := table.rule(code)) and rule.handover]
    return max((asked, *demanded), key=_STRICTNESS.index)


def state_on(history: Sequence[StateChangeRecord], pauses: Iterable[PauseRecord], day: date) -> ResidentState | None:
    """The state on ``day``: the last change that has begun, ``paused`` where an active resident has a pause that day.

    ``history`` is in the order of entry. None before the first change: the person was not in the ledger yet.
    """
    begun = [change for change in history if change.since <= day]
    if not begun:
        return None
    state = max(enumerate(begun), key=lambda pair: (pair[1].since, pair[0]))[1].state
    if state is ResidentState.ACTIVE and any(pause.covers(day) for pause in pauses):
        return ResidentState.PAUSED
    return state


def may_change(before: ResidentState, after: ResidentState, *, correction: bool = False) -> bool:
    """Whether the step is legal. A death entered by mistake can be taken back only as a correction."""
    if correction and before is ResidentState.DECEASED:
        return after in {ResidentState.ACTIVE, ResidentState.STOPPED}
    return after in _NEXT[before]


def overlaps(starts_on: date, ends_on: date | None, others: Iterable[PauseRecord]) -> PauseRecord | None:
    """The first pause in force that shares a day with the given span."""
    for other in others:
        begins_before_end = ends_on is None or other.starts_on <= ends_on
        if not other.cancelled and begins_before_end and (other.ends_on is None or starts_on <= other.ends_on):
            return other
    return None


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def id_number_fault(number: str, born: date | None = None) -> str | None:
    """What is wrong with an 18-digit ID number (GB 11643): ``length``, ``birth-date``, ``checksum`` or None.

    With ``born``, a number that names another birth date is ``birth-differs``. Division codes are not checked: many
    that old numbers carry no longer exist.
    """
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return "length"
    try:
        written = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "birth-date"
    if _CHECK[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11] != number[17]:
        return "checksum"
    return "birth-differs" if born is not None and written != born else None
