"""Cash from doors and counters: expected from the records, handed in, explained; the month waits for the last fen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM, Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Conflict, MealrouteError, NotFound
from mealroute.delivery import service as delivery
from mealroute.delivery.records import Outcome, ProofInput
from mealroute.planning.models import PlanVisit
from mealroute.subsidy import cash, service
from mealroute.subsidy.cash_models import CashEntry
from mealroute.subsidy.cash_records import CashSums, Purse
from tests.integration.settlement_world import World, make_world

MONDAY = date(2026, 2, 2)
CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
ALL = Scope.everything()
CASHIER = Actor(account_id=None, name="杨帆", role=Role.FINANCE, scope=ALL)


class Evening:
    """One route with two lunches paid in cash at the door: 12 yuan each."""

    def __init__(self, db: Session) -> None:
        self.db, self.world = db, make_world(db)
        world: World = self.world
        book = world.book(MONDAY)
        self.lines = [
            world.line(book, world.order(world.resident(), MONDAY, pay_means="cash-at-door")) for _n in (1, 2)
        ]
        self.run = world.publish(MONDAY, self.lines)
        for line in self.lines:
            self.record(line, 1200)

    def record(self, line: int, fen: int) -> None:
        entry = ProofInput(
            client_id=str(uuid4()), run_id=self.run, book_line_id=line, outcome=Outcome.HANDED_OVER, by_name="刘建国",
            cash_collected_fen=fen,
        )  # fmt: skip
        delivery.record_proof(self.db, entry, by=SYSTEM, clock=CLOCK)

    def purse(self) -> Purse:
        (found,) = cash.purses(self.db, MONDAY, MONDAY, scope=ALL)
        return found

    def hand_in(self, fen: int, *, request: str = "", note: str = "", by: Actor = CASHIER) -> bool:
        return cash.hand_in(
            self.db, self.run, "", amount_fen=fen, note=note, request_id=request or str(uuid4()), by=by, clock=CLOCK
        )


@pytest.fixture
def evening(db: Session) -> Evening:
    return Evening(db)


def test_what_is_expected_follows_from_the_records_in_force(evening: Evening) -> None:
    purse = evening.purse()
    assert (purse.expected_fen, purse.payments, purse.handed_fen, purse.state) == (2400, 2, 0, "open")
    assert [line.amount_fen for line in cash.lines(evening.db, purse)] == [1200, 1200]
    evening.record(evening.lines[0], 1000)
    assert evening.purse().expected_fen == 2200


def test_cash_that_is_handed_in_settles_the_purse_once(evening: Evening) -> None:
    assert evening.hand_in(2400, request="a")
    assert not evening.hand_in(2400, request="a")
    assert (evening.purse().difference_fen, evening.purse().state) == (0, "settled")


def test_a_mistake_is_taken_back_by_another_entry_with_a_word(evening: Evening) -> None:
    evening.hand_in(2500)
    with pytest.raises(MealrouteError, match="reason-needed"):
        evening.hand_in(-100)
    with pytest.raises(MealrouteError, match="cash-below-zero"):
        evening.hand_in(-2600, note="x")
    evening.hand_in(-100, note="点错了")
    assert evening.purse().state == "settled"
    with pytest.raises(MealrouteError, match="amount-not-positive"):
        evening.hand_in(0)


def test_words_hold_for_the_amount_that_was_missing_when_they_were_said(db: Session, evening: Evening) -> None:
    evening.hand_in(1900)
    cash.explain(db, evening.run, "", sentence="找零短款，运营主体承担。", request_id="w", by=CASHIER, clock=CLOCK)
    purse = evening.purse()
    assert (purse.state, purse.difference_fen) == ("explained", 500)
    sums = CashSums.of((purse,))
    assert sums.expected_fen == sums.handed_fen + sums.explained_fen + sums.open_fen
    evening.hand_in(300)
    assert (evening.purse().state, evening.purse().difference_fen) == ("open", 200)


def test_the_month_does_not_close_before_the_cash_is_there_or_explained(db: Session, evening: Evening) -> None:
    with pytest.raises(Conflict) as caught:
        service.close_period(db, "dongcheng", "2026-02", by=CASHIER, clock=CLOCK)
    (one,) = caught.value.facts["imbalances"]
    assert (one.code, one.subject, one.expected, one.found, one.unit) == ("cash", f"run/{evening.run}", 2400, 0, "fen")
    evening.hand_in(2400)
    assert service.close_period(db, "dongcheng", "2026-02", by=CASHIER, clock=CLOCK).figures.claimed_lines == 4


def test_cash_taken_at_a_stations_counter_is_the_stations_not_the_drivers(db: Session, evening: Evening) -> None:
    visit = db.query(PlanVisit).order_by(PlanVisit.id).first()
    assert visit is not None
    db.execute(update(PlanVisit.__table__).where(PlanVisit.__table__.c.id == visit.id).values(station_code="S1"))  # type: ignore[arg-type]
    driver, counter = cash.purses(db, MONDAY, MONDAY, scope=ALL)
    assert [(driver.station_code, driver.expected_fen), (counter.station_code, counter.expected_fen)] == [
        ("", 1200),
        ("S1", 1200),
    ]
    assert [one.station_code for one in cash.purses(db, MONDAY, MONDAY, scope=Scope(station="S1"))] == ["S1"]


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (Scope(vendor="V01"), True), (Scope(vendor="V02"), False), (Scope(kitchen="K01"), True), (Scope(kitchen="K02"), False),
        (Scope(driver="D01"), True), (Scope(driver="D02"), False), (Scope(streets=frozenset({"110101005"})), True),
        (Scope(streets=frozenset({"110101001"})), False), (Scope(streets=frozenset()), False),
    ],
)  # fmt: skip
def test_everybody_sees_only_their_own_purses(db: Session, evening: Evening, scope: Scope, sees: bool) -> None:
    assert bool(cash.purses(db, MONDAY, MONDAY, scope=scope)) is sees
    if not sees:
        with pytest.raises(NotFound, match="cash-not-found"):
            evening.hand_in(1, by=Actor(account_id=None, name="x", role=Role.VENDOR, scope=scope))


def test_an_entry_is_never_changed(db: Session, evening: Evening) -> None:
    evening.hand_in(100)
    db.query(CashEntry).one().amount_fen = 1
    with pytest.raises(ValueError, match="append-only"):
        db.flush()
