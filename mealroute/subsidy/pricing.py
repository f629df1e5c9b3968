"""What a resident pays when ordering: the price less what the rulebook will pay once the meal is handed over."""

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.money import Fen
from mealroute.core.slots import MealSlot
from mealroute.menus.models import Dish
from mealroute.orders.models import Order
from mealroute.orders.records import Delivery
from mealroute.residents.records import ResidentRecord
from mealroute.rulebook.compiled import Library
from mealroute.rulebook.counters import Purse, caps_of
from mealroute.rulebook.evaluate import unique
from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.person_day import PersonDay
from mealroute.rulebook.records import Beneficiary, Every
from mealroute.subsidy.evaluating import WAYS
from mealroute.subsidy.records import Rulebook
from mealroute.subsidy.rulebook import load_rulebook

ANY_PROOF = frozenset({"seen", "signature", "photo", "code", "card", "qr", "face", "place", "paper", "note"})
"""What shows a handover is known only at the door; when ordering, the rule's own kind is expected."""


class OtherMeal(NamedTuple):
    """A meal of the same person that already expects a subsidy."""

    day: date
    slot: str
    price_fen: Fen
    meal_kind: str = ""


@dataclass(frozen=True, slots=True)
class RulebookPricing:
    """Prices by the rulebook. ``others`` are each resident's meals that already expect a subsidy, in the spans that caps count."""

    rules: Rulebook
    others: Mapping[int, Sequence[OtherMeal]] = field(default_factory=dict)

    @property
    def knows_others(self) -> bool:
        """Only what it was told."""
        return bool(self.others)

    def resident_part(
        self, resident: ResidentRecord, day: date, slot: MealSlot, unit_price_fen: Fen, quantity: int,
        *, delivery: Delivery = Delivery.HOME, channel: str = "", station_code: str | None = None, meal_kind: str = "", zone: str = "",
    ) -> tuple[Fen, Fen]:  # fmt: skip
        """What the resident pays for the whole order, and the subsidy expected; together the whole price.

        One portion a meal carries a subsidy. What other meals of the day, and of a cap's week or month, expect already is not
        expected again.
        """
        whole = unit_price_fen * quantity
        if quantity < 1 or unit_price_fen < 1:
            return whole, 0
        person, way = person_of(resident, day, zone), WAYS[str(delivery)]
        wanted = _meal(
            person,
            day,
            str(slot),
            unit_price_fen,
            way=way,
            channel=channel,
            site=station_code or "",
            place=resident.street_code,
            meal_kind=meal_kind,
        )
        others = [
            _meal(
                person,
                other.day,
                other.slot,
                other.price_fen,
                way=way,
                place=resident.street_code,
                meal_kind=other.meal_kind,
            )
            for other in self.others.get(resident.id, ())
        ]
        expected = _subsidy(self.rules, [*others, wanted]) - (_subsidy(self.rules, others) if others else 0)
        subsidy = min(max(expected, 0), unit_price_fen)
        return whole - subsidy, subsidy


def person_of(resident: ResidentRecord, day: date, zone: str = "") -> Person:
    """A resident of the ledger as the rules see one on a day to come."""
    valid = resident.assessment_valid_until
    return Person(
        person_id=resident.id, code=resident.code, state=str(resident.state), age=resident.age_on(day), living=str(resident.living),
        basic_service=resident.basic_service and (resident.basic_service_from is None or resident.basic_service_from <= day),
        categories=frozenset(resident.categories), ability_level=resident.ability_level,
        assessed=resident.ability_level is not None and (valid is None or day <= valid), residence=resident.street_code,
        registration=resident.registration, zone=zone, diets=frozenset(map(str, resident.diets)), born=resident.birth_date, enrolled=resident.enrolled,
    )  # fmt: skip


def _meal(
    person: Person,
    day: date,
    slot: str,
    price_fen: Fen,
    *,
    way: str,
    channel: str = "",
    site: str = "",
    place: str = "",
    meal_kind: str = "",
) -> Meal:
    """The meal as it will be if all goes well: paid, and handed over in person."""
    return Meal(
        meal_id=day.toordinal() * 10 + (1 if slot == MealSlot.LUNCH else 2), person=person, day=day, slot=slot,
        price_fen=price_fen, paid_fen=price_fen, way=way, channel=channel, confirmed_by=ANY_PROOF, operator="expected",
        site=site or "expected", place=place, deliverer="expected", meal_kind=meal_kind,
    )  # fmt: skip


def _subsidy(rules: Rulebook, meals: Sequence[Meal]) -> Fen:
    library = _library(rules)
    purse = Purse(rules.book.rules)
    total = 0
    for day, group in groupby(sorted(meals, key=lambda meal: meal.meal_id), key=lambda meal: meal.day):
        of_day = unique(tuple(group))
        here = library.on(day)
        survivors = here.for_person(of_day[0].person)
        if survivors:
            lines = PersonDay(of_day[0].person, of_day, here, purse, asked=False).settle(survivors)
            purse.keep(day)
            total += sum(line.amount_fen for line in lines if line.rule.beneficiary is Beneficiary.RESIDENT)
    return total


class _Compiled:
    """The rulebook that was asked last, compiled."""

    rules: Rulebook | None = None
    library: Library


def _library(rules: Rulebook) -> Library:
    if _Compiled.rules is not rules:
        _Compiled.library = Library(rules.book)
        _Compiled.rules = rules
    return _Compiled.library


@dataclass(slots=True)
class LedgerPricing:
    """Prices by the rulebook, and knows which other orders of a resident expect a subsidy already."""

    db: Session
    _others: dict[tuple[date, str], Mapping[int, Sequence[OtherMeal]]] = field(default_factory=dict)

    @property
    def knows_others(self) -> bool:
        """The ledger's orders that expect a subsidy are looked at."""
        return True

    def resident_part(
        self, resident: ResidentRecord, day: date, slot: MealSlot, unit_price_fen: Fen, quantity: int,
        *, delivery: Delivery = Delivery.HOME, channel: str = "", station_code: str | None = None, meal_kind: str = "", zone: str = "",
    ) -> tuple[Fen, Fen]:  # fmt: skip
        """What the resident pays for the whole order, and the subsidy expected; together the whole price."""
        rules = load_rulebook()
        if (day, slot) not in self._others:
            self._others[day, slot] = _expecting(self.db, day, slot, *span(rules, day))
        price = RulebookPricing(rules, self._others[day, slot])
        return price.resident_part(
            resident, day, slot, unit_price_fen, quantity, delivery=delivery, channel=channel, station_code=station_code, meal_kind=meal_kind,
            zone=zone,
        )  # fmt: skip


def span(rules: Rulebook, day: date) -> tuple[date, date]:
    """The days whose meals matter to a meal of this day: the day itself, or the longest span that a cap on residents counts."""
    counted: Collection[Every] = {
        cap.every for rule in rules.on(day) if rule.beneficiary is Beneficiary.RESIDENT for cap in caps_of(rule)
    } | {rule.stack.every for rule in rules.on(day) if rule.stack is not None}
    if Every.EVER in counted:
        return date.min, date.max
    monday = day - timedelta(days=day.weekday())
    first, last = (monday, monday + timedelta(days=6)) if Every.WEEK in counted else (day, day)
    quarter = day.month - (day.month - 1) % 3
    for every, begins, ends in (
        (Every.MONTH, day.month, day.month), (Every.QUARTER, quarter, quarter + 2), (Every.YEAR, 1, 12),
    ):  # fmt: skip
        if every in counted:
            first = min(first, day.replace(month=begins, day=1))
            last = max(last, day.replace(month=ends, day=calendar.monthrange(day.year, ends)[1]))
    return first, last


def _expecting(db: Session, day: date, slot: str, first: date, last: date) -> Mapping[int, Sequence[OtherMeal]]:
    """Resident → other placed orders of the span with an expected subsidy."""
    kind = func.coalesce(Dish.kind, "")
    query = (
        select(Order.resident_id, Order.day, Order.slot, Order.unit_price_fen, kind)
        .outerjoin(Dish, Dish.code == Order.dish_code)
        .where(Order.day >= first, Order.day <= last, Order.state == "placed", Order.expected_subsidy_fen > 0)
    )
    found: dict[int, list[OtherMeal]] = {}
    for resident, on, meal, price, dish in sorted(db.execute(query).tuples()):
        if (on, meal) != (day, str(slot)):
            found.setdefault(resident, []).append(OtherMeal(on, meal, price, dish))
    return found


def pricing(db: Session | None = None) -> RulebookPricing | LedgerPricing:
    """How orders are priced. With a session, a resident's subsidy is expected only as often as the rules allow."""
    return RulebookPricing(load_rulebook()) if db is None else LedgerPricing(db)
