import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.delivery.records import Outcome
from mealroute.dispatch import sheet_codes
from mealroute.dispatch.sheet_codes import SheetCode

numbers = st.integers(1, 99_999)


@given(numbers, st.integers(1, 200), st.integers(1, 200))
def test_what_is_printed_is_read_back(version: int, route: int, stop: int) -> None:
    assert sheet_codes.read(sheet_codes.sheet_code(version, route)) == SheetCode(version, route)
    assert sheet_codes.read(sheet_codes.stop_code(version, route, stop)) == SheetCode(version, route, stop)


@given(numbers, st.integers(1, 99), st.data())
def test_one_wrong_figure_is_found(version: int, route: int, data: st.DataObject) -> None:
    code = sheet_codes.sheet_code(version, route)
    at = data.draw(st.sampled_from([n for n, ch in enumerate(code) if ch.isdigit()]))
    other = data.draw(st.sampled_from([ch for ch in "0123456789" if ch != code[at]]))
    assert sheet_codes.read(code[:at] + other + code[at + 1 :]) is None


@given(st.integers(10, 99_999), st.integers(1, 99))
def test_two_neighbours_that_changed_places_are_found(version: int, route: int) -> None:
    head, route_text, check = sheet_codes.sheet_code(version, route).split("-")
    swapped = head[:-2] + head[-1] + head[-2]
    if swapped != head:
        assert sheet_codes.read(f"{swapped}-{route_text}-{check}") is None


@pytest.mark.parametrize("text", ["", "19", "19-04", "abc", "19-04-7-1-2", "1" * 60, "19-04-77"])
def test_anything_else_is_no_code(text: str) -> None:
    assert sheet_codes.read(text) is None


def test_a_number_pad_has_no_dash_so_any_mark_will_do() -> None:
    code = sheet_codes.sheet_code(19, 4)
    assert sheet_codes.read(code.replace("-", ".")) == SheetCode(19, 4)
    assert sheet_codes.read(f" {code.replace('-', ' ')} ") == SheetCode(19, 4)


def test_every_digit_is_an_outcome_of_its_own() -> None:
    outcomes = [Outcome(outcome) for _digit, outcome, _words in sheet_codes.DIGITS]
    assert len(set(outcomes)) == len(outcomes)
    assert [digit for digit, _outcome, _words in sheet_codes.DIGITS] == list("1234567890")
