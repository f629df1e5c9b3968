"""Where figures come from: an English page translates this system's own words and leaves the names of documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from mealroute.core.actor import Role
from mealroute.core.i18n import chinese, speaking
from web.source_words import OURS, source_words

RULES = Path(__file__).resolve().parents[2] / "data" / "rules"
SHOWN = ("checks.yaml", "budget.yaml", "vendor-awards.yaml", "vendor-score.yaml", "diets.yaml")
"""The files whose sources stand on pages of the money and of the dishes."""
OWN = re.compile("自定|区定|默认|无文件|非真实|区内可改|格式未见")
SignIn = Callable[[Role | str], FlaskClient]


def _sources(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "source" and isinstance(value, str))
        for value in node.values():
            yield from _sources(value)
    elif isinstance(node, list):
        for value in node:
            yield from _sources(value)


@pytest.mark.parametrize("file", SHOWN)
def test_every_source_that_a_page_shows_says_our_words_in_english(file: str) -> None:
    found = list(_sources(yaml.safe_load((RULES / file).read_text("utf-8"))))
    assert found
    with speaking("en"):
        left = [text for text in map(source_words, found) if OWN.search(text)]
    assert left == []


def test_the_name_of_a_document_stays_and_chinese_pages_say_what_the_file_says() -> None:
    text = "京民养老发〔2022〕69号：核查送餐路线；距离阈值区自定"
    with speaking("en"):
        assert source_words(text) == "京民养老发〔2022〕69号：核查送餐路线; the distance is set by the district"
    with speaking("zh"):
        assert source_words(text) == text


def test_words_that_hold_other_words_come_first_and_say_the_same_in_the_catalogue() -> None:
    words = list(OURS)
    assert [(long, short) for n, short in enumerate(words) for long in words[n + 1 :] if short in long] == []
    assert {str(english): chinese()[str(english)] for english in OURS.values()} == {str(e): z for z, e in OURS.items()}


def test_the_english_page_of_the_checks_says_whose_the_thresholds_are(signed_in: SignIn) -> None:
    client = signed_in(Role.AUDITOR)
    client.post("/language", data={"language": "en"})
    page = client.get("/checks/2026-03").text
    assert "this system&#39;s own defaults" in page
    assert not OWN.search(page)
