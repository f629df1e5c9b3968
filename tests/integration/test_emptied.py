"""Each test on PostgreSQL begins with a database that holds nothing and counts from one, whatever the test before left."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mealroute.core import db as database
from mealroute.residents.models import Resident
from mealroute.settlement.simulate import close_month
from tests import conftest
from tests.integration.close_world import FEBRUARY, PAYER, make_close
from tests.integration.planning_world import build_world


@pytest.mark.parametrize("large", [0, conftest.LARGE])
@pytest.mark.parametrize("any_engine", ["postgresql"], indirect=True)
def test_a_closed_month_and_all_else_is_gone_and_numbers_begin_again(
    any_engine: Engine, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(conftest, "LARGE", large)
    with Session(any_engine) as db:
        close = make_close(db)
        close.doors()
        close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
        db.commit()

    conftest._empty(any_engine)

    with Session(any_engine) as db:
        for name, table in database.Base.metadata.tables.items():
            assert db.scalar(select(func.count()).select_from(table)) == 0, name
        build_world(db)
        assert db.scalar(select(func.min(Resident.id))) == 1
