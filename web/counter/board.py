"""What the counter's page shows: which station, whom the search box means, and the rows of the list."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import request, session

from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.money import parse_yuan
from mealroute.core.slots import MealSlot
from mealroute.delivery import queries, station_queries, station_rules
from mealroute.delivery.records import FollowUpRecord
from mealroute.delivery.station_records import Counter, CounterLine, Shortfall
from mealroute.kitchen.log_records import Action
from mealroute.kitchen.log_rules import parse_tenths
from mealroute.vendors import queries as vendors
from mealroute.vendors.records import StationRecord
from web import here

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SOUGHT = "counter-sought"
"""What the counter's search box was asked last (in the session, not in addresses)."""
SHOWS = ("open", "all", "cases")


@dataclass(frozen=True, slots=True)
class Board:
    """The counter with the list as it was asked for. ``at_home``: open cases at doors of the street that are the station's to see to."""

    counter: Counter
    shown: tuple[CounterLine, ...]
    stations: tuple[StationRecord, ...]
    at_home: tuple[FollowUpRecord, ...] = ()


def stations(db: Session) -> tuple[StationRecord, ...]:
    """The stations at whose counter this person may stand."""
    scope = here.actor().scope
    return tuple(
        station
        for station in vendors.stations(db)
        if scope.station in {None, station.code}
        and (scope.station is not None or scope.sees_street(station.street_code))
    )


def chosen_station(db: Session) -> str:
    """The code in the request, else this person's own or first station."""
    known = stations(db)
    if not known:
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    wanted = request.values.get("station", "") or str(session.get("counter-station", ""))
    code = wanted if any(station.code == wanted for station in known) else known[0].code
    if request.values.get("station") and code != request.values.get("station"):
        raise NotFound("station-not-found", _("There is no such station."), _("Choose a station from the list."))
    session["counter-station"] = code
    return code


def board_of(db: Session, day: date, slot: MealSlot, *, show: str, text: str) -> Board:
    """The counter and the lines to show: those whom the search box means, else those of the chosen list."""
    code = chosen_station(db)
    found = station_queries.counter(db, day, slot, code, by=here.actor(), clock=here.clock())
    if text:
        known = station_queries.names(db, found.lines)
        shown = [line for line in found.lines if station_rules.found(line, *known[line.resident_id], text)]
    else:
        shown = [line for line in found.lines if _listed(line, show)]
    return Board(found, tuple(shown), stations(db), _at_home(db, day, slot, found))


def _at_home(db: Session, day: date, slot: MealSlot, counter: Counter) -> tuple[FollowUpRecord, ...]:
    if here.actor().scope.station is None:
        return ()
    own = {line.book_line_id for line in counter.lines}
    cases = queries.follow_ups(db, scope=here.actor().scope, day=day, slot=slot)
    return tuple(case for case in cases if case.book_line_id not in own)


def _listed(line: CounterLine, show: str) -> bool:
    if show == "cases":
        return line.case_open
    return show == "all" or line.outcome is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the form at the boxes says."""

    client_id: str
    portions: int
    tenths: int | None
    signed_by: str
    shortfall: Shortfall | None
    action: Action | None
    again_tenths: int | None
    note: str


def signature_from(form: Mapping[str, str]) -> Signature:
    """One signature. Raises a MealrouteError in the reader's words."""
    portions, degrees, again = (form.get(name, "").strip() for name in ("portions", "degrees", "again"))
    if not (portions.isascii() and portions.isdigit() and len(portions) < 6):
        raise MealrouteError("portions-wrong", _("Write down how many portions you counted."))
    shortfall, action = form.get("shortfall", ""), form.get("action", "")
    return Signature(
        client_id=client_id(form), portions=int(portions), tenths=parse_tenths(degrees) if degrees else None,
        signed_by=form.get("signed_by", "")[:80], shortfall=Shortfall(shortfall) if shortfall in set(Shortfall) else None,
        action=Action(action) if action in set(Action) else None, again_tenths=parse_tenths(again) if again else None,
        note=form.get("note", "")[:300],
    )  # fmt: skip


def client_id(form: Mapping[str, str]) -> str:
    """Made with the form, so that a form sent twice counts once; a broken one is replaced."""
    try:
        return str(uuid.UUID(form.get("client_id", "")))
    except ValueError:
        return str(uuid.uuid4())


def cash_from(form: Mapping[str, str]) -> int:
    """What was paid at the counter, in fen."""
    try:
        amount = parse_yuan(form.get("cash", "").strip() or "0")
    except ValueError:
        raise MealrouteError(
            "cash-out-of-range", _("The cash amount cannot be right."), _("Enter it again in yuan.")
        ) from None
    if amount < 0:
        raise MealrouteError("cash-out-of-range", _("The cash amount cannot be right."), _("Enter it again in yuan."))
    return amount
