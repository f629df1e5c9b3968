"""What is entered about people after the days that it is about comes to the checks with the day of its entry."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.checks.entered_facts import Entered
from mealroute.checks.entered_reading import entered_of
from mealroute.checks.money_reading import paid_on
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.orders.models import Order, Payment
from mealroute.residents import service as ledger
from mealroute.residents.models import Pause, StateChange
from mealroute.residents.records import ResidentId
from tests.integration.test_settlement_month import Month

ALL = Scope.everything()
DESK = Actor(account_id=None, name="窗口", role=Role.DISTRICT, scope=ALL)
FIRST = date(2026, 2, 1)


def at(day: date) -> FixedClock:
    return FixedClock(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def entered(db: Session, number: int) -> list[Entered]:
    return entered_of(db, FIRST, clock=at(date(2026, 3, 2))).get(number, [])


def test_the_first_day_of_basic_services_moved_back_is_kept_with_the_day_of_its_entry(
    db: Session, clock: FixedClock
) -> None:
    who = ResidentId(Month(db, clock).basic)
    for day, value in ((date(2026, 1, 20), "2026-02-25"), (date(2026, 2, 27), "2026-02-02")):
        ledger.change_resident(db, who, {"basic_service_from": value}, by=DESK, clock=at(day))
    (found,) = entered(db, who)
    assert (found.name, found.since, found.until, found.on) == (
        "basic_service_from", date(2026, 2, 2), date(2026, 2, 24), date(2026, 2, 27),
    )  # fmt: skip
    assert [found.opens(date(2026, 2, day)) for day in (1, 2, 24, 25)] == [False, True, True, False]


def test_a_birth_date_made_earlier_opens_and_one_made_later_does_not(db: Session, clock: FixedClock) -> None:
    who = ResidentId(Month(db, clock).basic)
    ledger.change_resident(db, who, {"birth_date": "1971-05-02"}, by=DESK, clock=at(date(2026, 2, 20)))
    assert entered(db, who) == []
    ledger.change_resident(db, who, {"birth_date": "1951-05-02"}, by=DESK, clock=at(date(2026, 2, 27)))
    (found,) = entered(db, who)
    assert (found.name, found.before, found.value, found.on) == (
        "birth_date",
        "1971-05-02",
        "1951-05-02",
        date(2026, 2, 27),
    )


def test_service_begun_again_and_a_pause_taken_back(db: Session, clock: FixedClock) -> None:
    who = Month(db, clock).basic
    late = datetime(2026, 2, 27, 2, 0, tzinfo=UTC)
    for state, since, when in (
        ("stopped", date(2026, 1, 5), datetime(2026, 1, 5, 2, 0, tzinfo=UTC)),
        ("active", date(2026, 2, 2), late),
    ):
        db.add(StateChange(resident_id=who, state=state, since=since, reason="", by_name="窗口", at=when))
        db.flush()
    pause = {"resident_id": who, "reason": "hospital", "created_by": "窗口", "created_at": late}
    db.add(Pause(**pause, starts_on=date(2026, 2, 3), ends_on=date(2026, 2, 20), cancelled_at=late))
    db.add(Pause(**pause, starts_on=date(2026, 3, 3), ends_on=None, cancelled_at=late))
    db.add(Pause(**pause, starts_on=date(2026, 2, 24), ends_on=None))
    db.flush()
    assert entered(db, who) == [
        Entered("active", date(2026, 2, 2), date(2026, 2, 27)),
        Entered("pause", date(2026, 2, 3), date(2026, 2, 27), until=date(2026, 2, 20)),
    ]


def test_the_days_on_which_a_reference_was_entered(db: Session, clock: FixedClock) -> None:
    Month(db, clock)
    order = db.scalars(select(Order).order_by(Order.id)).first()
    assert order is not None
    for n, day in enumerate((2, 2, 3)):
        db.add(
            Payment(
                natural_key=f"k{n}", order_id=order.id, kind="payment", amount_fen=100, means="card",
                at=datetime(2026, 2, day, 2, 0, tzinfo=UTC), by_name="窗口", reference="wx1",
            )
        )  # fmt: skip
        db.flush()
    found = paid_on(db, ["wx1", "wx2"], order.day, order.day, clock)
    assert found == {"wx1": frozenset({date(2026, 2, 2), date(2026, 2, 3)})}
