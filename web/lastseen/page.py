"""What forms say and lists show on the pages of no silent day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from mealroute.core import audit
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.welfare import queries
from mealroute.welfare.records import CallRecord
from mealroute.welfare.rulebook import silence_rules
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Choice = TypeVar("Choice", bound=StrEnum)
CALLS_SHOWN = 100
"""More people than one desk calls in a day; a street's own list is shorter."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A person on a list whose numbers somebody looks at: full name, number, whom else to ring."""

    name: str
    phone: str
    contacts: tuple[tuple[str, str], ...]


def span() -> tuple[date, date]:
    """The days of the list: today and as many as the rule looks ahead."""
    today = here.clock().today()
    return today, today + timedelta(days=silence_rules(today).ahead_days)


def listed(calls: Iterable[CallRecord], street: str) -> list[CallRecord]:
    """The calls of one street or (empty) of all, open ones first; the page shows the first ``CALLS_SHOWN``."""
    return sorted((one for one in calls if street in {"", one.street_code}), key=lambda one: not one.open)


def reveal(db: Session, days: tuple[date, date], street: str) -> dict[int, Shown]:
    """Names and numbers of the people on the page whose call is open; recorded."""
    found = listed(queries.calls(db, *days, scope=here.actor().scope, clock=here.clock()), street)[:CALLS_SHOWN]
    wanted = {ResidentId(call.resident_id) for call in found if call.open}
    people = residents.by_ids(db, wanted, day=days[0])
    audit.record(
        db, by=here.actor(), clock=here.clock(), action="welfare.numbers-revealed", subject=f"calls/{days[0].isoformat()}", rows=len(people)
    )  # fmt: skip
    return {
        int(number): Shown(
            person.name, person.phone or "", tuple((f"{each.relation} {each.name}".strip(), each.phone) for each in person.contacts)
        )
        for number, person in people.items()
    }  # fmt: skip


def choice(kind: type[Choice], value: str | None, default: Choice) -> Choice:
    """One of a closed list; anything else is the default."""
    return kind(value) if value in set(kind) else default


def day(text: str | None) -> date:
    """A day as written in a form; today where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return here.clock().today()


def hours(form: Mapping[str, str]) -> int:
    """Whole hours. Raises a MealrouteError in the reader's words."""
    text = form.get("hours", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise MealrouteError("hours-out-of-range", _("Between an hour and a month."))
    return int(text)


def client_id(form: Mapping[str, str]) -> str:
    """Made with the form, so that a form sent twice counts once; a broken one is replaced."""
    try:
        return str(uuid.UUID(form.get("client_id", "")))
    except ValueError:
        return str(uuid.uuid4())
