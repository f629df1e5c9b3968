"""One part of a city looked at with every check; reads only. What is alike for all parts is read once (``Surroundings``)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mealroute.checks import (
    counts_reading,
    day_reading,
    hands_reading,
    route_rules,
    service,
    signed_reading,
    swipe_reading,
    tier_reading,
    world_reading,
)
from mealroute.checks.around import Around
from mealroute.checks.entered_reading import entered_of
from mealroute.checks.facts import SheetCount, World
from mealroute.checks.handed import Handed
from mealroute.checks.money_reading import paid_on
from mealroute.checks.parts import Streets
from mealroute.checks.payment_rules import shared_references
from mealroute.checks.records import Finding, Policy
from mealroute.checks.rulebook import policy_on
from mealroute.checks.rules import Look
from mealroute.checks.swipe_reading import Swiped
from mealroute.core.bulk import rows
from mealroute.core.clock import Clock
from mealroute.rulebook.records import Rule
from mealroute.subsidy.models import Period
from mealroute.subsidy.queries import month_days
from mealroute.vendors.models import Station

MOST_NUMBERS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all parts of a month see: its days, vendors, drivers, earlier weeks. ``stations``: station → its street."""

    month: str
    world: World
    around: Sequence[Around]
    logs_kept: frozenset[str]
    stations: Mapping[str, str]
    policy: Policy

    @classmethod
    def of(cls, db: Session, month: str, *, complaints: Sequence[service.Complaint], clock: Clock) -> "Surroundings":
        first, last = month_days(month)
        world = World(
            month=month, first=first, last=last, district="", people={}, vendors=world_reading.vendors_of(db),
            drivers=world_reading.drivers_of(db), earlier=world_reading.earlier_of(db, first), content=world_reading.content_of(db, first, last),
            complaints=complaints, staff=world_reading.staff_of(db), hands=hands_reading.hands_of(db, month, first, last, clock=clock),
            entered=entered_of(db, first, clock=clock), cancelled=world_reading.cancelled_of(db, first, last, clock=clock),
            kitchens_closed=world_reading.kitchens_closed(db, last),
        )  # fmt: skip
        days = day_reading.days_of(db, first, last)
        swiped = swipe_reading.swiped(db, first, last)
        return cls(
            month=month, world=world, around=[day_reading.around_of(db, day, clock=clock, swiped=swiped.get(day)) for day in days],
            logs_kept=counts_reading.kitchens_that_log(db, first, last, len(days)),
            stations=dict(db.execute(select(Station.code, Station.street_code)).tuples().all()), policy=policy_on(last),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """A part that is looked at: its streets, its payers with their districts and rules, its vendors.

    ``rules``: of each payer the streets and the rules; who takes what belongs to nobody comes first. ``other_vendors``: where the part
    does so, the vendors of all other parts.
    """

    streets: Streets
    payers: tuple[str, ...]
    districts: tuple[str, ...]
    rules: tuple[tuple[frozenset[str], tuple[Rule, ...]], ...]
    vendors: frozenset[str]
    other_vendors: frozenset[str] | None = None

    def settles(self, street: str, vendor: str) -> bool:
        """Whether a claim that no meal stands behind is looked at here: where it stands, else where its vendor serves."""
        return self.streets.holds(street) if street else self.serves(vendor)

    def serves(self, vendor: str) -> bool:
        return vendor in self.vendors if self.other_vendors is None else vendor not in self.other_vendors


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of it."""

    findings: tuple[Finding, ...]
    meals: int
    claims: int


def look_at(
    db: Session, part: Looker, surroundings: Surroundings, *, clock: Clock, matrix_of: service.MatrixOf | None = None,
    handed: Handed | None = None,
) -> Seen:  # fmt: skip
    """Every finding of a part. Its lines are those of its payers' periods as they stand; they are not computed again.

    ``handed``: the doors and the money of the part, by whoever has just settled them.
    """
    given, policy = surroundings.world, surroundings.policy
    ids = _few(db, part.streets.residents(given.first, given.last))
    caps = [
        cap
        for n, (_streets, rules) in enumerate(part.rules)
        for cap in world_reading.caps_of(rules, given.first, given.last, n)
    ]
    says = [world_reading.says_of(rules, given.first, given.last) for _streets, rules in part.rules]
    world = replace(
        given, district=part.districts, people=world_reading.people_of(db, clock, ids), caps=caps, rules=says[0], rules_of_others=says[1:],
        payer_of={street: n for n, (streets, _rules) in enumerate(part.rules) for street in streets},
        content={vendor: counted for vendor, counted in given.content.items() if part.serves(vendor)},
        hands=given.hands.of(part.serves),
    )  # fmt: skip
    periods = db.scalars(
        select(Period.id).where(Period.month == surroundings.month, Period.payer.in_(part.payers))
    ).all()
    world.tiers = tier_reading.tiers_of(
        db, periods, (rule for _streets, rules in part.rules for rule in rules), given.first, given.last,
        policy.checks["tier-just-reached"].limits, holds=part.settles,
    )  # fmt: skip
    world.signed = signed_reading.signed_of(
        db, periods, (rule for _streets, rules in part.rules for rule in rules), given.first, given.last,
        policy.checks["signed-not-there"].limits, clock=clock, holds=part.settles,
    )  # fmt: skip
    look = Look(world, policy)
    meals = claims = 0
    around = [_narrowed(one, part, surroundings.stations) for one in surroundings.around]
    days = day_reading.read_days(
        db, around, periods=periods, logs_kept=surroundings.logs_kept, of_lines=part.streets.of_lines(), handed=handed,
    )  # fmt: skip
    for day in days:
        service.ask_roads(
            world, route_rules.doubtful_legs(day, policy.checks["driver-in-two-places"].limits), matrix_of
        )
        look.day(day)
        meals += len(day.meals)
        claims += sum(len(meal.claims) for meal in day.meals)
    world_reading.add_unused(db, world, look.tally.of_person, policy.checks["enrolled-unused"].limits, ids)
    world.paid_on = paid_on(db, shared_references(look.tally), given.first, given.last, clock)
    return Seen(findings=look.findings(), meals=meals, claims=claims)


def _few(db: Session, wanted: Select[int]) -> world_reading.Ids:
    """The residents by number, so that they are not looked for at each statement; too many for one statement stay a query."""
    found = rows(db, wanted)
    return wanted if len(found) > MOST_NUMBERS else [number for (number,) in found]


def _narrowed(around: Around, part: Looker, stations: Mapping[str, str]) -> Around:
    """The counts of the part: a counter's and a site's belong where it stands, an unknown one's to the part that takes the rest."""

    def own(count: SheetCount) -> bool:
        return part.streets.holds(stations.get(count.subject.partition("/")[0], ""))

    return replace(
        around, closed={key: counted for key, counted in around.closed.items() if part.streets.holds(stations.get(key[0], ""))},
        swiped=Swiped(elsewhere=around.swiped.elsewhere, counts=[count for count in around.swiped.counts if own(count)]),
    )  # fmt: skip


def all_of(parts: Collection[Seen]) -> tuple[Finding, ...]:
    """What all parts found, in the order of one look."""
    return tuple(sorted((one for part in parts for one in part.findings), key=lambda one: (one.code, one.subject)))
