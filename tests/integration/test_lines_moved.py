"""Claim lines of a ledger that kept what was looked at with each line: brought over, in closed months too, and back."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, insert, text

from mealroute import migrate
from mealroute.accounts.models import Account
from mealroute.core.db import make_engine
from mealroute.subsidy.adjustment_models import AdjustmentLine
from mealroute.subsidy.models import ClaimLine, Period

OF_A_MEAL = {
    "basic_service": False, "living": "alone", "state": "active", "portions": 1, "categories": ["general"], "channel": "phone",
    "pay_means": "card", "stop_no": None, "planned_s": 39_600, "name": "王*兰", "id_number": "110***********1234", "street": "街道", "vendor": "甲",
}  # fmt: skip
BASES: list[dict[str, Any]] = [
    OF_A_MEAL,
    OF_A_MEAL | {"stop_no": 4, "planned_s": 40_000},
    OF_A_MEAL | {"cut": "cap"},
    OF_A_MEAL | {"zone": "deep-mountain"},
    {
        "counts": {"meals": 31},
        "sums": {},
        "reference": "批1号",
        "name": "",
        "id_number": "",
        "street": "",
        "vendor": "甲",
    },
]


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database as it was before, with a closed month of five lines, an open one of one, and a correction of a closed line."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'before.sqlite'}")
    else:
        admin = make_engine(request.getfixturevalue("postgres_url"))
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("drop database if exists lines_moved with (force)"))
            connection.execute(text("create database lines_moved"))
        engine = make_engine(admin.url.set(database="lines_moved").render_as_string(hide_password=False))
        admin.dispose()
    with engine.begin() as connection:
        command.upgrade(migrate.configuration(connection), "0042")
        for number, month in ((1, "2026-10"), (2, "2026-11")):
            connection.execute(insert(Period).values(id=number, payer="d000", month=month, state="open", totals={}))
        for number, basis in enumerate([*BASES, OF_A_MEAL], 1):
            _line(connection, number, 2 if number > len(BASES) else 1, basis)
        connection.execute(
            insert(Account).values(id=1, **_account()),
        )
        connection.execute(insert(AdjustmentLine).values(**_correction()))
        connection.execute(text("update settlement_period set state = 'closed' where id = 1"))
    yield engine
    engine.dispose()


def _line(connection: Connection, number: int, period: int, basis: dict[str, Any]) -> None:
    given = {
        "id": number, "period_id": period, "line_no": number, "natural_key": f"key/{number}", "rule_id": "r", "rule_version": 1, "document_no": "",
        "beneficiary": "site", "amount_fen": 100 + number, "shares": json.dumps({"city": 100 + number}), "resident_code": "",
        "day": date(2026, 10, 9), "slot": "", "street_code": "", "vendor_code": "", "unit_price_fen": 0, "resident_paid_fen": 0, "copay_fen": 0,
        "outcome": "", "basis": json.dumps(basis, ensure_ascii=False),
    }  # fmt: skip
    names = ", ".join(given)
    places = ", ".join(f"cast(:{name} as json)" if name in {"shares", "basis"} and _postgresql(connection) else f":{name}" for name in given)  # fmt: skip
    connection.execute(text(f"insert into claim_line ({names}) values ({places})"), given)


def _postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _account() -> dict[str, Any]:
    return {
        "login": "finance", "display_name": "测", "role": "finance", "password_hash": "x", "active": True, "failed_attempts": 0, "language": "zh", "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip


def _correction() -> dict[str, Any]:
    return {
        "period_id": 2, "line_no": 1, "number": 1, "kind": "taken-back", "reason": "r", "claim_line_id": 1, "account_id": 1, "by_name": "测",
        "at": datetime(2026, 11, 2, tzinfo=UTC), "natural_key": "key/1", "payee": "", "rule_id": "r", "rule_version": 1, "document_no": "", "beneficiary": "site", "amount_fen": -101,
        "shares": {"city": -101}, "resident_code": "", "day": date(2026, 10, 9), "slot": "", "street_code": "", "vendor_code": "", "line": {},
        "month": "2026-10", "copay_fen": 0,
    }  # fmt: skip


def test_what_was_looked_at_is_the_same_afterwards_and_after_the_way_back(before: Engine) -> None:
    migrate.upgrade(before)
    from sqlalchemy.orm import Session

    from tests.line_bases import basis_of

    with Session(before) as db:
        lines = db.query(ClaimLine).order_by(ClaimLine.line_no).all()
        assert [basis_of(db, line) for line in lines] == [*BASES, OF_A_MEAL]
        assert [line.basis_no for line in lines] == [1, 1, 1, 2, 3, 1]
        assert [(line.stop_no, line.planned_s, line.cut) for line in lines[:3]] == [(None, 39_600, ""), (4, 40_000, ""), (None, 39_600, "cap")]  # fmt: skip
    with before.begin() as connection:
        command.downgrade(migrate.configuration(connection), "0042")
    with before.connect() as connection:
        kept = connection.execute(text("select basis from claim_line order by line_no")).scalars()
        assert [json.loads(one) if isinstance(one, str) else one for one in kept] == [*BASES, OF_A_MEAL]
        assert connection.execute(text("select claim_line_id, amount_fen from adjustment_line")).all() == [(1, -101)]


GUARDED = (
    "update claim_line set amount_fen = 1 where id = 1",
    "delete from claim_line where id = 1",
    "update claim_line set period_id = 1 where id = 6",
    "update adjustment_line set amount_fen = 1",
    "delete from adjustment_line",
)


@pytest.mark.parametrize("back", [False, True])
def test_a_closed_month_is_guarded_as_it_was(before: Engine, back: bool) -> None:
    migrate.upgrade(before)
    if back:
        with before.begin() as connection:
            command.downgrade(migrate.configuration(connection), "0042")
    for statement in GUARDED if back else (*GUARDED, "update claim_basis set number = 9", "delete from claim_basis"):
        with pytest.raises(Exception, match=r"immutable|append-only|names|FOREIGN KEY"), before.begin() as connection:
            connection.execute(text(statement))
