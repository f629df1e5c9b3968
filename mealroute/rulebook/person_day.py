"""One person's meals of one day under the rules of that day: who pays what, and, if asked, why the others do not.

Rules are asked by priority, then in the order of the file. Of several meals the first that a rule may pay counts, and a rule
further on prefers a meal for which there is a line already. Where the resident has to pay their own part, that part is the price
less everything that the resident gets for the meal: if it was not paid, the tied lines of that meal fall and the day is asked again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.amounts import for_meal, off_price
from mealroute.rulebook.compiled import Bundles, Compiled, RuleSet, bundles, is_home
from mealroute.rulebook.conditions import Money
from mealroute.rulebook.counters import Purse, cap_key, group_key
from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.records import Amount, Condition, Every, Rule, StackMode
from mealroute.rulebook.results import Line, Refusal
from mealroute.rulebook.sharing import Parts, held
from mealroute.rulebook.vocabulary import SLOTS

_PLACE = {slot: place for place, slot in enumerate(SLOTS)}


def turn(meal: Meal) -> tuple[int, str, int, int]:
    """The order in which the meals of a day are looked at."""
    return _PLACE.get(meal.slot, len(SLOTS)), meal.slot, meal.order_id, meal.meal_id


class _Offer(NamedTuple):
    rule: Compiled
    meal: Meal
    fen: Fen
    parts: Parts
    cut: str


class _No(NamedTuple):
    code: str
    condition: Condition | None = None
    money: Money | None = None
    other: Rule | None = None


class PersonDay:
    """The working state of one person's day. ``why`` collects refusals where somebody wants them; ``residents_only``: by the resident's rules alone."""

    def __init__(
        self, person: Person, meals: Sequence[Meal], rules: RuleSet, purse: Purse, *, asked: bool, residents_only: bool = False
    ) -> None:  # fmt: skip
        self.person = person
        self.meals = meals
        self.rules = rules
        self.purse = purse
        self.asked = asked
        self.residents_only = residents_only
        self.why: list[Refusal] = []
        self.offers: list[_Offer] = []
        self.granted: dict[int, Fen] = {}
        self.claimed: set[int] = set()
        self.used: set[tuple[int, str]] = set()
        self.banned: dict[tuple[int, int], _No] = {}
        self.spend = sum(meal.price_fen for meal in meals)

    def settle(self, survivors: Bundles) -> list[Line]:
        """The lines of the day, by meal and rule; what they count the purse keeps only when it is told to.

        ``survivors``: the rules whose conditions on person and day hold, and with ``residents_only`` all of the resident's; wherever else
        somebody wants refusals every rule is asked.
        """
        stopped = stop(self.person)
        if stopped is not None:
            if self.asked:
                self.why = [
                    Refusal(rule.rule, self.person, meal, stopped) for rule in self.rules.rules for meal in self.meals
                ]
            return []
        asked = bundles(iter(self.rules.rules)) if self.asked and not self.residents_only else survivors
        while True:
            for bundle in asked:
                if bundle[0].greatest:
                    self._greatest(bundle)
                else:
                    self._single(bundle[0])
            unpaid = self._unpaid()
            if not unpaid:
                break
            self.banned |= unpaid
            self._again()
        return self._lines()

    def _asks(self, rule: Compiled) -> bool:
        return self.asked and (rule.resident or not self.residents_only)

    def _again(self) -> None:
        self.purse.drop()
        self.why, self.offers, self.granted, self.claimed, self.used = [], [], {}, set(), set()

    def _unpaid(self) -> dict[tuple[int, int], _No]:
        """Lines tied to the resident's own payment whose meal was not paid, all rules taken together."""
        found = {}
        for offer in self.offers:
            meal = offer.meal
            if offer.rule.tied and meal.paid_fen < meal.price_fen - self.granted[meal.meal_id]:
                others = self.granted[meal.meal_id] - offer.fen
                money = Money(offer.fen, others, self.spend, 0)
                condition = next(one for one in offer.rule.rule.conditions if one.key == "own_part_paid")
                found[offer.rule.place, meal.meal_id] = _No("paid-too-little", condition, money)
        return found

    def _single(self, rule: Compiled) -> None:
        meals = self.meals
        if len(meals) > 1 and self.claimed:
            meals = sorted(meals, key=lambda meal: meal.meal_id not in self.claimed)
        asked = self._asks(rule)
        for meal in meals:
            if self._spent(rule, meal) and not asked:
                continue
            found = self._offer(rule, meal)
            if isinstance(found, _Offer):
                if self._spent(rule, meal):
                    found = _No("second-meal")
                else:
                    self._take(found)
                    continue
            if asked:
                self._refuse(rule, meal, found)

    def _greatest(self, bundle: tuple[Compiled, ...]) -> None:
        """One of a group: for each meal, or for the day, the rule that gives most; of equal ones the first."""
        stack = bundle[0].rule.stack
        if stack is not None and stack.every is Every.MEAL:
            for meal in self.meals:
                self._best(bundle, (meal,))
        else:
            self._best(bundle, self.meals)

    def _best(self, bundle: tuple[Compiled, ...], meals: Sequence[Meal]) -> None:
        offers: list[_Offer] = []
        for rule in bundle:
            for meal in meals:
                found = _No("second-meal") if self._spent(rule, meal) else self._offer(rule, meal)
                if isinstance(found, _Offer):
                    offers.append(found)
                elif self._asks(rule):
                    self._refuse(rule, meal, found)
        best = min(
            offers,
            key=lambda offer: (-offer.fen, offer.rule.place, offer.meal.meal_id not in self.claimed),
            default=None,
        )
        if best is None:
            return
        self._take(best)
        if self.asked:
            for offer in offers:
                if offer is not best and self._asks(offer.rule):
                    same = offer.rule is best.rule
                    code = "second-meal" if same else "other-rule-pays-more"
                    self._refuse(offer.rule, offer.meal, _No(code, other=None if same else best.rule.rule))

    def _spent(self, rule: Compiled, meal: Meal) -> bool:
        return (rule.place, "" if rule.once_a_day else meal.slot) in self.used

    def _offer(self, rule: Compiled, meal: Meal) -> "_Offer | _No":
        """What the rule would pay for this meal now, or why nothing."""
        person, asked = self.person, self._asks(rule)
        if asked:
            no = self._first_reason(rule, meal)
            if no is not None:
                return no
        elif (rule.slots is not None and meal.slot not in rule.slots) or (rule.home_only and not is_home(meal)):
            return _NO
        else:
            for test in rule.meal_tests:
                if not test(person, meal, None):
                    return _NO
        banned = self.banned.get((rule.place, meal.meal_id))
        if banned is not None:
            return banned
        granted = self.granted.get(meal.meal_id, 0)
        amount = self._amount(rule, meal)
        if amount is None:
            return _No("no-case")
        nominal = self._nominal(rule, amount, meal, granted)
        if not asked and (rule.money_tests or rule.tied) and not self._money_holds(rule, meal, amount, nominal):
            return _NO
        return self._limited(rule, amount, meal, nominal, granted)

    def _limited(self, rule: Compiled, amount: Amount, meal: Meal, nominal: Fen, granted: Fen) -> "_Offer | _No":
        """The amount held below the price, divided, and held below the caps."""
        why = ""
        fen = nominal
        if rule.resident:
            fen = off_price(rule.rule, amount, nominal, meal.price_fen, granted)
            why = "price" if fen < nominal else ""
        if fen <= 0:
            return _No("nothing-left")
        if not rule.payee(meal):
            return _No("payee-unknown")
        stack = rule.rule.stack
        if stack is not None and stack.mode is not StackMode.SUM:
            holder = self.purse.holder(group_key(rule.rule, self.person.person_id, meal.day, meal.slot))
            if holder is not None and holder.rule_id != rule.rule.rule_id:
                return _No("other-rule-pays", other=holder)
        money = Money(fen, 0, self.spend, granted)
        parts = rule.divided(fen, self.person, meal, money)
        if rule.clauses is not None:
            kept = sum(part for _payer, part in parts)
            if kept < fen:
                fen, why = kept, "lost-share"
            if fen <= 0:
                return _No("all-shares-lost")
        for cap in rule.rule.caps:
            key = cap_key(cap, self.person, meal)
            if self.purse.reached(cap, key, meal.day):
                return _No("cap-reached", Condition("cap", cap))
            if cap.fen is not None and fen > (room := cap.fen - self.purse.used(key)[1]):
                fen, why = room, "cap"
                parts = held(parts, rule.divided(fen, self.person, meal, money), fen)
        return _Offer(rule, meal, fen, parts, why)

    def _amount(self, rule: Compiled, meal: Meal) -> Amount | None:
        for test, amount in rule.amounts:
            if test is None or test(self.person, meal, Money(0, 0, self.spend, self.granted.get(meal.meal_id, 0))):
                return amount
        return None

    def _nominal(self, rule: Compiled, amount: Amount, meal: Meal, granted: Fen) -> Fen:
        """The rule's own amount, whatever else the resident gets."""
        if rule.plain is not None:
            return rule.plain
        nth = 1
        if rule.nth is not None:
            nth += self.purse.used(cap_key(rule.nth, self.person, meal))[0]
        return for_meal(amount, meal.price_fen, max(meal.price_fen - granted, 0), self.spend, nth)

    def _money(self, rule: Compiled, meal: Meal, amount: Amount, nominal: Fen) -> Money:
        """``others`` is what further resident's rules may give at most: looked at only where the payment alone would not do."""
        own = off_price(rule.rule, amount, nominal, meal.price_fen) if rule.resident else nominal
        others = 0
        if rule.tied and meal.paid_fen < meal.price_fen - own:
            for other in self.rules.today:
                if other is not rule and other.resident and _may(other, self.person, meal):
                    chosen = self._amount(other, meal)
                    others += 0 if chosen is None else self._nominal(other, chosen, meal, 0)
        return Money(nominal, others, self.spend, self.granted.get(meal.meal_id, 0))

    def _money_holds(self, rule: Compiled, meal: Meal, amount: Amount, nominal: Fen) -> bool:
        money = self._money(rule, meal, amount, nominal)
        return (not rule.tied or _own_part_paid(meal, money)) and all(
            test(self.person, meal, money) for test in rule.money_tests
        )

    def _first_reason(self, rule: Compiled, meal: Meal) -> _No | None:
        """The first condition that does not hold, in the order in which people ask."""
        if rule.home_only and not is_home(meal):
            return _No("not-brought-home")
        amount = self._amount(rule, meal)
        money = Money(0, 0, self.spend, self.granted.get(meal.meal_id, 0))
        if amount is not None:
            nominal = self._nominal(rule, amount, meal, self.granted.get(meal.meal_id, 0))
            money = self._money(rule, meal, amount, nominal)
        for condition, _level, test in rule.every_test:
            if not test(self.person, meal, money):
                return _No(_code(condition, meal), condition, money)
        return None

    def _take(self, offer: _Offer) -> None:
        rule, meal = offer.rule, offer.meal
        self.offers.append(offer)
        self.used.add((rule.place, "" if rule.once_a_day else meal.slot))
        self.claimed.add(meal.meal_id)
        if rule.resident:
            self.granted[meal.meal_id] = self.granted.get(meal.meal_id, 0) + offer.fen
        if rule.caps:
            self.purse.add(rule.caps, self.person, meal, offer.fen)
        if rule.rule.stack is not None:
            self.purse.hold(group_key(rule.rule, self.person.person_id, meal.day, meal.slot), rule.rule)

    def _refuse(self, rule: Compiled, meal: Meal, no: _No) -> None:
        self.why.append(Refusal(rule.rule, self.person, meal, no.code, no.condition, no.money, no.other))

    def _lines(self) -> list[Line]:
        if len(self.offers) > 1:
            self.offers.sort(key=lambda offer: turn(offer.meal))
        first: set[int] = set()
        lines = []
        for rule, meal, fen, parts, why in self.offers:
            copay = 0
            if rule.resident and meal.meal_id not in first:
                first.add(meal.meal_id)
                copay = meal.price_fen - self.granted[meal.meal_id]
            lines.append(Line(rule.rule, self.person, meal, rule.payee(meal), fen, parts, copay, why))
        return lines


_NO = _No("")


def stop(person: Person) -> str | None:
    """Why nothing at all is paid for this person on this day."""
    if person.state == "active" and person.pause_reason is None:
        return None
    if person.state == "deceased":
        return "deceased"
    return "paused" if person.state in {"active", "paused"} else "not-in-service"


def _own_part_paid(meal: Meal, money: Money) -> bool:
    if meal.paid_fen <= 0 < meal.price_fen:
        return False
    return meal.paid_fen >= meal.price_fen - money.amount - money.others


def _may(rule: Compiled, person: Person, meal: Meal) -> bool:
    return (
        (rule.slots is None or meal.slot in rule.slots)
        and all(test(person, None, None) for test in rule.person_tests)
        and all(test(person, meal, None) for test in rule.meal_tests)
    )


def _code(condition: Condition, meal: Meal) -> str:
    from mealroute.rulebook.conditions import KINDS
    from mealroute.rulebook.values import Band

    if condition.key == "own_part_paid" and meal.paid_fen <= 0 < meal.price_fen:
        return "paid-nothing"
    if condition.key == "price" and isinstance(condition.value, Band) and condition.value == Band(over_amount=True):
        return "price-not-above-subsidy"
    return KINDS[condition.key].code
