"""The demo's doors go through the same services and leave a month that closes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.delivery import queries, service, simulate
from mealroute.delivery.models import FollowUp, Proof
from mealroute.delivery.records import Outcome
from mealroute.experience.models import DriverMemory
from mealroute.subsidy import service as money
from mealroute.subsidy.simulate import explain_open
from tests.integration.settlement_world import make_world

DAY = date(2026, 2, 2)
ALL = Scope.everything()
PEOPLE = 400


def _published(db: Session) -> None:
    world = make_world(db)
    book = world.book(DAY)
    lines = []
    for number in range(PEOPLE):
        cash = number % 10 == 0
        order = world.order(
            world.resident(basic=number % 3 == 0), DAY, resident_part_fen=1200 if number % 3 == 0 else 1700,
            expected_subsidy_fen=500 if number % 3 == 0 else 0, pay_means="cash-at-door" if cash else "card",
        )  # fmt: skip
        lines.append(world.line(book, order))
    world.publish(DAY, lines)
    db.flush()


def test_simulated_doors_are_plausible_complete_and_settle(sqlite_db: Session, clock: FixedClock) -> None:
    db = sqlite_db
    _published(db)
    recorded = simulate.simulate_day(db, DAY, "lunch", seed=7, by=SYSTEM, clock=clock)
    assert simulate.simulate_day(db, DAY, "lunch", seed=7, by=SYSTEM, clock=clock) == 0
    closed = service.close_day(db, DAY, "lunch", by=SYSTEM, clock=clock)
    assert recorded + closed.not_reached_lines == PEOPLE
    assert closed.totals.portions_loaded == PEOPLE == closed.totals.delivered + closed.totals.not_delivered
    assert closed.totals.by_outcome["handed-over"] >= 0.94 * PEOPLE
    for line in queries.outcomes(db, DAY, "lunch", scope=ALL):
        assert line.outcome is not None
        assert line.outcome is Outcome.HANDED_OVER or line.reason
        assert line.case_open == (line.outcome is not Outcome.HANDED_OVER)
    met = db.scalar(select(func.sum(DriverMemory.visits)))
    assert met == closed.totals.seen

    left = simulate.settle_cases(db, DAY, "lunch", by=SYSTEM, clock=clock, leave=2)
    assert left == (db.scalar(select(func.count()).select_from(FollowUp)) or 0) - 2
    assert len(queries.follow_ups(db, scope=ALL)) == 2

    clock.at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    explain_open(db, "dongcheng", "2026-02", clock=clock)
    figures = money.close_period(db, "dongcheng", "2026-02", by=SYSTEM, clock=clock).figures
    assert figures.delivered == closed.totals.delivered == figures.subsidised + figures.self_paid + figures.explained
    day = money.day_money(db, DAY, "lunch")
    assert (day.subsidised, day.self_paid, day.explained, day.open) == (
        figures.subsidised, figures.self_paid, figures.explained, 0,
    )  # fmt: skip


def test_the_same_seed_gives_the_same_doors(sqlite_db: Session, clock: FixedClock) -> None:
    db = sqlite_db
    _published(db)
    outcomes = []
    for _again in range(2):
        with db.begin_nested() as attempt:
            simulate.simulate_day(db, DAY, "lunch", seed=3, by=SYSTEM, clock=clock)
            outcomes.append(
                db.execute(select(Proof.client_id, Proof.outcome, Proof.phone_at).order_by(Proof.book_line_id)).all()
            )
            attempt.rollback()
    assert outcomes[0] == outcomes[1]
