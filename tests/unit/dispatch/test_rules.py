"""Signed links and load totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from mealroute.core.i18n import speaking
from mealroute.dispatch import build, rules
from mealroute.dispatch.records import RunId, RunRecord, RunState
from tests.unit.dispatch.sheets import item

DAY = date(2026, 3, 9)


def run(state: RunState = RunState.PUBLISHED) -> RunRecord:
    return RunRecord(
        id=RunId(7), version_id=1, route_id=1, number=1, day=DAY, slot="lunch", kitchen_code="K1", vendor_code="V1", driver_code="D1",
        vehicle_code="E1", state=state, published_at=datetime(2026, 3, 9, tzinfo=UTC),
    )  # fmt: skip


@given(st.integers(1, 10**9), st.text("0123456789abcdef", min_size=1, max_size=32))
def test_a_link_reads_back_what_was_signed_and_no_other_key_does(run_id: int, nonce: str) -> None:
    token = rules.sign_link("one key", run_id, nonce)

    assert rules.read_link("one key", token) == (run_id, nonce)
    assert rules.read_link("another key", token) is None


@given(st.text(max_size=80))
def test_nonsense_opens_nothing(text: str) -> None:
    assert rules.read_link("one key", text) is None


def test_a_run_stands_until_its_plan_is_withdrawn() -> None:
    assert rules.stands(run())
    assert rules.stands(run(RunState.DONE))
    assert not rules.stands(run(RunState.WITHDRAWN))


def test_a_driver_goes_on_with_the_continuation_of_the_own_run_and_never_with_another_s() -> None:
    old = run(RunState.WITHDRAWN)
    others = [replace(run(), id=RunId(8), driver_code="D2"), replace(run(), id=RunId(9)), replace(run(), id=RunId(10))]

    def goes_on(before: dict[int, int | None]) -> int | None:
        found = rules.successor(old, others, before)
        return None if found is None else found.id

    assert goes_on({8: 7, 9: None, 10: None}) == 9
    assert goes_on({8: None, 9: None, 10: 6, 6: 7}) == 10
    assert rules.successor(old, others[:1], {8: 7}) is None


def test_load_totals_count_every_portion_once_sealed_boxes_first_and_ordinary_ones_last() -> None:
    items = [
        item(1, quantity=2),
        item(2, diets=("low-sugar",)),
        item(3, diets=("halal",)),
        item(4),
        item(5, diets=("low-sugar",)),
    ]

    totals = rules.load_totals(items)

    assert [(t.label, t.portions, t.sealed) for t in totals] == [
        ("清真", 1, True),
        ("低糖", 2, False),
        ("常餐", 3, False),
    ]
    assert sum(t.portions for t in totals) == sum(i.quantity for i in items)


def test_diets_are_named_in_one_order_and_the_ordinary_is_no_diet() -> None:
    assert rules.special_diets(["soft", "normal", "low-sugar"]) == ("low-sugar", "soft")


def test_the_way_behind_the_entrance_is_told_in_the_reader_s_language() -> None:
    with speaking("en"):
        assert build.door_text("unit 2", 5, has_lift=False) == "unit 2 floor 5 no lift"
        assert build.door_text("", 1, has_lift=False) == "floor 1"
        assert build.door_text("", None, has_lift=True) == ""


def test_a_building_that_the_address_names_is_not_said_twice() -> None:
    assert build.address_text("香饵胡同 8 号", "") == "香饵胡同 8 号"
    assert build.address_text("北新桥三条 12 号院 2 号楼", "2 号楼") == "北新桥三条 12 号院 2 号楼"
    assert build.address_text("北新桥三条 12 号院", "2 号楼") == "北新桥三条 12 号院 2 号楼"
