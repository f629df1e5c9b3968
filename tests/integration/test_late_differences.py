"""What becomes known after a month was closed: signed lines with their reason, and the closed month stays as it is."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.orders.models import Payment
from mealroute.residents.models import Resident, StateChange
from mealroute.subsidy import computing, queries, service
from mealroute.subsidy.differing import Difference, Standing
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.settlement_world import World, make_world
from tests.line_bases import basis_of

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
PAYER, MONTH = "dongcheng", "2026-02"
CLOSED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = FixedClock(CLOSED + timedelta(days=20))
OFFICER = Actor(account_id=None, name="周航", role=Role.FINANCE, scope=Scope.everything())


class Month:
    """Two people with a lunch on Monday and on Tuesday; the second one's Tuesday was never recorded as handed over."""

    def __init__(self, db: Session) -> None:
        self.db, self.world = db, make_world(db)
        world: World = self.world
        self.first, self.second = world.resident(), world.resident(name="李秀英")
        self.lines: dict[tuple[int, date], int] = {}
        self.orders: dict[tuple[int, date], int] = {}
        self.runs: dict[date, int] = {}
        for day in (MONDAY, TUESDAY):
            book = world.book(day)
            for who in (self.first, self.second):
                order = world.order(who, day)
                self.orders[who, day] = order.id
                self.lines[who, day] = world.line(book, order)
            self.runs[day] = world.publish(day, [self.lines[self.first, day], self.lines[self.second, day]])
        for who, day in self.lines:
            outcome = Outcome.HANDED_OVER if (who, day) != (self.second, TUESDAY) else Outcome.NOT_REACHED
            self.record(who, day, outcome, FixedClock(CLOSED))

    def record(self, who: int, day: date, outcome: Outcome, clock: FixedClock = LATER) -> None:
        entry = ProofInput(
            client_id=str(uuid4()), run_id=self.runs[day], book_line_id=self.lines[who, day], outcome=outcome,
            by_name="刘建国", reason="下雪" if outcome is Outcome.NOT_REACHED else "",
        )  # fmt: skip
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=clock)

    def die(self, who: int, day: date) -> None:
        self.db.add(
            StateChange(resident_id=who, state="deceased", since=day, reason="", by_name="test", at=LATER.now())
        )
        self.db.flush()

    def found(self, settled: list[Standing] | None = None) -> tuple[Difference, ...]:
        return service.differences(self.db, PAYER, MONTH, settled=settled or ())


@pytest.fixture
def month(db: Session) -> Month:
    found = Month(db)
    service.close_period(db, PAYER, MONTH, by=OFFICER, clock=FixedClock(CLOSED))
    return found


def test_a_closed_month_of_which_nothing_new_is_known_has_no_differences(month: Month) -> None:
    assert month.found() == ()


def test_an_open_month_has_no_differences_it_is_built_again(db: Session) -> None:
    found = Month(db)
    service.build_month(db, PAYER, MONTH, by=OFFICER, clock=FixedClock(CLOSED))
    found.record(found.second, TUESDAY, Outcome.HANDED_OVER)
    assert found.found() == ()


def test_a_record_that_comes_after_the_close_adds_its_lines(month: Month) -> None:
    month.record(month.second, TUESDAY, Outcome.HANDED_OVER)
    added = month.found()
    assert [(one.line.beneficiary, one.amount_fen, dict(one.shares), one.reason.code) for one in added] == [
        ("operator", 300, {"city": 150, "district": 150}, "late-record"),
        ("resident", 500, {"city": 250, "district": 250}, "late-record"),
    ]
    assert [one.claim_line_id for one in added] == [None, None]
    assert {one.copay_fen for one in added} == {0, 1200}


def test_a_late_death_takes_away_what_was_claimed_after_it(month: Month) -> None:
    month.die(month.first, TUESDAY)
    taken = month.found()
    assert [(one.amount_fen, dict(one.shares), one.reason.code) for one in taken] == [
        (-300, {"city": -150, "district": -150}, "deceased"),
        (-500, {"city": -250, "district": -250}, "deceased"),
    ]
    assert all(one.claim_line_id and one.line.day == TUESDAY for one in taken)


def test_a_corrected_record_takes_its_lines_away(month: Month) -> None:
    month.record(month.first, MONDAY, Outcome.REFUSED)
    assert Counter(one.reason.code for one in month.found()) == {"record-changed": 2}
    assert sum(one.amount_fen for one in month.found()) == -800


def test_money_given_back_after_the_close_takes_the_residents_subsidy_away(db: Session, month: Month) -> None:
    order = month.orders[month.first, MONDAY]
    values = {"natural_key": "late", "order_id": order, "kind": "refund", "amount_fen": 1200, "means": "card"}
    db.add(Payment(**values, at=LATER.now(), by_name="test"))
    db.flush()
    (one,) = month.found()
    assert (one.line.beneficiary, one.amount_fen, one.reason.code) == ("resident", -500, "paid-nothing")


def test_what_was_settled_since_is_not_a_difference_again_and_a_reversal_comes_back(month: Month) -> None:
    month.die(month.first, TUESDAY)
    settled = [
        Standing(
            natural_key=one.natural_key, payee=one.payee, amount_fen=one.amount_fen, shares=dict(one.shares), copay_fen=one.copay_fen
        )
        for one in month.found()
    ]  # fmt: skip
    assert month.found(settled) == ()
    month.db.add(
        StateChange(
            resident_id=month.first, state="active", since=TUESDAY, reason="误录", by_name="test", at=LATER.now()
        )
    )
    month.db.flush()
    assert [one.amount_fen for one in month.found(settled)] == [300, 500]


def test_who_moves_into_an_institution_later_loses_nothing_of_a_closed_month(db: Session, month: Month) -> None:
    db.execute(update(Resident).values(living="institution", basic_service=False, ability_level=3))
    assert month.found() == ()


def test_closed_lines_and_differences_are_the_fresh_computation(db: Session, month: Month) -> None:
    month.die(month.first, TUESDAY)
    month.record(month.second, TUESDAY, Outcome.HANDED_OVER)
    month.record(month.second, MONDAY, Outcome.LEFT_AT_DOOR)
    period = queries.period(db, PAYER, MONTH)
    assert period is not None
    sums: Counter[str] = Counter()
    for line in queries.settlement_lines(db, period.id, scope=Scope.everything()):
        sums[line.claim.natural_key] += line.claim.amount_fen
    for one in month.found():
        sums[one.natural_key] += one.amount_fen
    rows = queries.month_rows(db, MONTH, facts=queries.person_facts(db, period.id))
    fresh = {line.natural_key: line.amount_fen for line in computing.compute(MONTH, rows, load_rulebook()).lines}
    assert {key: amount for key, amount in sums.items() if amount} == fresh


def test_a_line_carries_its_evidence(db: Session, month: Month) -> None:
    row = db.query(ClaimLine).filter_by(resident_id=month.first, day=MONDAY, beneficiary="resident").one()
    assert (row.natural_key, row.payee, row.unit) == ("bj-meal-resident/R0001/2026-02-02", "V01", "person-day")
    assert (row.run_id, row.route_no, row.driver_code, row.delivery) == (month.runs[MONDAY], 1, "D01", "home")
    assert (row.category, row.age, row.confirmation, row.source) == ("advanced-age-alone", 86, "seen", "phone")
    assert row.confirmed_at is not None
    basis = basis_of(db, row)
    assert (basis["stop_no"], basis["planned_s"], basis["pay_means"]) == (1, 39660, "card")


def test_what_a_closed_month_knew_of_its_people_cannot_change(db: Session, month: Month) -> None:
    db.commit()
    with pytest.raises(DatabaseError, match="immutable"):
        db.execute(text("update claim_person set living = 'institution'"))
