"""Attempts to get money that is not due, and edges of the calendar at which amounts go astray."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mealroute.areas.models import Street
from mealroute.core.actor import Actor, Role, Scope
from mealroute.core.clock import FixedClock
from mealroute.delivery.records import Outcome
from mealroute.orders.models import Payment
from mealroute.residents import service as ledger
from mealroute.residents.records import ResidentId
from mealroute.rulebook.evaluate import evaluate
from mealroute.rulebook.facts import Meal, Person
from mealroute.subsidy import computing, queries, service
from mealroute.subsidy.evaluating import meal_of, person_of
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.records import Carried, Rulebook
from mealroute.subsidy.rulebook import load_rulebook
from tests.integration.settlement_world import STREET
from tests.integration.test_settlement_month import MONDAY, MONTH, OFFICER, PAYER, TUESDAY, Month
from tests.unit.rulebook.books import book_of, rule
from tests.unit.subsidy.meals import meal

DESK = Actor(account_id=None, name="窗口", role=Role.DISTRICT, scope=Scope.everything())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def month(db: Session, clock: FixedClock) -> Month:
    return Month(db, clock)


def claims(db: Session) -> list[tuple[str, date, int]]:
    query = select(ClaimLine.resident_code, ClaimLine.day, ClaimLine.amount_fen).where(
        ClaimLine.beneficiary == "resident"
    )
    return [tuple(row) for row in db.execute(query.order_by(ClaimLine.id))]


def test_a_loaded_meal_without_a_record_at_the_door_is_nobodys_money(db: Session, month: Month) -> None:
    assert month.build().figures.claimed_lines == 0


def test_a_record_that_says_refused_takes_the_claim_back(db: Session, month: Month) -> None:
    month.doors()
    month.build()
    assert ("R0001", MONDAY, 500) in claims(db)
    month.record(month.run, month.monday[0], Outcome.REFUSED)
    month.build()
    assert ("R0001", MONDAY, 500) not in claims(db)


def test_money_given_back_before_the_close_takes_the_claim_along(db: Session, month: Month) -> None:
    month.doors()
    order = db.scalars(select(Payment).where(Payment.amount_fen == 2900)).one()
    db.add(
        Payment(
            natural_key="back", order_id=order.order_id, kind="refund", amount_fen=2900, means="card", at=datetime(2026, 2, 3, tzinfo=UTC), by_name="test"
        )
    )  # fmt: skip
    db.flush()
    month.build()
    assert ("R0001", MONDAY, 500) not in claims(db)


def test_a_negative_payment_is_refused_by_the_database(db: Session, month: Month) -> None:
    paid = db.scalars(select(Payment)).first()
    assert paid is not None
    db.add(
        Payment(
            natural_key="minus", order_id=paid.order_id, kind="payment", amount_fen=-500, means="card", at=datetime(2026, 2, 3, tzinfo=UTC), by_name="test"
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        db.flush()
    db.rollback()


def test_a_new_version_from_next_month_changes_no_line_of_this_one(db: Session, month: Month) -> None:
    month.doors()
    rows, standing = queries.month_rows(db, MONTH), load_rulebook()
    dearer = [
        one
        if one.rule_id != "bj-meal-resident"
        else replace(one, version=2, valid_from=date(2026, 3, 1), amount=replace(one.amount, fen=900))
        for one in standing.rules
    ]
    old = [replace(one, valid_to=date(2026, 2, 28)) for one in standing.rules if one.rule_id == "bj-meal-resident"]
    changed = Rulebook(payer=PAYER, payer_name="x", book=replace(standing.book, rules=(*old, *dearer)))
    assert computing.compute(MONTH, rows, changed).lines == computing.compute(MONTH, rows, standing).lines


def test_who_moves_to_another_street_is_settled_where_the_meal_went(db: Session, month: Month) -> None:
    db.add(Street(code="110101009", district_code="110101", name="另一街道"))
    db.flush()
    month.doors()
    ledger.change_resident(
        db, ResidentId(month.basic), {"street_code": "110101009"}, by=DESK, clock=FixedClock(datetime(2026, 2, 2, 4, 0, tzinfo=UTC))
    )  # fmt: skip
    service.build_month(db, PAYER, MONTH, by=OFFICER, clock=month.clock)
    assert {street for (street,) in db.execute(select(ClaimLine.street_code))} == {STREET}


def test_a_confirmation_is_timed_by_the_clock_of_the_place_not_by_utc() -> None:
    book = book_of(rule(1, version={"when": {"slots": {"dinner": ["17:00", "23:59"]}}}))
    who = person_of(meal(1).resident, STREET)

    def paid(at: datetime) -> int:
        given = replace(meal(1), slot="dinner", carried=Carried(confirmed_at=at))
        return len(evaluate(book, [meal_of(given, who)]).lines)

    assert paid(datetime(2026, 2, 2, 15, 59, 59, tzinfo=UTC)) == 1  # 23:59:59 in Beijing
    assert paid(datetime(2026, 2, 2, 16, 0, tzinfo=UTC)) == 0  # midnight: another day's hour
    assert paid(datetime(2026, 2, 2, 9, 0, tzinfo=UTC)) == 1
    assert paid(datetime(2026, 2, 2, 8, 59, tzinfo=UTC)) == 0


def test_a_leap_day_is_a_day_of_its_own_in_week_month_and_year() -> None:
    who = Person(person_id=1, code="R1", age=82)
    days = [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
    meals = [
        Meal(meal_id=n, person=who, day=day, slot="lunch", price_fen=1800, paid_fen=1800)
        for n, day in enumerate(days, 1)
    ]
    for every, expected in (("week", days[:2]), ("month", [days[0], days[1], days[2]]), ("year", days[:2])):
        book = book_of(rule(1, unit="person-day", version={"caps": [{"count": 2, "every": every}]}))
        assert [line.day for line in evaluate(book, meals).lines] == expected
    assert queries.month_days("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))


def test_lunch_and_dinner_of_one_day_are_one_subsidy(db: Session, month: Month) -> None:
    world = month.world
    dinner = world.line(world.book(TUESDAY, "dinner"), world.order(month.basic, TUESDAY, "dinner"))
    run = world.publish(TUESDAY, [dinner], slot="dinner")
    month.record(month.second_run, month.tuesday[0])
    month.record(run, dinner)
    month.build()
    assert [line for line in claims(db) if line[1] == TUESDAY] == [("R0001", TUESDAY, 500)]
