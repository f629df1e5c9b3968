"""Cells as people and Excel write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core import cells
from mealroute.core.cells import CellError


def refused(parse: cells.Parser[object], cell: cells.CellValue) -> str:
    with pytest.raises(CellError) as caught:
        parse(cell)
    assert caught.value.sentence
    return caught.value.code


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 3, 9), datetime(2026, 3, 9, 11, 30), "2026-03-09", "2026/3/9", "2026.3.9", "2026年3月9日", "２０２６－０３－０９", "20260309",
        20260309.0, 46090, 46090.0, "46090", "2026-03-09 00:00:00",
    ],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(cell: cells.CellValue) -> None:
    assert cells.day(cell) == date(2026, 3, 9)


@pytest.mark.parametrize("cell", ["2026-02-30", "明天", "2026-13-01", "12", 0, -5.0, True, "9/3/2026", "1e9"])
def test_what_is_no_date_is_refused(cell: cells.CellValue) -> None:
    assert refused(cells.day, cell) == "not-a-date"


@pytest.mark.parametrize(
    "cell",
    ["10:30", "１０：３０", "10:30:00", time(10, 30), 0.4375, datetime(1899, 12, 31, 10, 30), timedelta(hours=10.5)],
)
def test_a_time_is_read_as_seconds_since_midnight(cell: cells.CellValue) -> None:
    assert cells.time_of_day(cell) == 37_800


def test_what_is_no_time_is_refused() -> None:
    assert [refused(cells.time_of_day, cell) for cell in ("25:00", "十点半", 1.5)] == ["not-a-time"] * 3


@pytest.mark.parametrize("cell", ["是", "有", "yes", "Y", "TRUE", True, 1.0, "１", "√"])
def test_every_way_of_saying_yes(cell: cells.CellValue) -> None:
    assert cells.yes_no(cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "no", "False", False, 0, "0"])
def test_every_way_of_saying_no(cell: cells.CellValue) -> None:
    assert cells.yes_no(cell) is False


def test_perhaps_is_refused() -> None:
    assert refused(cells.yes_no, "也许") == "not-yes-or-no"


def test_whole_numbers_are_read_from_floats_and_full_width_digits() -> None:
    parse = cells.integer(0, 30)
    assert [parse("１２"), parse(12.0), parse(" 12 "), parse("12.0")] == [12] * 4


@pytest.mark.parametrize("cell", ["12楼", 31, -1, 1.5, "nan", "inf", True, ""])
def test_what_is_no_whole_number_in_range_is_refused(cell: cells.CellValue) -> None:
    assert refused(cells.integer(0, 30), cell) in {"not-a-number", "number-out-of-range"}


def test_amounts_are_fen_and_never_rounded_silently() -> None:
    assert [cells.money(x) for x in (18, 18.0, "18.5", "¥18.50", "１８．５０元", 18.1)] == [
        1800,
        1800,
        1850,
        1850,
        1850,
        1810,
    ]
    assert [refused(cells.money, x) for x in ("18.005", -1, "免费", True, float("nan"))] == ["not-an-amount"] * 5


def test_text_loses_blanks_and_a_false_decimal_but_no_character() -> None:
    assert cells.text("　𠮷\u200b野 \n家 ") == "𠮷野 家"
    assert (cells.text(1.0), cells.text(1.5), cells.text(date(2026, 3, 9))) == ("1", "1.5", "2026-03-09")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=20))
def test_any_visible_text_survives_unchanged(written: str) -> None:
    assert cells.text(f"  {written} ") == written


def test_a_long_number_kept_as_a_quantity_is_refused_with_how_to_mend_it() -> None:
    assert refused(cells.digits_as_text, 110101194001011200.0) == "number-rounded"
    assert refused(cells.digits_as_text, "1.10101E+17") == "number-rounded"
    assert cells.digits_as_text("１１０１０１ 19400101 123x") == "11010119400101123X"


def test_phones_lose_their_dressing() -> None:
    assert {
        cells.phone(x)
        for x in ("13900001234", "+86 139-0000-1234", "（139）00001234", 13900001234.0, "008613900001234")
    } == {"13900001234"}
    assert cells.phone("010-64012345") == "01064012345"
    assert [refused(cells.phone, x) for x in ("12345", "问女儿", "13900001234/13900001235")] == ["not-a-phone"] * 3


def test_a_sentence_about_a_phone_never_repeats_it() -> None:
    with pytest.raises(CellError) as caught:
        cells.phone("1390000123456789")
    assert "139" not in caught.value.sentence


def test_a_closed_list_takes_any_spelling_of_its_words_and_names_them_when_it_refuses() -> None:
    parse = cells.choice({"男": 1, "female": 2})
    assert [parse(" 男 "), parse("FEMALE"), parse("ＦＥＭＡＬＥ")] == [1, 2, 2]
    with pytest.raises(CellError) as caught:
        parse("其他")
    assert "男, female" in caught.value.hint


def test_several_values_stand_in_one_cell_each_once() -> None:
    parse = cells.several(cells.text)
    assert parse("低糖；软食，低糖、清真\n低盐") == ("低糖", "软食", "清真", "低盐")
    assert parse(3.0) == ("3",)


def test_text_that_does_not_fit_is_refused_not_cut() -> None:
    assert refused(cells.at_most(5), "一二三四五六") == "text-too-long"


def test_characters_that_nobody_can_see_do_not_reach_the_database() -> None:
    assert cells.text("王\x00玉\x7f兰\u200b") == "王玉兰"
    assert cells.is_blank("\x00 \ufeff")
