"""Grades and awards: a score reaches a grade; money only where a rule gives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mealroute.core.rulebook import RULES, RulebookError
from mealroute.settlement import award_rules
from mealroute.settlement.award_records import AmountKind, AwardAmount, VendorMonth
from mealroute.settlement.award_rulebook import load_policies, policy_on

POLICY = policy_on(date(2026, 3, 31))
MONTH = VendorMonth(
    vendor_code="V01", vendor_name="民安央厨", portions=1000, claimed_fen=800_000, operator_fen=300_050, delivered_score=92, cooked_score=81,
    digest="1:abc",
)  # fmt: skip


def test_the_lower_of_two_sides_counts() -> None:
    found = award_rules.award(MONTH, POLICY)
    assert (found.score, found.grade.code if found.grade else "") == (81, "B")
    alone = award_rules.award(replace(MONTH, cooked_score=None), POLICY)
    assert (alone.score, alone.grade.code if alone.grade else "") == (92, "A")


def test_the_sample_district_pays_nothing_because_no_document_gives_an_amount() -> None:
    assert award_rules.award(MONTH, POLICY).amount_fen is None
    assert not any(grade.amount for grade in POLICY.grades)


def test_without_a_score_or_with_too_few_portions_there_is_no_grade_and_a_reason() -> None:
    unknown = award_rules.award(replace(MONTH, delivered_score=None, cooked_score=None), POLICY)
    few = award_rules.award(replace(MONTH, portions=99), POLICY)
    assert (unknown.grade, few.grade) == (None, None)
    assert unknown.why
    assert few.why


@pytest.mark.parametrize(
    ("amount", "fen"),
    [(AwardAmount(kind=AmountKind.FIXED, value=50_000), 50_000), (AwardAmount(kind=AmountKind.PORTION, value=20), 20_000), (AwardAmount(kind=AmountKind.PERCENT, value=10), 30_005)],
)  # fmt: skip
def test_an_amount_is_exact_to_the_fen(amount: AwardAmount, fen: int) -> None:
    assert award_rules.worth(amount, MONTH) == fen


def test_an_amount_without_its_document_is_refused(tmp_path: Path) -> None:
    text = (RULES / "vendor-awards.yaml").read_text("utf-8")
    (tmp_path / "vendor-awards.yaml").write_text(
        text.replace("least: 90}", 'least: 90, amount: {kind: fixed, yuan: "500.00"}}'), "utf-8"
    )
    with pytest.raises(RulebookError) as caught:
        load_policies(tmp_path)
    assert caught.value.facts["key"] == "versions[0].document"


@pytest.mark.parametrize(
    ("amount", "key"),
    [
        ("", "amount"),
        ('{kind: fixed, yuan: "-500.00"}', "amount.yuan"),
        ("{kind: portion, yuan: 0}", "amount.yuan"),
        ("{kind: portion, yuan: 0.2}", "amount.yuan"),
        ("{kind: percent, percent: 101}", "amount.percent"),
        ("{kind: fixed, yuan: 500, percent: 10}", "amount.percent"),
    ],
)
def test_an_amount_that_is_a_slip_is_refused(tmp_path: Path, amount: str, key: str) -> None:
    text = (RULES / "vendor-awards.yaml").read_text("utf-8")
    paid = text.replace("least: 90}\n", f"least: 90, amount: {amount}}}\n").replace(
        "\n    score: lowest\n", "\n    document: 测〔2026〕1号\n    shares: {city: 1}\n    score: lowest\n"
    )
    (tmp_path / "vendor-awards.yaml").write_text(paid, "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_policies(tmp_path)
    assert caught.value.facts["key"] == f"versions[0].grades[0].{key}"


def test_an_amount_names_its_payers_and_a_mistake_names_its_line(tmp_path: Path) -> None:
    text = (RULES / "vendor-awards.yaml").read_text("utf-8")
    paid = text.replace("least: 90}", 'least: 90, amount: {kind: fixed, yuan: "500.00"}}').replace(
        "    score: lowest\n    least_portions: 100\n    grades:\n      - {code: A, zh: 优秀, en: Excellent, least: 90, amount",
        "    document: 测〔2026〕1号\n    score: lowest\n    least_portions: 100\n    grades:\n      - {code: A, zh: 优秀, en: Excellent, least: 90, amount",
    )
    (tmp_path / "vendor-awards.yaml").write_text(paid, "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_policies(tmp_path)
    assert caught.value.facts["key"] == "versions[0].shares"
    assert isinstance(caught.value.facts["line"], int)


def test_equal_scores_share_a_place_and_who_has_no_grade_has_none() -> None:
    months = [
        replace(MONTH, vendor_code=code, delivered_score=score, cooked_score=None)
        for code, score in (("V01", 80), ("V02", 95), ("V03", 80), ("V04", None))
    ]
    found = award_rules.ranked(award_rules.award(month, POLICY) for month in months)
    assert [(one.month.vendor_code, one.rank) for one in found] == [("V02", 1), ("V01", 2), ("V03", 2), ("V04", None)]
