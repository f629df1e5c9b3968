"""Nothing of a closed month can be added to, moved in, changed, replaced or removed, by whatever statement; an open month can."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from mealroute.core.bulk import pour
from mealroute.subsidy.models import ClaimLine, Period

CLOSED, OPEN = 1, 2


def line(period: int, number: int, key: str) -> dict[str, object]:
    return {
        "period_id": period, "line_no": number, "natural_key": key, "rule_id": "r", "rule_version": 1, "document_no": "", "beneficiary": "site",
        "amount_fen": 100, "shares": {"city": 100}, "resident_code": "", "day": date(2026, 10, 9), "slot": "", "street_code": "", "vendor_code": "",
        "unit_price_fen": 0, "resident_paid_fen": 0, "copay_fen": 0, "outcome": "", "unit": "month", "payee": "", "category": "",
        "driver_code": "", "station_code": "", "delivery": "", "confirmation": "", "source": "",
    }  # fmt: skip


@pytest.fixture
def months(any_engine: Engine) -> Engine:
    """A closed month and an open one, each with a line, numbered 9001 and 9002."""
    with any_engine.begin() as connection:
        for number, month in ((CLOSED, "2026-10"), (OPEN, "2026-11")):
            connection.execute(
                insert(Period).values(id=number, payer="d000", month=month, state="open", totals={}, closed_at=datetime(2026, 11, 3, tzinfo=UTC))
            )  # fmt: skip
            connection.execute(insert(ClaimLine).values(id=9000 + number, **line(number, 1, f"key/{number}")))
        connection.execute(text("update settlement_period set state = 'closed' where id = 1"))
    return any_engine


BOTH = (
    "update claim_line set amount_fen = 1",
    "update claim_line set amount_fen = 1 where id = 9001",
    "update claim_line set period_id = 2, line_no = 9 where id = 9001",
    "update claim_line set period_id = 1, line_no = 9 where id = 9002",
    "update claim_line set amount_fen = (select 7)",
    "delete from claim_line",
    "delete from claim_line where id = 9001",
    "update settlement_period set state = 'open'",
    "delete from settlement_period where id = 1",
    "with one as (select 9001 as id) delete from claim_line where id in (select id from one)",
)
POSTGRESQL = (
    "truncate claim_line cascade",
    "truncate settlement_period cascade",
    "truncate explanation",
    "truncate claim_person",
    "merge into claim_line using (select 9001 as wanted) w on id = w.wanted when matched then update set amount_fen = 1",
    "merge into claim_line using (select 9001 as wanted) w on id = w.wanted when matched then delete",
    "with gone as (delete from claim_line where id = 9001 returning *) select count(*) from gone",
)


def refused(engine: Engine, statement: str) -> None:
    with Session(engine) as db:
        before = rows(db)
    with pytest.raises(DBAPIError, match=r"immutable|claim line names"), engine.begin() as connection:
        connection.execute(text(statement))
    with Session(engine) as db:
        assert rows(db) == before


def rows(db: Session) -> list[tuple[object, ...]]:
    lines = select(ClaimLine.id, ClaimLine.period_id, ClaimLine.natural_key, ClaimLine.amount_fen).order_by(
        ClaimLine.id
    )
    return [*db.execute(lines).tuples(), *db.execute(select(Period.id, Period.state).order_by(Period.id)).tuples()]


@pytest.mark.parametrize("statement", BOTH)
def test_no_statement_changes_or_removes_what_a_closed_month_has(months: Engine, statement: str) -> None:
    refused(months, statement)


@pytest.mark.parametrize("statement", POSTGRESQL)
def test_no_statement_of_postgresql_does_so_either(months: Engine, statement: str) -> None:
    if months.dialect.name == "postgresql":
        refused(months, statement)


@pytest.mark.parametrize("period", [CLOSED, OPEN])
@pytest.mark.parametrize(("unique", "value"), [("natural_key", "'key/1'"), ("id", "9001")])
def test_a_line_cannot_replace_one_of_a_closed_month(months: Engine, period: int, unique: str, value: str) -> None:
    """By its key or its number; in PostgreSQL that is an update."""
    given = {
        "period_id": f"{period}", "line_no": "5", "natural_key": "'key/5'", "rule_id": "'r'", "rule_version": "1", "document_no": "''",
        "beneficiary": "'site'", "amount_fen": "1", "shares": "'{}'", "resident_code": "''", "day": "'2026-10-09'", "slot": "''",
        "street_code": "''", "vendor_code": "''", "unit_price_fen": "0", "resident_paid_fen": "0", "copay_fen": "0", "outcome": "''",
        unique: value,
    }  # fmt: skip
    sqlite = months.dialect.name == "sqlite"
    begin, end = (
        ("insert or replace", "") if sqlite else ("insert", f"on conflict ({unique}) do update set amount_fen = 1")
    )
    refused(months, f"{begin} into claim_line ({', '.join(given)}) values ({', '.join(given.values())}) {end}")


def test_one_line_of_a_closed_month_among_many_refuses_them_all(months: Engine) -> None:
    given = [line(OPEN, number, f"new/{number}") for number in range(2, 40)]
    given[20]["period_id"] = CLOSED
    with pytest.raises(DBAPIError, match="immutable"), months.begin() as connection:
        connection.execute(insert(ClaimLine), given)
    columns = list(given[0])
    with pytest.raises(Exception, match="immutable"), months.begin() as connection:
        pour(connection, ClaimLine.__table__, columns, [[one[name] for name in columns] for one in given])  # type: ignore[arg-type]
    with Session(months) as db:
        assert db.scalar(select(func.count()).select_from(ClaimLine)) == 2


def test_an_open_month_takes_lines_and_lets_them_go(months: Engine) -> None:
    given = [line(OPEN, number, f"new/{number}") for number in range(2, 40)]
    columns = list(given[0])
    with months.begin() as connection:
        assert pour(connection, ClaimLine.__table__, columns, [[one[name] for name in columns] for one in given]) == 38  # type: ignore[arg-type]
        connection.execute(text("update claim_line set amount_fen = 7 where period_id = 2"))
        connection.execute(text("delete from claim_line where period_id = 2"))
    with Session(months) as db:
        assert db.scalars(select(ClaimLine.id)).all() == [9001]


def test_a_key_stands_once_in_all_months(months: Engine) -> None:
    with pytest.raises(IntegrityError), months.begin() as connection:
        connection.execute(insert(ClaimLine).values(**line(OPEN, 2, "key/1")))
