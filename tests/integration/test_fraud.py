"""Each kind of fraud that the generator plants is found, innocent look-alikes are left alone, honest vendors are not flooded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.trial import Result
from mealroute import models  # noqa: F401 -- registers every table
from mealroute.checks import rules
from mealroute.core import crypto
from mealroute.core import db as database
from tests.conftest import FIELD_KEY

AT_MOST = 1
"""Findings above a hint that an honest vendor gets in a month, at most."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    crypto.configure_keys([FIELD_KEY])
    engine = database.configure(f"sqlite:///{tmp_path_factory.mktemp('fraud') / 'month.sqlite'}")
    database.Base.metadata.create_all(engine)
    with database.unit_of_work() as db:
        yield trial.run(db, seed=20260301)
    engine.dispose()


def test_every_kind_is_found(result: Result) -> None:
    assert result.missed == ()


def test_every_look_alike_is_left_alone(result: Result) -> None:
    assert result.alike_alarms == ()


def test_an_honest_vendor_gets_at_most_one_finding_a_month(result: Result) -> None:
    assert max(result.per_honest_vendor.values(), default=0) <= AT_MOST


def test_what_is_found_for_nothing_is_less_than_one_in_a_thousand_meals(result: Result) -> None:
    assert len(result.false_alarms) * 1000 < result.meals


def test_most_checks_are_put_to_the_test_by_a_kind_of_their_own(result: Result) -> None:
    asked = {code for planted in result.planted for code in planted.checks}
    # Another district needs a second one; a cap needs two claims under one rule and day, which the database refuses.
    assert set(rules.CODES) - asked <= {
        "other-district", "other-slot", "cap-passed", "price-too-low", "person-in-two-places", "enrolled-unused",
    }  # fmt: skip
