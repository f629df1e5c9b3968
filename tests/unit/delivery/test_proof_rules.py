"""What is asked for at a door: dated, by street, by class of resident."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from mealroute.core.rulebook import RULES, RulebookError
from mealroute.delivery.proof_rulebook import FIELDS, Ending, Level, ending, load_proof_rules
from mealroute.delivery.records import DELIVERED, Outcome

DAY = date(2026, 3, 9)


def test_every_outcome_ends_a_door_in_one_of_three_ways() -> None:
    assert {outcome for outcome in Outcome if ending(outcome) is Ending.FAILED} == set(Outcome) - DELIVERED
    assert ending(Outcome.LEFT_AT_DOOR) is Ending.LEFT
    assert ending(Outcome.HANDED_OVER) is Ending.HANDED_OVER


def test_the_rules_that_ship_ask_something_of_everybody() -> None:
    street = load_proof_rules(DAY).street("110101005")
    for handover in ("in-person-only", "contact-allowed", "door-allowed"):
        asked = street.asked(handover=handover, living="alone", age=91)
        assert all(set(asked[end]) == set(FIELDS) for end in Ending)
    assert street.asked(handover="in-person-only", living="alone", age=91)[Ending.LEFT]["seen"] is Level.REQUIRED


def _changed(tmp_path: Path, **changes: object) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    content = yaml.safe_load((folder / "proof.yaml").read_text("utf-8"))
    content["versions"][0] |= changes
    (folder / "proof.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder


def test_a_street_has_its_own_and_others_the_default(tmp_path: Path) -> None:
    default = yaml.safe_load((RULES / "proof.yaml").read_text("utf-8"))["versions"][0]["default"]
    rules = load_proof_rules(DAY, _changed(tmp_path, streets={"110101006": {**default, "seems": False}}))
    assert (rules.street("110101006").seems, rules.street("110101005").seems) == (False, True)


def test_a_word_that_is_no_level_names_its_place(tmp_path: Path) -> None:
    default = yaml.safe_load((RULES / "proof.yaml").read_text("utf-8"))["versions"][0]["default"]
    default["classes"][0]["failed"]["photo"] = "maybe"
    with pytest.raises(RulebookError, match=r"versions\[0\]\.default\.classes\[0\]\.failed\.photo"):
        load_proof_rules(DAY, _changed(tmp_path, default=default))


def test_somebody_without_a_class_is_an_error_of_the_file(tmp_path: Path) -> None:
    default = yaml.safe_load((RULES / "proof.yaml").read_text("utf-8"))["versions"][0]["default"]
    default["classes"].pop()
    with pytest.raises(RulebookError, match="classes"):
        load_proof_rules(DAY, _changed(tmp_path, default=default))
