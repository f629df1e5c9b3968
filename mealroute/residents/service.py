"""Use-cases of the resident ledger. Every one looks at the actor's scope and leaves an audit event without personal values."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts.records import Permission
from mealroute.accounts.rules import may
from mealroute.areas.queries import streets
from mealroute.core import audit
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.crypto import blind_index
from mealroute.core.errors import Conflict, Forbidden, MealrouteError
from mealroute.core.geo import LonLat, haversine_m
from mealroute.core.i18n import _
from mealroute.core.text import compact
from mealroute.residents import card, exports, facts, writing
from mealroute.residents.build import point_of
from mealroute.residents.intake import import_residents
from mealroute.residents.loading import category_table, reach
from mealroute.residents.models import Contact, Resident, ResidentCategory, ResidentDiet
from mealroute.residents.pausing import cancel_pause, change_pause, pause
from mealroute.residents.queries import active_on
from mealroute.residents.records import Datum, Diet, ExportedFile, Precision, ResidentId, ResidentState
from mealroute.residents.rules import may_change
from mealroute.residents.words import state_label

__all__ = [
    "add_resident", "cancel_pause", "change_pause", "change_resident", "change_state", "clear_point", "export_ledger",
    "import_residents", "pause", "reveal", "set_point",
]  # fmt: skip

REVEALABLE = ("name", "phone", "id_number", "address", "contacts")
FAR_FROM_STREET_M = 30_000
"""A point further than this from its street's centre is a slip (swapped figures); the largest mountain town is 25 km across."""


def add_resident(
    db: Session, values: Mapping[str, Any], *, code: str = "", known_apart: bool = False, by: Actor, clock: Clock
) -> ResidentId:
    """A new resident, pending until somebody admits them; returns the id.

    ``values`` are fields of the card (see ``card.PLAIN``) and ``diets``, ``strict_diets``, ``categories``, ``contacts``
    (name, relation, phone, may receive). ``known_apart``: a person has checked that this is nobody of the same name
    and birth date who stands in the ledger.
    """
    plain = card.read(values)
    missing = [name for name in card.NEEDED if name not in plain]
    if missing:
        raise MealrouteError("card-incomplete", _("Some needed fields are empty."), fields=missing)
    number = card.read_id_number(values.get("id_number"), plain["birth_date"])
    _refuse_twins(db, plain, number, known_apart=known_apart)
    street = _street_name(db, plain["street_code"], by)
    row = Resident(code=code or _next_code(db), created_at=clock.now(), updated_at=clock.now())
    if db.scalar(select(Resident.id).where(Resident.code == row.code)) is not None:
        raise Conflict("code-taken", _("The code %(code)s is taken.", code=row.code))
    writing.fill(row, {**plain, "id_number": number}, street)
    row.state, row.state_since, row.extra = str(ResidentState.PENDING), clock.today(), {}
    db.add(row)
    db.flush()
    writing.enter_state(db, row, ResidentState.PENDING, clock.today(), reason="", by=by, clock=clock)
    _write_parts(db, row, values, clock)
    audit.record(db, by=by, clock=clock, action="residents.added", subject=f"resident/{row.code}")
    return ResidentId(row.id)


def change_resident(
    db: Session, resident_id: ResidentId, values: Mapping[str, Any], *, by: Actor, clock: Clock
) -> tuple[str, ...]:
    """Write the fields that differ; returns their names. Diets and categories change from today on, their past stays."""
    row = reach(db, resident_id, by)
    plain = card.read(values)
    street = _street_name(db, plain.get("street_code", row.street_code), by)
    if "id_number" in values:
        plain["id_number"] = card.read_id_number(values["id_number"], plain.get("birth_date", row.birth_date))
    held = facts.held(row)
    changed = (*writing.fill(row, plain, street), *_write_parts(db, row, values, clock))
    facts.note(db, row, held, since={}, by=by, clock=clock)
    if changed:
        row.updated_at = clock.now()
        audit.record(
            db, by=by, clock=clock, action="residents.changed", subject=f"resident/{row.code}",
            detail={"fields": sorted(changed)},
        )  # fmt: skip
    return changed


def change_state(
    db: Session,
    resident_id: ResidentId,
    state: ResidentState,
    *,
    since: date | None = None,
    reason: str,
    correction: bool = False,
    by: Actor,
    clock: Clock,
) -> None:
    """Take a legal step: pending → active → stopped → active …, and deceased from each. ``since`` is today unless said.

    A pause is no state to be set: it has dates (see ``pause``). A death that was entered by mistake is taken back with
    ``correction``, which needs a reason.
    """
    row = reach(db, resident_id, by)
    before, begin = ResidentState(row.state), since or clock.today()
    if state is before:
        return
    if state is ResidentState.PAUSED:
        raise MealrouteError("pause-needs-dates", _("A pause needs its dates."), _("Enter a pause instead."))
    if not may_change(before, state, correction=correction) or (correction and not reason.strip()):
        raise Conflict(
            "state-step",
            _(
                "This step is not allowed: %(before)s → %(after)s.",
                before=state_label(before),
                after=state_label(state),
            ),
            _("If a death was entered by mistake, correct it with a reason."),
        )
    if begin < row.state_since:
        raise Conflict(
            "state-before-last",
            _("The last change counts from %(day)s; this one cannot begin earlier.", day=row.state_since.isoformat()),
        )
    writing.enter_state(db, row, state, begin, reason=reason.strip(), by=by, clock=clock)
    row.updated_at = clock.now()
    audit.record(
        db, by=by, clock=clock, action="residents.state-changed", subject=f"resident/{row.code}", reason=reason.strip(),
        detail={"before": str(before), "after": str(state), "since": begin.isoformat()},
    )  # fmt: skip


def set_point(
    db: Session,
    resident_id: ResidentId,
    lon: float,
    lat: float,
    datum: Datum,
    precision: Precision,
    *,
    source: str = "person",
    by: Actor,
    clock: Clock,
) -> LonLat:
    """Where the door is, as confirmed by a person, in the datum of the map that they looked at; returns it in WGS-84."""
    if precision is Precision.NONE:
        raise ValueError("a point has a precision; clear_point takes it away")
    row = reach(db, resident_id, by)
    centre = next((street.point for street in streets(db) if street.code == row.street_code), None)
    try:
        point = LonLat(lon, lat)
        near = centre is None or haversine_m(point, centre) <= FAR_FROM_STREET_M
    except ValueError:
        near = False
    if not near:
        raise MealrouteError(
            "point-far",
            _("This point lies far outside the resident's street."),
            _("Check that longitude stands before latitude."),
        )
    if writing.set_point(row, lon, lat, datum, precision, source, by.name):
        row.updated_at = clock.now()
        detail = {"datum": str(datum), "precision": str(precision)}
        audit.record(
            db, by=by, clock=clock, action="residents.point-set", subject=f"resident/{row.code}", detail=detail
        )  # fmt: skip
    found = point_of(row)
    assert found is not None
    return found


def clear_point(db: Session, resident_id: ResidentId, *, reason: str, by: Actor, clock: Clock) -> None:
    """The point is known to be wrong: the resident counts as unlocated until somebody sets another one."""
    row = reach(db, resident_id, by)
    row.lon = row.lat = row.lon_original = row.lat_original = row.datum_original = None
    row.precision, row.point_source, row.point_confirmed_by = str(Precision.NONE), "", ""
    row.updated_at = clock.now()
    audit.record(
        db, by=by, clock=clock, action="residents.point-cleared", subject=f"resident/{row.code}", reason=reason.strip()
    )  # fmt: skip


def reveal(
    db: Session, resident_id: ResidentId, fields: Collection[str], reason: str, *, by: Actor, clock: Clock
) -> dict[str, str]:
    """Unmasked values for somebody who says why; the audit keeps who, which fields and the reason, never the values."""
    row = reach(db, resident_id, by)
    unknown = set(fields) - set(REVEALABLE)
    if unknown:
        raise ValueError(f"no such fields to reveal: {sorted(unknown)}")
    if not reason.strip():
        raise MealrouteError("reveal-without-reason", _("Say why you need to see this."), _("The reason is recorded."))
    contacts = db.scalars(select(Contact).where(Contact.resident_id == row.id).order_by(Contact.position))
    shown = {
        "name": row.name, "phone": row.phone or "", "id_number": row.id_number or "" if "id_number" in fields else "",
        "address": " ".join(part for part in (row.address, row.building, row.unit) if part),
        "contacts": "; ".join(f"{item.name} {item.relation} {item.phone}" for item in contacts),
    }  # fmt: skip
    audit.record(
        db, by=by, clock=clock, action="residents.revealed", subject=f"resident/{row.code}", reason=reason.strip(),
        detail={"fields": sorted(fields)},
    )  # fmt: skip
    return {name: shown[name] for name in REVEALABLE if name in fields}


def export_ledger(
    db: Session,
    *,
    scope: Scope,
    day: date,
    kind: Literal["csv", "xlsx"],
    full: bool = False,
    reason: str = "",
    by: Actor,
    clock: Clock,
) -> ExportedFile:
    """Everyone in service on ``day`` as a file, masked; ``full`` needs a reason and the right to reveal.

    The audit keeps who, why, how many rows and the file's SHA-256.
    """
    if full and not may(by, Permission.RESIDENTS_REVEAL):
        raise Forbidden("not-permitted", _("Your role exports masked lists only."))
    if full and not reason.strip():
        raise MealrouteError("reveal-without-reason", _("Say why you need to see this."), _("The reason is recorded."))
    people = active_on(db, day, scope=scope)
    table = exports.ledger_table(people, day, masked=not full, table=category_table())
    about = (
        (_("Taken by"), by.name), (_("On"), clock.local(clock.now()).isoformat(" ", "minutes")), (_("For"), day.isoformat()),
        (_("Reason"), reason.strip()), (_("Rows"), str(len(people))),
    )  # fmt: skip
    content = exports.ledger_csv(table) if kind == "csv" else exports.ledger_xlsx(table, about)
    digest = hashlib.sha256(content).hexdigest()
    detail = {"kind": kind, "full": full, "day": day.isoformat()}
    audit.record(
        db, by=by, clock=clock, action="residents.exported", subject=f"ledger/{day.isoformat()}", reason=reason.strip(),
        detail=detail, rows=len(people), digest=digest,
    )  # fmt: skip
    streets_named = "-".join(sorted(scope.streets)) if scope.streets else "all"
    return ExportedFile(f"residents-{day.isoformat()}-{streets_named}.{kind}", content, len(people), digest)


def _write_parts(db: Session, row: Resident, values: Mapping[str, Any], clock: Clock) -> list[str]:
    changed = []
    if "diets" in values or "strict_diets" in values:
        diets = list(
            db.scalars(select(ResidentDiet).where(ResidentDiet.resident_id == row.id).order_by(ResidentDiet.id))
        )
        current = [item for item in diets if item.valid_to is None or item.valid_to >= clock.today()]
        asked = [Diet(diet) for diet in values.get("diets", [item.diet for item in current])]
        held_strict = [diet for diet in asked if any(item.strict and item.diet == diet for item in current)]
        strict = [Diet(diet) for diet in values.get("strict_diets", held_strict)]
        if writing.set_diets(db, row, diets, asked, strict, day=clock.today()):
            changed.append("diets")
    if "categories" in values:
        unknown = [code for code in values["categories"] if category_table().rule(code) is None]
        if unknown:
            raise ValueError(f"no such categories: {unknown}")
        granted = list(db.scalars(select(ResidentCategory).where(ResidentCategory.resident_id == row.id)))
        if writing.set_granted(db, row, granted, values["categories"], day=clock.today(), source="desk"):
            changed.append("categories")
    if "contacts" in values:
        held = list(db.scalars(select(Contact).where(Contact.resident_id == row.id).order_by(Contact.position)))
        if writing.set_contacts(db, row, held, card.read_contacts(values["contacts"])):
            changed.append("contacts")
    db.flush()
    return changed


def _refuse_twins(db: Session, plain: Mapping[str, Any], number: str | None, *, known_apart: bool) -> None:
    hint = _("Open that card instead.")
    if number is not None:
        other = db.scalar(select(Resident.code).where(Resident.id_number_index == blind_index("id", number)))
        if other is not None:
            raise Conflict("person-twice", _("%(code)s has the same ID number.", code=other), hint)
    same = Resident.name_key == compact(plain["name"]), Resident.birth_date == plain["birth_date"]
    other = None if known_apart else db.scalar(select(Resident.code).where(*same))
    if other is not None:
        raise Conflict("person-maybe-twice", _("%(code)s has the same name and birth date.", code=other), hint)


def _street_name(db: Session, code: str, by: Actor) -> str:
    """The street's name, if it exists and is within the actor's reach."""
    found = next((street.name for street in streets(db, scope=by.scope) if street.code == code), None)
    if found is None:
        raise MealrouteError("street-unknown", _("No street has the code %(code)s.", code=code), field="street_code")
    return found


def _next_code(db: Session) -> str:
    """One more than the highest ``R`` number."""
    numbers = [int(code[1:]) for code in db.scalars(select(Resident.code)) if code[:1] == "R" and code[1:].isdigit()]
    return f"R{max(numbers, default=0) + 1:05d}"
