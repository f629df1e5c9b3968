"""Each shape of rule, out of a real ledger: the same people, days and handovers as its cases, and the same lines to the fen, with reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mealroute.core.money import parse_yuan
from mealroute.subsidy.models import ClaimLine
from tests.cases import test_shape_cases as shapes
from tests.integration.shape_world import ShapeWorld, last_of, month_end

NOT_CARRIED = {
    ("birthday-counts", "不知道生日的，只知道 85 岁"): "the ledger always knows the day of birth",
    ("old-and-new", "同一天吃同样的饭"): "the ledger always knows the day of birth and the first day in service",
    ("first-or-greatest", "两种身份都有"): "veteran is no category of data/rules/categories.yaml, so nobody can hold it",
    ("first-or-greatest", "8 元的餐"): "veteran is no category of data/rules/categories.yaml, so nobody can hold it",
    ("no-proxy", "本人刷卡"): "a card is a swipe from a file, proven in test_cards.py",
    ("graded-operator", "一月优秀"): "an operator's appraisal is no fact of the ledger: tags are a site's",
    ("age-and-volume", "日均"): "three thousand meals; counts of a rulebook's own are proven in test_site_facts.py",
    ("operator-volume", "没有数字的月份"): "the ledger always knows how many meals there were",
    ("quarter-and-month-of-residents", ""): "proven from meals in test_resident_months.py",
}  # fmt: skip
"""Shape and the beginning of a case → why the ledger does not carry it."""


def why_not(stem: str, case: str) -> str:
    return next((why for (shape, begin), why in NOT_CARRIED.items() if shape == stem and case.startswith(begin)), "")


CASES = [(path, case) for path, case in shapes.CASES if not why_not(path.stem, case["case"])]


@pytest.mark.parametrize(
    ("path", "case"), CASES, ids=[f"{path.stem}-{number}" for number, (path, _case) in enumerate(CASES)]
)
def test_the_ledger_comes_to_what_is_written(db: Session, path: Any, case: dict[str, Any]) -> None:
    world = ShapeWorld(db, case)
    world.build()
    lines, problems = world.settle(shapes._book(path))
    found = sorted((line.rule_id, line.day, line.amount_fen) for line in lines)
    assert found == sorted((one["rule"], day_of(one), parse_yuan(str(one["amount"]))) for one in case["lines"])
    left = list(lines)
    for one in case["lines"]:
        left.remove(next(line for line in left if is_it(line, one, world)))
    reasons = last_of(problems)
    assert {rule: reasons[rule].code for rule in case.get("refused", {})} == case.get("refused", {})
    assert {rule: reasons[rule].sentence for rule in case.get("says", {})} == case.get("says", {})
    if "copay" in case:
        assert sum(line.copay_fen for line in lines) == parse_yuan(str(case["copay"]))


def is_it(line: ClaimLine, one: dict[str, Any], world: ShapeWorld) -> bool:
    """Whether a line is the one that is written: rule, day, amount, payers' parts, who gets it, which meal."""
    whom = {line.payee, line.resident_code} if "to" in one else set()
    return (
        (line.rule_id, line.day, line.amount_fen) == (one["rule"], day_of(one), parse_yuan(str(one["amount"])))
        and sum(line.shares.values()) == line.amount_fen
        and all(line.shares.get(payer, 0) == parse_yuan(str(part)) for payer, part in one.get("parts", {}).items())
        and ("to" not in one or world.code.get(one["to"], one["to"]) in whom)
        and one.get("slot", line.slot) == line.slot
    )


def day_of(one: dict[str, Any]) -> date:
    """A month's line stands on its last day."""
    day = one["day"]
    return day if isinstance(day, date) else month_end(date.fromisoformat(f"{day}-01"))


def test_every_case_that_the_ledger_does_not_carry_is_one() -> None:
    left = {(shape, begin) for shape, begin in NOT_CARRIED}
    for path, case in shapes.CASES:
        left -= {(shape, begin) for shape, begin in left if path.stem == shape and case["case"].startswith(begin)}
    assert not left
