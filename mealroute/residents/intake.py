"""The residents sheet into the ledger: one transaction, matched by code, nothing done twice.

A sheet changes only what it speaks about. What it says about diets, categories and states counts from the day of the import; for
somebody new it holds from the beginning (or from the sheet's own date). Whoever may stand in the ledger already under another code is
set aside for a person to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.crypto import blind_index
from mealroute.core.i18n import _
from mealroute.core.import_batches import finish, one_at_a_time
from mealroute.core.importing import CellProblem, ImportResult, Sheet, source_of
from mealroute.core.text import compact
from mealroute.residents import facts, imports, writing
from mealroute.residents.build import pause_record
from mealroute.residents.imports import ResidentLine
from mealroute.residents.loading import category_table
from mealroute.residents.models import Contact, Pause, Resident, ResidentAvoidance, ResidentCategory, ResidentDiet
from mealroute.residents.records import Consent, Living, PauseReason, Precision, ResidentState
from mealroute.residents.rules import (
    GENERAL,
    SINCE_ALWAYS,
    age_on,
    categories_of,
    day_before,
    may_change,
    overlaps,
)
from mealroute.residents.words import state_label

PLAIN = {
    "name": "name", "sex": "sex", "birth_date": "birth_date", "phone": "phone", "street_code": "street_code",
    "community": "community", "address": "address", "building": "building", "unit": "unit", "floor": "floor",
    "lift": "has_lift", "door_note": "door_note", "living": "living", "ability_level": "ability_level",
    "ability_standard": "ability_standard", "assessed_on": "assessed_on", "assessment_valid_until": "assessment_valid_until",
    "basic_service": "basic_service", "basic_service_from": "basic_service_from", "handover": "handover", "note": "note",
    "registration": "registration",
}  # fmt: skip
"""Field of the sheet → column of the ledger, for those that are copied as they are."""


@dataclass(slots=True)
class _Held:
    """The ledger as it stands, loaded once: residents by code, and what hangs on them by id."""

    residents: dict[str, Resident]
    diets: dict[int, list[ResidentDiet]] = field(default_factory=dict)
    granted: dict[int, list[ResidentCategory]] = field(default_factory=dict)
    contacts: dict[int, list[Contact]] = field(default_factory=dict)
    avoidances: dict[int, list[ResidentAvoidance]] = field(default_factory=dict)
    pauses: dict[int, list[Pause]] = field(default_factory=dict)
    by_id_number: dict[str, str] = field(default_factory=dict)
    by_person: dict[tuple[str, date], str] = field(default_factory=dict)

    @classmethod
    def load(cls, db: Session) -> "_Held":
        held = cls({row.code: row for row in db.scalars(select(Resident).order_by(Resident.id))})
        for diet in db.scalars(select(ResidentDiet).order_by(ResidentDiet.id)):
            held.diets.setdefault(diet.resident_id, []).append(diet)
        for category in db.scalars(select(ResidentCategory).order_by(ResidentCategory.id)):
            held.granted.setdefault(category.resident_id, []).append(category)
        for avoidance in db.scalars(select(ResidentAvoidance).order_by(ResidentAvoidance.id)):
            held.avoidances.setdefault(avoidance.resident_id, []).append(avoidance)
        for contact in db.scalars(select(Contact).order_by(Contact.resident_id, Contact.position)):
            held.contacts.setdefault(contact.resident_id, []).append(contact)
        for pause in db.scalars(select(Pause).order_by(Pause.id)):
            held.pauses.setdefault(pause.resident_id, []).append(pause)
        for row in held.residents.values():
            held.know(row.code, row.name_key, row.birth_date, row.id_number_index)
        return held

    def know(self, code: str, name_key: str, born: date, id_index: str | None) -> None:
        self.by_person.setdefault((name_key, born), code)
        if id_index is not None:
            self.by_id_number.setdefault(id_index, code)


def import_residents(db: Session, sheets: Sheet | Sequence[Sheet], *, by: Actor, clock: Clock) -> ImportResult:
    """Bring a residents sheet into the ledger; running it twice changes nothing the second time.

    Rows with a bad cell in a needed or safety-relevant column are set aside whole; a wrong ID number or a bad optional cell
    is reported and left out, and the person enters all the same. Everything happens in the caller's transaction.
    """
    one_at_a_time(db)
    lines, found = imports.read(sheets, category_table())
    run = _Run(db, by, clock, list(found), _Held.load(db), street_names(db))
    lines = tuple(line for line in lines if run.fits(line))
    new = [line for line in lines if line.code not in run.held.residents]
    old = [line for line in lines if line.code in run.held.residents]
    run.add([line for line in new if run.is_new_person(line)])
    for line in old:
        run.change(line)
    db.flush()
    file, digest = source_of(sheets)
    counts = (len(run.added), len(run.changed), run.unchanged)
    return finish(db, ImportResult("residents", file, *counts, tuple(run.problems), digest), by=by, clock=clock)


class _Run:
    """One import under way."""

    def __init__(
        self, db: Session, by: Actor, clock: Clock, problems: list[CellProblem], held: _Held, streets: dict[str, str]
    ) -> None:
        self.db, self.by, self.clock, self.problems, self.held, self.streets = db, by, clock, problems, held, streets
        self.today = clock.today()
        self.added: list[str] = []
        self.changed: list[str] = []
        self.unchanged = 0

    def fits(self, line: ResidentLine) -> bool:
        """The street is known and within the importer's reach, and the state may follow the one on the card."""
        if line["street_code"] not in self.streets:
            sentence = _("No street has the code %(code)s.", code=line["street_code"])
            self._aside(
                line, "street_code", "street-unknown", sentence, _("Import the areas first, or correct the code.")
            )
            return False
        row = self.held.residents.get(line.code)
        touched = {line["street_code"], row.street_code if row is not None else line["street_code"]}
        if not all(self.by.scope.sees_street(street) for street in touched):
            sentence = _("This resident belongs to a street that your account does not reach.")
            hint = _("Ask that street's dispatcher to import the row.")
            self._aside(line, "street_code", "street-out-of-reach", sentence, hint)
            return False
        if line.foods and not self._may_keep_foods(line, row):
            sentence = _("Avoided foods tell of health; nobody has noted that this person agrees to their being kept.")
            hint = _(
                "Ask, then write 是 under 忌口信息同意 and import the row again; without consent take the foods out."
            )
            self._aside(line, "avoids", "no-health-consent", sentence, hint)
            return False
        if row is None or not line.speaks_of("state") or self._base(line) == row.state:
            return True
        if may_change(ResidentState(row.state), self._base(line)):
            return True
        sentence = _(
            "The ledger has this person as %(state)s; the sheet cannot change that.", state=state_label(row.state)
        )
        self._aside(
            line, "state", "state-step", sentence, _("If the ledger is wrong, correct it on the resident's card.")
        )
        return False

    def _may_keep_foods(self, line: ResidentLine, row: Resident | None) -> bool:
        said = line["health_consent"]
        if said is not None:
            return bool(said)
        return row is not None and row.health_consent == Consent.GIVEN

    def is_new_person(self, line: ResidentLine) -> bool:
        """False, with a problem, where the same person seems to stand in the ledger under another code."""
        index = None if line.id_number is None else blind_index("id", line.id_number)
        person = compact(line["name"]), line["birth_date"]
        other = self.held.by_id_number.get(index or "")
        if other is not None:
            sentence = _("%(code)s has the same ID number.", code=other)
            self._aside(line, "id_number", "person-twice", sentence, _("Decide which code stays."))
            return False
        other = self.held.by_person.get(person)
        if other is not None:
            sentence = _("%(code)s has the same name and birth date.", code=other)
            hint = _("If they are two people, add this one by hand; otherwise decide which code stays.")
            self._aside(line, "name", "person-maybe-twice", sentence, hint)
            return False
        self.held.know(line.code, *person, index)
        return True

    def add(self, lines: Sequence[ResidentLine]) -> None:
        """All new residents: first the people in one statement, then what hangs on them."""
        pairs = []
        for line in lines:
            now = self.clock.now()
            since = line["state_since"] or SINCE_ALWAYS
            row = Resident(
                code=line.code, state=str(self._base(line)), state_since=since, created_at=now, updated_at=now
            )
            values = {column: line[name] for name, column in PLAIN.items()}
            writing.fill(row, {**values, "id_number": line.id_number}, self.streets[line["street_code"]])
            row.extra = dict(line.row.extra)
            self._point(row, line)
            pairs.append((row, line))
        self.db.add_all([row for row, _line in pairs])
        self.db.flush()
        for row, line in pairs:
            since = line["state_since"] or SINCE_ALWAYS
            state = self._base(line)
            writing.enter_state(self.db, row, state, since, reason="", by=self.by, clock=self.clock)
            self._parts(row, line, SINCE_ALWAYS)
            self.added.append(row.code)

    def change(self, line: ResidentLine) -> None:
        """Somebody known: what differs is written and named in the audit, without the values."""
        row = self.held.residents[line.code]
        values = {column: line[name] for name, column in PLAIN.items() if name in line.row.given}
        if line.id_number is not None:
            values["id_number"] = line.id_number
        held = facts.held(row)
        fields = list(writing.fill(row, values, self.streets[line["street_code"]]))
        facts.note(self.db, row, held, since={"registration": line["registration_from"]}, by=self.by, clock=self.clock)
        extra = {**row.extra, **line.row.extra}
        if extra != row.extra:
            row.extra = extra
            fields.append("extra")
        if self._point(row, line):
            fields.append("point")
        if line.speaks_of("state") and self._base(line) != row.state:
            since = max(line["state_since"] or self.today, row.state_since)
            writing.enter_state(self.db, row, self._base(line), since, reason="", by=self.by, clock=self.clock)
            fields.append("state")
        fields += self._parts(row, line, None)
        if not fields:
            self.unchanged += 1
            return
        row.updated_at = self.clock.now()
        self.changed.append(row.code)
        audit.record(
            self.db, by=self.by, clock=self.clock, action="residents.changed", subject=f"resident/{row.code}",
            reason="import", detail={"fields": sorted(fields)},
        )  # fmt: skip

    def _parts(self, row: Resident, line: ResidentLine, since: date | None) -> list[str]:
        changed = []
        if line.speaks_of("diets", "strict_diets"):
            held = self.held.diets.get(row.id, [])
            if writing.set_diets(self.db, row, held, line["diets"], line["strict_diets"], day=self.today, since=since):
                changed.append("diets")
        changed += self._foods(row, line, since)
        if line.speaks_of("categories"):
            granted = self.held.granted.get(row.id, [])
            wanted = self._granted(row, line)
            if writing.set_granted(self.db, row, granted, wanted, day=self.today, source="import", since=since):
                changed.append("categories")
        if line.contacts:
            held_contacts = self.held.contacts.get(row.id, [])
            refused = {(item.name, item.phone) for item in held_contacts if not item.may_receive}
            contacts = [(c.name, c.relation, c.phone, (c.name, c.phone) not in refused) for c in line.contacts]
            if writing.set_contacts(self.db, row, held_contacts, contacts):
                changed.append("contacts")
        if self._pause(row, line):
            changed.append("pauses")
        return changed

    def _foods(self, row: Resident, line: ResidentLine, since: date | None) -> list[str]:
        """Consent and avoided foods. A sheet that speaks of one of the three food columns speaks of all avoided foods."""
        changed, held = [], self.held.avoidances.get(row.id, [])
        if line["health_consent"] is not None:
            consent = Consent.GIVEN if line["health_consent"] else Consent.REFUSED
            if writing.set_consent(self.db, row, held, consent, day=self.today):
                changed.append("health_consent")
        speaks = line.speaks_of("avoids", "strict_avoids", "allergies")
        if speaks and row.health_consent == Consent.GIVEN:
            strict = line.strict_foods
            if writing.set_avoids(self.db, row, held, line.foods, strict, day=self.today, since=since):
                changed.append("avoids")
        return changed

    def _granted(self, row: Resident, line: ResidentLine) -> set[str]:
        """Categories of the row without those that follow from the ledger by themselves (they would outlive their cause)."""
        follow = categories_of(
            (), age=age_on(row.birth_date, self.today), ability_level=row.ability_level, living=Living(row.living),
            table=category_table(),
        )  # fmt: skip
        return set(line["categories"]) - set(follow) - {GENERAL}

    def _point(self, row: Resident, line: ResidentLine) -> bool:
        if line.point is None or line["precision"] is Precision.NONE:
            return False
        lon, lat, datum = line.point
        if row.point_confirmed_by:
            given = (round(lon, writing.POINT_DIGITS), round(lat, writing.POINT_DIGITS), str(datum))
            if given != (row.lon_original, row.lat_original, row.datum_original):
                sentence = _("A person has confirmed another point for this resident.")
                hint = _("The confirmed point stays. Change it on the card if it is wrong.")
                self.problems.append(line.row.problem("lng", "point-confirmed", sentence, hint))
            return False
        return writing.set_point(row, lon, lat, datum, line["precision"], "import")

    def _pause(self, row: Resident, line: ResidentLine) -> bool:
        """Enter the pause that the row names. One with the same first day is the same pause: its end may move."""
        starts_on, ends_on = line["pause_from"], line["pause_to"]
        held = self.held.pauses.setdefault(row.id, [])
        if starts_on is None:
            if line["state"] is not ResidentState.PAUSED or any(pause_record(p).covers(self.today) for p in held):
                return False
            starts_on = line["state_since"] or self.today
        same = next((pause for pause in held if pause.starts_on == starts_on), None)
        if same is not None and (same.ends_on == ends_on or same.cancelled_at is not None):
            return False
        clash = overlaps(starts_on, ends_on, (pause_record(pause) for pause in held if pause is not same))
        if clash is not None or (same is not None and not self._end_may_move(same, ends_on)):
            sentence = _("Another pause stands on some of these days, or the days are over.")
            hint = _("The pause of the ledger stays. Change it on the card.")
            self.problems.append(line.row.problem("pause_from", "pause-overlaps", sentence, hint))
            return False
        if same is not None:
            same.ends_on = ends_on
            return True
        pause = Pause(
            resident_id=row.id, starts_on=starts_on, ends_on=ends_on, reason=str(line["pause_reason"] or PauseReason.OTHER),
            created_by=self.by.name, created_at=self.clock.now(),
        )  # fmt: skip
        self.db.add(pause)
        held.append(pause)
        return True

    def _end_may_move(self, pause: Pause, ends_on: date | None) -> bool:
        yesterday = day_before(self.today)
        return all(end is None or end >= yesterday for end in (pause.ends_on, ends_on))

    def _base(self, line: ResidentLine) -> ResidentState:
        """The state to store: a paused person is an active one with a pause."""
        return ResidentState.ACTIVE if line["state"] is ResidentState.PAUSED else line["state"]

    def _aside(self, line: ResidentLine, name: str, code: str, sentence: str, hint: str) -> None:
        self.problems.append(line.row.problem(name, code, sentence, hint, set_aside=True))
