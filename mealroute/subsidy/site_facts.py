"""Months, quarters, years and applications of sites, operators, deliverers and residents as the rules see them. Pure: records and handovers in, figures out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mealroute.core.money import Fen
from mealroute.rulebook.facts import Figures, Person
from mealroute.subsidy.records import Handover, ResidentOnDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A station as the rules know one. ``figures`` hold what was last written down by the end of the period: star, capacity …"""

    code: str
    kind: str
    street_code: str
    operator: str
    zone: str = ""
    signed_persons: int = 0
    figures: Mapping[str, int] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A resident as of the end of the month, where they live then; ``zone`` is the street's."""

    person: ResidentOnDay
    street_code: str
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A one-off application with its document."""

    reference: str
    station_code: str
    day: date
    kind: str
    capacity: int | None
    cost_fen: Fen | None
    document_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one payee did in a span: meals (portions), person-days, persons, meals brought home, their price, and days with a meal."""

    meals: int = 0
    person_days: int = 0
    persons: int = 0
    deliveries: int = 0
    spend_fen: Fen = 0
    days: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return {
            "meals": self.meals, "person-days": self.person_days, "persons": self.persons, "deliveries": self.deliveries, "days": self.days,
            "meals-a-day": self.meals // self.days if self.days else 0,
        }  # fmt: skip


Payee = tuple[str, str]
"""Beneficiary kind (site, operator, deliverer, resident) and code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicFacts:
    """Everything that rules on months, quarters, years and applications may look at in one month. ``years``, ``quarters``: tallies of the
    whole year or quarter, in the month that ends it. ``claimed`` are natural keys that other months have paid.
    """

    first: date
    last: date
    sites: Sequence[Site] = ()
    operators: Mapping[str, int] = field(default_factory=dict)
    applications: Sequence[Application] = ()
    members: Sequence[Member] = ()
    quarters: Mapping[Payee, Tally] = field(default_factory=dict)
    years: Mapping[Payee, Tally] = field(default_factory=dict)
    claimed: frozenset[str] = frozenset()

    @property
    def ends_quarter(self) -> bool:
        return self.last.month % 3 == 0

    @property
    def ends_year(self) -> bool:
        return self.last.month == 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigures:
    """Figures with what a line of them shows beside: where, whose, by which paper."""

    figures: Figures
    last_day: date
    street_code: str = ""
    vendor_code: str = ""
    station_code: str = ""
    member: ResidentOnDay | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """Counts that a rulebook defines itself, by payee and name; a payee that is missing has none."""

    names: frozenset[str] = frozenset()
    sums: Mapping[Payee, Mapping[str, int]] = field(default_factory=dict)

    def counts(self, kind: str, code: str) -> dict[str, int]:
        known = self.sums.get((kind, code), {})
        return {name: known.get(name, 0) for name in self.names}


def person_of(resident: ResidentOnDay, street_code: str, zone: str = "") -> Person:
    """A resident on a day as the rules see one; they live in the street to which the meal went."""
    return Person(
        person_id=resident.resident_id, code=resident.code, state=resident.state, pause_reason=resident.pause_reason,
        age=resident.age, living=resident.living, basic_service=resident.basic_service,
        categories=frozenset(resident.categories), ability_level=resident.ability_level, assessed=resident.assessed,
        residence=street_code, registration=resident.registration, zone=zone, household=resident.household,
        diets=frozenset(resident.diets), born=resident.born, enrolled=resident.enrolled,
    )  # fmt: skip


def payees_of(meal: Handover) -> list[Payee]:
    """For whom a meal counts: who ate it, who cooked it, and the counter that handed it out or the driver who brought it."""
    how = meal.carried
    found: list[Payee] = [("operator", meal.vendor_code), ("resident", meal.resident.code)]
    if how.delivery == "station":
        found.append(("site", how.station_code))
    elif how.driver_code:
        found.append(("deliverer", how.driver_code))
    return found


def tallies(handovers: Iterable[Handover]) -> dict[Payee, Tally]:
    """What each payee did. A site counts the meals handed out at its counter, an operator all that it cooked, a deliverer all that they
    brought home.
    """
    meals: dict[Payee, int] = defaultdict(int)
    spend: dict[Payee, int] = defaultdict(int)
    days: dict[Payee, set[tuple[int, date]]] = defaultdict(set)
    people: dict[Payee, set[int]] = defaultdict(set)
    home: dict[Payee, int] = defaultdict(int)
    for meal in handovers:
        how, who = meal.carried, meal.resident.resident_id
        for payee in payees_of(meal):
            meals[payee] += meal.portions
            spend[payee] += meal.portions * meal.unit_price_fen
            days[payee].add((who, meal.day))
            people[payee].add(who)
            home[payee] += how.delivery == "home"
    return {
        payee: Tally(
            meals=meals[payee], person_days=len(days[payee]), persons=len(people[payee]), deliveries=home[payee],
            spend_fen=spend[payee], days=len({day for _who, day in days[payee]}),
        )
        for payee in meals
    }  # fmt: skip


def figures_of(
    facts: PeriodicFacts, handovers: Iterable[Handover], derived: Derived = Derived()
) -> tuple[SiteFigures, ...]:  # fmt: skip
    """The figures of the month, of the quarter and year where they end, and of the applications that were made in it.

    ``derived``: the rulebook's own counts, which are of months alone.
    """
    month = tallies(handovers)
    found: list[SiteFigures] = []
    spans: list[tuple[str, date, Mapping[Payee, Tally]]] = [("month", facts.first, month)]
    if facts.ends_quarter:
        spans.append(("quarter", facts.first.replace(month=facts.first.month - 2), facts.quarters))
    if facts.ends_year:
        spans.append(("year", facts.first.replace(month=1), facts.years))
    for unit, first, done in spans:
        more = derived if unit == "month" else Derived()
        found += [
            _site(site, unit, first, facts.last, done.get(("site", site.code), Tally()), more.counts("site", site.code))
            for site in facts.sites
        ]
        signed: dict[str, int] = defaultdict(int)
        for site in facts.sites:
            signed[site.operator] += site.signed_persons
        for kind in ("operator", "deliverer"):
            codes = {code for one, code in done if one == kind and code}
            for code in sorted(
                codes | ({site.operator for site in facts.sites} - {""} if kind == "operator" else set())
            ):
                tally = done.get((kind, code), Tally())
                counts = tally.counts | more.counts(kind, code)
                if kind == "operator":
                    counts |= {"signed-persons": signed.get(code, 0)}
                    if code in facts.operators:
                        counts["star"] = facts.operators[code]
                figures = Figures(
                    subject=code, kind=kind, unit=unit, day=first, counts=counts, sums={"cost": tally.spend_fen}
                )
                found.append(
                    SiteFigures(figures=figures, last_day=facts.last, vendor_code=code if kind == "operator" else "")
                )
        found += [
            _member(
                one,
                unit,
                first,
                facts.last,
                done.get(("resident", one.person.code), Tally()),
                more.counts("resident", one.person.code),
            )
            for one in facts.members
        ]
    by_code = {site.code: site for site in facts.sites}
    for paper in facts.applications:
        found.append(_application(paper, by_code[paper.station_code]))
    return tuple(found)


def _site(site: Site, unit: str, first: date, last: date, tally: Tally, more: Mapping[str, int]) -> SiteFigures:
    counts = {**tally.counts, **more, **site.figures, "signed-persons": site.signed_persons}
    figures = Figures(
        subject=site.code, kind="site", unit=unit, day=first, counts=counts, sums={"cost": tally.spend_fen},
        site_kind=site.kind, place=site.street_code, zone=site.zone, tags=site.tags,
    )  # fmt: skip
    return SiteFigures(
        figures=figures, last_day=last, street_code=site.street_code, vendor_code=site.operator, station_code=site.code
    )


def _member(one: Member, unit: str, first: date, last: date, tally: Tally, more: Mapping[str, int]) -> SiteFigures:
    """``cost`` is the price of what the resident ate in the span."""
    figures = Figures(
        subject=one.person.code, kind="resident", unit=unit, day=first, counts={**tally.counts, **more}, sums={"cost": tally.spend_fen},
        place=one.street_code, zone=one.zone, person=person_of(one.person, one.street_code, one.zone),
    )  # fmt: skip
    return SiteFigures(figures=figures, last_day=last, street_code=one.street_code, member=one.person)


def _application(paper: Application, site: Site) -> SiteFigures:
    counts = dict(site.figures) | ({} if paper.capacity is None else {"capacity": paper.capacity})
    figures = Figures(
        subject=site.code, kind="site", unit="one-off", day=paper.day, counts=counts,
        sums={} if paper.cost_fen is None else {"cost": paper.cost_fen}, site_kind=site.kind, place=site.street_code, zone=site.zone,
        tags=site.tags | {paper.kind}, reference=f"{paper.reference} {paper.document_no}".strip(),
    )  # fmt: skip
    return SiteFigures(
        figures=figures,
        last_day=paper.day,
        street_code=site.street_code,
        vendor_code=site.operator,
        station_code=site.code,
    )
