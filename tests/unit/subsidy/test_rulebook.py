"""The rule files: what they say for a day, and how a mistake in them is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mealroute.core.rulebook import RULES, RulebookError
from mealroute.subsidy.rulebook import load_rulebook

Change = Callable[[dict[str, Any]], object]


def _changed(tmp_path: Path, file: str, change: Change) -> Path:
    for name in ("meal-subsidy.yaml", "district-options.yaml"):
        shutil.copy(RULES / name, tmp_path / name)
    content = yaml.safe_load((tmp_path / file).read_text("utf-8"))
    change(content)
    (tmp_path / file).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return tmp_path


def _add_version(content: dict[str, Any]) -> None:
    first = content["rules"][0]["versions"][0]
    content["rules"][0]["versions"].append({**first, "version": 2, "from": date(2026, 3, 1), "amount_yuan": "6.00"})


def test_the_beijing_rule_stands_with_its_document_and_amounts() -> None:
    resident, operator = load_rulebook().on(date(2026, 3, 9))
    assert {resident.document_no, operator.document_no} == {"京民养老发〔2022〕69号"}
    assert (resident.amount_fen, operator.amount_fen) == (500, 300)
    assert resident.payer_shares == operator.payer_shares == (("city", 1), ("district", 1))
    assert resident.conditions.basic_service
    assert not operator.conditions.basic_service
    assert resident.conditions.outcomes == {"handed-over", "left-with-contact"}


def test_nothing_is_paid_before_the_document() -> None:
    assert load_rulebook().on(date(2022, 3, 13)) == ()
    assert len(load_rulebook().on(date(2022, 3, 14))) == 2


def test_an_old_meal_keeps_the_version_of_its_day(tmp_path: Path) -> None:
    book = load_rulebook(_changed(tmp_path, "meal-subsidy.yaml", _add_version))
    before, after = book.on(date(2026, 2, 28))[0], book.on(date(2026, 3, 1))[0]
    assert (before.version, before.amount_fen, before.valid_to) == (1, 500, date(2026, 2, 28))
    assert (after.version, after.amount_fen, after.valid_to) == (2, 600, None)


def test_the_operator_rule_is_the_districts_choice_from_a_day_on(tmp_path: Path) -> None:
    def stop(content: dict[str, Any]) -> None:
        content["options"]["operator-subsidy"]["values"].append(
            {"from": date(2026, 1, 1), "value": False, "source": "test"}
        )

    book = load_rulebook(_changed(tmp_path, "district-options.yaml", stop))
    assert [rule.rule_id for rule in book.on(date(2025, 12, 31))] == ["bj-meal-resident", "bj-meal-operator"]
    assert [rule.rule_id for rule in book.on(date(2026, 1, 1))] == ["bj-meal-resident"]


def _rule(key: str, value: object) -> Change:
    return lambda content: content["rules"][0].__setitem__(key, value)


def _version(key: str, value: object) -> Change:
    return lambda content: content["rules"][0]["versions"][0].__setitem__(key, value)


def _condition(key: str, value: object) -> Change:
    return lambda content: content["rules"][0]["versions"][0]["conditions"].__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (_rule("beneficiary", "vendor"), "rules[0].beneficiary"),
        (_rule("unit", "meal"), "rules[0].unit"),
        (_rule("option", "no-such-option"), "rules[0].option"),
        (_rule("option", "claimable-outcomes"), "rules[0].option"),
        (_rule("versions", []), "rules[0].versions"),
        (_rule("id", "bj-meal-operator"), "rules[1].id"),
        (_rule("colour", "red"), "rules[0].colour"),
        (_rule("document", "69号"), "rules[0].document"),
        (_version("amount_yuan", "5.001"), "rules[0].versions[0].amount_yuan"),
        (_version("amount_yuan", "five"), "rules[0].versions[0].amount_yuan"),
        (_version("amount_yuan", None), "rules[0].versions[0].amount_yuan"),
        (_version("amount_yuan", "0"), "rules[0].versions[0].amount_yuan"),
        (_version("from", "2022-03"), "rules[0].versions[0].from"),
        (_version("to", date(2021, 1, 1)), "rules[0].versions[0].to"),
        (_version("payer_shares", {"city": 0}), "rules[0].versions[0].payer_shares"),
        (_version("payer_shares", {"city": -1}), "rules[0].versions[0].payer_shares.city"),
        (_condition("basic_service", "yes"), "rules[0].versions[0].conditions.basic_service"),
        (_condition("slots", ["brunch"]), "rules[0].versions[0].conditions.slots"),
        (_condition("outcomes_option", "operator-subsidy"), "rules[0].versions[0].conditions.outcomes_option"),
        (_condition("basic_servise", True), "rules[0].versions[0].conditions.basic_servise"),
    ],
)
def test_a_mistake_names_its_file_and_key(tmp_path: Path, change: Change, key: str) -> None:
    folder = _changed(tmp_path, "meal-subsidy.yaml", change)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    facts = caught.value.facts
    assert (facts["file"], facts["key"]) == ("meal-subsidy.yaml", key)
    assert facts["line"]
    assert key in caught.value.sentence


def test_versions_must_not_cover_one_day_twice(tmp_path: Path) -> None:
    def again(content: dict[str, Any]) -> None:
        _add_version(content)
        content["rules"][0]["versions"][1]["from"] = date(2022, 3, 14)

    with pytest.raises(RulebookError) as caught:
        load_rulebook(_changed(tmp_path, "meal-subsidy.yaml", again))
    assert caught.value.facts["key"] == "rules[0].versions[1].from"


def test_a_missing_file_and_broken_yaml_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"district-options\.yaml"):
        load_rulebook(tmp_path)
    for name in ("meal-subsidy.yaml", "district-options.yaml"):
        (tmp_path / name).write_text("kind: [", "utf-8")
    with pytest.raises(RulebookError, match=r"district-options\.yaml.*第 1 行"):
        load_rulebook(tmp_path)
