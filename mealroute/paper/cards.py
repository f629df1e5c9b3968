"""Cards on paper: a large-print one for a resident without a phone, with the spoken code; and the card that a driver leaves at a door."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery import duty, spoken_code
from mealroute.delivery.ladder_records import Cover, Rung
from mealroute.dispatch.records import Manifest
from mealroute.paper import card_pages
from mealroute.paper.card_records import DoorCard, Number, ResidentCard
from mealroute.paper.rulebook import policy_on
from mealroute.residents import queries as residents
from mealroute.residents.records import ResidentId
from mealroute.vendors import queries as vendors

MOST = 400
"""Cards in one file; a street has fewer people without a phone."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A file of cards, and how many people it names."""

    content: bytes
    people: int


def resident_cards(db: Session, resident_ids: Iterable[int], *, by: Actor, clock: Clock) -> Printed:
    """A card for each, by street and name, with a code for who has none yet. Recorded: a card holds name and code.

    Raises NotFound where one is out of reach, ``cards-none`` without anybody.
    """
    today = clock.today()
    wanted = [
        residents.resident(db, ResidentId(number), scope=by.scope, day=today) for number in sorted(set(resident_ids))
    ]
    if not wanted:
        raise MealrouteError("cards-none", _("There is nobody here who needs a card."))
    people = sorted(wanted, key=lambda person: (person.street_code, person.name_pinyin, person.code))[:MOST]
    codes = spoken_code.ensure(
        db, [int(person.id) for person in people], keep_days=policy_on(today).code_days, by=by, clock=clock
    )
    numbers, streets = _numbers(db, today), street_names(db)
    cards = [
        ResidentCard(
            name=person.name, code=codes[int(person.id)], street=streets.get(person.street_code, ""), numbers=numbers.get(person.street_code, ()),
            resident_code=person.code,
        )
        for person in people
    ]  # fmt: skip
    content = card_pages.resident_cards_pdf(today, cards)
    audit.record(
        db, by=by, clock=clock, action="papers.resident-cards", subject="cards" if len(cards) > 1 else f"resident/{people[0].code}",
        rows=len(cards), digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return Printed(content, len(cards))


def without_phone(db: Session, *, scope: Scope, clock: Clock, street: str = "") -> tuple[int, ...]:
    """Residents in service who have no number of their own: who needs a card first."""
    return tuple(number for number, code in _phoneless(db, scope, clock) if street in {"", code})


def without_phone_by_street(db: Session, *, scope: Scope, clock: Clock) -> dict[str, int]:
    """How many they are, by street."""
    return dict(Counter(code for _number, code in _phoneless(db, scope, clock)))


def _phoneless(db: Session, scope: Scope, clock: Clock) -> list[tuple[int, str]]:
    people = residents.active_on(db, clock.today(), scope=scope)
    return [(int(person.id), person.street_code) for person in people if person.phone is None]


def door_cards(db: Session, manifest: Manifest, streets: Sequence[str], *, by: Actor, clock: Clock) -> Printed:
    """One card for each stop of a route, to be left at a door where nobody came. They name nobody: they hang outside.

    ``streets``: the street of each stop in the order of the sheet, for whom to call.
    """
    numbers = _numbers(db, clock.today())
    stops = [stop for trip in manifest.trips for stop in trip.stops if not stop.station_bulk]
    cards = [
        DoorCard(place=f"{manifest.number}-{stop.position}", numbers=numbers.get(street, ()))
        for stop, street in zip(stops, streets, strict=True)
    ]
    content = card_pages.door_cards_pdf(manifest.day, cards)
    audit.record(
        db, by=by, clock=clock, action="papers.door-cards", subject=f"run/{manifest.run_id}", rows=len(cards),
        digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return Printed(content, 0)


def blank_door_cards(db: Session, street: str, *, by: Actor, clock: Clock) -> Printed:
    """A page of door cards of a street that belong to no stop, to be kept in the vehicle."""
    numbers = _numbers(db, clock.today()).get(street, ())
    content = card_pages.door_cards_pdf(clock.today(), [DoorCard(place="", numbers=numbers)] * card_pages.A_PAGE)
    audit.record(db, by=by, clock=clock, action="papers.door-cards", subject=f"street/{street}", rows=card_pages.A_PAGE)
    return Printed(content, 0)


def _numbers(db: Session, today: date) -> dict[str, tuple[Number, ...]]:
    """Whom to call, by street: the desk's number by day where one is named, then its stations, the hub first."""
    found: dict[str, list[Number]] = {}
    for (street, community, rung, cover), each in duty.on_duty(db, today).items():
        if (community, rung, cover) == ("", Rung.DESK, Cover.DAY) and each.phone:
            found[street] = [Number(_("Street desk"), each.phone)]
    for station in sorted(vendors.stations(db), key=lambda each: (each.kind != "hub", each.code)):
        if station.phone:
            found.setdefault(station.street_code, []).append(Number(station.name, station.phone))
    return {street: tuple(numbers[:2]) for street, numbers in found.items()}
