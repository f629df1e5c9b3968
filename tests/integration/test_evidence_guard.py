"""A claim line names the order, the resident, the proof and the run of its own meal; nothing that it names can go."""

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from benchmarks import city_world
from mealroute.core.bulk import pour
from mealroute.subsidy.models import ClaimLine, Period
from tests.integration.test_closed_month_guards import line

ITS_OWN = {"book_line_id": 3, "order_id": 3, "proof_id": 3, "resident_id": 3, "run_id": 1}

SOMEBODY = (
    "insert into resident (id, code, name, name_key, name_pinyin, name_initials, sex, birth_date, street_code, community, address, address_key, "
    "building, unit, has_lift, door_note, living, ability_standard, basic_service, handover, state, state_since, precision, point_source, "
    "point_confirmed_by, note, health_consent, extra, created_at, updated_at) values (51, 'X', '某', '', '', '', 'unknown', '1940-01-01', "
    "'110100001', '', '', '', '', '', false, '', 'alone', '', false, 'in-person', 'active', '2025-01-01', 'none', '', '', '', 'unknown', '{}', "
    "'2025-01-01 00:00:00+00', '2025-01-01 00:00:00+00')"
)


@pytest.fixture
def city(any_engine: Engine) -> Engine:
    """A hundred meals of two days, an open month without lines."""
    city_world.fill(any_engine, city_world.City(districts=2, people=25, days=2))
    with any_engine.begin() as connection:
        connection.execute(insert(Period).values(id=1, payer="d000", month="2026-03", state="open", totals={}))
    return any_engine


def write(engine: Engine, **named: int | None) -> None:
    given = line(1, 1, "key/1") | named
    columns = list(given)
    with engine.begin() as connection:
        pour(connection, ClaimLine.__table__, columns, [[given[name] for name in columns]])  # type: ignore[arg-type]


def test_a_line_of_a_meal_names_what_is_the_meals(city: Engine) -> None:
    write(city, **ITS_OWN)


def test_a_line_that_no_meal_stands_behind_names_nothing_of_a_meal(city: Engine) -> None:
    write(city, resident_id=3)


@pytest.mark.parametrize("name", list(ITS_OWN))
def test_a_line_cannot_name_what_does_not_exist(city: Engine, name: str) -> None:
    with pytest.raises(Exception, match=r"disagrees|foreign key|FOREIGN KEY"):
        write(city, **(ITS_OWN | {name: 99_999}))


@pytest.mark.parametrize("name", ["order_id", "proof_id", "resident_id", "run_id"])
def test_postgresql_refuses_a_line_that_names_what_is_another_meals(city: Engine, name: str) -> None:
    if city.dialect.name == "postgresql":
        with pytest.raises(Exception, match="disagrees"):
            write(city, **(ITS_OWN | {name: 2}))


def test_a_line_cannot_be_changed_to_name_what_does_not_exist(city: Engine) -> None:
    write(city, **ITS_OWN)
    with pytest.raises(DBAPIError, match=r"disagrees|FOREIGN KEY"), city.begin() as connection:
        connection.execute(text("update claim_line set order_id = 99999"))


@pytest.mark.parametrize(
    "statement",
    [
        "delete from book_line where id = 3",
        "delete from meal_order where id = 3",
        "delete from proof where id = 3",
        "delete from run where id = 1",
        "delete from resident where id = 3",
        "delete from settlement_period",
    ],
)
def test_nothing_that_a_line_names_can_go(city: Engine, statement: str) -> None:
    write(city, **ITS_OWN)
    with pytest.raises(DBAPIError), city.begin() as connection:
        connection.execute(text(statement))


def test_a_line_cannot_be_of_a_month_that_does_not_exist(city: Engine) -> None:
    with pytest.raises(Exception, match=r"disagrees|FOREIGN KEY"):
        write(city, **ITS_OWN, period_id=9)
    write(city, **ITS_OWN)
    with pytest.raises(DBAPIError, match=r"disagrees|FOREIGN KEY"), city.begin() as connection:
        connection.execute(text("update claim_line set period_id = 9"))


@pytest.mark.parametrize(
    "statement", ["update settlement_period set id = 2", "update book_line set id = 999 where id = 3"]
)
def test_nothing_that_a_line_names_gets_another_number(city: Engine, statement: str) -> None:
    write(city, **ITS_OWN)
    with pytest.raises(DBAPIError, match=r"claim line names|FOREIGN KEY"), city.begin() as connection:
        connection.execute(text(statement))


def test_what_no_line_names_gets_another_number_and_goes(city: Engine) -> None:
    write(city, **ITS_OWN)
    with city.begin() as connection:
        connection.execute(insert(Period).values(id=5, payer="d001", month="2026-03", state="open", totals={}))
        assert connection.execute(text("update settlement_period set id = 6 where id = 5")).rowcount == 1
        assert connection.execute(text("delete from settlement_period where id = 6")).rowcount == 1


@pytest.mark.parametrize("table", ["settlement_period", "book_line", "proof", "meal_order", "resident", "run"])
def test_postgresql_does_not_empty_what_lines_name(city: Engine, table: str) -> None:
    write(city, **ITS_OWN)
    if city.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="claim lines name"), city.begin() as connection:
            connection.execute(text(f"truncate {table} cascade"))


def test_a_resident_whom_only_a_line_names_cannot_go(city: Engine) -> None:
    with city.begin() as connection:
        connection.execute(text(SOMEBODY))
    write(city, resident_id=51)
    with city.begin() as connection, pytest.raises(DBAPIError, match=r"claim line names|FOREIGN KEY"):
        connection.execute(text("delete from resident where id = 51"))
