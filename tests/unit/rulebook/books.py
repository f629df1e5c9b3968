"""Rulebooks and facts made up at random, with every kind of amount, share, cap and group, for the laws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from mealroute.rulebook.facts import Meal, Person
from mealroute.rulebook.reading import read_draft
from mealroute.rulebook.records import Rulebook

FIRST = date(2026, 1, 29)  # a Thursday: weeks and a month end inside the span
CATEGORIES = ("minimum-living", "low-income", "extreme-hardship")


def rule(number: int, **changes: Any) -> dict[str, Any]:
    """A rule that pays 5 yuan to everybody; ``version`` holds what is changed in its one version."""
    version = {
        "version": 1,
        "from": date(2025, 1, 1),
        "amount": {"fixed": "5.00"},
        "shares": {"city": 1, "district": 1},
    }
    version.update(changes.pop("version", {}))
    return {
        "id": f"r{number}", "title": {"zh": f"规则{number}", "en": f"Rule {number}"}, "description": "试", "document": {"number": "试〔2026〕1号", "title": "试"},
        "reference": "一", "source": "测试", "beneficiary": "resident", "unit": "meal", "versions": [version], **changes,
    }  # fmt: skip


def text_of(*rules: dict[str, Any], **top: Any) -> str:
    return yaml.safe_dump(
        {"kind": "rulebook", "schema": 1, "rules": list(rules), **top}, allow_unicode=True, sort_keys=False
    )


def book_of(*rules: dict[str, Any], **top: Any) -> Rulebook:
    """The rulebook of these rules; fails with its problems where there are any."""
    book, problems = read_draft(text_of(*rules, **top), "draft.yaml")
    assert not problems, [problem.sentence for problem in problems]
    return book


AMOUNTS = st.sampled_from(
    [
        {"fixed": "5.00"}, {"fixed": "3.33"}, {"percent": "37", "of": "price"}, {"percent": "33.3", "of": "left", "rounding": "up"},
        {"percent": "10", "of": "day-spend", "rounding": "down", "at_most": "2.50"}, {"up_to": "15.00"}, {"up_to": "4.00", "own_part": "1.00"},
        {"down_to": "1.00", "at_most": "11.00"}, {"tiers": [{"from": 1, "amount": 3}, {"from": 3, "amount": "1.50"}], "by": "nth-of-week"},
        {"percent": "37", "round_to": "0.10", "own_percent": "33.3"}, {"fixed": "9.00", "own_part": "1.00", "own_percent": 30},
        {"tiers": [{"from": 1, "amount": 3}, {"from": 2, "amount": 0}, {"from": 3, "amount": 1}], "by": "nth-of-day", "per": "household"},
        {"cases": [{"when": {"categories": ["minimum-living"]}, "fixed": 6}, {"when": {"age": {"from": 80}}, "percent": 20}], "otherwise": {"fixed": "1.01"}},
    ]
)  # fmt: skip
PAID_OUT = st.sampled_from([{"fixed": "2.00"}, {"fixed": "3.33"}, {"percent": "12.5", "of": "price"}])
SHARES = st.sampled_from(
    [
        {"shares": {"city": 1, "district": 1}}, {"shares": {"city": 1, "district": 1, "street": 1}, "share_rounding": "largest-remainder"},
        {"shares": [{"payer": "city", "yuan": "1.00"}, {"payer": "district", "rest": True}]},
        {"shares": [{"payer": "city", "percent": "33.3"}, {"payer": "district", "percent": "33.3"}, {"payer": "village", "percent": "33.4"}]},
        {"shares": [{"payer": "city", "weight": 1}, {"payer": "street", "weight": 2, "when": {"registration": {"same": "street"}}, "otherwise": "lost"}]},
        {"shares": [{"payer": "city", "weight": 1}, {"payer": "street", "weight": 2, "when": {"registration": {"same": "street"}}, "otherwise": "shared"}]},
        {"shares": [{"payer": "charity", "weight": 3, "when": {"age": {"from": 80}}, "otherwise": "village"}]},
    ]
)  # fmt: skip
CAPS = st.sampled_from(
    [
        [], [], [{"count": 2, "every": "week"}], [{"yuan": "12.34", "every": "week"}], [{"count": 1, "every": "meal", "per": "household"}],
        [{"yuan": 20, "every": "month"}, {"count": 1, "every": "day"}], [{"yuan": 9, "every": "day", "per": "operator"}],
        [{"count": 4, "yuan": "15.00", "every": "year", "pool": "common"}], [{"days": 3, "every": "week"}], [{"days": 2, "every": "month", "per": "household"}],
        [{"yuan": 25, "every": "quarter", "per": "all"}], [{"count": 2, "every": "day", "per": "street"}],
    ]
)  # fmt: skip
STACKS = st.sampled_from(
    [
        None, None, {"group": "g", "mode": "exclusive", "every": "day"}, {"group": "m", "mode": "max", "every": "meal"},
        {"group": "d", "mode": "max", "every": "day"}, {"group": "s", "mode": "sum"}, {"group": "w", "mode": "exclusive", "every": "week"},
    ]
)  # fmt: skip
WHEN = st.fixed_dictionaries(
    {},
    optional={
        "slots": st.sampled_from([["lunch"], ["lunch", "dinner"]]), "age": st.sampled_from([{"from": 70}, {"to": 79}, {"from": 80, "since": "next-month"}]), "at_home": st.just(True),
        "categories": st.sampled_from([["minimum-living"], {"none": ["low-income"]}]), "price": st.sampled_from([{"over": "amount"}, {"from": "6.00"}]),
        "weekdays": st.just(["mon", "tue", "wed", "thu", "fri"]), "registration": st.just({"same": "district"}),
        "zones": st.just(["deep-mountain"]), "meal_kinds": st.just(["set"]), "born": st.just({"to": date(1946, 1, 31)}), "birthday": st.just(False), "seasons": st.just(["11-15/02-01"]),
        "any": st.just([{"age": {"from": 80}}, {"slots": ["lunch"]}]),
    },
)  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> Rulebook:
    """One to five rules: residents' first, then one of another beneficiary."""
    rules = []
    for number in range(draw(st.integers(1, 4))):
        version = {
            "amount": draw(AMOUNTS),
            "when": draw(WHEN),
            "caps": draw(CAPS),
            "stack": draw(STACKS),
            **draw(SHARES),
        }
        if draw(st.booleans()):
            version["when"] = {**version["when"], "own_part_paid": True}
        unit = draw(st.sampled_from(["meal", "person-day"]))
        if unit == "person-day" and version["stack"] and version["stack"].get("every") == "meal":
            version["stack"] = None  # the greatest of one meal cannot be paid once a day
        rules.append(rule(number, unit=unit, version={key: value for key, value in version.items() if value}))
    if draw(st.booleans()):
        when = draw(st.sampled_from([{}, {"subsidised": True}, {"ways": ["home"]}]))
        version = {"amount": draw(PAID_OUT), **({"when": when} if when else {})}
        rules.append(
            rule(
                9,
                beneficiary=draw(st.sampled_from(["operator", "deliverer"])),
                unit=draw(st.sampled_from(["meal", "person-day", "delivery"])),
                version=version,
            )
        )
    return book_of(*rules)


@st.composite
def meals(draw: st.DrawFn) -> list[Meal]:
    """Up to 16 meals of three people, two of them at one door, in eleven days over the end of a month."""
    people = [
        Person(
            person_id=number, code=f"R{number}", born=draw(st.sampled_from([None, date(1946, 1, 31), date(1944, 2, 29)])), age=draw(st.sampled_from([None, 69, 79, 80, 101])), household="door-1" if number < 3 else "",
            living=draw(st.sampled_from(["alone", "alone", "institution"])), registration=draw(st.sampled_from(["110101001", "110101002", "110109001", ""])),
            categories=frozenset(draw(st.sets(st.sampled_from(CATEGORIES), max_size=2))),
        )
        for number in (1, 2, 3)
    ]  # fmt: skip
    found = []
    for number in range(draw(st.integers(1, 16))):
        price = draw(st.sampled_from([0, 100, 500, 601, 1200, 1700]))
        found.append(
            Meal(
                meal_id=number, proof_id=number, order_id=draw(st.integers(1, 9)), person=draw(st.sampled_from(people)),
                day=FIRST + timedelta(days=draw(st.integers(0, 10))), slot=draw(st.sampled_from(["breakfast", "lunch", "lunch", "dinner"])), price_fen=price,
                paid_fen=draw(st.sampled_from([price, price, max(price - 500, 0), 0, 1])), portions=draw(st.sampled_from([1, 1, 2, 0])),
                way=draw(st.sampled_from(["home", "dine-in"])), place="110101001", operator="V1", site="S1", deliverer=draw(st.sampled_from(["", "D1"])),
            )
        )  # fmt: skip
    return found
