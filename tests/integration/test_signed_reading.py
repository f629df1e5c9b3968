"""Who is signed with the sites that are paid by signed persons: lists from outside, other stations, papers on their way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.examined_kinds import papers_on_their_way, signed_in_the_churchyard, signed_with_two
from data.sample_generator.fraud.month import honest_month
from data.sample_generator.fraud.writing import at, rulebook, write
from mealroute.checks import signed_reading
from mealroute.checks.rulebook import policy_on
from mealroute.checks.signed_facts import SignedSite
from mealroute.core import db as database
from mealroute.core.clock import FixedClock
from mealroute.rulebook.records import Rule
from mealroute.subsidy.models import Period

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
LIMITS = policy_on(LAST).checks["signed-not-there"].limits
CLOCK = FixedClock(at(date(2026, 4, 9), 36_000))


@pytest.fixture
def written(any_engine: Engine) -> Iterator[Session]:
    """Stations with people who are not there, and one whose papers are slow."""
    assert any_engine is database.engine()
    month = honest_month(FIRST, trial.service_days(FIRST), seed=1, vendors=1, people=5)
    for case in (signed_in_the_churchyard, signed_with_two, papers_on_their_way):
        case(month, month.vendors[0])
    with database.unit_of_work() as db:
        write(db, month)
    with database.unit_of_work() as db:
        yield db


def read(db: Session, rules: tuple[Rule, ...], street: str = "") -> dict[str, SignedSite]:
    periods = [one.id for one in db.query(Period)]
    found = signed_reading.signed_of(
        db, periods, rules, FIRST, LAST, LIMITS, clock=CLOCK, holds=lambda of, _vendor: of.startswith(street)
    )
    return {one.station: one for one in found}


def test_who_died_moved_or_is_signed_elsewhere_is_nobody_to_be_counted(written: Session) -> None:
    found = read(written, rulebook().rules)
    assert {site: (one.counted, sorted(one.wrong.values())) for site, one in found.items()} == {
        "T-NAMES": (60, ["deceased"] * 3 + ["moved"] * 3), "T-HERE": (50, ["twice"] * 8), "T-THERE": (53, ["twice"] * 8),
        "T-SLOW": (70, ["moved"]),
    }  # fmt: skip


def test_only_sites_of_the_part_are_looked_at_and_none_where_no_rule_counts_them(written: Session) -> None:
    assert read(written, rulebook().rules, "999") == {}
    assert read(written, tuple(rule for rule in rulebook().rules if rule.rule_id != "trial-signed")) == {}
