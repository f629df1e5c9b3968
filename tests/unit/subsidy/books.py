"""Small rulebooks for tests, written as rule files."""

from __future__ import annotations

from mealroute.rulebook.reading import read_draft
from mealroute.subsidy.records import Rulebook

_HEAD = "kind: rulebook\nschema: 1\ntitle: {zh: 测试, en: test}\nnames: {tag: {build: {zh: 建设, en: Build}}}\nrules:\n"
_RULE = """
  - id: {id}
    title: {{zh: {id}, en: {id}}}
    description: 测试
    document: {{number: 测试1号, title: 测试, issued: 2022-01-01}}
    reference: 测试
    source: test
    certainty: GK
    beneficiary: {beneficiary}
    unit: {unit}
    versions:
      - {{version: 1, from: 2022-01-01, amount: {amount}, shares: {{city: 1, district: 1}}{more}}}
"""


def rule(name: str, beneficiary: str, unit: str, amount: str, more: str = "") -> str:
    return _RULE.format(id=name, beneficiary=beneficiary, unit=unit, amount=amount, more=f", {more}" if more else "")


def book(*rules: str) -> Rulebook:
    found, problems = read_draft(_HEAD + "".join(rules), "draft.yaml")
    assert [str(problem) for problem in problems] == []
    return Rulebook(payer="dongcheng", payer_name="东城区民政局", book=found)
