"""A rule file with a mistake is refused with its line, its key and the reason; one mistake never hides the others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mealroute.core.i18n import speaking
from mealroute.core.rulebook import RulebookError
from mealroute.rulebook.reading import load, load_file, read_draft
from mealroute.rulebook.reading_rules import Problem
from tests.unit.rulebook.books import book_of, rule, text_of

V = "rules[0].versions[0]"


def _problems(text: str) -> tuple[Problem, ...]:
    with speaking("en"):
        return read_draft(text, "draft.yaml")[1]


def _wrong(key: str, value: Any) -> str:
    return text_of(rule(1, version={key: value}))


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        (text_of(rule(1, colour="red")), "rules[0].colour", "not known"),
        (text_of(rule(1, beneficiary="vendor")), "rules[0].beneficiary", "expected one of"),
        (text_of(rule(1, unit="week")), "rules[0].unit", "expected one of"),
        (text_of(rule(1, option="nobody-decided")), "rules[0].option", "no flag"),
        (text_of(rule(1, priority=-1)), "rules[0].priority", "whole number"),
        (text_of(rule(1, certainty="sure")), "rules[0].certainty", "expected one of"),
        (text_of(rule(1, document={"title": "x"})), "rules[0].document.number", "expected text"),
        (text_of(rule(1), rule(1)), "rules[1].id", "twice"),
        (text_of(rule(1, unit="delivery")), "rules[0].unit", "not the resident"),
        (_wrong("from", "soon"), f"{V}.from", "date"),
        (_wrong("to", date(2024, 1, 1)), f"{V}.to", "before its beginning"),
        (_wrong("version", 0), f"{V}.version", "whole number"),
        (_wrong("amount", {"fixed": "5.001"}), f"{V}.amount.fixed", "two decimals"),
        (_wrong("amount", {"fixed": 2.5}), f"{V}.amount.fixed", "quotes"),
        (_wrong("amount", {"fixed": 0}), f"{V}.amount.fixed", "more than nothing"),
        (_wrong("amount", {"fixed": 5, "percent": 10}), f"{V}.amount", "exactly one"),
        (_wrong("amount", {"percent": 101}), f"{V}.amount.percent", "percentage"),
        (_wrong("amount", {"percent": "a third"}), f"{V}.amount.percent", "percentage"),
        (_wrong("amount", {"percent": 10, "of": "cost"}), f"{V}.amount.of", "expected one of"),
        (_wrong("amount", {"percent": 10, "rounding": "up and down"}), f"{V}.amount.rounding", "expected one of"),
        (_wrong("amount", {"percent": 10, "at_least": 5, "at_most": 4}), f"{V}.amount.at_most", "below"),
        (_wrong("amount", {"each": 5, "by": "meals"}), f"{V}.amount.each", "cannot be asked"),
        (_wrong("amount", {"tiers": [{"from": 3, "amount": 1}, {"from": 3, "amount": 2}], "by": "nth-of-day"}), f"{V}.amount.tiers[1].from", "higher"),
        (_wrong("amount", {"tiers": [{"from": 3, "amount": 1}], "by": "signed-persons"}), f"{V}.amount.by", "expected one of"),
        (_wrong("amount", {"cases": [{"when": {}, "fixed": 1}]}), f"{V}.amount.cases[0].when", "without any condition"),
        (_wrong("amount", {"cases": [{"when": {"price": {"over": "amount"}}, "fixed": 1}]}), f"{V}.amount.cases[0].when.price", "not known yet"),
        (_wrong("shares", {"city": 0}), f"{V}.shares", "somebody has to pay"),
        (_wrong("shares", {"moon": 1}), f"{V}.shares.moon", "not known"),
        (_wrong("shares", [{"payer": "city", "yuan": 3}]), f"{V}.shares", "nobody pays what"),
        (_wrong("shares", [{"payer": "city", "weight": 1}, {"payer": "city", "weight": 1}]), f"{V}.shares", "twice"),
        (_wrong("shares", [{"payer": "city", "percent": 60}, {"payer": "district", "percent": 30}]), f"{V}.shares", "100"),
        (_wrong("shares", [{"payer": "city", "weight": 1, "yuan": 3}]), f"{V}.shares[0]", "exactly one"),
        (_wrong("shares", [{"payer": "city", "rest": True}, {"payer": "district", "weight": 1}]), f"{V}.shares", "rest"),
        (_wrong("shares", [{"payer": "city", "weight": 1, "otherwise": "lost"}]), f"{V}.shares[0].otherwise", "when"),
        (_wrong("share_rounding", "kindly"), f"{V}.share_rounding", "expected one of"),
        (_wrong("when", {"age": {"from": 80, "to": 60}}), f"{V}.when.age.to", "no number lies"),
        (_wrong("when", {"age": {"from": 80, "over": 79}}), f"{V}.when.age.over", "keep one"),
        (_wrong("when", {"age": {}}), f"{V}.when.age", "at least one"),
        (_wrong("when", {"age": "old"}), f"{V}.when.age", "block of keys"),
        (_wrong("when", {"categories": ["no-such"]}), f"{V}.when.categories", "“no-such” is not known"),
        (_wrong("when", {"categories": {"any": ["low-income"], "none": ["low-income"]}}), f"{V}.when.categories.none", "at once"),
        (_wrong("when", {"slots": ["brunch"]}), f"{V}.when.slots", "not known"),
        (_wrong("when", {"slots": {"lunch": ["13:00", "11:00"]}}), f"{V}.when.slots.lunch", "ends before"),
        (_wrong("when", {"slots": {"lunch": [660, 810]}}), f"{V}.when.slots.lunch", "two times"),
        (_wrong("when", {"window": 3}), f"{V}.when.window", "cannot be asked"),
        (_wrong("when", {"basic_service": "yes"}), f"{V}.when.basic_service", "true or false"),
        (_wrong("when", {"own_part_paid": False}), f"{V}.when.own_part_paid", "only be true"),
        (_wrong("when", {"registration": {"same": "street", "other": "street"}}), f"{V}.when.registration.other", "same"),
        (_wrong("when", {"registration": {"in": ["Beijing"]}}), f"{V}.when.registration.in", "place codes"),
        (_wrong("when", {"price": {"over": "5.001"}}), f"{V}.when.price.over", "two decimals"),
        (_wrong("when", {"star": 3}), f"{V}.when.star", "not known"),
        (_wrong("when", {"counts": {"star": 3}}), f"{V}.when.counts", "cannot be asked"),
        (_wrong("when", {"any": [{"own_part_paid": True}]}), f"{V}.when.any[0].own_part_paid", "own “when”"),
        (_wrong("when", {"any": []}), f"{V}.when.any", "at least one entry"),
        (_wrong("when", {"outcomes": ["handed-over"], "outcomes_option": "x"}), f"{V}.when.outcomes_option", "keep one"),
        (_wrong("caps", [{"every": "week"}]), f"{V}.caps[0]", "count, days or yuan"),
        (_wrong("caps", [{"every": "day", "days": 1}]), f"{V}.caps[0].days", "a week or longer"),
            (_wrong("when", {"age": {"from": 80, "since": "soon"}}), f"{V}.when.age.since", "expected one of"),
            (_wrong("when", {"age": {"since": "month"}}), f"{V}.when.age", "at least one"),
            (_wrong("when", {"age": {"from": 80, "to": 70, "since": "month"}}), f"{V}.when.age.to", "no number lies"),
            (_wrong("when", {"born": {}}), f"{V}.when.born", "from, to or both"),
            (_wrong("when", {"born": {"to": 1940}}), f"{V}.when.born.to", "date"),
            (_wrong("when", {"enrolled": {"from": date(2026, 7, 1), "to": date(2026, 6, 30)}}), f"{V}.when.enrolled.to", "before its beginning"),
            (_wrong("when", {"seasons": ["11-15"]}), f"{V}.when.seasons", "parts of the year"),
            (_wrong("when", {"seasons": ["02-30/03-15"]}), f"{V}.when.seasons", "parts of the year"),
            (_wrong("when", {"dates": ["2026-10-18"]}), f"{V}.when.dates", "list of dates"),
            (_wrong("amount", {"percent": 10, "round_to": "0.001"}), f"{V}.amount.round_to", "two decimals"),
            (_wrong("amount", {"fixed": 5, "round_to": "0.10"}), f"{V}.amount.round_to", "not known"),
            (_wrong("amount", {"fixed": 5, "own_percent": 0}), f"{V}.amount.own_percent", "percentage"),
            (_wrong("amount", {"tiers": [{"from": 1, "amount": 1}], "by": "nth-of-day", "per": "subject"}), f"{V}.amount.per", "expected one of"),
            (_wrong("caps", [{"every": "fortnight", "count": 1}]), f"{V}.caps[0].every", "expected one of"),
        (_wrong("caps", [{"every": "week", "count": 0}]), f"{V}.caps[0].count", "whole number"),
        (_wrong("caps", [{"every": "week", "yuan": 2}]), "r1", "below a single amount"),
        (_wrong("caps", [{"every": "week", "count": 1, "per": "subject"}]), f"{V}.caps[0].per", "cannot be asked"),
        (_wrong("stack", {"group": "g", "mode": "least"}), f"{V}.stack.mode", "expected one of"),
        (_wrong("stack", {"group": "g", "mode": "max", "every": "month"}), f"{V}.stack.every", "greatest"),
        (_wrong("when", {"price": {"over": "amount", "to": "5.00"}}), "r1", "no price"),
        (text_of(rule(1, beneficiary="operator", version={"when": {"own_part_paid": True}})), "r1", "own_part_paid"),
        (text_of(rule(1, beneficiary="operator", version={"amount": {"up_to": 3}})), "r1", "up_to"),
        (text_of(rule(1, beneficiary="deliverer", unit="delivery", version={"when": {"ways": ["dine-in"]}})), "r1", "brought home"),
        (text_of(rule(1, beneficiary="operator", version={"when": {"subsidised": True}}), rule(2)), "r1", "stands before r2"),
        (
            text_of(rule(1, version={"stack": {"group": "g", "mode": "max"}}), rule(2, version={"stack": {"group": "g", "mode": "exclusive"}})),
            "r2", "differently",
        ),
        (
            text_of(
                rule(1, version={"stack": {"group": "g", "mode": "max"}}),
                rule(2, beneficiary="operator", version={"stack": {"group": "g", "mode": "max"}}),
            ),
            "r2", "cannot be compared",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_line_key_and_reason(text: str, key: str, reason: str) -> None:
    found = _problems(text)
    assert [(one.key, reason in one.reason) for one in found] == [(key, True)], [one.sentence for one in found]
    (one,) = found
    assert one.line is not None
    assert f"第 {one.line} 行" in one.sentence


def test_the_line_is_that_of_the_key() -> None:
    text = text_of(rule(1, version={"when": {"age": {"from": 80, "to": 60}}}))
    (one,) = _problems(text)
    assert text.splitlines()[(one.line or 0) - 1].strip() == "to: 60"


def test_three_mistakes_are_three_problems_in_the_order_of_the_file() -> None:
    text = text_of(
        rule(1, colour="red", version={"amount": {"fixed": 0}, "when": {"age": {}, "living": ["sea"]}}), rule(2)
    )
    found = _problems(text)
    assert len(found) == 4
    assert [one.line for one in found] == sorted(one.line or 0 for one in found)


def test_rules_beside_a_mistake_are_still_read() -> None:
    book, problems = read_draft(text_of(rule(1, unit="week"), rule(2)), "draft.yaml")
    assert [one.rule_id for one in book.rules] == ["r2"]
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text", ["", "kind: [", "- 1", "kind: other\nschema: 1", "kind: rulebook\nschema: 2", "kind: rulebook\nschema: 1", "a: 2022-13-45", "kind: rulebook\nkind: rulebook"],
)  # fmt: skip
def test_what_is_no_rulebook_is_one_problem(text: str) -> None:
    assert len(_problems(text)) == 1


def test_a_file_that_folds_into_itself_is_refused() -> None:
    block = "&a {any: [*a, *a, *a]}"
    assert _problems(
        text_of(rule(1)).replace("  versions:", "  versions:").replace("shares:", f"when: {block}\n    shares:")
    )


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    text = text_of(rule(1)).replace("  beneficiary: resident\n", "  beneficiary: resident\n  beneficiary: operator\n")
    (one,) = _problems(text)
    assert one.key == "beneficiary"
    assert "twice" in one.reason


def test_versions_follow_one_another() -> None:
    twice = rule(1)
    twice["versions"].append({**twice["versions"][0], "version": 2, "from": date(2026, 3, 1)})
    first, second = book_of(twice).rules
    assert (first.valid_to, second.valid_from) == (date(2026, 2, 28), date(2026, 3, 1))
    twice["versions"][1]["from"] = date(2024, 3, 1)
    assert [one.key for one in _problems(text_of(twice))] == ["rules[0].versions[1].from"]


def test_the_rules_in_force_are_refused_as_a_whole_for_one_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text_of(rule(1, unit="week")), "utf-8")
    with pytest.raises(RulebookError) as caught:
        load(tmp_path)
    assert caught.value.facts["key"] == "rules[0].unit"
    assert caught.value.facts["line"]
    with pytest.raises(RulebookError):
        load_file(tmp_path / "a.yaml")


def test_a_file_that_is_not_in_force_pays_nothing_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text_of(rule(1)), "utf-8")
    (tmp_path / "b.yaml").write_text(text_of(rule(2), in_force=False), "utf-8")
    assert [one.rule_id for one in load(tmp_path).rules] == ["r1"]


def test_one_id_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text_of(rule(1)), "utf-8")
    with pytest.raises(RulebookError, match="两次"):
        load(tmp_path)


def test_the_rules_in_force_are_beijings() -> None:
    assert [one.rule_id for one in load().on(date(2026, 3, 9))] == ["bj-meal-resident", "bj-meal-operator"]
    assert load().on(date(2022, 3, 13)) == ()
