"""How rows of the ledger change: one function a part, used by imports and by desks alike. Each says what it changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from mealroute.adapters.coordinates import to_wgs84
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.crypto import blind_index
from mealroute.core.text import compact, initials, pinyin
from mealroute.residents.models import (
    Contact,
    Resident,
    ResidentAvoidance,
    ResidentCategory,
    ResidentDiet,
    StateChange,
)
from mealroute.residents.records import Consent, Datum, Diet, Precision, ResidentState
from mealroute.residents.rules import day_before

SAME_POINT = 1e-6
"""Degrees within which two points are one: about a decimetre."""
POINT_DIGITS = 7
"""Decimal places of a stored degree: about a centimetre."""


def fill(row: Resident, values: Mapping[str, Any], street_name: str) -> tuple[str, ...]:
    """Set plain columns that differ and everything that hangs on them (pinyin, keys, blind indexes); names of those set.

    ``id_number`` is compared by its index, so that it is not decrypted just to find it unchanged.
    """
    changed = []
    for name, value in values.items():
        if name == "id_number":
            index = None if value is None else blind_index("id", value)
            if row.id_number_index == index:
                continue
            row.id_number_index = index
        elif getattr(row, name) == value:
            continue
        setattr(row, name, value)
        changed.append(name)
    if "name" in changed:
        row.name_key, row.name_pinyin, row.name_initials = compact(row.name), pinyin(row.name), initials(row.name)
    if "phone" in changed:
        row.phone_index = None if row.phone is None else blind_index("phone", row.phone)
    parts = (street_name, row.community, row.address, row.building, row.unit)
    row.address_key = compact("".join(part or "" for part in parts))
    return tuple(changed)


def set_point(
    row: Resident, lon: float, lat: float, datum: Datum, precision: Precision, source: str, by: str = ""
) -> bool:
    """Store a point in WGS-84 beside the figures as given; True if it is another point than before.

    With ``by`` the point counts as confirmed by that person, and imports leave it alone from then on.
    """
    given = (round(lon, POINT_DIGITS), round(lat, POINT_DIGITS), str(datum), str(precision), by)
    held = (row.lon_original, row.lat_original, row.datum_original, row.precision, row.point_confirmed_by or "")
    if given == held:
        return False
    point = to_wgs84(lon, lat, datum)
    there = (
        row.lon is not None
        and row.lat is not None
        and max(abs(point.lon - row.lon), abs(point.lat - row.lat)) < SAME_POINT
    )
    if there and not by and row.precision == precision:
        return False  # the same place in another datum, as a full export writes it
    row.lon, row.lat = round(point.lon, POINT_DIGITS), round(point.lat, POINT_DIGITS)
    row.lon_original, row.lat_original, row.datum_original, row.precision, row.point_confirmed_by = given
    row.point_source = source
    return True


def set_diets(
    db: Session,
    row: Resident,
    held: Sequence[ResidentDiet],
    diets: Iterable[Diet],
    strict: Iterable[Diet],
    *,
    day: date,
    since: date | None = None,
) -> bool:
    """Make these the diets from ``day`` on; what was in force ends the day before. ``since``: when they really began.

    ``normal`` is no row: it is what a person without a diet eats. A strict diet is a diet as well.
    """
    must = {Diet(diet) for diet in strict} - {Diet.NORMAL}
    wanted = {(str(diet), diet in must) for diet in ({Diet(diet) for diet in diets} | must) - {Diet.NORMAL}}
    current = [item for item in held if item.valid_to is None or item.valid_to >= day]
    if {(item.diet, item.strict) for item in current} == wanted:
        return False
    for item in current:
        if (item.diet, item.strict) not in wanted:
            _end(db, item, day)
    kept = {(item.diet, item.strict) for item in current}
    db.flush()
    for diet, is_strict in sorted(wanted - kept):
        db.add(ResidentDiet(resident_id=row.id, diet=diet, strict=is_strict, valid_from=since or day, valid_to=None))
    return True


def set_avoids(
    db: Session,
    row: Resident,
    held: Sequence[ResidentAvoidance],
    needs: Iterable[str],
    strict: Iterable[str],
    *,
    day: date,
    since: date | None = None,
) -> bool:
    """Make these the avoided foods from ``day`` on; what was in force ends the day before. The caller has the consent."""
    must = set(strict)
    content = {"needs": sorted({*needs, *must}), "strict": sorted(must)}
    current = [item for item in held if item.valid_to is None or item.valid_to >= day]
    if [item.content for item in current if item.content] == ([content] if content["needs"] else []):
        return False
    for item in current:
        _end(db, item, day)
    db.flush()
    if content["needs"]:
        db.add(ResidentAvoidance(resident_id=row.id, content=content, valid_from=since or day, valid_to=None))
    return True


def set_consent(db: Session, row: Resident, held: Sequence[ResidentAvoidance], consent: Consent, *, day: date) -> bool:
    """Write whether avoided foods may be kept. Without consent those held are erased, their past too (个人信息保护法 47 条)."""
    if row.health_consent == consent:
        return False
    row.health_consent, row.health_consent_on = str(consent), day
    if consent is not Consent.GIVEN:
        for item in held:
            item.content = {}
            item.valid_to = item.valid_from if item.valid_to is None else item.valid_to
        db.flush()
    return True


def set_granted(
    db: Session,
    row: Resident,
    held: Sequence[ResidentCategory],
    categories: Iterable[str],
    *,
    day: date,
    source: str,
    since: date | None = None,
) -> bool:
    """Make these the granted categories from ``day`` on; the others end the day before."""
    wanted = set(categories)
    current = [item for item in held if item.valid_to is None or item.valid_to >= day]
    if {item.category for item in current} == wanted:
        return False
    for item in current:
        if item.category not in wanted:
            _end(db, item, day)
    db.flush()
    for category in sorted(wanted - {item.category for item in current}):
        db.add(
            ResidentCategory(
                resident_id=row.id, category=category, valid_from=since or day, valid_to=None, source=source
            )
        )
    return True


def set_contacts(
    db: Session, row: Resident, held: Sequence[Contact], contacts: Sequence[tuple[str, str, str, bool]]
) -> bool:
    """Make these (name, relation, phone, may receive) the contacts, in this order."""
    if [(item.name, item.relation, item.phone, item.may_receive) for item in held] == list(contacts):
        return False
    for item in held:
        db.delete(item)
    db.flush()
    for position, (name, relation, phone, may_receive) in enumerate(contacts, start=1):
        db.add(
            Contact(
                resident_id=row.id, position=position, name=name, relation=relation, phone=phone,
                phone_index=blind_index("phone", phone), may_receive=may_receive,
            )
        )  # fmt: skip
    return True


def enter_state(
    db: Session, row: Resident, state: ResidentState, since: date, *, reason: str, by: Actor, clock: Clock
) -> None:
    """Append to the history and make it the state on the card."""
    db.add(
        StateChange(
            resident_id=row.id, state=str(state), since=since, reason=reason, by_name=by.name, at=clock.now()
        )
    )  # fmt: skip
    row.state, row.state_since = str(state), since


def _end(db: Session, item: ResidentDiet | ResidentCategory | ResidentAvoidance, day: date) -> None:
    """Last in force on the day before; a row that would never have been in force goes."""
    if item.valid_from >= day:
        db.delete(item)
    else:
        item.valid_to = day_before(day)
