"""What holds for every rulebook and all facts."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mealroute.rulebook.counters import cap_key
from mealroute.rulebook.evaluate import Engine, evaluate, stream
from mealroute.rulebook.facts import Earlier, Meal
from mealroute.rulebook.records import Beneficiary, Every, Rulebook, ShareRounding, StackMode
from mealroute.rulebook.sharing import by_weight, cut
from tests.unit.rulebook.books import books, meals

LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.sampled_from(ShareRounding))
def test_parts_by_weight_are_the_whole(amount: int, weights: list[int], rounding: ShareRounding) -> None:
    if not sum(weights):
        return
    parts = by_weight(amount, weights, rounding)
    assert sum(parts) == amount
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)
    assert all(
        abs(part * sum(weights) - amount * weight) < sum(weights) * len(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5), st.integers(0, 3000))
def test_parts_cut_to_a_cap_fill_it_exactly(parts: list[int], room: int) -> None:
    named = tuple((str(place), part) for place, part in enumerate(parts))
    assert sum(part for _payer, part in cut(named, room)) == min(sum(parts), room)


@given(books(), meals())
@LAW
def test_shares_sum_to_the_line(book: Rulebook, facts: list[Meal]) -> None:
    for line in evaluate(book, facts).lines:
        assert line.amount_fen > 0
        assert sum(part for _payer, part in line.parts) == line.amount_fen
        assert all(part >= 0 for _payer, part in line.parts)


@given(books(), meals(), st.integers(0, 2**32))
@LAW
def test_the_order_of_arrival_does_not_matter(book: Rulebook, facts: list[Meal], seed: int) -> None:
    mixed = list(facts)
    random.Random(seed).shuffle(mixed)
    assert evaluate(book, mixed).lines == evaluate(book, facts).lines
    assert Counter(evaluate(book, mixed).refusals) == Counter(evaluate(book, facts).refusals)


@given(books(), meals())
@LAW
def test_the_quick_way_gives_the_same_lines_as_the_one_that_says_why_not(book: Rulebook, facts: list[Meal]) -> None:
    quick = evaluate(book, facts, refusals=False)
    assert quick.lines == evaluate(book, facts, refusals=True).lines
    assert quick.refusals == ()


@given(books(), meals())
@LAW
def test_no_more_days_than_a_cap_has(book: Rulebook, facts: list[Meal]) -> None:
    days: dict[object, set[date]] = defaultdict(set)
    for line in evaluate(book, facts).lines:
        for cap in line.rule.caps:
            if cap.days is not None:
                key = cap_key(cap, line.person, line.item)
                days[key].add(line.day)
                assert len(days[key]) <= cap.days


@given(books(), meals())
@LAW
def test_caps_are_never_passed(book: Rulebook, facts: list[Meal]) -> None:
    used: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    limits: dict[object, tuple[int | None, int | None]] = {}
    for line in evaluate(book, facts).lines:
        for cap in line.rule.caps:
            key = cap_key(cap, line.person, line.item)
            used[key][0] += 1
            used[key][1] += line.amount_fen
            limits[key] = (cap.count, cap.fen)
    for key, (count, fen) in used.items():
        most, most_fen = limits[key]
        assert most is None or count <= most
        assert most_fen is None or fen <= most_fen


@given(books(), meals())
@LAW
def test_a_group_of_which_one_rule_pays_pays_once_in_its_span(book: Rulebook, facts: list[Meal]) -> None:
    seen: dict[object, str] = {}
    for line in evaluate(book, facts).lines:
        stack = line.rule.stack
        if stack is None or stack.mode is StackMode.SUM or line.person is None or line.meal is None:
            continue
        day = line.day.toordinal()
        span = {Every.MEAL: (day, line.meal.slot), Every.DAY: day, Every.WEEK: day - line.day.weekday()}[stack.every]
        assert seen.setdefault((stack.group, line.person.person_id, span), line.rule.rule_id) == line.rule.rule_id
        if stack.mode is StackMode.MAX:
            key = ("once", stack.group, line.person.person_id, span)
            assert key not in seen
            seen[key] = line.key


@given(books(), meals())
@LAW
def test_a_resident_never_gets_more_than_the_price_and_the_copay_is_the_rest(book: Rulebook, facts: list[Meal]) -> None:
    got: Counter[int] = Counter()
    copay: dict[int, int] = {}
    prices: dict[int, int] = {}
    for line in evaluate(book, facts).lines:
        if line.rule.beneficiary is Beneficiary.RESIDENT and line.meal is not None:
            got[line.meal.meal_id] += line.amount_fen
            copay[line.meal.meal_id] = copay.get(line.meal.meal_id, 0) + line.copay_fen
            prices[line.meal.meal_id] = line.meal.price_fen
        else:
            assert line.copay_fen == 0
    assert {meal: got[meal] + copay[meal] for meal in got} == prices
    assert all(amount >= 0 for amount in copay.values())


@given(books(), meals())
@LAW
def test_where_the_own_part_has_to_be_paid_it_was(book: Rulebook, facts: list[Meal]) -> None:
    done = evaluate(book, facts)
    got: Counter[int] = Counter()
    for line in done.lines:
        if line.rule.beneficiary is Beneficiary.RESIDENT and line.meal is not None:
            got[line.meal.meal_id] += line.amount_fen
    for line in done.lines:
        if line.meal is not None and any(one.key == "own_part_paid" for one in line.rule.conditions):
            assert line.meal.paid_fen >= line.meal.price_fen - got[line.meal.meal_id]


@given(books(), meals())
@LAW
def test_keys_are_unique_and_every_meal_has_an_answer_from_every_rule(book: Rulebook, facts: list[Meal]) -> None:
    done = evaluate(book, facts)
    keys = [line.key for line in done.lines]
    assert len(set(keys)) == len(keys)
    answers = Counter((line.rule.key, line.item.meal_id) for line in done.lines)  # type: ignore[union-attr]
    answers += Counter((one.rule.key, one.item.meal_id) for one in done.refusals)  # type: ignore[union-attr]
    newest = {meal.meal_id: meal for meal in facts}
    delivered = [meal for meal in newest.values() if meal.portions > 0]
    expected = Counter((rule.key, meal.meal_id) for meal in delivered for rule in book.on(meal.day))
    assert answers == expected


@given(books(), meals())
@LAW
def test_every_refusal_has_a_code_and_a_sentence(book: Rulebook, facts: list[Meal]) -> None:
    for refusal in evaluate(book, facts).refusals:
        assert refusal.code
        assert refusal.sentence
        assert refusal.sentence != refusal.code


@given(books(), meals(), st.integers(1, 500))
@LAW
def test_a_later_version_changes_nothing_before_its_day(book: Rulebook, facts: list[Meal], more: int) -> None:
    begins = date(2026, 2, 3)
    changed = []
    for rule in book.rules:
        ended = replace(rule, valid_to=date(2026, 2, 2))
        changed += [
            ended,
            replace(rule, version=2, valid_from=begins, amount=replace(rule.amount, fen=rule.amount.fen + more)),
        ]
    before = [(line.key, line.amount_fen, line.parts) for line in evaluate(book, facts).lines if line.day < begins]
    after = [
        (line.key, line.amount_fen, line.parts)
        for line in evaluate(replace(book, rules=tuple(changed)), facts).lines
        if line.day < begins
    ]
    assert before == after


@given(books(), meals(), st.integers(0, 10))
@LAW
def test_a_span_claimed_in_two_goes_is_the_same_as_in_one(book: Rulebook, facts: list[Meal], split: int) -> None:
    newest = {meal.meal_id: meal for meal in facts}.values()
    border = date(2026, 1, 29).toordinal() + split
    first = [meal for meal in newest if meal.day.toordinal() < border]
    second = [meal for meal in newest if meal.day.toordinal() >= border]
    whole = evaluate(book, newest).lines
    one = evaluate(book, first).lines
    earlier = [
        Earlier(
            rule_id=line.rule.rule_id, day=line.day, slot=line.meal.slot, amount_fen=line.amount_fen, person_id=line.person.person_id,
            household=line.person.household, operator=line.meal.operator, site=line.meal.site, deliverer=line.meal.deliverer,
        )
        for line in one if line.meal is not None and line.person is not None
    ]  # fmt: skip
    assert one + evaluate(book, second, earlier=earlier).lines == whole


@given(books(), meals())
@LAW
def test_a_stream_by_person_and_day_is_the_same(book: Rulebook, facts: list[Meal]) -> None:
    engine = Engine(book)
    assert sorted(line.key for line in stream(engine, facts)) == sorted(
        line.key for line in evaluate(book, facts).lines
    )
