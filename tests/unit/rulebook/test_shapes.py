"""Shapes that stand in no file: each feature of the language by itself and together with others, worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from mealroute.rulebook.evaluate import evaluate
from mealroute.rulebook.facts import Figures, Meal, Person
from mealroute.rulebook.records import Rulebook
from mealroute.rulebook.tally import tally
from tests.unit.rulebook.books import book_of, rule

MONDAY = date(2026, 2, 2)


def person(number: int = 1, **facts: Any) -> Person:
    return Person(person_id=number, code=f"R{number}", **{"age": 82, "living": "alone", **facts})


def meal(number: int = 1, who: Person | None = None, price: int = 1800, **facts: Any) -> Meal:
    told = {
        "day": MONDAY,
        "slot": "lunch",
        "paid_fen": price,
        "operator": "V1",
        "site": "S1",
        "place": "110101005",
        "way": "dine-in",
        **facts,
    }
    return Meal(meal_id=number, proof_id=number, person=who or person(), price_fen=price, **told)


def paid(book: Rulebook, *meals: Meal) -> list[tuple[str, int]]:
    return [(line.rule.rule_id, line.amount_fen) for line in evaluate(book, meals, refusals=False).lines]


def reasons(book: Rulebook, *meals: Meal) -> dict[str, str]:
    return {one.rule.rule_id: one.code for one in evaluate(book, meals).refusals}


def test_a_general_discount_for_all_goes_beside_the_targeted_subsidy() -> None:
    targeted = rule(
        1,
        version={
            "amount": {"fixed": 5},
            "when": {"categories": ["low-income"]},
            "stack": {"group": "a", "mode": "sum"},
        },
    )
    general = rule(
        2,
        version={
            "amount": {"fixed": 2, "own_part": 3},
            "when": {"age": {"from": 60}},
            "stack": {"group": "a", "mode": "sum"},
        },
    )
    book = book_of(targeted, general)
    poor = person(categories=frozenset({"low-income"}))
    assert paid(book, meal(who=poor)) == [("r1", 500), ("r2", 200)]
    assert paid(book, meal()) == [("r2", 200)]
    assert paid(book, meal(who=poor, price=900)) == [("r1", 500), ("r2", 100)]  # three yuan always stay
    assert paid(book, meal(who=poor, price=800)) == [("r1", 500)]


def test_a_second_rule_halves_what_the_first_left_and_the_fund_bears_it() -> None:
    first = rule(1, version={"amount": {"fixed": "5.01"}})
    second = rule(2, version={"amount": {"percent": 50, "of": "left", "rounding": "down"}, "shares": {"charity": 1}})
    done = evaluate(book_of(first, second), [meal(price=1800)])
    assert [(line.amount_fen, line.copay_fen) for line in done.lines] == [(501, 650), (649, 0)]
    assert done.lines[1].parts == (("charity", 649),)


def test_priority_turns_the_order_of_the_file_round() -> None:
    small = rule(1, version={"amount": {"fixed": 3}, "stack": {"group": "x", "mode": "exclusive"}})
    large = rule(2, priority=1, version={"amount": {"fixed": 4}, "stack": {"group": "x", "mode": "exclusive"}})
    assert paid(book_of(small, large), meal()) == [("r2", 400)]
    assert reasons(book_of(small, large), meal()) == {"r1": "other-rule-pays"}


def test_the_greatest_of_a_day_looks_over_all_its_meals() -> None:
    lunch = rule(
        1,
        version={
            "amount": {"fixed": 3},
            "when": {"slots": ["lunch"]},
            "stack": {"group": "x", "mode": "max", "every": "day"},
        },
    )
    dinner = rule(
        2,
        version={
            "amount": {"percent": 50},
            "when": {"slots": ["dinner"]},
            "stack": {"group": "x", "mode": "max", "every": "day"},
        },
    )
    book = book_of(lunch, dinner)
    assert paid(book, meal(), meal(2, slot="dinner", price=1000)) == [("r2", 500)]
    assert paid(book, meal(), meal(2, slot="dinner", price=500)) == [("r1", 300)]


def test_one_delivery_fee_for_a_couple_at_one_door() -> None:
    fee = rule(
        1,
        beneficiary="deliverer",
        unit="delivery",
        version={"amount": {"fixed": 2}, "caps": [{"per": "household", "every": "meal", "count": 1}]},
    )
    book = book_of(fee)
    he, she, other = person(1, household="door"), person(2, household="door"), person(3)
    home = {"way": "home", "deliverer": "D1"}
    assert paid(book, meal(1, she, **home), meal(2, he, **home), meal(3, other, **home)) == [("r1", 200), ("r1", 200)]


def test_a_site_is_paid_for_so_many_a_day_and_the_next_day_begins_anew() -> None:
    book = book_of(
        rule(
            1,
            beneficiary="site",
            version={"amount": {"fixed": 1}, "caps": [{"per": "site", "every": "day", "count": 2}]},
        )
    )
    meals = [meal(n, person(n), day=day) for n, day in ((1, MONDAY), (2, MONDAY), (3, MONDAY), (4, date(2026, 2, 3)))]
    done = evaluate(book, reversed(meals))
    assert [(line.item.day.day, line.person.code) for line in done.lines if line.person] == [
        (2, "R1"),
        (2, "R2"),
        (3, "R4"),
    ]


def test_a_monthly_sum_is_cut_to_what_is_left_and_shared_anew() -> None:
    book = book_of(
        rule(1, version={"caps": [{"every": "month", "yuan": "11.01"}], "shares": {"city": 2, "district": 1}})
    )
    days = [date(2026, 2, n) for n in (2, 3, 4, 5)] + [date(2026, 3, 2)]
    done = evaluate(book, [meal(n, day=day) for n, day in enumerate(days)])
    assert [line.amount_fen for line in done.lines] == [500, 500, 101, 500]
    assert done.lines[2].parts == (("city", 67), ("district", 34))
    assert done.lines[2].cut == "cap"


def test_two_rules_share_one_pool() -> None:
    caps = [{"every": "week", "count": 3, "pool": "together"}]
    book = book_of(
        rule(1, version={"when": {"slots": ["lunch"]}, "caps": caps}),
        rule(2, version={"when": {"slots": ["dinner"]}, "caps": caps}),
    )
    meals = [meal(n, day=date(2026, 2, 2 + n // 2), slot=("lunch", "dinner")[n % 2]) for n in range(6)]
    assert [one for one, _amount in paid(book, *meals)] == ["r1", "r2", "r1"]


def test_the_first_meals_of_a_month_are_paid_higher() -> None:
    tiers = [{"from": 1, "amount": 5}, {"from": 3, "amount": 2}, {"from": 5, "amount": 0}]
    book = book_of(rule(1, unit="person-day", version={"amount": {"tiers": tiers, "by": "nth-of-month"}}))
    days = [date(2026, 1, 30), date(2026, 1, 31), *(date(2026, 2, n) for n in range(1, 7))]
    found = [amount for _rule, amount in paid(book, *(meal(n, day=day) for n, day in enumerate(days)))]
    assert found == [500, 500, 500, 500, 200, 200]


def test_holidays_and_days_worked_instead() -> None:
    calendar = {"holidays": [date(2026, 2, 17)], "workdays": [date(2026, 2, 14)]}
    book = book_of(rule(1, version={"when": {"day_kinds": ["workday"]}}), calendar=calendar)
    days = {14: True, 15: False, 16: True, 17: False, 18: True}
    assert {n: bool(paid(book, meal(day=date(2026, 2, n)))) for n in days} == days


def test_a_payer_takes_over_where_another_does_not_pay() -> None:
    when = {"registration": {"same": "district"}}
    shares = [
        {"payer": "city", "weight": 1},
        {"payer": "district", "weight": 1, "when": when, "otherwise": "shared"},
        {"payer": "street", "weight": 2},
    ]
    book = book_of(rule(1, version={"shares": shares, "share_rounding": "largest-remainder"}))
    (own,) = evaluate(book, [meal(who=person(registration="110101001"))]).lines
    (other,) = evaluate(book, [meal(who=person(registration="110109001"))]).lines
    assert own.parts == (("city", 125), ("district", 125), ("street", 250))
    assert other.parts == (("city", 167), ("district", 0), ("street", 333))


def test_conditions_inside_one_another() -> None:
    when = {
        "any": [
            {"age": {"from": 90}},
            {"all": [{"age": {"from": 80}}, {"any": [{"living": ["alone"]}, {"zones": ["deep-mountain"]}]}]},
        ],
        "none": [{"diets": ["halal"], "slots": ["dinner"]}],
    }
    book = book_of(rule(1, version={"when": when}))
    assert paid(book, meal(who=person(age=91, living="couple")))
    assert paid(book, meal(who=person(age=82)))
    assert not paid(book, meal(who=person(age=82, living="couple")))
    assert paid(book, meal(who=person(age=82, living="couple", zone="deep-mountain")))
    halal = person(age=91, diets=frozenset({"halal"}))
    assert paid(book, meal(who=halal))
    assert not paid(book, meal(who=halal, slot="dinner"))


def test_an_operator_is_paid_by_age_and_only_where_many_eat() -> None:
    cases = {
        "cases": [{"when": {"age": {"from": 80}}, "fixed": 3}, {"when": {"age": {"from": 70}}, "fixed": 2}],
        "otherwise": {"fixed": 1},
    }
    by_age = rule(1, beneficiary="operator", version={"amount": cases})
    volume = rule(
        2,
        beneficiary="site",
        unit="month",
        version={"amount": {"each": "0.50", "by": "meals"}, "when": {"counts": {"meals-a-day": {"from": 3}}}},
    )
    meals = [meal(n, person(n, age=age)) for n, age in enumerate((65, 75, 85), 1)]
    book = book_of(by_age, volume)
    assert [amount for _rule, amount in paid(book, *meals)] == [100, 200, 300]
    done = evaluate(book, meals, tally(meals, "site", "month"))
    assert [(line.rule.rule_id, line.payee, line.amount_fen, line.key) for line in done.lines][3:] == [
        ("r2", "S1", 150, "r2/S1/2026-02")
    ]


def test_a_table_of_the_year_pays_each_row_for_its_own_part() -> None:
    tiers = [{"from": 0, "each": 2}, {"from": 1001, "each": 1}, {"from": 5001, "each": "0.50"}]
    book = book_of(
        rule(
            1,
            beneficiary="operator",
            unit="year",
            version={"amount": {"tiers": tiers, "by": "meals", "marginal": True}},
        )
    )
    for count, wanted in ((0, 0), (1, 200), (1000, 200_000), (1001, 200_100), (6000, 200_000 + 400_000 + 50_000)):
        facts = [Figures(subject="V1", kind="operator", unit="year", day=date(2026, 1, 1), counts={"meals": count})]
        assert sum(line.amount_fen for line in evaluate(book, [], facts).lines) == wanted


def test_a_subsidy_only_where_no_other_rule_pays() -> None:
    book = book_of(
        rule(1, version={"when": {"categories": ["low-income"]}}),
        rule(
            2, beneficiary="deliverer", unit="delivery", version={"amount": {"fixed": 1}, "when": {"subsidised": False}}
        ),
    )
    home = {"way": "home", "deliverer": "D1"}
    assert paid(book, meal(**home)) == [("r2", 100)]
    assert paid(book, meal(who=person(categories=frozenset({"low-income"})), **home)) == [("r1", 500)]


def test_two_tied_rules_ask_for_one_part_together() -> None:
    tied = {"own_part_paid": True}
    book = book_of(rule(1, version={"when": tied}), rule(2, version={"amount": {"fixed": 3}, "when": tied}))
    assert paid(book, meal(paid_fen=1000)) == [("r1", 500), ("r2", 300)]
    assert paid(book, meal(paid_fen=999)) == []
    assert reasons(book, meal(paid_fen=999)) == {"r1": "paid-too-little", "r2": "paid-too-little"}


def test_tally_counts_meals_people_and_days() -> None:
    meals = [
        meal(1),
        meal(2, slot="dinner"),
        meal(3, person(2), way="home"),
        meal(4, day=date(2026, 2, 3)),
        meal(5, portions=0),
    ]
    (found,) = tally(meals, "operator", "month")
    assert (found.subject, found.span, found.day) == ("V1", "2026-02", date(2026, 2, 1))
    assert dict(found.counts) == {
        "meals": 4,
        "person-days": 3,
        "persons": 2,
        "deliveries": 1,
        "days": 2,
        "meals-a-day": 2,
    }
