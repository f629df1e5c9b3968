"""A big month is reckoned by a job, from one moment's records; preparing and closing ask for it by themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mealroute.adapters.job_worker import JobContext
from mealroute.core import db as database
from mealroute.core import jobs as table
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.errors import MealrouteError
from mealroute.core.jobs import Job, JobId, JobState
from mealroute.settlement import jobs, view_jobs, view_keeping, view_reckoning, viewing
from mealroute.settlement.records import Step
from mealroute.settlement.view_models import MonthView
from mealroute.settlement.view_records import Arrived
from tests.integration.close_world import FEBRUARY, PAYER, Close, make_close

ALL = Scope.everything()


@pytest.fixture
def close(any_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Close:
    monkeypatch.setattr(view_keeping, "AT_ONCE", 4)
    with Session(any_engine, expire_on_commit=False) as db:
        made = make_close(db)
        for number in range(4):
            made.record(number)
        db.commit()
    return made


def waiting() -> list[str]:
    with database.unit_of_work(read_only=True) as db:
        return list(db.scalars(select(Job.kind).where(Job.state == JobState.QUEUED)))


def begun(close: Close, number: JobId) -> JobContext:
    with database.unit_of_work() as db:
        found = table.claim(db, number, clock=close.clock)
    assert found is not None
    return JobContext(found, close.clock)


def ask(close: Close) -> JobId:
    with database.unit_of_work() as db:
        return view_jobs.ask(db, PAYER, FEBRUARY, by=SYSTEM, clock=close.clock)[0]


def test_what_comes_while_it_is_reckoned_is_not_in_it_and_is_told(
    close: Close, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(db: Session, *args: object, **more: object) -> object:
        with Session(database.engine(), expire_on_commit=False) as other:
            close.db = other
            close.record(4)
            other.commit()
        return view_reckoning.reckon(db, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(view_jobs, "reckon", late)
    context = begun(close, ask(close))
    view_jobs.run(context)
    with database.unit_of_work(read_only=True) as db:
        page = viewing.month_page(db, PAYER, FEBRUARY, scope=ALL)
        assert table.job(db, context.job.id).state is JobState.DONE
    assert page.statement is not None
    assert page.statement.figures.delivered == 4
    assert page.dated is not None
    assert Arrived("doors", 1) in page.dated.arrived


def test_asked_for_twice_it_is_one_job_and_another_month_is_another(close: Close) -> None:
    with database.unit_of_work() as db:
        first, new = view_jobs.ask(db, PAYER, FEBRUARY, by=SYSTEM, clock=close.clock)
        assert new
        assert view_jobs.ask(db, PAYER, FEBRUARY, by=SYSTEM, clock=close.clock) == (first, False)
        assert view_jobs.ask(db, PAYER, "2026-01", by=SYSTEM, clock=close.clock)[1]
        for payer, month, code in (("nobody", FEBRUARY, "payer-unknown"), (PAYER, "2026-13", "month-invalid")):
            with pytest.raises(MealrouteError, match=code):
                view_jobs.ask(db, payer, month, by=SYSTEM, clock=close.clock)


@pytest.mark.parametrize(("at_once", "asked"), [(4, [view_jobs.KIND]), (5, [])])
def test_preparing_a_big_month_has_its_pages_reckoned(
    close: Close, monkeypatch: pytest.MonkeyPatch, at_once: int, asked: list[str]
) -> None:
    monkeypatch.setattr(view_keeping, "AT_ONCE", at_once)
    with database.unit_of_work() as db:
        number, _new = jobs.ask(db, PAYER, FEBRUARY, Step.PREPARE, by=close.four.preparer, clock=close.clock)
    jobs.carry_out(begun(close, number), matrix_of=None)
    assert waiting() == asked
    with database.unit_of_work(read_only=True) as db:
        assert db.scalars(select(MonthView.id)).all() == []
