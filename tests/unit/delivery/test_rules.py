"""What follows from an outcome, without a database."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from mealroute.core.i18n import speaking
from mealroute.core.rulebook import RULES, RulebookError
from mealroute.delivery import rules
from mealroute.delivery.records import DELIVERED, LoadedLine, Outcome, ProofInput
from mealroute.delivery.rulebook import load_follow_ups

LINE = LoadedLine(
    book_line_id=1, order_id=2, resident_id=3, run_id=4, run_state="published", visit_id=5, arrival_s=39600, station_code="",
    day=date(2026, 3, 9), slot="lunch", street_code="110101005", vendor_code="V01", driver_code="D01", quantity=2,
    cash_due_fen=0, handover="contact-allowed",
)  # fmt: skip


def record(outcome: Outcome = Outcome.HANDED_OVER, **changes: object) -> ProofInput:
    values = {"client_id": "3f2b7c1e-0000", "run_id": 4, "book_line_id": 1, "outcome": outcome}
    return ProofInput(**{**values, **changes})  # type: ignore[arg-type]


def test_only_a_handover_in_person_counts_as_seen() -> None:
    assert [outcome for outcome in Outcome if rules.seen(outcome)] == [Outcome.HANDED_OVER]


def test_every_outcome_but_a_handover_has_a_plan_to_find_the_person() -> None:
    table = load_follow_ups().doors
    assert rules.follow_up(Outcome.HANDED_OVER, table) is None
    for outcome in set(Outcome) - {Outcome.HANDED_OVER}:
        plan = rules.follow_up(outcome, table)
        assert plan is not None
        assert plan.within_minutes > 0
        assert plan.owner


@pytest.mark.parametrize("outcome", list(Outcome))
def test_portions_stay_only_where_the_meal_was_left(outcome: Outcome) -> None:
    assert rules.portions(record(outcome), 2) == (2 if outcome in DELIVERED else 0)
    assert rules.portions(record(outcome, quantity=1), 2) == (1 if outcome in DELIVERED else 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_undelivered_stands_without_a_reason(language: str) -> None:
    with speaking(language):
        for outcome in set(Outcome) - {Outcome.HANDED_OVER}:
            assert rules.reason_of(record(outcome))
        assert rules.reason_of(record(Outcome.REFUSED, reason=" 不想吃 ")) == "不想吃"
        assert rules.reason_of(record()) == ""


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (record(), None),
        (record(quantity=2), None),
        (record(quantity=0), "quantity-out-of-range"),
        (record(quantity=3), "quantity-out-of-range"),
        (record(Outcome.NO_ANSWER, quantity=0), None),
        (record(cash_collected_fen=-1), "cash-out-of-range"),
        (record(cash_collected_fen=100_001), "cash-out-of-range"),
        (record(client_id=""), "proof-id-invalid"),
        (record(client_id="a' or 1=1 --"), "proof-id-invalid"),
        (record(lon=float("nan"), lat=39.9), "position-invalid"),
    ],
)
def test_a_record_that_cannot_be_right_is_told_by_its_code(entry: ProofInput, code: str | None) -> None:
    found = rules.fault(entry, LINE)
    assert (found.code if found else None) == code


def test_a_follow_up_table_without_an_outcome_names_its_key(tmp_path: Path) -> None:
    shutil.copy(RULES / "follow-up.yaml", tmp_path)
    content = yaml.safe_load((tmp_path / "follow-up.yaml").read_text("utf-8"))
    del content["rules"]["moved"]
    (tmp_path / "follow-up.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_follow_ups(tmp_path)
    assert caught.value.facts["key"] == "rules.moved"
