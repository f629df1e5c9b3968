"""All that goes into the packs of one day, read once: the plan they rest on, its sheets, the counts, the people, the ladder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from mealroute.areas import queries as areas
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.geo import LonLat
from mealroute.core.i18n import _, language
from mealroute.core.slots import MealSlot
from mealroute.core.text import route_label
from mealroute.dispatch import queries as dispatch
from mealroute.dispatch.build import address_text, part_of
from mealroute.dispatch.records import Manifest
from mealroute.kitchen import service as kitchen
from mealroute.paper import expected, queries, rungs
from mealroute.paper.records import (
    DISTRICT,
    LadderContact,
    LadderPerson,
    PackBasis,
    PackContent,
    PackPolicy,
)
from mealroute.paper.rulebook import policy_on
from mealroute.planning import queries as planning
from mealroute.planning.records import PlanState, PlanVersionSummary
from mealroute.residents import queries as residents
from mealroute.residents.loading import category_table
from mealroute.residents.records import Handover, ResidentId, ResidentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One day as it is known now; every pack of that day is cut from it."""

    day: date
    slot: MealSlot
    basis: PackBasis
    version: PlanVersionSummary | None
    sheets: tuple[Manifest, ...]
    street_of_line: Mapping[int, str]
    paths: Mapping[int, Sequence[LonLat]]
    due: Mapping[int, int]
    people: Mapping[int, ResidentRecord]
    streets: Mapping[str, str]
    policy: PackPolicy
    made_at: str
    made_by: str


def gather(db: Session, day: date, slot: MealSlot, *, by: Actor, clock: Clock) -> Source:
    """Read the day: published plan, else the newest draft, else the last published plan of that weekday."""
    policy = policy_on(day)
    basis, version = basis_of(db, day, slot, policy)
    sheets: tuple[Manifest, ...] = ()
    of_line: dict[int, str] = {}
    paths: dict[int, list[LonLat]] = {}
    if version is not None:
        of_line = queries.street_of_line(db, version.id)
        paths = {
            line.number: [point for leg in line.legs for point in leg] for line in planning.geometry(db, version.id)
        }
        sheets = tuple(_told(sheet, basis, version, day) for sheet in _sheets(db, basis, version))
    due = expected.portions_due(db, day, slot)
    wanted = {ResidentId(number) for number in (*due, *expected.portions_on(sheets))}
    found = residents.by_ids(db, wanted, day=day)
    return Source(
        day=day, slot=slot, basis=basis, version=version, sheets=sheets, street_of_line=of_line, paths=paths, due=due,
        people={int(number): person for number, person in found.items()}, streets=areas.street_names(db), policy=policy,
        made_at=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}", made_by=by.name,
    )  # fmt: skip


def basis_of(db: Session, day: date, slot: MealSlot, policy: PackPolicy) -> tuple[PackBasis, PlanVersionSummary | None]:
    """The plan that a pack of ``day`` rests on."""
    standing = planning.latest(db, day, slot)
    if standing is not None:
        published = standing.state is PlanState.PUBLISHED
        return (PackBasis.PUBLISHED if published else PackBasis.DRAFT), standing
    for weeks in range(1, policy.weeks_back + 1):
        earlier = planning.published(db, day - timedelta(weeks=weeks), slot)
        if earlier is not None:
            return PackBasis.WEEKDAY, earlier
    return PackBasis.NONE, None


def streets_of(source: Source, scope: Scope) -> tuple[str, ...]:
    """The packs that a person may have made: each street with anybody in it, and the district's part for who reaches all of it."""
    held = {*source.street_of_line.values(), *(person.street_code for person in source.people.values())}
    found = tuple(code for code in sorted(held) if scope.sees_street(code))
    return (DISTRICT, *found) if scope.streets is None else found


def content_of(db: Session, source: Source, street: str) -> PackContent:
    """What the pack of one street says, or (``DISTRICT``) the part with the sheets that cross streets and the kitchens' whole counts."""
    whole = street == DISTRICT
    lines = {line for line, code in source.street_of_line.items() if whole or code == street}
    own, parts = [], []
    for sheet in source.sheets:
        crossing = len({source.street_of_line[line] for line in _lines(sheet)}) > 1
        if crossing is whole and (whole or _lines(sheet)[0] in lines):
            own.append(sheet)
        elif crossing and not whole and (part := _part(sheet, lines)) is not None:
            parts.append(part)
    version = source.version
    production = None
    if version is not None:
        scope = Scope.everything() if whole else Scope(streets=frozenset({street}))
        production = replace(kitchen.production(db, version.id, scope=scope), day=source.day)
    people = {} if whole else {n: person for n, person in source.people.items() if person.street_code == street}
    add, strike = expected.differences(source.due, expected.portions_on(source.sheets), people)
    return PackContent(
        day=source.day, slot=str(source.slot), street_code=street, street_name=_("Whole district") if whole else source.streets.get(street, street),
        basis=source.basis, basis_day=version.day if version else None, version_number=version.number if version else None,
        made_at=source.made_at, made_by=source.made_by, keep_days=source.policy.keep_days, sheets=tuple(own), parts=tuple(parts),
        production=production, people=() if whole else _people(source, people), add=add, strike=strike,
        rungs=() if whole else rungs.of_street(db, street, source.day), blank_lines=source.policy.blank_lines, paths=source.paths,
    )  # fmt: skip


def _sheets(db: Session, basis: PackBasis, version: PlanVersionSummary) -> tuple[Manifest, ...]:
    if basis is PackBasis.DRAFT:
        return dispatch.draft_manifests(db, version.id)
    return dispatch.manifests(db, version.id)


def _told(sheet: Manifest, basis: PackBasis, version: PlanVersionSummary, day: date) -> Manifest:
    """A sheet that is no published one says so in large type. One of another day has no code: it must not be keyed in for that day."""
    if basis is PackBasis.DRAFT:
        return replace(sheet, banner=_("Draft, version %(n)d: not published yet.", n=version.number))
    if basis is PackBasis.WEEKDAY:
        told = _("After the plan of %(day)s. Check it against the page of changes.", day=version.day.isoformat())
        return replace(sheet, day=day, banner=told, sheet_code="")
    return sheet


def _part(sheet: Manifest, lines: set[int]) -> Manifest | None:
    kept = part_of(sheet, lines, banner="")
    if kept is None:
        return None
    told = _(
        "For the desk: %(n)d of %(all)d portions. The driver has the whole sheet.", n=kept.portions, all=sheet.portions
    )
    return replace(kept, banner=f"{sheet.banner} {told}".strip(), sheet_code="")


def _lines(sheet: Manifest) -> list[int]:
    return [item.book_line_id for trip in sheet.trips for stop in trip.stops for item in stop.items]


def _people(source: Source, people: Mapping[int, ResidentRecord]) -> tuple[LadderPerson, ...]:
    table = category_table()
    words = {rule.code: rule.name_zh if language() == "zh" else rule.name_en for rule in table.rules}
    places = dict(_places(source.sheets))
    ordered = sorted(people.values(), key=lambda person: (person.name_pinyin, person.code))
    return tuple(
        LadderPerson(
            resident_id=int(person.id), name=person.name, age=person.age_on(source.day), phone=person.phone or "", community=person.community,
            address=f"{address_text(person.address, person.building)} {person.unit}".strip(), door_note=person.door_note,
            marks=tuple(words.get(code, code) for code in person.categories), in_person=person.handover is Handover.IN_PERSON_ONLY,
            stop=places.get(int(person.id), ""),
            contacts=tuple(LadderContact(name=each.name, what=each.relation, phone=each.phone) for each in person.contacts),
        )
        for person in ordered
    )  # fmt: skip


def _places(sheets: Sequence[Manifest]) -> Iterator[tuple[int, str]]:
    for sheet in sheets:
        for trip in sheet.trips:
            for stop in trip.stops:
                for item in stop.items:
                    yield item.resident_id, f"{route_label(sheet.number)}-{stop.position}"
