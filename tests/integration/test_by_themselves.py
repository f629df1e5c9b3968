"""What happens by itself once an hour: last month is scored, ended drafts let their travel times go. Twice does no harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from mealroute.core import db as database
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict
from mealroute.drafting import emptying, loading, queries, service
from mealroute.drafting.models import DraftEdit, DraftGround
from mealroute.drafting.records import DraftId
from mealroute.oversight import scoring
from mealroute.planning import service as plans
from mealroute.planning.solving import plan_quick
from mealroute.vendors import scores
from tests.integration.oversight_world import Doors
from tests.integration.planning_world import DAY, build_world
from tests.integration.test_drafting import EARLY, LUNCH, MATRIX, WANG


def _scored() -> set[str]:
    with database.unit_of_work(read_only=True) as db:
        return {row.period for row in scores.revisions(db)}


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 3, 1, 10, tzinfo=UTC), set()),  # the first of March: phones may still send
        (datetime(2026, 3, 1, 19, tzinfo=UTC), set()),  # 3 o'clock in Beijing on the second
        (datetime(2026, 3, 1, 20, tzinfo=UTC), {"2026-02"}),
        (datetime(2026, 3, 30, 1, tzinfo=UTC), {"2026-02"}),  # the server was off for weeks
    ],
)
def test_a_month_is_scored_by_itself_in_the_night_after_the_first(
    any_engine: Engine, at: datetime, month: set[str]
) -> None:
    with database.unit_of_work() as db:
        Doors(db)
    clock = FixedClock(at)

    scoring.tick(clock=clock)
    scoring.tick(clock=clock)

    assert _scored() == month
    with database.unit_of_work(read_only=True) as db:
        assert all(row.revision == 1 for row in scores.revisions(db))


@pytest.fixture
def draft(any_engine: Engine) -> DraftId:
    with database.unit_of_work() as db:
        build_world(db)
        given = plans.prepare(db, DAY, LUNCH, matrix_of=MATRIX)
        version = plans.save_draft(db, given, plan_quick(given), by=WANG, clock=EARLY)
        return service.open_draft(db, version, matrix_of=MATRIX, by=WANG, clock=EARLY)


def _bytes() -> int:
    with database.unit_of_work(read_only=True) as db:
        return sum(len(row.content) + len(row.matrices) for row in db.scalars(select(DraftGround)))


def _ended(draft: DraftId) -> None:
    with database.unit_of_work() as db:
        service.drop_draft(db, draft, "", by=WANG, clock=EARLY)


def test_an_open_draft_keeps_its_travel_times_however_old_it_is(draft: DraftId) -> None:
    before = _bytes()
    emptying.tick(clock=FixedClock(EARLY.at + timedelta(days=400)))
    assert _bytes() == before


def test_an_ended_draft_lets_them_go_after_a_month_and_keeps_its_trail(draft: DraftId) -> None:
    _ended(draft)
    before = _bytes()
    emptying.tick(clock=FixedClock(EARLY.at + emptying.KEPT - timedelta(minutes=1)))
    assert _bytes() == before

    late = FixedClock(EARLY.at + emptying.KEPT + timedelta(minutes=1))
    emptying.tick(clock=late)
    assert _bytes() == 0
    emptying.tick(clock=late)  # nothing is left to do

    with database.unit_of_work(read_only=True) as db:
        assert [edit.by for edit in queries.trail(db, draft)] == [WANG.name]
        assert all(row.arrangement for row in db.scalars(select(DraftEdit)))


def test_who_asks_for_an_emptied_draft_is_told_why_it_cannot_be_drawn(draft: DraftId) -> None:
    _ended(draft)
    emptying.tick(clock=FixedClock(EARLY.at + timedelta(days=40)))
    loading._grounds.__init__(6)  # type: ignore[misc]  # another process, which never saw it

    with database.unit_of_work(read_only=True) as db, pytest.raises(Conflict) as refused:
        queries.view(db, draft)

    assert refused.value.code == "draft-emptied"
