"""The law of the close: claims and corrections are what a fresh computation of all records gives, in any order of arrival."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.core import db as database
from mealroute.core.clock import FixedClock
from mealroute.delivery.records import Outcome
from mealroute.settlement import correcting
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import computing
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.close_world import PAYER, Close, make_close

MONTHS = ("2026-02", "2026-03", "2026-04", "2026-05")
ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 4), st.sampled_from([Outcome.HANDED_OVER, Outcome.REFUSED, Outcome.LEFT_AT_DOOR]), st.integers(0, 4)
    ),
    max_size=8,
)  # fmt: skip


def _settled(db: Session) -> dict[tuple[str, str], int]:
    """Natural key and fund → fen, over all closed lines and corrections."""
    found: dict[tuple[str, str], int] = {}
    for model in (ClaimLine, AdjustmentLine):
        for key, shares in db.execute(select(model.natural_key, model.shares)):
            for fund, part in shares.items():
                found[key, fund] = found.get((key, fund), 0) + part
    return {key: amount for key, amount in found.items() if amount}


def _fresh(db: Session) -> dict[tuple[str, str], int]:
    lines = computing.compute("2026-02", money.month_rows(db, "2026-02"), load_rulebook()).lines
    return {(line.natural_key, fund): part for line in lines for fund, part in line.shares}


@pytest.fixture(scope="module")
def february(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Close]:
    """A database whose February is closed, to be copied for each example, and who closed it."""
    file = Path(shutil.copy(empty_sqlite, tmp_path_factory.mktemp("laws") / "february.sqlite"))
    engine = database.configure(f"sqlite:///{file}")
    with Session(engine, expire_on_commit=False) as db:
        close = make_close(db)
        close.doors()
        close_month(db, PAYER, MONTHS[0], close.four, clock=close.clock)
        db.commit()
    engine.dispose()
    return file, close


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arrivals=ARRIVALS, order=st.permutations(MONTHS[1:]))
def test_claims_and_corrections_are_what_a_fresh_computation_gives(
    february: tuple[Path, Close], arrivals: list[tuple[int, Outcome, int]], order: list[str]
) -> None:
    file, closed_by = february
    with tempfile.TemporaryDirectory() as folder:
        engine = database.configure(f"sqlite:///{shutil.copy(file, Path(folder) / 'law.sqlite')}")
        with Session(engine, expire_on_commit=False) as db:
            close = replace(closed_by, db=db, clock=FixedClock(datetime(2026, 6, 2, 1, 0, tzinfo=UTC)))
            before = db.execute(select(ClaimLine.id, ClaimLine.amount_fen)).all()
            assert before
            for turn, month in enumerate([*order, "2026-01"]):
                for line, outcome, when in arrivals:
                    if when == turn:
                        close.record(line, outcome)
                close_month(db, PAYER, month, close.four, clock=close.clock)
                assert _settled(db) == _fresh(db)
                assert correcting.proposals(db, PAYER, "2025-12") == ()
            closed = db.execute(select(ClaimLine.id, ClaimLine.amount_fen).where(ClaimLine.period_id == 1)).all()
            assert closed == before
            assert (
                db.scalar(select(func.count()).select_from(AdjustmentLine).where(AdjustmentLine.amount_fen == 0)) == 0
            )
        engine.dispose()
