"""The counts behind a claim that ends near a tier: months before, made comparable by service days, and the last days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.month import honest_month
from data.sample_generator.fraud.tier_kinds import TIER, TIER_KINDS, TIER_LOOK_ALIKES, VOLUME
from data.sample_generator.fraud.writing import rulebook, write
from mealroute.checks import tier_reading
from mealroute.checks.rulebook import policy_on
from mealroute.checks.tier_facts import Reached
from mealroute.core import db as database
from mealroute.rulebook.records import Rule
from mealroute.subsidy.models import ClaimBasis, ClaimLine, Period

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
LIMITS = policy_on(LAST).checks["tier-just-reached"].limits


@pytest.fixture
def written(any_engine: Engine) -> Iterator[Session]:
    """Stations and a vendor that end near a tier, honest and otherwise."""
    assert any_engine is database.engine()
    month = honest_month(FIRST, trial.service_days(FIRST), seed=1, vendors=1, people=9)
    for case in (*TIER_KINDS.values(), *TIER_LOOK_ALIKES.values()):
        case(month, month.vendors[0])
    with database.unit_of_work() as db:
        write(db, month)
    with database.unit_of_work() as db:
        yield db


def read(db: Session, rules: tuple[Rule, ...] | None = None) -> dict[str, Reached]:
    periods = [one.id for one in db.query(Period)]
    found = tier_reading.tiers_of(db, periods, rulebook().rules if rules is None else rules, FIRST, LAST, LIMITS)
    return {one.who[1]: one for one in found}


def test_signed_persons_are_counted_at_the_ends_of_the_months_before_and_in_the_last_days(written: Session) -> None:
    found = read(written)
    pushed, grows, new = found["T-PUSHED"], found["T-GROWS"], found["T-NEW"]
    assert (pushed.value, pushed.before, pushed.late, pushed.step.least) == (82, (76, 76, 76), 6, TIER)
    assert (grows.value, grows.before) == (81, (63, 70, 77))
    assert (new.value, new.before, new.late) == (81, (), 81)


def test_portions_of_earlier_months_are_scaled_to_this_months_service_days(written: Session) -> None:
    (volume,) = (one for one in read(written).values() if one.step.name == "meals")
    assert volume.value == VOLUME + 8
    assert len(volume.before) == 2
    assert all(0 < count < VOLUME for count in volume.before)
    assert volume.late > volume.pace > 0


def test_nothing_is_read_where_no_rule_has_a_tier(written: Session) -> None:
    assert read(written, ()) == {}


def test_a_claim_far_above_its_tier_is_not_looked_at(written: Session) -> None:
    pushed = ClaimLine.station_code == "T-PUSHED"
    written.execute(update(ClaimLine).where(pushed).values(amount_fen=120 * 18_000))
    named = select(ClaimLine.basis_no).where(pushed, ClaimLine.period_id == ClaimBasis.period_id)
    written.execute(
        update(ClaimBasis).where(ClaimBasis.number.in_(named)).values(basis={"counts": {"signed-persons": 120}})
    )
    assert "T-PUSHED" not in read(written)
