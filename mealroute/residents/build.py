"""Rows of the ledger turned into records as of a day. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from mealroute.core.geo import LonLat
from mealroute.core.text import mask_name
from mealroute.residents import models
from mealroute.residents.facts import FactChange, facts_on
from mealroute.residents.records import (
    CategoryTable,
    Consent,
    ContactRecord,
    Datum,
    Diet,
    Handover,
    Living,
    PauseReason,
    PauseRecord,
    Precision,
    ResidentId,
    ResidentRecord,
    ResidentState,
    ResidentSummary,
    Sex,
    StateChangeRecord,
)
from mealroute.residents.rules import SINCE_ALWAYS, age_on, categories_of, handover_of, priority_of, state_on


@dataclass(slots=True)
class Around:
    """The rows that hang on one resident."""

    history: list[StateChangeRecord] = field(default_factory=list)
    pauses: list[PauseRecord] = field(default_factory=list)
    diets: list[models.ResidentDiet] = field(default_factory=list)
    granted: list[models.ResidentCategory] = field(default_factory=list)
    contacts: list[ContactRecord] = field(default_factory=list)
    avoidances: list[models.ResidentAvoidance] = field(default_factory=list)
    facts: list[FactChange] = field(default_factory=list)

    @property
    def enrolled(self) -> date | None:
        """The first day in service; None where the sheet that brought the person in named none."""
        begun = [change.since for change in self.history if change.state is ResidentState.ACTIVE]
        return min(begun) if begun and min(begun) > SINCE_ALWAYS else None

    def diets_on(self, day: date) -> tuple[tuple[Diet, ...], frozenset[Diet]]:
        """Diets in force and those among them that are strict. Where none stands, the person eats ordinary meals."""
        held = [item for item in self.diets if in_force(item.valid_from, item.valid_to, day)]
        found = sorted({Diet(item.diet) for item in held}, key=list(Diet).index)
        return tuple(found) or (Diet.NORMAL,), frozenset(Diet(item.diet) for item in held if item.strict)

    def avoids_on(self, day: date) -> tuple[tuple[str, ...], frozenset[str]]:
        """Avoided foods in force and those among them that are strict."""
        held = [item.content for item in self.avoidances if in_force(item.valid_from, item.valid_to, day)]
        needs = sorted({need for content in held for need in content.get("needs", ())})
        return tuple(needs), frozenset(need for content in held for need in content.get("strict", ()))

    def categories_on(self, row: models.Resident, day: date, table: CategoryTable) -> tuple[str, ...]:
        then = facts_on(row, self.facts, day)
        return categories_of(
            self.granted_on(day), age=age_on(row.birth_date, day), ability_level=then["ability_level"], living=Living(then["living"]), table=table
        )  # fmt: skip

    def granted_on(self, day: date) -> list[str]:
        """The categories that somebody has granted and that are in force."""
        return [item.category for item in self.granted if in_force(item.valid_from, item.valid_to, day)]

    def pause_on(self, day: date) -> PauseRecord | None:
        return next((pause for pause in self.pauses if pause.covers(day)), None)


def in_force(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Both ends inclusive."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


def resident_record(row: models.Resident, around: Around, day: date, table: CategoryTable) -> ResidentRecord:
    """The resident as of ``day``."""
    then = facts_on(row, around.facts, day)
    diets, strict = around.diets_on(day)
    avoids, strict_avoids = around.avoids_on(day)
    categories = around.categories_on(row, day, table)
    return ResidentRecord(
        id=ResidentId(row.id), code=row.code, name=row.name, name_pinyin=row.name_pinyin, name_initials=row.name_initials,
        sex=Sex(row.sex), birth_date=row.birth_date, phone=row.phone, has_id_number=row.id_number_index is not None,
        street_code=row.street_code, community=row.community, address=row.address, building=row.building, unit=row.unit,
        floor=row.floor, has_lift=row.has_lift, door_note=row.door_note, living=Living(then["living"]),
        ability_level=then["ability_level"], ability_standard=row.ability_standard, assessed_on=row.assessed_on,
        assessment_valid_until=then["assessment_valid_until"], basic_service=then["basic_service"],
        basic_service_from=row.basic_service_from, handover=handover_of(Handover(row.handover), categories, table),
        state=state_on(around.history, around.pauses, day) or ResidentState(row.state), state_since=row.state_since,
        point=point_of(row), datum_original=None if row.datum_original is None else Datum(row.datum_original),
        precision=Precision(row.precision), point_source=row.point_source, point_confirmed_by=row.point_confirmed_by,
        note=row.note, diets=diets, strict_diets=strict, categories=categories, contacts=tuple(around.contacts),
        avoids=avoids, strict_avoids=strict_avoids, health_consent=Consent(row.health_consent),
        health_consent_on=row.health_consent_on, registration=then["registration"], enrolled=around.enrolled,
    )  # fmt: skip


def summary(
    row: models.Resident, around: Around, day: date, table: CategoryTable, street_names: dict[str, str]
) -> ResidentSummary:
    """The resident in a list: masked, to the building."""
    diets, strict = around.diets_on(day)
    categories = around.categories_on(row, day, table)
    return ResidentSummary(
        id=ResidentId(row.id), code=row.code, name=mask_name(row.name), age=age_on(row.birth_date, day),
        street_code=row.street_code, street_name=street_names.get(row.street_code, row.street_code),
        address=building_address(row.address, row.building),
        state=state_on(around.history, around.pauses, day) or ResidentState(row.state), diets=diets, strict_diets=strict,
        categories=categories, must_serve=priority_of(categories, table)[1],
        handover=handover_of(Handover(row.handover), categories, table), has_point=point_of(row) is not None,
        has_phone=row.phone_index is not None, pause=around.pause_on(day),
    )  # fmt: skip


def building_address(address: str, building: str) -> str:
    """Address down to the building; unit, floor and door stay out of lists."""
    return address if not building or building in address else f"{address} {building}"


def point_of(row: models.Resident) -> LonLat | None:
    """The WGS-84 point, or None where there is none to plan with."""
    return None if row.lon is None or row.lat is None else LonLat(row.lon, row.lat)


def pause_record(row: models.Pause) -> PauseRecord:
    return PauseRecord(
        id=row.id, resident_id=ResidentId(row.resident_id), starts_on=row.starts_on, ends_on=row.ends_on,
        reason=PauseReason(row.reason), note=row.note, created_by=row.created_by, cancelled=row.cancelled_at is not None,
    )  # fmt: skip


def state_record(row: models.StateChange) -> StateChangeRecord:
    return StateChangeRecord(state=ResidentState(row.state), since=row.since, reason=row.reason, by_name=row.by_name)


def fact_change(row: models.ResidentFact) -> FactChange:
    return FactChange(row.name, row.since, row.before, row.value)


def contact_record(row: models.Contact) -> ContactRecord:
    return ContactRecord(row.name, row.relation, row.phone, row.may_receive, row.position)


def gather(
    ids: Iterable[int],
    *,
    history: Sequence[models.StateChange],
    pauses: Sequence[models.Pause],
    diets: Sequence[models.ResidentDiet],
    granted: Sequence[models.ResidentCategory],
    contacts: Sequence[models.Contact] = (),
    avoidances: Sequence[models.ResidentAvoidance] = (),
    facts: Sequence[models.ResidentFact] = (),
) -> dict[int, Around]:
    """Rows by resident; each sequence is in the order in which it was entered."""
    found = {number: Around() for number in ids}
    for change in history:
        if change.resident_id in found:
            found[change.resident_id].history.append(state_record(change))
    for pause in pauses:
        if pause.resident_id in found:
            found[pause.resident_id].pauses.append(pause_record(pause))
    for diet in diets:
        if diet.resident_id in found:
            found[diet.resident_id].diets.append(diet)
    for category in granted:
        if category.resident_id in found:
            found[category.resident_id].granted.append(category)
    for avoidance in avoidances:
        if avoidance.resident_id in found:
            found[avoidance.resident_id].avoidances.append(avoidance)
    for fact in facts:
        if fact.resident_id in found:
            found[fact.resident_id].facts.append(fact_change(fact))
    for contact in contacts:
        if contact.resident_id in found:
            found[contact.resident_id].contacts.append(contact_record(contact))
    return found
