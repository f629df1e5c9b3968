from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core import text
from mealroute.core.clock import FixedClock, clock_text, parse_clock
from mealroute.core.money import parse_yuan, yuan


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_fen_written_as_yuan_reads_back_the_same(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    "bad", ["12.345", "abc", "", "nan", "1e999", True, "2,50", "2，50", "1e3", "1_000", "1,2345", "-"]
)
def test_what_is_not_an_amount_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_yuan(bad)


@pytest.mark.parametrize(
    ("written", "fen"), [("1,234.50", 123450), ("¥12", 1200), ("12.5元", 1250), (".5", 50), ("-3.", -300), ("５", 500)]
)
def test_an_amount_is_read_as_people_write_it(written: str, fen: int) -> None:
    assert parse_yuan(written) == fen


@given(st.integers(min_value=0, max_value=24 * 60 - 1))
def test_a_minute_of_the_day_reads_back_the_same(minute: int) -> None:
    assert parse_clock(clock_text(minute * 60)) == minute * 60


def test_a_service_day_begins_at_midnight_in_beijing() -> None:
    clock = FixedClock(datetime(2026, 3, 8, 16, 0, tzinfo=UTC))
    assert str(clock.today()) == "2026-03-09"


@pytest.mark.parametrize(
    ("name", "full", "short", "masked"),
    [
        ("王玉兰", "wangyulan", "wyl", "王*兰"),
        ("单芳", "shanfang", "sf", "单*"),
        ("曾𠮷祥", "zeng𠮷xiang", "z𠮷x", "曾*祥"),
    ],
)
def test_names_have_a_reading_and_a_mask(name: str, full: str, short: str, masked: str) -> None:
    assert text.mask_name(name) == masked
    assert text.initials(name)[0] == short[0]
    assert text.pinyin(name)[:3] == full[:3]


def test_masks_keep_only_the_ends() -> None:
    assert text.mask_phone("13800001234") == "138****1234"
    assert text.mask_id("110101194001011234") == "110***********1234"


def test_routes_beyond_the_colours_repeat_with_a_letter() -> None:
    assert [text.route_label(n) for n in (1, 18, 19, 36, 37, 55)] == ["1", "18", "1A", "18A", "1B", "1C"]
