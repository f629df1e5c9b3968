"""A month of a city in parts finds what one look at the whole finds, to the digest of the evidence, with parts apart and together.

``test_fraud.py`` looks so at a month with every kind of fraud in it.
"""

from __future__ import annotations

from sqlalchemy import Engine, select, update

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.kinds import KINDS
from data.sample_generator.fraud.month import STREETS, Month, honest_month
from data.sample_generator.fraud.volume_kinds import VOLUME_KINDS
from data.sample_generator.fraud.writing import write
from mealroute.checks import service
from mealroute.checks.models import CheckFinding
from mealroute.checks.parts import together
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM
from mealroute.residents.models import Resident
from tests.integration.parts_world import MONTH, RULES, found_alike, joined, parts, whole_of


def test_streets_that_have_nothing_in_common_are_looked_at_apart_and_give_the_findings_of_the_whole(
    any_engine: Engine,
) -> None:
    assert any_engine is database.engine()
    month = small_month(people=12)
    for vendor, kind in zip(month.vendors, APART, strict=False):
        kind(month, vendor)
    with database.unit_of_work() as db:
        write(db, month)
        record = service.check_month(
            db, MONTH, by=SYSTEM, clock=trial.looked_at(month), complaints=trial.complaints_of(month), recompute=False, rulebook=RULES,
        )  # fmt: skip
        whole = whole_of(db, record)

    assert found_alike(month, whole) == [[0], [1], [2]]
    with database.unit_of_work(read_only=True) as db:
        assert set(db.scalars(select(CheckFinding.street_code))) == set(STREETS)


def small_month(*, people: int) -> Month:
    """An honest one; each street has two of the six vendors."""
    return honest_month(trial.FIRST, trial.service_days(trial.FIRST), seed=1, vendors=6, people=people)


APART = [
    {**KINDS, **VOLUME_KINDS}[name] for name in ("typed_at_the_desk", "weeks_too_late", "round_counts", "nobody_ever_absent", "silent_kitchen", "nobody_ever_seen")
]  # fmt: skip
"""Frauds that stay with one vendor."""


def test_parts_that_share_a_person_are_looked_at_together(any_engine: Engine) -> None:
    month = small_month(people=2)
    with database.unit_of_work() as db:
        write(db, month)
        before = joined(db, parts())
        one, two = (
            db.scalars(select(Resident).where(Resident.street_code == street, Resident.id_number.is_not(None))).first()
            for street in STREETS[:2]
        )
        assert one is not None
        assert two is not None
        db.execute(update(Resident).where(Resident.id == two.id).values(id_number_index=one.id_number_index))
        after = joined(db, parts())
    del any_engine
    assert before == [[0], [1], [2]]
    assert after == [[0, 1], [2]]


def test_numbers_with_a_key_in_common_are_one_group() -> None:
    assert together([{"a"}, {"b"}, {"a", "c"}, {"c"}, set()]) == [[0, 2, 3], [1], [4]]
