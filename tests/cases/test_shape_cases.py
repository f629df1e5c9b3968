"""Shapes of rules that no place has published: each file holds a rule file and, behind ``---``, the cases that prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mealroute.core.i18n import speaking
from mealroute.rulebook.reading import read_draft
from mealroute.rulebook.records import Rulebook
from mealroute.rulebook.sentences import sentences
from tests.cases.told import done, hold

FILES = sorted(Path(__file__).with_name("shapes").glob("*.yaml"))


def _parts(path: Path) -> tuple[str, list[dict[str, Any]]]:
    rules, _line, cases = path.read_text("utf-8").partition("\n---\n")
    return rules, yaml.safe_load(cases)


def _book(path: Path) -> Rulebook:
    book, problems = read_draft(_parts(path)[0], path.name)
    assert not problems, [one.sentence for one in problems]
    return book


CASES = [(path, case) for path in FILES for case in _parts(path)[1]]


@pytest.mark.parametrize(("path", "case"), CASES, ids=[f"{path.stem}: {case['case']}" for path, case in CASES])
def test_the_case_comes_to_what_is_written(path: Path, case: dict[str, Any]) -> None:
    hold(_book(path), case)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_pays_somewhere_and_refuses_if_it_asks_for_anything(path: Path) -> None:
    book = _book(path)
    found = [done(book, case) for case in _parts(path)[1]]
    rules = {rule.rule_id for rule in book.rules}
    assert {line.rule.rule_id for one in found for line in one.lines} == rules
    asking = {rule.rule_id for rule in book.rules if rule.conditions or rule.caps}
    assert asking <= {no.rule.rule_id for one in found for no in one.refusals}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_rules_read_out_in_chinese_without_a_key_or_a_code(path: Path) -> None:
    book = _book(path)
    with speaking("zh"):
        said = [one.text for rule in book.rules for one in sentences(rule, book.names)]
    assert all(said)
    assert not [text for text in said if any("a" <= letter <= "z" for letter in text)], said
