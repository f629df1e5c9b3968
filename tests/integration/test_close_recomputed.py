"""Laws of closed months: recomputing one changes nothing, what arrives later is found without computing everything again, caps hold throughout."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute import models  # noqa: F401 -- registers every table
from mealroute.core import db as database
from mealroute.delivery.records import Outcome
from mealroute.orders.models import Order, Payment
from mealroute.residents import facts
from mealroute.residents.models import Resident, StateChange
from mealroute.settlement import arrivals, correcting, holding, service
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import queries as money
from mealroute.subsidy.differences import differences
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.payers import Payer, payer_of
from tests.integration.close_world import FEBRUARY, MARCH, MARCH_DAY, PAYER, Close, make_close
from tests.integration.settlement_world import make_world
from tests.unit.subsidy.books import book, rule

APRIL, MAY = "2026-04", "2026-05"
LATE = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)
Event = tuple[str, int, int]

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("proof"), st.integers(0, 5), st.integers(0, 2)),
        st.tuples(st.just("money"), st.integers(0, 5), st.integers(0, 1)),
        st.tuples(st.just("death"), st.integers(0, 3), st.integers(1, 3)),
        st.tuples(st.just("pause"), st.integers(0, 3), st.integers(1, 3)),
        st.tuples(st.just("birth"), st.integers(0, 3), st.integers(0, 1)),
        st.tuples(st.just("word"), st.integers(0, 8), st.integers(0, 1)),
    ),
    max_size=4,
)
OUTCOMES = (Outcome.HANDED_OVER, Outcome.REFUSED, Outcome.LEFT_AT_DOOR)


@contextmanager
def sqlite_session(empty: Path) -> Iterator[Session]:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(empty, Path(folder) / "law.sqlite")
        engine = database.configure(f"sqlite:///{file}")
        with Session(engine, expire_on_commit=False) as db:
            yield db
        engine.dispose()


def two_months(db: Session) -> Close:
    """February's two days, and one day in March."""
    close = make_close(db)
    world = close.world
    close.lines.append(world.line(world.book(MARCH_DAY), world.order(world.residents[0], MARCH_DAY)))
    close.runs.append(world.publish(MARCH_DAY, close.lines[-1:]))
    return close


def record(close: Close, number: int, outcome: Outcome = Outcome.HANDED_OVER) -> None:
    """As ``Close.record``, which knows two runs."""
    lines, runs = close.lines, close.runs
    close.lines, close.runs = (lines[:5], runs[:2]) if number < 5 else ([*lines[:5], lines[5]], [runs[0], runs[2]])
    close.record(number, outcome)
    close.lines, close.runs = lines, runs


def happen(close: Close, event: Event) -> None:
    kind, which, how = event
    db, now = close.db, close.clock.at
    match kind:
        case "proof":
            record(close, which, OUTCOMES[how])
        case "money":
            order = db.scalars(select(Order).order_by(Order.id).offset(which)).first()
            assert order is not None
            count = len(db.scalars(select(Payment.id)).all())
            db.add(
                Payment(
                    natural_key=f"late/{count}", order_id=order.id, kind=("payment", "refund")[how], amount_fen=1200, means="card", at=now, by_name="晚到",
                )
            )  # fmt: skip
        case "death":
            since = date(2026, 2, how)
            db.add(
                StateChange(resident_id=close.world.residents[which], state="deceased", since=since, reason="", by_name="民政", at=now)
            )  # fmt: skip
        case "pause":
            close.world.pause(close.world.residents[which], date(2026, 2, how), date(2026, 2, how))
        case "birth":
            row = db.get_one(Resident, close.world.residents[which])
            row.birth_date = (date(1980, 1, 1), date(1940, 1, 1))[how]
        case "word":
            _decide(close, which, how)
    db.flush()


def _decide(close: Close, which: int, how: int) -> None:
    closed = close.db.execute(
        select(Period.month, ClaimLine.natural_key)
        .join(Period, Period.id == ClaimLine.period_id)
        .where(Period.state == "closed")
        .order_by(ClaimLine.id)
    ).all()
    if closed:
        month, key = closed[which % len(closed)]
        say = (service.take_back, service.release)[how]
        say(close.db, PAYER, month, key, reason="核对后决定", by=close.four.preparer, clock=close.clock)


def stored(db: Session) -> list[tuple[Any, ...]]:
    """Everything that is settled, row by row."""
    found = [
        tuple(row)
        for model in (ClaimLine, AdjustmentLine)
        for row in db.execute(
            select(model.__table__).join(Period, Period.id == model.period_id).where(Period.state == "closed")  # type: ignore[attr-defined]
        )
    ]
    return sorted(found, key=str)


def both_ways(db: Session, who: Payer) -> None:
    """What has arrived for each closed month: by fingerprints, and by computing all of it."""
    for period in db.scalars(select(Period).where(Period.payer == who.code, Period.state == "closed")):
        people = arrivals.touched(db, who, period)
        assert people is not None
        assert correcting.of_month(db, who, period, [], people) == correcting.of_month(db, who, period, [])


def close_and_compare(close: Close, month: str) -> None:
    """Close a month: what was settled stays as it is, and neither it nor any other closed month needs anything more."""
    db = close.db
    before = stored(db)
    close_month(db, PAYER, month, close.four, clock=close.clock)
    after = stored(db)
    assert [row for row in after if row in before] == before
    assert correcting.proposals(db, PAYER, "2099-01") == ()
    period = money.period(db, PAYER, month)
    assert period is not None
    held = {each.line.natural_key for each in holding.kept_out(db, period.id)}
    assert {one.natural_key for one in differences(db, PAYER, month)} <= held


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(turns=st.lists(EVENTS, min_size=3, max_size=3), order=st.permutations([FEBRUARY, MARCH, APRIL]), missing=st.sets(st.integers(0, 5), max_size=2))  # fmt: skip
def test_a_closed_month_never_changes_and_what_comes_later_is_found_by_its_people(
    empty_sqlite: Path, turns: list[list[Event]], order: list[str], missing: set[int]
) -> None:
    with sqlite_session(empty_sqlite) as db:
        close = two_months(db)
        close.clock.at = LATE
        for number in range(6):
            record(close, number, Outcome.NO_ANSWER if number in missing else Outcome.HANDED_OVER)
        for month, events in zip(order, turns, strict=True):
            close_and_compare(close, month)
            for event in events:
                happen(close, event)
            both_ways(db, payer_of(db, PAYER))
        close_and_compare_last(close)


def close_and_compare_last(close: Close) -> None:
    before = stored(close.db)
    close_month(close.db, PAYER, MAY, close.four, clock=close.clock)
    assert [row for row in stored(close.db) if row in before] == before
    assert correcting.proposals(close.db, PAYER, "2099-01") == ()


@pytest.mark.parametrize(
    "events",
    [
        [("proof", 4, 0)], [("proof", 0, 1), ("death", 1, 1)], [("money", 0, 1), ("pause", 2, 2), ("birth", 1, 0)],
        [("word", 0, 0), ("word", 0, 1), ("proof", 5, 1)],
    ],
)  # fmt: skip
def test_examples_of_it_on_both_databases(db: Session, events: list[Event]) -> None:
    close = two_months(db)
    close.clock.at = LATE
    for number in range(6):
        record(close, number, Outcome.NO_ANSWER if number == 4 else Outcome.HANDED_OVER)
    close_and_compare(close, FEBRUARY)
    for event in events:
        happen(close, event)
    both_ways(db, payer_of(db, PAYER))
    close_month(db, PAYER, MARCH, close.four, clock=close.clock)
    assert correcting.proposals(db, PAYER, "2099-01") == ()
    assert {row.month for row in db.scalars(select(AdjustmentLine))} <= {FEBRUARY}


def test_nothing_having_arrived_nobody_is_computed_again(db: Session) -> None:
    close = two_months(db)
    close.clock.at = LATE
    for number in range(6):
        record(close, number)
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    period = money.period(db, PAYER, FEBRUARY)
    assert period is not None
    assert arrivals.touched(db, payer_of(db, PAYER), period) == frozenset()
    record(close, 1, Outcome.REFUSED)
    assert arrivals.touched(db, payer_of(db, PAYER), period) == {close.world.residents[1]}


FACTS = (
    ("living", "with_spouse"), ("basic_service", False), ("ability_level", 3), ("assessment_valid_until", date(2026, 2, 1)), ("registration", "elsewhere"),
)  # fmt: skip


def test_whoever_has_another_fact_for_a_closed_day_is_computed_again(db: Session) -> None:
    close = two_months(db)
    close.clock.at = LATE
    for number in range(6):
        record(close, number)
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    period = money.period(db, PAYER, FEBRUARY)
    assert period is not None
    for fact, value in FACTS:
        alone = db.begin_nested()
        row = db.get_one(Resident, close.world.residents[2])
        before = facts.held(row)
        assert before[fact] != value
        setattr(row, fact, value)
        facts.note(db, row, before, since={fact: date(2026, 2, 1)}, by=close.four.preparer, clock=close.clock)
        db.flush()
        assert arrivals.touched(db, payer_of(db, PAYER), period) == {row.id}, fact
        alone.rollback()
        assert arrivals.touched(db, payer_of(db, PAYER), period) == frozenset(), fact


def test_another_rulebook_or_one_that_counts_over_people_has_everybody_computed_again(db: Session) -> None:
    close = two_months(db)
    close.clock.at = LATE
    for number in range(6):
        record(close, number)
    close_month(db, PAYER, FEBRUARY, close.four, clock=close.clock)
    period = money.period(db, PAYER, FEBRUARY)
    assert period is not None
    for rules in (
        book(rule("other", "resident", "meal", '{fixed: "3.00"}')),
        book(rule("shop", "resident", "meal", '{fixed: "3.00"}', "caps: [{per: operator, count: 9, every: month}]")),
    ):
        assert arrivals.touched(db, Payer(rules=rules), period) is None


WEEK = (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2))
CAPPED = Payer(rules=book(rule("week", "resident", "meal", '{fixed: "3.00"}', "caps: [{count: 2, every: week}]")))


class Week:
    """One week over the end of March: one person's four meals, of which two are paid for."""

    def __init__(self, db: Session) -> None:
        self.close = make_close(db, date(2026, 1, 5), date(2026, 1, 6), make_world(db))
        self.close.clock.at = LATE
        for number in range(5):
            self.close.record(number)
        world = self.close.world
        self.lines, self.runs = [], []
        for day in WEEK:
            order = world.order(world.residents[0], day, resident_part_fen=1700, paid_fen=1700)
            line = world.line(world.book(day), order)
            self.lines.append(line)
            self.runs.append(world.publish(day, [line]))
        for number in range(len(WEEK)):
            self.record(number, Outcome.NO_ANSWER)

    def record(self, number: int, outcome: Outcome) -> None:
        self.close.lines, self.close.runs = [self.lines[number]], [self.runs[number], self.runs[number]]
        self.close.record(0, outcome)

    def settled(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for model in (ClaimLine, AdjustmentLine):
            query = select(model.natural_key, model.amount_fen).join(Period, Period.id == model.period_id)
            for key, amount in self.close.db.execute(query.where(Period.state == "closed", model.day >= WEEK[0])):
                found[key] += amount
        return found


def weekly(week: Week, arrivals_: list[tuple[int, int, int]], order: list[str]) -> None:
    db, close = week.close.db, week.close
    for turn, month in enumerate([*order, MAY, "2026-02"]):
        for when, line, outcome in arrivals_:
            if when == turn:
                week.record(line, (Outcome.HANDED_OVER, Outcome.REFUSED)[outcome])
        close_month(db, CAPPED, month, close.four, clock=close.clock)
        amounts = [amount for amount in week.settled().values() if amount]
        assert len(amounts) <= 2
        assert sum(amounts) <= 600
    handed = {line: outcome for _when, line, outcome in sorted(arrivals_, key=lambda one: one[0])}
    assert sum(week.settled().values()) == 300 * min(2, sum(outcome == 0 for outcome in handed.values()))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    arrivals_=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)), max_size=6),
    order=st.permutations([MARCH, APRIL]),
)
def test_a_late_record_of_a_capped_week_never_leads_above_the_cap(
    empty_sqlite: Path, arrivals_: list[tuple[int, int, int]], order: list[str]
) -> None:
    with sqlite_session(empty_sqlite) as db:
        weekly(Week(db), arrivals_, order)


@pytest.mark.parametrize("order", [[MARCH, APRIL], [APRIL, MARCH]])
def test_examples_of_a_capped_week_on_both_databases(db: Session, order: list[str]) -> None:
    weekly(Week(db), [(0, 2, 0), (0, 3, 0), (2, 0, 0), (2, 1, 0)], order)
