"""A month of the checks as it adds up while its days go by: counts only, so that a city's month fits."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mealroute.checks.facts import BY_HAND, Day, Meal, PhotoSeen
from mealroute.checks.hands_facts import Taken
from mealroute.checks.pattern_facts import Patterns


@dataclass(slots=True)
class Tally:
    """The month as it adds up while its days go by. Counts only: a city's month fits."""

    served: Counter[tuple[str, date]] = field(default_factory=Counter)
    days: list[date] = field(default_factory=list)
    persons: dict[str, dict[date, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    records: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)
    """Meals that stayed with nobody seen, by vendor."""
    given: Counter[str] = field(default_factory=Counter)
    by_hand: Counter[str] = field(default_factory=Counter)
    back_dated: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    of_person: dict[int, list[tuple[date, int, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Resident → (day, line, vendor, driver) of what they got."""
    left: dict[int, list[tuple[int, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Resident → (line, with whom, vendor) of meals that somebody else took."""
    doorstep: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """Resident → (line, vendor) of meals that were left at the door."""
    met: set[int] = field(default_factory=set)
    """Residents who were seen at least once."""
    claimed: dict[tuple[str, int], list[tuple[date, int, str]]] = field(default_factory=lambda: defaultdict(list))
    """(rule, resident) → (day, line, street)."""
    claimed_lines: set[int] = field(default_factory=set)
    photos: dict[str, list[PhotoSeen]] = field(default_factory=lambda: defaultdict(list))
    references: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """Payment reference → (resident, line)."""
    street_of: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    patterns: Patterns = field(default_factory=Patterns)
    taken: Taken = field(default_factory=Taken)

    def add(self, day: Day) -> None:
        """Take a day in. Days come in order, each once."""
        self.days.append(day.day)
        for photo in day.photos:
            self.photos[photo.digest].append(photo)
        if day.returned:
            self.taken.came_back(day)
        for (driver, slot), meals in day.by_driver().items():
            doors = [(meal.resident, meal.made_s or 0, meal.line) for meal in meals if meal.source not in BY_HAND]
            self.patterns.driven(driver, slot, day.day, doors, meals[0].brought or meals[0].vendor, meals[0].street)
            self.patterns.stands(driver, slot, day.day, meals)
            by_phone = meals if len(doors) == len(meals) else [meal for meal in meals if meal.source not in BY_HAND]
            self.patterns.sent(driver, day.day, by_phone)
        of: dict[str, list[Meal]] = defaultdict(list)
        for meal in day.meals:
            of[meal.vendor].append(meal)
        for vendor, meals in of.items():
            self._records(vendor, meals)
            self._given(vendor, day.day, [meal for meal in meals if meal.delivered])
        for meal in day.delivered:
            for paid in day.money.get(meal.order, ()):
                if paid.reference and paid.kind == "payment":
                    self.references[paid.reference].append((meal.resident, meal.line))

    def _records(self, vendor: str, meals: Sequence[Meal]) -> None:
        self.records[vendor] += len(meals)
        late = self.back_dated[vendor]
        for meal in meals:
            if meal.cash_fen:
                self.taken.cash(meal)
            if meal.source in BY_HAND:
                self.by_hand[vendor] += 1
                if meal.keyed_days > 0:
                    self.patterns.keyed[vendor].append((meal.keyed_days, meal.line))
            elif meal.delay_s is not None:
                late.append(meal.delay_s)
        if not late:
            del self.back_dated[vendor]

    def _given(self, vendor: str, day: date, meals: Sequence[Meal]) -> None:
        """``meals`` stayed; the others of the vendor's day did not."""
        self.failed[vendor] = self.records[vendor] - self.given[vendor] - len(meals)
        if not meals:
            return
        self.given[vendor] += len(meals)
        self.served[vendor, day] += sum(meal.quantity for meal in meals)
        self.met.update([meal.resident for meal in meals if meal.seen])
        self.unseen[vendor] += sum(not meal.seen for meal in meals)
        self.persons[vendor][day].update(meal.resident for meal in meals)
        self.street_of[vendor].update(meal.street for meal in meals)
        leaves_less: dict[int, bool] = {}
        for meal in meals:
            self.of_person[meal.resident].append((day, meal.line, vendor, meal.driver))
            own = False
            if meal.claims:
                self.claimed_lines.add(meal.line)
                claimed = day, meal.line, meal.street
                for claim in meal.claims:
                    own = own or claim.beneficiary == "resident"
                    self.claimed[claim.rule_id, meal.resident].append(claimed)
            self.patterns.price(vendor, meal.dish, own, meal.price_fen, meal.line)
            if own and 0 < meal.price_fen * meal.quantity <= meal.paid_fen:
                less = leaves_less.get(id(meal.claims))
                if less is None:
                    less = leaves_less[id(meal.claims)] = _leaves_less(meal)
                if less:
                    self.patterns.in_full[vendor].append((meal.resident, meal.line))
            if meal.outcome == "left-with-contact":
                self.left[meal.resident].append((meal.line, meal.left_with, vendor))
            elif meal.outcome == "left-at-door":
                self.doorstep[meal.resident].append((meal.line, vendor))

    def street(self, vendor: str) -> str:
        """The street that a vendor serves most; where it serves several, none."""
        streets = self.street_of[vendor]
        return next(iter(streets)) if len(streets) == 1 else ""


def _leaves_less(meal: Meal) -> bool:
    """Whether a claim of the resident leaves them less to pay than the price."""
    return any(claim.beneficiary == "resident" and claim.copay_fen < claim.price_fen for claim in meal.claims)
