"""Slips that YAML itself swallows or stumbles over: each is refused with the line, the key as far as there is one, and the reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mealroute.core.i18n import speaking
from mealroute.core.rulebook import RulebookError
from mealroute.rulebook.reading import load_file, read_draft
from mealroute.rulebook.sentences import sentences
from tests.unit.rulebook.books import book_of, rule, text_of

V = "rules[0].versions[0]"
CAPPED = text_of(rule(1, version={"caps": [{"count": 5, "every": "week"}]}))


def told(text: str) -> tuple[str, str, str]:
    """The line itself, the key and the reason of the one problem of a text."""
    with speaking("en"):
        (one,) = read_draft(text, "draft.yaml")[1]
    assert one.line is not None
    return text.splitlines()[one.line - 1].strip(), one.key, one.reason


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "2026-1-32"])
def test_a_day_that_no_calendar_has_is_told_where_it_stands(day: str) -> None:
    line, key, reason = told(CAPPED.replace("from: 2025-01-01", f"from: {day}"))
    assert (line, key) == (f"from: {day}", f"{V}.from")
    assert "date" in reason


@pytest.mark.parametrize("number", ["010", "0x10", "0b11", "1:30", "1_0", "10000000000"])
def test_a_number_counts_only_as_people_write_it(number: str) -> None:
    line, key, reason = told(CAPPED.replace("count: 5", f"count: {number}"))
    assert (line, key) == (f"- count: {number}", f"{V}.caps[0].count")
    assert "whole number" in reason


def test_an_amount_with_a_nought_before_it_is_not_octal() -> None:
    book, _problems = read_draft(CAPPED.replace("fixed: '5.00'", "fixed: 015"), "draft.yaml")
    assert book.rules[0].amount.fen == 1500


@pytest.mark.parametrize("amount", ['"2,50"', '"1e3"', "100000001", '"99999999999999"'])
def test_an_amount_that_is_a_slip_is_refused(amount: str) -> None:
    line, key, _reason = told(CAPPED.replace("fixed: '5.00'", f"fixed: {amount}"))
    assert (line, key) == (f"fixed: {amount}", f"{V}.amount.fixed")


@pytest.mark.parametrize("entry", ["hello", "12", "[]", ""])
def test_an_entry_of_a_list_that_is_no_block_has_the_line_where_it_stands(entry: str) -> None:
    line, key, reason = told(CAPPED.replace("- count: 5\n      every: week", f"- {entry}"))
    assert (line, key) == (f"- {entry}".strip(), f"{V}.caps[0]")
    assert "block" in reason


@pytest.mark.parametrize(
    ("good", "bad", "key", "reason"),
    [
        ("  beneficiary: resident", "\tbeneficiary: resident", "beneficiary", "tab"),
        ("beneficiary: resident", "beneficiary：resident", "beneficiary", "full-width"),
        ("source: 测试", "source: 测\x07试", "source", "not readable"),
        ("id: r1", "id: 'r1", "id", "not readable"),
    ],
)
def test_where_reading_stops_line_and_key_are_told(good: str, bad: str, key: str, reason: str) -> None:
    _line, found, why = told(CAPPED.replace(good, bad))
    assert reason in why
    assert found == key or good == "id: r1"


@pytest.mark.parametrize("text", ["", "- a", "hello", "[" * 3000])
def test_what_is_no_block_at_all_is_told_at_its_first_line(text: str) -> None:
    with speaking("en"):
        (one,) = read_draft(text, "draft.yaml")[1]
    assert one.line == 1


@pytest.mark.parametrize(
    ("changed", "key", "reason"),
    [
        (rule(1, version={"when": {"age": {"from": 800}}}), f"{V}.when.age.from", "130"),
        (rule(1, version={"when": {"age": 131}}), f"{V}.when.age", "130"),
        (rule(1, version={"when": {"ability": {"from": 9}}}), f"{V}.when.ability.from", "4"),
        (rule(1, id="a/b"), "rules[0].id", "60"),
        (rule(1, id="=1+1"), "rules[0].id", "60"),
        (rule(1, id="x" * 61), "rules[0].id", "60"),
        (rule(1, document={"number": "文" * 81, "title": "试"}), "rules[0].document.number", "80"),
        (rule(1, version={"shares": {"city": 1, "district": 10**30}}), f"{V}.shares.district", "1000000000"),
        (rule(1, version={"version": 10**12}), f"{V}.version", "1000000000"),
    ],
)
def test_what_nobody_can_mean_is_refused(changed: dict[str, Any], key: str, reason: str) -> None:
    _line, found, why = told(text_of(changed))
    assert found == key
    assert reason in why


def test_a_day_is_off_or_worked() -> None:
    calendar = {"holidays": [date(2026, 10, 1)], "workdays": [date(2026, 10, 1)]}
    _line, key, reason = told(text_of(rule(1), calendar=calendar))
    assert key == "calendar.workdays"
    assert "2026-10-01" in reason


def test_a_payer_of_the_file_has_a_name_that_payments_can_hold() -> None:
    names = {"payer": {"x" * 41: {"zh": "甲", "en": "A"}}}
    _line, key, reason = told(text_of(rule(1), names=names))
    assert key == f"names.payer.{'x' * 41}"
    assert "40" in reason


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("# a\n# 规则\n".encode("gbk") + text_of(rule(1)).encode())
    with speaking("en"), pytest.raises(RulebookError) as caught:
        load_file(tmp_path / "a.yaml")
    assert caught.value.facts["line"] == 2
    assert "UTF-8" in str(caught.value.facts["trouble"])


@pytest.mark.parametrize(("district", "said"), [(700, "1/701"), (2345, "1/2346"), (10**9, "1/1000000001")])
def test_weights_by_population_are_read_out_as_they_stand(district: int, said: str) -> None:
    book = book_of(rule(1, version={"shares": {"city": 1, "district": district}}))
    assert any(said in one.text for one in sentences(book.rules[0], book.names))


WHOLE = text_of(
    rule(1, version={"when": {"age": {"from": 60}, "basic_service": True}, "caps": [{"count": 5, "every": "week"}]}),
    title={"zh": "试", "en": "Try"},
)


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ("fixed: '5.00'", "fixed: '5.00'\n      at_most:", f"{V}.amount.at_most"),
        ("fixed: '5.00'", "fixed: '5.00'\n      own_part:", f"{V}.amount.own_part"),
        ("from: 60", "from: 60\n        to:", f"{V}.when.age.to"),
        ("count: 5", "count:", f"{V}.caps[0].count"),
        ("every: week", "every: week\n      per:", f"{V}.caps[0].per"),
        ("unit: meal", "unit: meal\n  option:", "rules[0].option"),
        ("unit: meal", "unit: meal\n  priority:", "rules[0].priority"),
        ("schema: 1", "schema: 1\nin_force:", "in_force"),
        ("schema: 1", "schema: 1\ncalendar:", "calendar"),
    ],
)
def test_a_key_with_nothing_behind_it_is_refused_and_never_passed_over(good: str, bad: str, key: str) -> None:
    assert good in WHOLE
    line, found, reason = told(WHOLE.replace(good, bad, 1))
    assert found == key
    assert line.endswith(":")
    assert "nothing stands behind" in reason


def test_a_version_may_leave_its_end_open() -> None:
    assert not read_draft(WHOLE.replace("from: 2025-01-01", "from: 2025-01-01\n    to:", 1), "draft.yaml")[1]


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF"])
def test_yes_and_no_are_words_and_no_flags(word: str) -> None:
    line, key, reason = told(WHOLE.replace("basic_service: true", f"basic_service: {word}"))
    assert (line, key) == (f"basic_service: {word}", f"{V}.when.basic_service")
    assert reason == "expected true or false"
    book, problems = read_draft(WHOLE.replace("id: r1", f"id: {word}"), "draft.yaml")
    assert not problems
    assert book.rules[0].rule_id == word


@pytest.mark.parametrize("scalar", ["12", "2026-01-01", "true", "1.5"])
def test_a_number_or_a_day_where_text_belongs_is_told_once_and_how_to_write_it(scalar: str) -> None:
    line, key, reason = told(WHOLE.replace("id: r1", f"id: {scalar}"))
    assert (line, key) == (f"- id: {scalar}", "rules[0].id")
    assert "quotation marks" in reason


@pytest.mark.parametrize(
    ("good", "bad", "key", "near"),
    [
        ("basic_service: true", "basic-service: true", f"{V}.when.basic-service", "basic_service"),
        ("every: week", "Every: week", f"{V}.caps[0].Every", "every"),
        ("schema: 1", "schema: 1\ninforce: false", "inforce", "in_force"),
        ("district: 1", "distrit: 1", f"{V}.shares.distrit", "district"),
    ],
)
def test_a_key_that_is_nearly_a_known_one_is_told_which(good: str, bad: str, key: str, near: str) -> None:
    assert good in WHOLE
    with speaking("en"):
        problems = read_draft(WHOLE.replace(good, bad, 1), "draft.yaml")[1]
    assert any(one.key == key and f"“{near}”" in one.reason for one in problems)


@pytest.mark.parametrize(
    ("changed", "key", "reason"),
    [
        (rule(1, version={"when": {"age": "60"}}), f"{V}.when.age", "{from: 60, to: 79}"),
        (rule(1, version={"when": {"age": [60, 79]}}), f"{V}.when.age", "{from: 60, to: 79}"),
        (rule(1, version={"when": {"categories": "low-income"}}), f"{V}.when.categories", "list"),
        (rule(1, version={"when": {"price": 5}}), f"{V}.when.price", "from, over, to, under"),
        (rule(1, version={"when": {"price": {"over": 5.5}}}), f"{V}.when.price.over", "in quotes"),
        (rule(1, version={"when": {}}), f"{V}.when", "without any condition"),
        (rule(1, version={"stack": {"group": "g"}}), f"{V}.stack.mode", "exclusive, max, sum"),
        (rule(1, version={"when": {"slots": {"dinner": ["22:00", "01:00"]}}}), f"{V}.when.slots.dinner", "midnight"),
    ],
)
def test_what_is_wanted_is_said(changed: dict[str, Any], key: str, reason: str) -> None:
    _line, found, why = told(text_of(changed))
    assert found == key
    assert reason in why


def test_a_key_that_is_missing_is_called_missing() -> None:
    _line, key, reason = told(WHOLE.replace("- version: 1\n    from", "- from", 1))
    assert key == f"{V}.version"
    assert "missing" in reason


@pytest.mark.parametrize("title", ["试", {"zh": "试"}, {"zh": "试", "en": "Try", "fr": "Essai"}])
def test_the_title_of_the_file_is_looked_at(title: object) -> None:
    _line, key, _reason = told(text_of(rule(1), title=title))
    assert key.startswith("title")


def test_the_schema_is_a_number() -> None:
    _line, key, _reason = told(text_of(rule(1), schema=True))
    assert key == "schema"


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("unit: meal", "unit:meal", "behind the colon"),
        ("  unit: meal", "\u3000\u3000unit: meal", "blank"),
        ("  unit: meal", "\u00a0\u00a0unit: meal", "blank"),
        ("unit: meal", 'unit: {a: "meal', "not closed"),
        ("unit: meal", "unit: [meal", "not closed"),
        ("  unit: meal", " unit: meal", "indented"),
        ("  unit: meal", "   unit: meal", "indented"),
    ],
)
def test_the_line_that_is_wrong_is_told_and_not_the_one_where_reading_stops(good: str, bad: str, reason: str) -> None:
    assert good in WHOLE
    line, key, why = told(WHOLE.replace(good, bad, 1))
    assert line == bad.strip()
    assert key == "unit"
    assert reason in why
