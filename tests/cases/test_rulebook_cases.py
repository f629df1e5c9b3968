"""Every case of rulebook/*.yaml, which an official can read and add to: one file of cases for each rule file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mealroute.rulebook.reading import EXAMPLES, load, load_file
from mealroute.rulebook.records import Rulebook
from tests.cases.told import done, hold

FOLDER = Path(__file__).with_name("rulebook")
CASES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, case) for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))
]


def _book(name: str) -> Rulebook:
    return load() if name == "beijing-2022" else load_file(EXAMPLES / f"{name}.yaml")


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['case']}" for name, case in CASES])
def test_the_case_comes_to_what_is_written(name: str, case: dict[str, Any]) -> None:
    hold(_book(name), case)


def test_every_example_has_cases() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.yaml")} | {"beijing-2022"}
    assert {name for name, _case in CASES} == files


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_names_its_sources_and_is_not_in_force(path: Path) -> None:
    book = load_file(path)
    assert not book.in_force
    assert all(rule.document.number and rule.document.source and rule.document.certainty for rule in book.rules)


def test_every_rule_of_an_example_pays_in_some_case_and_refuses_in_some_case() -> None:
    for name in {name for name, _case in CASES}:
        paid: set[str] = set()
        refused: set[str] = set()
        for other, case in CASES:
            if other == name:
                found = done(_book(name), case)
                paid |= {line.rule.rule_id for line in found.lines}
                refused |= {one.rule.rule_id for one in found.refusals}
        assert {rule.rule_id for rule in _book(name).rules} == paid
        assert paid == refused, name
