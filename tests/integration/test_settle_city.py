"""Several districts in one database, each settled by its own rules; the same lines as when each stood alone, whatever is interrupted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from benchmarks import city_rules, city_world
from mealroute.commands import city
from mealroute.core import db as database
from mealroute.core.clock import FixedClock
from mealroute.core.errors import MealrouteError
from mealroute.subsidy import computing, queries
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.parts import Beside, Part
from mealroute.subsidy.rulebook import load_rulebook
from tests.conftest import FIELD_KEY

TOWN = city_world.City(districts=2, people=30, days=6)
MONTH = f"{TOWN.first:%Y-%m}"
CLOCK = FixedClock(datetime(2026, 11, 5, tzinfo=UTC))


@pytest.fixture
def payers(any_engine: Engine, tmp_path: Path) -> list[city.Payer]:
    city_world.fill(any_engine, TOWN)
    city_rules.write(tmp_path / "rules", TOWN, 12)
    found = city.payers_in(tmp_path / "rules")
    url = any_engine.url.render_as_string(hide_password=False)
    city._begin(url, (FIELD_KEY,), MONTH, CLOCK)
    return found


def lines(session: Session) -> list[tuple[str, int, str]]:
    query = select(ClaimLine.natural_key, ClaimLine.amount_fen, Period.payer).join(
        Period, Period.id == ClaimLine.period_id
    )
    return [tuple(row) for row in session.execute(query.order_by(ClaimLine.natural_key, Period.payer))]


def test_each_district_claims_what_its_people_ate_by_its_own_rules(payers: list[city.Payer]) -> None:
    done = [city._settled(payer) for payer in payers]

    with database.unit_of_work(read_only=True) as session:
        stored = lines(session)
        by_street = dict(
            session.execute(select(ClaimLine.street_code, func.count()).group_by(ClaimLine.street_code)).tuples().all()
        )
    assert sum(one.figures.delivered for one in done) > 0
    assert [one.figures.claimed_lines for one in done] == [by_street[min(payer.streets)] for payer in payers]
    assert len(stored) == sum(one.figures.claimed_lines for one in done)
    assert sum(amount for _key, amount, _payer in stored) == sum(one.figures.claimed_fen for one in done)
    assert sum(one.figures.ordered for one in done) == TOWN.handovers


def test_a_second_time_writes_nothing_and_an_interrupted_time_is_simply_begun_again(
    payers: list[city.Payer], monkeypatch: pytest.MonkeyPatch
) -> None:
    city._settled(payers[0])
    with monkeypatch.context() as patch:
        patch.setattr(city.service, "store", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            city._settled(payers[1])

    again = [city._settled(payer) for payer in payers]

    assert [one.changed for one in again] == [False, True]
    assert [one.changed for one in map(city._settled, payers)] == [False, False]
    with database.unit_of_work(read_only=True) as session:
        stored = lines(session)
    assert len(stored) == len(set(stored)) == sum(one.figures.claimed_lines for one in again)


def _power_cut(*_args: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_the_reasons_that_are_left_out_change_no_line_and_no_account(payers: list[city.Payer]) -> None:
    payer = payers[0]
    rules = load_rulebook(payer.folder)
    with database.unit_of_work(read_only=True) as session:
        first, last = queries.month_days(MONTH)
        part = Part(streets=payer.streets, rules=rules, beside=Beside.of(session, first, last))
        rows = queries.month_rows(session, MONTH, part=part)
    whole, short = (computing.compute(MONTH, rows, rules, every_reason=every) for every in (True, False))

    assert len(short.problems) < len(whole.problems)
    assert short.lines == whole.lines
    assert short.accounts == whole.accounts


def test_two_folders_for_one_payer_are_refused(any_engine: Engine, tmp_path: Path) -> None:
    city_rules.write(tmp_path / "rules", TOWN, 3)
    names = [TOWN.district(0), TOWN.district(1)]
    file = tmp_path / "rules" / names[1] / city.OPTIONS
    file.write_text(file.read_text("utf-8").replace("d001", "d000"), "utf-8")

    with pytest.raises(MealrouteError, match="payer-twice"):
        city.payers_in(tmp_path / "rules")
    with pytest.raises(MealrouteError, match="no-payers"):
        city.payers_in(tmp_path)
