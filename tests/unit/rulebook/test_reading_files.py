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
