"""A city's checks in parts find what one look at the whole finds, to the digest of the evidence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from data.sample_generator.fraud import trial
from data.sample_generator.fraud.kinds import KINDS
from data.sample_generator.fraud.month import STREETS, Month, honest_month
from data.sample_generator.fraud.volume_kinds import VOLUME_KINDS
from data.sample_generator.fraud.writing import at, rulebook, write
from mealroute.checks import day_reading, service, world_reading
from mealroute.checks.handed import along, handed, hands
from mealroute.checks.meal_reading import doors_of, meals_of
from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.checks.money_reading import money_of
from mealroute.checks.part_look import Looker, Seen, Surroundings, all_of, look_at
from mealroute.checks.parts import Streets, links, overtaken, shared_streets, together
from mealroute.core import db as database
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.residents.models import Resident
from mealroute.subsidy import queries
from mealroute.subsidy.keeping import Rows
from mealroute.subsidy.parts import Part
from mealroute.subsidy.queries import month_days

MONTH = f"{trial.FIRST:%Y-%m}"
SPAN = month_days(MONTH)
RULES = rulebook()


@pytest.fixture(scope="module")
def month() -> Month:
    return trial.make(1)[0]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def with_month(
    request: pytest.FixtureRequest, month: Month, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database with the planted month, which takes longer to write than to look at; findings may be kept in it."""
    with empty_database(request, tmp_path_factory.mktemp("month")) as url:
        engine = database.configure(url)
        with database.unit_of_work() as db:
            write(db, month)
        yield engine
        engine.dispose()


@pytest.fixture
def planted(with_month: Engine) -> None:
    """The planted month's database is the configured one."""
    database.configure(with_month.url.render_as_string(hide_password=False))


@contextmanager
def empty_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """One of its own, with every table."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('empty_sqlite'), folder / 'month.sqlite')}"
        return
    server: Engine = request.getfixturevalue("_postgres_engine")
    url = server.url.set(database="planted_month")
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists planted_month with (force)"))
        connection.execute(text("create database planted_month"))
    engine = database.make_engine(url.render_as_string(hide_password=False))
    database.Base.metadata.create_all(engine)
    engine.dispose()
    yield engine.url.render_as_string(hide_password=False)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database planted_month with (force)"))


def parts() -> list[Streets]:
    """Each street a part of its own; the first takes what belongs to none."""
    first, *others = sorted(STREETS)
    return [
        Streets(own=frozenset({first}), others=frozenset(others)),
        *(Streets(own=frozenset({one})) for one in others),
    ]


def joined(db: Session, every: list[Streets]) -> list[list[int]]:
    shared = shared_streets(db, *SPAN)
    keys = [
        links(db, one, *SPAN) | {f"shared/{n}" for n, streets in enumerate(shared) if any(map(one.holds, streets))} for one in every
    ]  # fmt: skip
    return together(keys)


def looked_at(
    db: Session, groups: list[list[int]], every: list[Streets], surroundings: Surroundings, clock: FixedClock
) -> list[Seen]:
    vendors = [
        {key.removeprefix("vendor/") for key in links(db, one, *SPAN) if key.startswith("vendor/")} for one in every
    ]
    seen = []
    for group in groups:
        own = frozenset(street for number in group for street in every[number].own)
        others = every[0].others if 0 in group else None
        served = frozenset().union(*(vendors[number] for number in group))
        part = Looker(
            streets=Streets(own=own, others=None if others is None else others - own), payers=(RULES.payer,),
            districts=(world_reading.district_code(),), rules=((own, RULES.rules),), vendors=served,
            other_vendors=frozenset().union(*vendors) - served if 0 in group else None,
        )  # fmt: skip
        seen.append(look_at(db, part, surroundings, clock=clock))
    return seen


def found_alike(month: Month) -> list[list[int]]:
    """Look at the month as a whole and in parts: every finding alike, to the digest. Gives the parts that belong together."""
    clock = FixedClock(at(month.days[-1] + timedelta(days=9), 36_000))
    complaints = [
        (meal.id, meal.run.vendor.code, "not-brought", str(n), meal.day) for n, meal in enumerate(month.complaints, 1)
    ]
    with database.unit_of_work() as db:
        record = service.check_month(
            db, MONTH, by=SYSTEM, clock=clock, complaints=complaints, recompute=False, rulebook=RULES
        )
        whole = {
            row.natural_key: (row.digest, row.street_code, row.vendor_code) for row in db.scalars(select(CheckFinding))
        }

    with database.unit_of_work(read_only=True) as db:
        surroundings = Surroundings.of(db, MONTH, complaints=complaints, clock=clock)
        groups = joined(db, parts())
        seen = looked_at(db, groups, parts(), surroundings, clock)

    found = all_of(seen)
    assert {one.natural_key: (one.digest, one.street, one.vendor) for one in found} == whole
    assert len(found) == len(whole) == record.found
    assert (sum(one.meals for one in seen), sum(one.claims for one in seen)) == (record.meals, record.claims)
    with database.unit_of_work() as db:
        looked = service.Looked(
            found=found, policy=surroundings.policy, meals=record.meals, claims=record.claims, kept=frozenset()
        )
        again = service.keep(db, MONTH, looked, by=SYSTEM, clock=clock)
        assert (again.new, again.gone, again.reopened) == (0, 0, 0)
        assert db.scalars(select(CheckFindingLine.book_line_id)).first() is not None
    return groups


@pytest.mark.usefixtures("planted")
def test_a_planted_month_in_parts_gives_the_findings_of_the_whole(month: Month) -> None:
    assert found_alike(month) == [[0, 1, 2]]  # so many frauds tie every street to another


def test_streets_that_have_nothing_in_common_are_looked_at_apart_and_give_the_findings_of_the_whole(
    any_engine: Engine,
) -> None:
    assert any_engine is database.engine()
    month = small_month(people=12)
    for vendor, kind in zip(month.vendors, APART, strict=False):
        kind(month, vendor)
    with database.unit_of_work() as db:
        write(db, month)

    assert found_alike(month) == [[0], [1], [2]]
    with database.unit_of_work(read_only=True) as db:
        assert set(db.scalars(select(CheckFinding.street_code))) == set(STREETS)


def small_month(*, people: int) -> Month:
    """An honest one; each street has two of the six vendors."""
    return honest_month(trial.FIRST, trial.service_days(trial.FIRST), seed=1, vendors=6, people=people)


APART = [
    {**KINDS, **VOLUME_KINDS}[name] for name in ("typed_at_the_desk", "weeks_too_late", "round_counts", "nobody_ever_absent", "silent_kitchen", "nobody_ever_seen")
]  # fmt: skip
"""Frauds that stay with one vendor."""


@pytest.mark.usefixtures("planted")
def test_what_is_read_along_while_settling_is_what_the_checks_would_read(month: Month) -> None:
    clock = FixedClock(at(month.days[-1] + timedelta(days=9), 36_000))
    alone = [one for one in parts() if one.others is None]
    with database.unit_of_work(read_only=True) as db:
        gone = overtaken(db, *SPAN)
        around = {day: day_reading.around_of(db, day, clock=clock) for day in day_reading.days_of(db, *SPAN)}
        for streets in alone:
            read = along()
            queries.month_rows(db, MONTH, part=Part(rules=RULES, streets=streets.own, along=read))
            given = handed(read, Rows())
            assert given is not None
            asked = doors_of(db, *SPAN, streets.of_lines())
            money = money_of(db, *SPAN, None, streets.of_lines())
            mine, theirs = (list(meals_of(db, around, doors, {}, money)) for doors in (given.doors, asked))

            assert mine == theirs
            assert mine
            assert given.money == money
            together_with = hands(read).union(*(gone.get(street, ()) for street in streets.own))
            assert links(db, streets, *SPAN, doors=together_with) == links(db, streets, *SPAN)
    assert any(gone.values())


def test_parts_that_share_a_person_are_looked_at_together(any_engine: Engine) -> None:
    month = small_month(people=6)
    with database.unit_of_work() as db:
        write(db, month)
        before = joined(db, parts())
        one, two = (
            db.scalars(select(Resident).where(Resident.street_code == street, Resident.id_number.is_not(None))).first()
            for street in STREETS[:2]
        )
        assert one is not None
        assert two is not None
        db.execute(update(Resident).where(Resident.id == two.id).values(id_number_index=one.id_number_index))
        after = joined(db, parts())
    del any_engine
    assert before == [[0], [1], [2]]
    assert after == [[0, 1], [2]]


def test_numbers_with_a_key_in_common_are_one_group() -> None:
    assert together([{"a"}, {"b"}, {"a", "c"}, {"c"}, set()]) == [[0, 2, 3], [1], [4]]
