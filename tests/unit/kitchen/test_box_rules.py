"""Boxes out and back: every one is back, given up, or away since a known day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.errors import MealrouteError
from mealroute.kitchen import box_rules
from mealroute.kitchen.box_records import BoxInput, BoxKind, BoxRow, BoxWay

NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
DAY = NOON.date()


def _row(n: int, way: BoxWay, count: int, hours: float = 0, *, corrected: bool = False) -> BoxRow:
    return BoxRow(
        id=n, day=DAY, slot="lunch", kitchen_code="K1", vehicle_code="E1", route=1, trip=1, kind=BoxKind.HOT, way=way, count=count,
        note="", at=NOON + timedelta(hours=hours), by_name="赵", corrects_id=None, corrected=corrected,
    )  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(list(BoxWay)), st.integers(0, 40), st.integers(0, 100)), max_size=20))
def test_every_box_is_back_or_given_up_or_away(counts: list[tuple[BoxWay, int, int]]) -> None:
    rows = [_row(n, way, count, hours) for n, (way, count, hours) in enumerate(counts)]
    for balance in box_rules.balances(rows, now=NOON + timedelta(hours=200), hours=24):
        assert balance.out == sum(count for way, count, _hours in counts if way is BoxWay.OUT)
        assert balance.out + balance.unexplained == balance.back + balance.written_off + balance.away
        assert 0 <= balance.missing <= balance.away
        assert (balance.since is None) == (balance.missing == 0)


def test_what_comes_back_is_taken_for_the_oldest_that_are_away() -> None:
    rows = [_row(1, BoxWay.OUT, 4), _row(2, BoxWay.OUT, 4, 24), _row(3, BoxWay.BACK, 5, 26)]
    (balance,) = box_rules.balances(rows, now=NOON + timedelta(hours=60), hours=24)
    assert (balance.away, balance.missing, balance.since) == (3, 3, NOON + timedelta(hours=24))


def test_a_box_is_missing_only_after_its_hours() -> None:
    (balance,) = box_rules.balances([_row(1, BoxWay.OUT, 4)], now=NOON + timedelta(hours=3), hours=24)
    assert (balance.away, balance.missing) == (4, 0)


def test_a_corrected_count_counts_no_more() -> None:
    rows = [_row(1, BoxWay.OUT, 40, corrected=True), _row(2, BoxWay.OUT, 4)]
    (balance,) = box_rules.balances(rows, now=NOON, hours=24)
    assert balance.out == 4


def test_boxes_that_came_back_without_having_gone_are_shown() -> None:
    (balance,) = box_rules.balances([_row(1, BoxWay.BACK, 2)], now=NOON, hours=24)
    assert (balance.unexplained, balance.away) == (2, 0)


def test_a_loss_needs_a_reason() -> None:
    entry = BoxInput(
        client_id="0",
        day=DAY,
        slot="lunch",
        kitchen_code="K1",
        vehicle_code="E1",
        kind=BoxKind.HOT,
        way=BoxWay.WRITTEN_OFF,
        count=1,
    )
    with pytest.raises(MealrouteError, match="note-missing"):
        box_rules.check(entry)
