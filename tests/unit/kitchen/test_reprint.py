"""Reprints hold what a new version says otherwise, all of it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from mealroute.kitchen import reprint, rules
from mealroute.kitchen.records import PlannedPortion
from mealroute.kitchen.reprint_exports import count_changes_pdf, packing_changes_pdf

DAY = date(2026, 3, 9)


def rows(*numbers: int) -> list[PlannedPortion]:
    """One portion an order, all on the first trip of route 1."""
    return [
        PlannedPortion(
            book_line_id=n, order_id=n, kitchen_code="K1", route=1, trip=1, position=n, load_at_s=37200, leave_s=37800,
            resident_name="李桂兰", dish_code="D1", dish_name="红烧豆腐", diets=("halal",) if n % 5 == 0 else (), strict=False,
            size="normal", quantity=1, driver_name="刘建国", vehicle_code="E1",
        )
        for n in numbers
    ]  # fmt: skip


def test_nothing_is_printed_where_nothing_changed() -> None:
    old = rows(1, 2, 3)

    assert reprint.rows_to_label(old, old) == ()
    assert reprint.count_changes(old, old) == ()
    assert reprint.trip_changes(rules.packing(old), rules.packing(old)) == ()


def test_a_stop_that_only_counts_otherwise_keeps_its_label() -> None:
    old = rows(1, 2)

    assert reprint.rows_to_label(old, [replace(one, position=one.position + 1) for one in old]) == ()


def test_a_new_a_moved_and_a_changed_portion_get_labels_and_no_other() -> None:
    old = rows(1, 2, 3, 4)
    new = [old[0], replace(old[1], route=9), replace(old[2], quantity=2), *rows(5)]

    assert [one.order_id for one in reprint.rows_to_label(old, new)] == [2, 3, 5]


@given(st.lists(st.integers(1, 30), unique=True), st.lists(st.integers(1, 30), unique=True))
def test_counts_before_and_after_differ_by_the_rows_that_are_listed(before: list[int], after: list[int]) -> None:
    found = reprint.count_changes(rows(*before), rows(*after))

    for kitchen in found:
        assert kitchen.new == kitchen.old + sum(one.new - one.old for one in kitchen.rows)
    assert sum(one.new - one.old for one in found) == len(after) - len(before)
    labels = {one.order_id for one in reprint.rows_to_label(rows(*before), rows(*after))}
    assert labels == set(after) - set(before)


def test_the_changes_are_printed_with_both_versions_and_a_trip_that_is_off() -> None:
    old, new = rows(1, 2), [replace(one, route=7) for one in rows(1, 2, 3)]
    trips = reprint.trip_changes(rules.packing(old), rules.packing(new))

    count = count_changes_pdf(reprint.count_changes(old, new), {"K1": "央厨一"}, day=DAY, old=1, new=2)
    packing = packing_changes_pdf(trips, {"K1": "央厨一"}, day=DAY, old=1, new=2)

    counted = "".join(page.extract_text() for page in PdfReader(BytesIO(count)).pages)
    packed = "".join(page.extract_text() for page in PdfReader(BytesIO(packing)).pages)
    assert "第 2 版替换第 1 版" in counted
    assert "+1" in counted
    assert "取消" in packed
    assert "新增的一趟" in packed
