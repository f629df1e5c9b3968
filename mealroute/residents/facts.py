"""The card's facts that money hangs on, by date: what held on a past day, and how a change is written down."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.residents.models import Resident, ResidentFact


class FactChange(NamedTuple):
    """A fact became another on a day; both as texts."""

    name: str
    since: date
    before: str
    value: str


DATED: Mapping[str, Callable[[str], Any]] = {
    "living": str, "basic_service": lambda text: text == "1", "ability_level": lambda text: int(text) if text else None,
    "assessment_valid_until": lambda text: date.fromisoformat(text) if text else None, "registration": str,
}  # fmt: skip
"""Column of the card → how its text becomes its value."""
ENTERED = ("basic_service_from", "birth_date")
"""Columns that hold for all days whenever they are written; their changes are kept with the day of the entry."""


def text_of(value: Any) -> str:
    """A value as it is kept."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def value_on(changes: Iterable[FactChange], name: str, day: date, today: Any) -> Any:
    """What a fact was on a day; ``today`` is what the card says now. Of two changes on one day the one written later holds."""
    own = [change for change in changes if change.name == name]
    if not own:
        return today
    begun = [change for change in own if change.since <= day]
    read = DATED[name]
    if begun:
        return read(max(enumerate(begun), key=lambda one: (one[1].since, one[0]))[1].value)
    return read(min(enumerate(own), key=lambda one: (one[1].since, one[0]))[1].before)


def facts_on(row: Any, changes: Iterable[FactChange], day: date) -> dict[str, Any]:
    """All dated facts of a card (or of what a month has kept of it) on a day."""
    changes = tuple(changes)
    return {name: value_on(changes, name, day, getattr(row, name)) for name in DATED}


def held(row: Resident) -> dict[str, Any]:
    """The dated facts as the card has them, before it is written."""
    return {name: getattr(row, name) for name in (*DATED, *ENTERED, "assessed_on")}


def note(
    db: Session, row: Resident, before: Mapping[str, Any], *, since: Mapping[str, date | None], by: Actor, clock: Clock
) -> None:
    """Write down what differs from ``before``: an assessment from its day, basic service from its day, else from ``since`` or today.

    A date that lies ahead counts from today: the card says it already. What is ``ENTERED`` counts from today.
    """
    today = clock.today()
    assessed = (
        row.assessed_on if row.assessed_on != before["assessed_on"] else None
    )  # without a new date it is a correction of today
    begins: dict[str, date | None] = {
        "ability_level": assessed, "assessment_valid_until": assessed, "basic_service": row.basic_service_from if row.basic_service else None, **since,
    }  # fmt: skip
    for name in (*DATED, *ENTERED):
        new, old = getattr(row, name), before[name]
        if text_of(new) != text_of(old):
            db.add(
                ResidentFact(
                    resident_id=row.id, name=name, before=text_of(old), value=text_of(new),
                    since=min(begins.get(name) or today, today), by_name=by.name, at=clock.now(),
                )
            )  # fmt: skip
