"""The rules in force: what they say for a day, and the district that pays by them."""

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

BEIJING = "rulebook/beijing-2022.yaml"


def _changed(tmp_path: Path, file: str, change: Callable[[dict[str, Any]], object]) -> Path:
    (tmp_path / "rulebook").mkdir()
    for name in (BEIJING, "district-options.yaml"):
        shutil.copy(RULES / name, tmp_path / name)
    content = yaml.safe_load((tmp_path / file).read_text("utf-8"))
    change(content)
    (tmp_path / file).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return tmp_path


def test_the_beijing_rule_stands_with_its_document_and_amounts() -> None:
    resident, operator = load_rulebook().on(date(2026, 3, 9))
    assert {resident.document.number, operator.document.number} == {"京民养老发〔2022〕69号"}
    assert (resident.amount.fen, operator.amount.fen) == (500, 300)
    assert resident.sharing.payers == operator.sharing.payers == ("city", "district")
    assert (load_rulebook().payer, load_rulebook().payer_name) == ("dongcheng", "东城区民政局")


def test_nothing_is_paid_before_the_document() -> None:
    assert load_rulebook().on(date(2022, 3, 13)) == ()
    assert len(load_rulebook().on(date(2022, 3, 14))) == 2


def test_an_old_meal_keeps_the_version_of_its_day(tmp_path: Path) -> None:
    def add(content: dict[str, Any]) -> None:
        first = content["rules"][0]["versions"][0]
        later = {**first, "version": 2, "from": date(2026, 3, 1), "amount": {"fixed": "6.00"}}
        content["rules"][0]["versions"].append(later)

    book = load_rulebook(_changed(tmp_path, BEIJING, add))
    before, after = book.on(date(2026, 2, 28))[0], book.on(date(2026, 3, 1))[0]
    assert (before.version, before.amount.fen, before.valid_to) == (1, 500, date(2026, 2, 28))
    assert (after.version, after.amount.fen, after.valid_to) == (2, 600, None)


def test_the_operator_rule_is_the_districts_choice_from_a_day_on(tmp_path: Path) -> None:
    def stop(content: dict[str, Any]) -> None:
        content["options"]["operator-subsidy"]["values"].append(
            {"from": date(2026, 1, 1), "value": False, "source": "test"}
        )

    book = load_rulebook(_changed(tmp_path, "district-options.yaml", stop))
    assert [rule.rule_id for rule in book.on(date(2025, 12, 31))] == ["bj-meal-resident", "bj-meal-operator"]
    assert [rule.rule_id for rule in book.on(date(2026, 1, 1))] == ["bj-meal-resident"]


def test_a_mistake_names_its_file_line_and_key(tmp_path: Path) -> None:
    folder = _changed(tmp_path, BEIJING, lambda content: content["rules"][0].__setitem__("colour", "red"))
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    assert (caught.value.facts["file"], caught.value.facts["key"]) == ("beijing-2022.yaml", "rules[0].colour")
    assert caught.value.facts["line"]


def test_a_missing_file_and_broken_yaml_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"district-options\.yaml"):
        load_rulebook(tmp_path)
    (tmp_path / "district-options.yaml").write_text("kind: [", "utf-8")
    with pytest.raises(RulebookError, match=r"district-options\.yaml.* 1 "):
        load_rulebook(tmp_path)
