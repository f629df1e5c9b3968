"""Every case of subsidy.yaml, which an official can read and add to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mealroute.core.money import parse_yuan
from mealroute.subsidy.evaluating import claim_lines
from mealroute.subsidy.records import Handover, ResidentOnDay
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.rules import account

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("subsidy.yaml").read_text("utf-8"))
NAMES = {"bj-meal-resident": "resident", "bj-meal-operator": "operator"}


def _meals(case: dict[str, Any]) -> list[Handover]:
    who = case["resident"]
    resident = ResidentOnDay(
        resident_id=1,
        code="R0001",
        state=who.get("state", "active"),
        living=who.get("living", "alone"),
        basic_service=who["basic"],
        pause_reason=who.get("paused"),
    )
    return [
        Handover(
            book_line_id=n,
            order_id=10 + n,
            proof_id=20 + n,
            day=meal["day"],
            slot=meal.get("slot", "lunch"),
            outcome=meal.get("outcome", "handed-over"),
            portions=meal.get("portions", 1),
            unit_price_fen=parse_yuan(str(meal["price"])),
            paid_fen=parse_yuan(str(meal["pays"])),
            street_code="110101005",
            vendor_code="V01",
            resident=resident,
        )
        for n, meal in enumerate(case["meals"], 1)
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_case_settles_as_written(case: dict[str, Any]) -> None:
    meals = _meals(case)
    lines, problems = claim_lines(meals, load_rulebook())
    found = [(NAMES[line.rule_id], line.day, line.amount_fen) for line in lines]
    assert found == [(want["rule"], want["day"], parse_yuan(str(want["amount"]))) for want in case["lines"]]
    for line, want in zip(lines, case["lines"], strict=True):
        assert line.slot == want.get("slot", "lunch")
        for payer in ("city", "district"):
            if payer in want:
                assert dict(line.shares)[payer] == parse_yuan(str(want[payer]))
    refused = {NAMES[problem.rule_id]: problem.code for problem in problems}
    assert {rule: refused.get(rule) for rule in case.get("refused", {})} == case.get("refused", {})
    accounts = account(meals, lines, problems)
    for key, want in case["portions"].items():
        assert sum(getattr(entry, key) for entry in accounts) == want, key
    if want := case.get("explained"):
        (entry,) = [entry for entry in accounts if entry.unclaimed]
        assert (entry.code, entry.automatic) == (want["code"], want["automatic"])
        assert entry.outstanding_fen == parse_yuan(str(want["owing"]))
