"""Rules that pay residents by month, quarter or year, settled from the ledger: who they speak of, what they count, how they close."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.areas.models import District, Street
from mealroute.core.actor import SYSTEM, Scope
from mealroute.delivery.records import Outcome
from mealroute.residents.models import Resident, StateChange
from mealroute.settlement import correcting
from mealroute.settlement.models import AdjustmentLine
from mealroute.settlement.simulate import close_month
from mealroute.subsidy import computing, service
from mealroute.subsidy import queries as money
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.person_statement import person_statement
from tests.integration.close_world import FEBRUARY, MARCH, Close, make_close
from tests.integration.settlement_world import STREET
from tests.line_bases import basis_of
from tests.unit.subsidy.books import book, rule

ALLOWANCE = rule("allowance", "resident", "month", '{fixed: "100.00"}', "when: {age: {from: 80}}")
BY_MEALS = rule("by-meals", "resident", "month", '{each: "1.50", by: meals}', "caps: [{yuan: 2, every: month}]")
BACK = rule("back", "resident", "month", "{percent: 10, of: cost}")
QUARTER = rule("quarter", "resident", "quarter", '{each: "2.00", by: meals}')
YEAR = rule("year", "resident", "year", '{each: "0.50", by: person-days}')


def lines(close: Close, month: str, *rules: str) -> dict[tuple[str, str], int]:
    """Rule and resident → fen, as they are written into the ledger for the month."""
    payer = Payer(rules=book(*rules))
    service.build_month(close.db, payer, month, by=SYSTEM, clock=close.clock)
    rows = close.db.execute(select(ClaimLine.rule_id, ClaimLine.resident_code, ClaimLine.amount_fen))
    return {(rule_id, code): fen for rule_id, code, fen in rows}


@pytest.fixture
def close(db: Session) -> Close:
    """February: R0001 ate twice at 17 yuan, R0002 to R0004 once. Everybody is 85 or 86."""
    made = make_close(db)
    made.doors()
    return made


def test_an_allowance_is_due_to_everybody_in_the_ledger_whether_they_ate_or_not(close: Close) -> None:
    close.world.resident(name="没来吃")
    assert lines(close, FEBRUARY, ALLOWANCE) == {("allowance", f"R000{n}"): 10_000 for n in range(1, 6)}


def test_what_is_counted_is_what_the_person_ate_in_the_month(close: Close) -> None:
    assert lines(close, FEBRUARY, BY_MEALS, BACK) == {
        ("by-meals", "R0001"): 200, ("by-meals", "R0002"): 150, ("by-meals", "R0003"): 150, ("by-meals", "R0004"): 150,
        ("back", "R0001"): 340, ("back", "R0002"): 170, ("back", "R0003"): 170, ("back", "R0004"): 170,
    }  # fmt: skip


def test_a_line_names_its_resident_as_payee_with_category_and_last_day_and_no_meal(close: Close) -> None:
    lines(close, FEBRUARY, ALLOWANCE)
    row = close.db.scalars(select(ClaimLine).order_by(ClaimLine.line_no)).first()
    assert row is not None
    assert (row.payee, row.resident_code, row.unit, row.slot) == ("R0001", "R0001", "month", "")
    assert (row.day, row.street_code, row.vendor_code, row.age) == (date(2026, 2, 28), STREET, "", 86)
    assert (row.order_id, row.book_line_id, row.proof_id) == (None, None, None)
    basis = basis_of(close.db, row)
    assert basis["name"] == "王*兰"
    assert basis["counts"]["meals"] == 2


def test_the_month_of_a_death_is_due_and_none_after_it(close: Close) -> None:
    number = close.world.residents[1]
    close.db.add(
        StateChange(resident_id=number, state="deceased", since=date(2026, 2, 20), reason="", by_name="民政", at=close.clock.at)
    )  # fmt: skip
    close.db.flush()
    assert ("allowance", "R0002") in lines(close, FEBRUARY, ALLOWANCE)
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    found = lines(close, MARCH, ALLOWANCE)
    march = close.db.scalars(select(ClaimLine.resident_code).where(ClaimLine.day == date(2026, 3, 31))).all()
    assert "R0002" not in march
    assert ("allowance", "R0001") in found


def test_a_quarter_is_settled_in_the_month_that_ends_it(db: Session) -> None:
    close = make_close(db, date(2026, 2, 2), date(2026, 3, 3))
    close.doors()
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    assert lines(close, FEBRUARY, QUARTER) == {}
    found = lines(close, MARCH, QUARTER)
    assert found == {
        ("quarter", "R0001"): 400,
        ("quarter", "R0002"): 200,
        ("quarter", "R0003"): 200,
        ("quarter", "R0004"): 200,
    }
    assert set(db.scalars(select(ClaimLine.unit))) == {"quarter"}
    assert {key.rpartition("/")[2] for key in db.scalars(select(ClaimLine.natural_key))} == {"2026-Q1"}


def test_a_year_is_settled_in_december(db: Session) -> None:
    close = make_close(db, date(2026, 2, 2), date(2026, 12, 3))
    close.doors()
    close.clock.at = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
    assert lines(close, "2026-12", YEAR)["year", "R0001"] == 100


def test_who_lives_in_another_districts_street_is_none_of_this_payers(db: Session) -> None:
    close = make_close(db)
    db.add(District(code="110105", name="别区"))
    db.flush()
    db.add(Street(code="110105001", name="别街", district_code="110105"))
    db.flush()
    other = db.get_one(Resident, close.world.resident(name="别处"))
    other.street_code = "110105001"
    db.flush()
    payer = Payer(rules=book(ALLOWANCE), streets=frozenset({STREET}))
    service.build_month(db, payer, FEBRUARY, by=SYSTEM, clock=close.clock)
    assert set(db.scalars(select(ClaimLine.resident_code))) == {"R0001", "R0002", "R0003", "R0004"}


def test_both_ways_of_computing_give_the_same(close: Close) -> None:
    payer = Payer(rules=book(ALLOWANCE, BY_MEALS, rule("meal", "resident", "meal", '{fixed: "3.00"}')))
    rows = money.month_rows(close.db, FEBRUARY, part=payer.part)
    computed = computing.compute(FEBRUARY, rows, payer.rules)
    plain = sorted((line.natural_key, line.amount_fen) for line in computed.lines)
    service.build_month(close.db, payer, FEBRUARY, by=SYSTEM, clock=close.clock)
    stored = close.db.execute(select(ClaimLine.natural_key, ClaimLine.amount_fen)).tuples().all()
    assert sorted(stored) == plain


def test_a_closed_month_needs_nothing_more_until_something_arrives_and_then_the_difference(close: Close) -> None:
    """Somebody moves to another street: nothing. A meal turns out refused: its part of the month comes back."""
    payer = Payer(rules=book(BY_MEALS, rule("meal", "operator", "meal", '{fixed: "3.00"}')))
    close_month(close.db, payer, FEBRUARY, close.four, clock=close.clock)
    assert correcting.proposals(close.db, payer, MARCH) == ()
    mover = close.db.get_one(Resident, close.world.residents[2])
    close.db.add(Street(code="110101006", name="别街", district_code="110101"))
    close.db.flush()
    mover.street_code = "110101006"
    close.db.flush()
    assert correcting.proposals(close.db, payer, MARCH) == ()
    close.clock.at = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
    close.record(1, Outcome.REFUSED)
    close_month(close.db, payer, MARCH, close.four, clock=close.clock)
    settled = close.db.execute(select(AdjustmentLine.rule_id, AdjustmentLine.resident_code, AdjustmentLine.amount_fen))
    assert sorted(map(tuple, settled)) == [("by-meals", "R0002", -150), ("meal", "R0002", -300)]


def test_the_residents_statement_shows_them_beside_the_meals(close: Close) -> None:
    lines(close, FEBRUARY, ALLOWANCE)
    number = close.world.residents[1]
    found = person_statement(close.db, number, FEBRUARY, scope=Scope.everything(), clock=close.clock)
    assert [(part.title, part.amount_fen) for part in found.beside] == [("allowance", 10_000)]
    assert found.price_fen == found.subsidy_fen + found.paid_fen + found.owed_fen
