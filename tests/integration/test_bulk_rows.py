"""Rows read in bulk are those that the session reads, value for value, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.orm import Session

from mealroute.core.bulk import chunks, numbered, rows
from mealroute.subsidy.models import ClaimPerson, Explanation, Period

AT = datetime(2026, 11, 3, 1, 2, 3, 456, tzinfo=UTC)


@pytest.fixture
def periods(db: Session) -> Session:
    """Two months, one of them closed, not flushed."""
    db.add(Period(payer="d000", month="2026-10", state="closed", totals={"a": [1]}, closed_at=AT))
    db.add(Period(payer="d000", month="2026-11", state="open", totals={"a": [1]}))
    return db


@pytest.mark.parametrize(
    "columns",
    [
        (Period.month, Period.closed_at, Period.closed_at, Period.totals),
        (Period.id, Period.state),
        (cast(Period.id, Float), func.sum(Period.id)),
        (Period.month, Period.closed_at.is_(None), func.coalesce(Period.closed_at, Period.closed_at), func.count()),
    ],
)
def test_moments_truths_fractions_and_json_are_read_as_the_session_reads_them(
    periods: Session, columns: tuple[ColumnElement[object], ...]
) -> None:
    query = select(*columns).group_by(Period.id).order_by(Period.month)

    found = rows(periods, query)

    assert found == [tuple(row) for row in periods.execute(query)]
    assert len(found) == 2


def test_moments_come_in_utc(periods: Session) -> None:
    moments = [at for (at,) in rows(periods, select(Period.closed_at).order_by(Period.month))]

    assert moments == [AT, None]
    assert moments[0] is not None
    assert moments[0].utcoffset() == timedelta(0)


def test_a_value_that_may_be_changed_is_nobody_elses(periods: Session) -> None:
    first, second = (totals for (totals,) in rows(periods, select(Period.totals)))

    first["b"] = 2

    assert second == {"a": [1]}


def test_nothing_found_is_an_empty_list(db: Session) -> None:
    assert rows(db, select(ClaimPerson.basic_service, ClaimPerson.basic_service_from)) == []


def test_days_are_days(periods: Session) -> None:
    query = select(func.coalesce(Explanation.day, date(2026, 10, 9))).select_from(Period)
    query = query.outerjoin(Explanation, Explanation.period_id == Period.id)

    assert rows(periods, query) == [(date(2026, 10, 9),)] * 2


def test_many_numbers_are_asked_for_in_turn_and_one_statement_takes_more_than_it_may_bind(periods: Session) -> None:
    periods.flush()
    known = [number for (number,) in rows(periods, select(Period.id))]
    many = {*known, *range(1_000_000, 1_070_000)}

    asked = [*chunks(many)]

    assert [number for some in asked for number in some] == sorted(many)
    assert max(map(len, asked)) <= 5_000
    assert sorted(number for (number,) in rows(periods, select(Period.id).where(numbered(Period.id, many)))) == known
    assert rows(periods, select(Period.id).where(numbered(Period.id, []))) == []
