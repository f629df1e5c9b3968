"""Who is asked on a rung: the family from the ledger, the station from the register, everybody else from the street's duty list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import _
from mealroute.delivery.ladder_models import DutyPerson
from mealroute.delivery.ladder_records import Cover, DutyRecord, Person, Rung
from mealroute.residents.models import Contact, Resident
from mealroute.vendors.models import Station

NAMED = (Rung.DESK, Rung.STATION, Rung.COMMUNITY, Rung.RESCUE)
"""Rungs on which a street names people."""
PHONE = re.compile(r"[+\d][\d -]{2,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """About whom somebody is to be asked."""

    resident_id: int
    street_code: str
    community: str
    station_code: str


def whom(db: Session, resident_id: int, *, station_code: str = "") -> Whom:
    """The resident's street and community, for finding the people around them."""
    row = db.get_one(Resident, resident_id)
    return Whom(resident_id=row.id, street_code=row.street_code, community=row.community, station_code=station_code)


def asked(
    db: Session, about: Whom, rung: Rung, covers: Sequence[Cover], day: date, *, family_most: int
) -> tuple[Person, ...]:
    """Who is asked on a rung, first choice first; empty where nobody is named. Numbers are full: for the outbox alone."""
    if rung is Rung.FAMILY:
        query = select(Contact).where(Contact.resident_id == about.resident_id).order_by(Contact.position)
        return tuple(
            Person(name=row.name, phone=row.phone, relation=row.relation)
            for row in db.scalars(query.limit(family_most))
        )
    named = on_duty(db, day, street_code=about.street_code)
    for cover in covers:
        for community in (about.community, ""):
            found = named.get((about.street_code, community, rung, cover))
            if found is not None and found.name:
                return (Person(name=found.name, phone=found.phone),)
    return _stations(db, about) if rung is Rung.STATION else ()


def _stations(db: Session, about: Whom) -> tuple[Person, ...]:
    """The station where the meal was to be fetched, else the street's stations; the first of them is asked."""
    query = select(Station).where(Station.street_code == about.street_code).order_by(Station.code)
    rows = list(db.scalars(query))
    rows.sort(key=lambda row: row.code != about.station_code)
    return tuple(Person(name=row.name, phone=row.phone or "") for row in rows[:1])


Place = tuple[str, str, Rung, Cover]


def on_duty(db: Session, day: date, *, street_code: str | None = None) -> dict[Place, DutyRecord]:
    """(street, community, rung, cover) → who holds it on ``day``. An entry without a name was given up."""
    query = select(DutyPerson).where(DutyPerson.from_day <= day).order_by(DutyPerson.from_day, DutyPerson.id)
    if street_code is not None:
        query = query.where(DutyPerson.street_code == street_code)
    records = (_record(row) for row in db.scalars(query))
    return {(each.street_code, each.community, each.rung, each.cover): each for each in records}


def history(db: Session, street_code: str, *, scope: Scope) -> tuple[DutyRecord, ...]:
    """Everybody who was ever named in a street, the newest first."""
    if not scope.sees_street(street_code):
        return ()
    query = select(DutyPerson).where(DutyPerson.street_code == street_code)
    return tuple(_record(row) for row in db.scalars(query.order_by(DutyPerson.from_day.desc(), DutyPerson.id.desc())))


def name_person(
    db: Session,
    street_code: str,
    rung: Rung,
    cover: Cover,
    *,
    name: str,
    phone: str,
    community: str = "",
    from_day: date,
    by: Actor,
    clock: Clock,
) -> bool:
    """From ``from_day`` on this person is asked; an empty name gives the place up. The same again adds nothing.

    Raises Forbidden for another street; MealrouteError ``rung-without-people``, ``duty-in-the-past``, ``phone-wrong``, ``phone-missing``,
    ``community-unknown``.
    """
    if not by.scope.sees_street(street_code):
        raise Forbidden("street-not-yours", _("This street is not yours."), _("Ask its dispatcher."))
    if rung not in NAMED:
        raise MealrouteError(
            "rung-without-people", _("Nobody is named for this rung: the driver and the family are known.")
        )
    if from_day < clock.today():
        raise MealrouteError("duty-in-the-past", _("A duty begins today or later."), _("Choose another day."))
    name, phone, community = name.strip()[:80], phone.strip(), community.strip()
    if name and not phone:
        raise MealrouteError("phone-missing", _("Write down under which number this person is reached."))
    if name and not PHONE.fullmatch(phone):
        raise MealrouteError("phone-wrong", _("This is no phone number."), _("Write digits only, with the area code."))
    if community and community not in {each.name for each in areas.communities(db, street_code)}:
        raise MealrouteError(
            "community-unknown", _("The street has no such community."), _("Choose one from the list.")
        )
    held = on_duty(db, from_day, street_code=street_code).get((street_code, community, rung, cover))
    if (held.name, held.phone) == (name, phone if name else "") if held else not name:
        return False
    db.add(
        DutyPerson(
            street_code=street_code, community=community, rung=str(rung), cover=str(cover), name=name, phone=phone if name else None,
            from_day=from_day, by_name=by.name, at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="delivery.duty-named" if name else "delivery.duty-given-up", subject=f"street/{street_code}",
        detail={"rung": str(rung), "cover": str(cover), "from": from_day.isoformat()},
    )  # fmt: skip
    return True


def _record(row: DutyPerson) -> DutyRecord:
    return DutyRecord(
        id=row.id, street_code=row.street_code, community=row.community, rung=Rung(row.rung), cover=Cover(row.cover), name=row.name,
        phone=row.phone or "", from_day=row.from_day, by_name=row.by_name, at=row.at,
    )  # fmt: skip
