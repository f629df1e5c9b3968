"""Frauds that leave each day looking right: at the limits, and who is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mealroute.checks import (
    entered_rules,
    hands_rules,
    identity_rules,
    money_rules,
    payment_rules,
    proxy_rules,
    together_rules,
)
from mealroute.checks.business_facts import RuleSays
from mealroute.checks.entered_facts import Entered
from mealroute.checks.entered_reading import may_open
from mealroute.checks.facts import Day, Meal, MoneyMoved, Person
from mealroute.checks.hands_facts import Called, Hands
from tests.unit.checks.test_rules import CLAIM, DAY, LIMITS, day, meal, person, tally, world

DAYS = [one for n in range(31) if (one := date(2026, 3, 1) + timedelta(days=n)).weekday() < 5]


def month(*residents: list[int], **changes: Any) -> list[Day]:
    """On each service day a meal of those residents whose list is there; ``residents[n]`` eat on the day with that number."""
    return [
        replace(day(*(meal(100 * n + resident, resident=resident, day=on, **changes) for resident in eating)), day=on)
        for n, (on, eating) in enumerate(zip(DAYS, residents, strict=False), 1)
    ]


# -- entitled-afterwards

ENTITLED = LIMITS["entitled-afterwards"].limits


def entitled(entered: Entered, days: int = 20, who: Person | None = None, **changes: Any) -> list[tuple[int, ...]]:
    given = world(who or person(), entered={1: [entered]}, **changes)
    return [found.lines for found in entered_rules.entitled_afterwards(tally(*month(*[[1]] * days)), given, ENTITLED)]


def basic(on: date, since: date = date(2026, 1, 15)) -> Entered:
    return Entered("basic_service", since, on, "0", "1")


def test_papers_that_are_dated_back_when_the_month_is_eaten_are_found() -> None:
    ((*lines,),) = entitled(basic(DAYS[-1]))
    assert len(lines) == 20
    ((*half,),) = entitled(basic(DAYS[10]))
    assert len(half) == 10


def test_papers_that_reach_the_desk_some_days_late_are_not() -> None:
    assert entitled(basic(DAYS[9])) == []  # 9 of 20 meals
    assert entitled(basic(DAYS[5]), days=8) == []  # most of them, but within a week
    assert entitled(basic(DAYS[8], since=DAYS[6]), days=10) == []


def test_what_the_claims_rule_does_not_ask_for_opens_nothing() -> None:
    level = Entered("ability_level", DAYS[0], DAYS[-1], "0", "2")
    assert entitled(level) == []
    assert len(entitled(level, rules={CLAIM.rule_id: RuleSays(asks=frozenset({"ability"}))})) == 1


def test_a_birth_date_counts_where_it_makes_old_enough_and_no_id_number_says_it() -> None:
    born = Entered("birth_date", date.min, DAYS[-1], "1976-05-02", "1956-05-02")
    young = person(born=date(1956, 5, 2), identity="")
    assert len(entitled(born, who=young)) == 1
    assert entitled(born, who=replace(young, identity="i1")) == []
    assert entitled(born._replace(before="1946-05-02"), who=young) == []


@pytest.mark.parametrize(
    ("name", "before", "value", "opens"),
    [
        ("basic_service", "0", "1", True), ("basic_service", "1", "0", False), ("living", "institution", "alone", True),
        ("living", "alone", "institution", False), ("ability_level", "", "2", True), ("ability_level", "3", "2", False),
        ("assessment_valid_until", "2026-01-31", "2027-01-31", True), ("basic_service_from", "2026-03-25", "2026-03-01", True),
        ("basic_service_from", "2026-03-01", "2026-03-25", False), ("basic_service_from", "", "2026-03-01", False),
        ("birth_date", "1970-01-02", "1950-01-02", True), ("birth_date", "1950-01-02", "1970-01-02", False),
    ],
)  # fmt: skip
def test_only_what_may_give_a_claim_opens_one(name: str, before: str, value: str, opens: bool) -> None:
    assert may_open(name, before, value) is opens


# -- taking-turns

TURNS = LIMITS["taking-turns"].limits


def turns(first: list[bool]) -> list[str]:
    people = person(1), person(2)
    eaten = tally(*month(*[[1] if one else [2] for one in first]))
    return [found.subject for found in identity_rules.taking_turns(eaten, world(*people), TURNS)]


def test_two_who_share_one_portion_day_by_day_are_found() -> None:
    assert turns([n % 2 == 0 for n in range(22)]) == ["pair/1/2"]
    assert turns([n % 2 == 0 for n in range(15)]) == []


def test_fixed_weekdays_and_weeks_in_turn_are_how_people_eat() -> None:
    assert turns([on.weekday() in {0, 2, 4} for on in DAYS]) == []
    assert turns([on.isocalendar().week % 2 == 0 for on in DAYS]) == []


def test_a_day_of_both_or_of_neither_is_enough_to_leave_them_alone() -> None:
    eating = [[1] if n % 2 else [2] for n in range(22)]
    for odd in ([1, 2], [3]):
        eaten = tally(*month(*eating[:9], odd, *eating[10:]))
        given = world(person(1), person(2), person(3))
        assert list(identity_rules.taking_turns(eaten, given, TURNS)) == []


# -- second-card


def cards(one: Person, other: Person, *, days: tuple[slice, slice] = (slice(22), slice(22))) -> list[str]:
    eating = [[number for number, own in zip((1, 2), days, strict=True) if on in DAYS[own]] for on in DAYS]
    found = identity_rules.second_card(tally(*month(*eating)), world(one, other), {})
    return [each.subject for each in found]


def test_a_card_without_a_number_that_agrees_in_two_things_is_the_second() -> None:
    first, bare = person(1, named="n"), person(2, identity="", born=date(1951, 4, 5), named="m")
    assert cards(first, replace(bare, twin="t1")) == ["second-card/2"]
    assert cards(first, replace(bare, named="n", contact_phones=frozenset({"p1"}))) == ["second-card/2"]
    born = replace(first, born=date(1951, 4, 5))
    assert cards(born, replace(bare, phone="p1")) == ["second-card/2"]
    assert cards(first, replace(bare, phone="p1")) == []
    assert cards(first, replace(bare, named="n")) == []


def test_two_numbers_are_two_people_and_who_has_moved_eats_at_one_place() -> None:
    first, other = person(1), person(2, twin="t1")
    assert cards(first, other) == []
    moved = replace(other, identity="")
    assert cards(first, moved, days=(slice(0, 10), slice(10, 22))) == []
    assert cards(first, moved, days=(slice(0, 11), slice(10, 22))) == []
    assert cards(first, moved, days=(slice(0, 12), slice(10, 22))) == ["second-card/2"]


def test_a_birthday_that_nobody_knows_is_no_agreement() -> None:
    first = person(1)
    assert first.born.day == 1
    assert cards(first, person(2, identity="", phone="p1")) == []


# -- one-hand-for-several

HAND = LIMITS["one-hand-for-several"].limits
NEIGHBOUR = (("周国良", "邻居", "p9"),)


def taken(people: int, *, of: int = 10, left: int = 8, who: str = "邻居", **changes: Any) -> list[int]:
    meals = [
        meal(resident * 100 + n, resident=resident, **({"outcome": "left-with-contact", "left_with": who} if n < left else {}))
        for resident in range(1, people + 1)
        for n in range(of)
    ]  # fmt: skip
    given = world(*(person(n, **{"contacts": NEIGHBOUR, **changes}) for n in range(1, people + 1)))
    return [len(found.lines) for found in proxy_rules.one_hand_for_several(tally(day(*meals)), given, HAND)]


def test_a_registered_neighbour_with_three_cards_is_found() -> None:
    assert taken(3) == [24]
    assert taken(3, who="周国良（邻居）") == [24]
    assert taken(3, who="某某某", contacts=()) == [24]


def test_two_people_some_days_or_one_home_are_help() -> None:
    assert taken(2) == []
    assert taken(3, left=5) == []
    assert taken(3, address="a1") == []
    assert taken(3, contacts=()) == []  # "a neighbour": nobody knows which


# -- payments


def paid(references: list[str], residents: list[int]) -> tuple[Any, Any]:
    meals = [meal(n, resident=resident) for n, resident in enumerate(residents, 1)]
    money = {
        n: [MoneyMoved(n, n, "payment", 1300, "card", reference, False)] for n, reference in enumerate(references, 1)
    }
    return tally(day(*meals, money=money)), world(*(person(n) for n in sorted(set(residents))))


def test_one_payment_for_three_homes_is_found_and_a_family_or_a_reason_is_not() -> None:
    limits = LIMITS["one-payment-for-many"].limits
    eaten, given = paid(["wx4200018302"] * 3, [1, 2, 3])
    assert len(list(money_rules.one_payment_for_many(eaten, given, limits))) == 1
    family = world(person(1, address="a2"), person(2), person(3))
    assert list(money_rules.one_payment_for_many(eaten, family, limits)) == []
    words, given = paid(["当日改餐补差"] * 3, [1, 2, 3])
    assert list(money_rules.one_payment_for_many(words, given, limits)) == []


@pytest.mark.parametrize(("entered", "others", "found"), [(3, 17, 1), (2, 17, 0), (1, 17, 0), (3, 11, 0)])
def test_one_payment_entered_on_several_days_is_found_where_it_is_not_how_a_vendor_writes(
    entered: int, others: int, found: int
) -> None:
    eaten, given = paid(["wx4200018302"] * 3 + [f"t{n}" for n in range(others)], [1, 1, 1, *range(2, others + 2)])
    given.paid_on = {"wx4200018302": frozenset(DAYS[:entered])}
    assert payment_rules.shared_references(eaten) == ["wx4200018302"]
    assert len(list(payment_rules.payment_again(eaten, given, LIMITS["payment-again"].limits))) == found


@pytest.mark.parametrize(
    ("full", "others", "quantity", "found"), [(3, 3, 1, 1), (2, 3, 1, 0), (4, 3, 1, 0), (3, 3, 2, 0)]
)
def test_the_whole_price_and_the_subsidy(full: int, others: int, quantity: int, found: int) -> None:
    meals = [meal(n, resident=1, paid_fen=1800, quantity=quantity) for n in range(1, full + 1)]
    meals += [meal(n, resident=2) for n in range(11, 11 + others)]
    lines = payment_rules.paid_in_full(tally(day(*meals)), world(person(1), person(2)), LIMITS["paid-in-full"].limits)
    assert len(list(lines)) == found


# -- phones-together

TOGETHER = LIMITS["phones-together"].limits


def side_by_side(apart_s: int, apart_degrees: float, doors: int = 8, step: float = 0.001) -> int:
    def track(driver: str, shift_s: int, shift: float) -> list[Meal]:
        return [
            meal(
                n + (0 if driver == "D01" else 50), driver=driver, made_s=41_000 + n * 200 + shift_s, lon=116.41 + n * step + shift,
                door_lon=116.41 + n * step,
            )
            for n in range(doors)
        ]  # fmt: skip

    both = [*track("D01", 0, 0.0), *track("D02", apart_s, apart_degrees)]
    return len(list(together_rules.phones_together(day(*both), world(), TOGETHER)))


def test_two_phones_side_by_side_all_the_way_are_one_round() -> None:
    assert side_by_side(40, 0.0005) == 1
    assert side_by_side(40, 0.02) == 0
    assert side_by_side(1500, 0.0005) == 0
    assert side_by_side(40, 0.0, doors=5) == 0
    assert side_by_side(40, 0.0, step=0.0001) == 0  # one yard


# -- call-back-denied


@pytest.mark.parametrize(("denied", "others", "found"), [(4, 2, 1), (2, 0, 0), (4, 30, 0)])
def test_several_who_say_it_never_came(denied: int, others: int, found: int) -> None:
    called = Called(1, 20, 0, (), 100, 0, 18, tuple(range(denied)), 100, others)
    given = world(hands=Hands(called={"V01": called}))
    assert (
        len(list(hands_rules.call_back_denied(tally(day(meal())), given, LIMITS["call-back-denied"].limits))) == found
    )


def test_the_days_are_those_of_the_other_tests() -> None:
    assert DAYS[0] == DAY
