"""What the checks look at: the doors of a day, the people, vendors and drivers around them, and the month's running figures.

Rows are named tuples and a month is read day by day, so that a city's month needs no more memory than its largest day.
Times are seconds since local midnight of the service day; points are WGS-84. Nobody's name stands in any of it but where
two names must be compared, and then only in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from mealroute.checks.business_facts import OF_2022, CapFacts, DriverFacts, RuleSays, VendorFacts
from mealroute.checks.entered_facts import Entered
from mealroute.checks.hands_facts import Hands, Returned
from mealroute.checks.records import Reference
from mealroute.checks.signed_facts import SignedSite
from mealroute.checks.tier_facts import Reached
from mealroute.core.money import Fen

T = TypeVar("T")
DELIVERED = frozenset({"handed-over", "left-with-contact", "left-at-door"})
BY_HAND = frozenset({"paper", "desk"})
"""Sources of a record that is keyed by somebody, not made by a phone at the door."""


class Claim(NamedTuple):
    """One claim line of a meal. ``whole_fen``: the shares added up."""

    rule_id: str
    version: int
    beneficiary: str
    amount_fen: Fen
    whole_fen: Fen
    paid_fen: Fen
    copay_fen: Fen
    price_fen: Fen


class Meal(NamedTuple):
    """One recorded order line: the plan, the door, the money. ``made_s`` None: no phone said when.

    ``vendor`` cooked and claims, ``brought`` carried; ``served_s`` when the plan begins at this door; ``on_route``: the visit
    belongs to the run that recorded it, by the plan or by a transfer. ``taken_back_s``: the run had been withdrawn by then.
    """

    line: int
    proof: int
    run: int
    visit: int
    order: int
    resident: int
    day: date
    slot: str
    street: str
    vendor: str
    brought: str
    kitchen: str
    driver: str
    vehicle: str
    route: int
    trip: int
    position: int
    planned_s: int
    route_from_s: int
    route_to_s: int
    station: str
    place: str
    handover: str
    ordered: int
    quantity: int
    outcome: str
    left_with: str
    seen: bool
    source: str
    made_s: int | None
    delay_s: int | None
    device: str
    lon: float | None
    lat: float | None
    door_lon: float | None
    door_lat: float | None
    window_from_s: int
    window_to_s: int
    price_fen: Fen
    list_fen: Fen | None
    paid_fen: Fen
    on_route: bool
    taken_back_s: int | None
    claims: tuple[Claim, ...] = ()
    ordered_s: int | None = None
    """When the order was written down; beyond the day where it was another day."""
    dish: str = ""
    keyed_days: int = 0
    """How many days after the meal's day the record reached us."""
    cash_fen: Fen = 0

    @property
    def delivered(self) -> bool:
        return self.quantity > 0 and self.outcome in DELIVERED

    @property
    def evidence(self) -> tuple[Reference, ...]:
        return ("proof", str(self.proof)), ("run", str(self.run))

    @property
    def at_door(self) -> bool:
        return not self.station


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days, both ends inclusive; ``last`` None = until further notice."""

    first: date
    last: date | None
    kind: str
    reference: Reference | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A resident as the ledger has them. ``identity``, ``phone``: blind indexes. ``twin``: a fingerprint of name and birth date.

    ``named``: one of the name. ``contacts``: name, relation and the telephone's blind index.
    """

    id: int
    code: str
    street: str
    born: date
    states: tuple[tuple[date, str], ...]
    pauses: tuple[Span, ...]
    notices: tuple[Span, ...]
    categories: tuple[Span, ...]
    living: str
    basic: bool
    basic_from: date | None
    ability: int | None
    assessed_until: date | None
    identity: str
    identity_fault: str
    phone: str
    contact_phones: frozenset[str]
    contacts: tuple[tuple[str, str, str], ...]
    twin: str
    address: str
    entered: date
    standing_from: date | None
    changes: tuple[tuple[str, date, str, str], ...] = ()
    """(fact, day, before, after) of dwelling and basic service, as texts."""
    named: str = ""

    def fact_on(self, name: str, day: date, today: str) -> str:
        """A dated fact on a day; ``today``: what the card says now."""
        own = [(since, n, before, after) for n, (fact, since, before, after) in enumerate(self.changes) if fact == name]
        begun = [change for change in own if change[0] <= day]
        return max(begun)[3] if begun else min(own)[2] if own else today

    def at_institution_on(self, day: date) -> bool:
        return self.fact_on("living", day, self.living) == "institution"

    def basic_on(self, day: date) -> bool:
        """A recipient of basic services that day."""
        stands = self.fact_on("basic_service", day, "1" if self.basic else "0") == "1"
        return stands and (self.basic_from is None or self.basic_from <= day)

    def state_on(self, day: date) -> str:
        """The stored state that holds on ``day``; empty before the first."""
        begun = [(since, n, state) for n, (since, state) in enumerate(self.states) if since <= day]
        return max(begun)[2] if begun else ""

    def age_on(self, day: date) -> int:
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def noticed(self, *kinds: str) -> bool:
        """Whether a list from outside says one of these of the person, on whatever day."""
        return any(span.kind in kinds for span in self.notices)

    def notice_on(self, day: date, *kinds: str) -> Span | None:
        return (
            next((span for span in self.notices if span.kind in kinds and span.covers(day)), None)
            if self.notices
            else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What went out: portions of one trip by the kitchen's tick and the driver's count; None: nobody counted."""

    by_kitchen: int | None = None
    by_driver: int | None = None
    left_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCount:
    """Two counts of the same thing that should agree; ``kind`` names who counted. ``differs``: they do, whatever the figures."""

    kind: str
    subject: str
    ours: int
    theirs: int
    differs: bool = False
    lines: tuple[int, ...] = ()
    vendor: str = ""
    evidence: tuple[Reference, ...] = ()


class PhotoSeen(NamedTuple):
    """One photo by the hash of its content."""

    digest: str
    proof: int
    line: int
    resident: int
    place: str
    day: date
    vendor: str


class MoneyMoved(NamedTuple):
    """One payment or refund of an order. ``late``: it was entered after the month was closed."""

    payment: int
    order: int
    kind: str
    amount_fen: Fen
    means: str
    reference: str
    late: bool


@dataclass(slots=True, kw_only=True)
class Day:
    """Everything of one service day, all meals. ``packed`` by (run, trip); ``ready_s`` by kitchen and slot: the first batch is ready."""

    day: date
    serves: bool
    meals: Sequence[Meal]
    packed: Mapping[tuple[int, int], Packed] = field(default_factory=dict)
    ready_s: Mapping[tuple[str, str], int] = field(default_factory=dict)
    received: Mapping[tuple[str, str], int] = field(default_factory=dict)
    logged: frozenset[str] = frozenset()
    logs_kept: frozenset[str] = frozenset()
    sampled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Kitchen → dishes of which it kept a sample that day."""
    boxes: Mapping[str, int] = field(default_factory=dict)
    returned: Mapping[int, Returned] = field(default_factory=dict)
    counts: Sequence[SheetCount] = ()
    photos: Sequence[PhotoSeen] = ()
    money: Mapping[int, Sequence[MoneyMoved]] = field(default_factory=dict)
    elsewhere: Sequence[tuple[int, str, str, str]] = ()
    """Meals eaten at a counter, from swipes: (resident, slot, place, reference)."""
    differing: Mapping[int, str] = field(default_factory=dict)
    """Book line → how the line differs from what the rules give today, where it was computed again."""

    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is worked out of the day once, for two dozen checks ask."""
        if name not in self._known:
            self._known[name] = make()
        found: T = self._known[name]
        return found

    @property
    def delivered(self) -> list[Meal]:
        """The meals that stayed."""
        return self.once("delivered", lambda: [meal for meal in self.meals if meal.delivered])

    def by_driver(self) -> dict[tuple[str, str], list[Meal]]:
        """Delivered meals at doors of each driver and meal slot with a time, in the order of time."""

        def made() -> dict[tuple[str, str], list[Meal]]:
            found: dict[tuple[str, str], list[Meal]] = defaultdict(list)
            for meal in self.delivered:
                if not meal.station and meal.made_s is not None and meal.driver:
                    found[meal.driver, meal.slot].append(meal)
            for group in found.values():
                group.sort(key=lambda meal: (meal.made_s or 0, meal.position, meal.line))
            return dict(found)

        return self.once("by_driver", made)

    def with_people(self, people: Mapping[int, Person]) -> list[tuple[Meal, Person]]:
        """Delivered meals with who got them."""
        return self.once(
            "with_people",
            lambda: [(meal, people[meal.resident]) for meal in self.delivered if meal.resident in people],
        )


@dataclass(slots=True, kw_only=True)
class World:
    """What stays the same for the month: people by number, vendors and drivers by code. ``travel`` answers for a leg in seconds."""

    month: str
    first: date
    last: date
    district: str | tuple[str, ...]
    people: Mapping[int, Person]
    vendors: Mapping[str, VendorFacts]
    drivers: Mapping[str, DriverFacts]
    legs: Mapping[tuple[float, float, float, float], int] = field(default_factory=dict)
    earlier: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    """Vendor → day → portions of the four weeks before the month."""
    complaints: Sequence[tuple[int | None, str, str, str, date]] = ()
    """(book line, vendor, kind, reference, day) of complaints that stand."""
    content: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """Vendor → (answers now, good now, answers before, good before)."""
    last_meals: Mapping[int, date] = field(default_factory=dict)
    """Resident with a standing order → the last day on which they got a meal; missing: never."""
    unused: Sequence[int] = ()
    """Active residents whose standing orders have run for weeks without a meal."""
    caps: Sequence[CapFacts] = ()
    rules: Mapping[str, RuleSays] = field(default_factory=dict)
    """The rules in force of the one payer, or of the first of several."""
    payer_of: Mapping[str, int] = field(default_factory=dict)
    """Street → which of several payers pays there; elsewhere the first, 0, does."""
    rules_of_others: Sequence[Mapping[str, RuleSays]] = ()
    """The rules in force of the other payers, from the payer with the number 1 on."""
    staff: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Vendor → names of its drivers, to be compared and never shown."""
    hands: Hands = field(default_factory=Hands)
    tiers: Sequence[Reached] = ()
    signed: Sequence[SignedSite] = ()
    kitchens_closed: Mapping[str, date] = field(default_factory=dict)
    """Kitchen → the first day without it."""
    cancelled: Mapping[int, int] = field(default_factory=dict)
    """Book line → when it was taken out of the book for good, in seconds since the midnight of its day."""
    entered: Mapping[int, Sequence[Entered]] = field(default_factory=dict)
    """Resident → what was entered of them in the month or later, for days before."""
    paid_on: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """Payment reference that stands for several meals → the local days on which its payments were entered."""
    suspects: dict[str, dict[int, Person]] = field(default_factory=dict, init=False, repr=False)
    """Check → the people whom it can find at all."""

    def says(self, rule: str, street: str) -> RuleSays:
        """What a rule asks of a meal in a street."""
        if not self.rules_of_others:
            return self.rules.get(rule, OF_2022)
        payer = self.payer_of.get(street, 0)
        return (self.rules_of_others[payer - 1] if payer else self.rules).get(rule, OF_2022)
