"""Several districts in one database, each settled by its own rules; the same lines as when each stood alone, whatever is interrupted."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from benchmarks import city_rules, city_world
from mealroute.commands import city, city_worker
from mealroute.core import db as database
from mealroute.core.clock import FixedClock
from mealroute.core.config import Settings
from mealroute.core.errors import MealrouteError
from mealroute.subsidy import computing, queries
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.models import ClaimLine, Period
from mealroute.subsidy.parts import Beside, Part
from mealroute.subsidy.rulebook import load_rulebook
from tests.conftest import FIELD_KEY
from tests.integration.jobs_world import wait_for

TOWN = city_world.City(districts=2, people=30, days=6)
MONTH = f"{TOWN.first:%Y-%m}"
CLOCK = FixedClock(datetime(2026, 11, 5, tzinfo=UTC))


@pytest.fixture
def payers(any_engine: Engine, tmp_path: Path) -> list[city.Payer]:
    city_world.fill(any_engine, TOWN)
    city_rules.write(tmp_path / "rules", TOWN, 12)
    found = city.payers_in(tmp_path / "rules")
    city_worker.open_in(settings(any_engine, tmp_path), MONTH, CLOCK)
    return found


def settings(engine: Engine, folder: Path) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return Settings.from_env(
        {"MEALROUTE_DATABASE_URL": url, "MEALROUTE_FIELD_KEYS": FIELD_KEY, "MEALROUTE_INSTANCE_DIR": str(folder / "instance")}, root=folder
    )  # fmt: skip


def lines(session: Session) -> list[tuple[str, int, str]]:
    query = select(ClaimLine.natural_key, ClaimLine.amount_fen, Period.payer).join(
        Period, Period.id == ClaimLine.period_id
    )
    return [tuple(row) for row in session.execute(query.order_by(ClaimLine.natural_key, Period.payer))]


def test_each_district_claims_what_its_people_ate_by_its_own_rules(payers: list[city.Payer]) -> None:
    done = [city_worker.settled(payer) for payer in payers]

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


def test_a_district_is_seen_by_the_rows_that_settled_it_as_by_its_own_reading(payers: list[city.Payer]) -> None:
    done = [city_worker.settled(payer) for payer in payers]

    assert [one.seen is None for one in done] == [payer.rest for payer in payers]
    for payer, one in zip(payers[1:], done[1:], strict=True):
        anew = city_worker.looked_at(city_worker.Together((payer,), one.vendors, frozenset()))
        assert one.seen == anew
        assert anew.meals > 0
        assert anew.claims == one.figures.claimed_lines


def test_a_second_time_writes_nothing_and_an_interrupted_time_is_simply_begun_again(
    payers: list[city.Payer], monkeypatch: pytest.MonkeyPatch
) -> None:
    city_worker.settled(payers[0])
    with monkeypatch.context() as patch:
        patch.setattr(city_worker.service, "store", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            city_worker.settled(payers[1])

    again = [city_worker.settled(payer) for payer in payers]

    assert [one.changed for one in again] == [False, True]
    assert [one.changed for one in map(city_worker.settled, payers)] == [False, False]
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


def test_what_counts_of_the_days_before_is_found_by_the_streets_as_by_a_look_through_all_lines(
    payers: list[city.Payer],
) -> None:
    for payer in payers:
        city_worker.settled(payer)
    thursday = date(2026, 3, 5)

    with database.unit_of_work(read_only=True) as session:
        for payer in payers:
            rules = load_rulebook(payer.folder)
            everything = earlier_lines(session, thursday, Part(rules=rules))
            mine = earlier_lines(session, thursday, Part(rules=rules, streets=payer.streets))
            assert mine == [one for one in everything if one.place in payer.streets]
            assert 0 < len(mine) < len(everything)
            assert {one.day for one in mine} == {date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)}


def test_two_folders_for_one_payer_are_refused(any_engine: Engine, tmp_path: Path) -> None:
    city_rules.write(tmp_path / "rules", TOWN, 3)
    names = [TOWN.district(0), TOWN.district(1)]
    file = tmp_path / "rules" / names[1] / city.OPTIONS
    file.write_text(file.read_text("utf-8").replace("d001", "d000"), "utf-8")

    with pytest.raises(MealrouteError, match="payer-twice"):
        city.payers_in(tmp_path / "rules")
    with pytest.raises(MealrouteError, match="no-payers"):
        city.payers_in(tmp_path)


WIDE = city_world.City(districts=4, people=60, days=8)
PROGRAM = """
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from mealroute.commands import city
from mealroute.commands.setup import Here
from mealroute.core import crypto, db
from mealroute.core.clock import SystemClock
from mealroute.core.config import Settings

if __name__ == "__main__":
    settings = Settings.from_env()
    crypto.configure_keys(settings.field_keys)
    db.configure(settings.database_url)
    payers = city.payers_in(Path(sys.argv[1]))
    for one in city.settle(Here(settings=settings, clock=SystemClock()), sys.argv[2], payers, processes=2):
        if sys.argv[3:] == ["dies"]:
            print(*[child for task in Path("/proc/self/task").glob("*/children") for child in task.read_text().split()], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        print(one.payer if isinstance(one, city.Settled) else "checked", flush=True)
"""


def settling(engine: Engine, folder: Path, *more: str) -> subprocess.Popen[str]:
    """The command in a process of its own; with ``dies`` it names its workers and kills itself as soon as a payer is written."""
    here = settings(engine, folder)
    (folder / "settle.py").write_text(PROGRAM)
    env = {
        **os.environ, "MEALROUTE_DATABASE_URL": here.database_url, "MEALROUTE_FIELD_KEYS": FIELD_KEY,
        "MEALROUTE_INSTANCE_DIR": str(here.instance_dir), "PYTHONPATH": str(Path(city.__file__).parents[2]),
    }  # fmt: skip
    (folder / "instance").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, str(folder / "settle.py"), str(folder / "rules"), MONTH, *more],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )


def made(engine: Engine, folder: Path) -> None:
    city_world.fill(engine, WIDE)
    city_rules.write(folder / "rules", WIDE, 12)


def stored(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every line by payer, but for the numbers that a database gives."""
    table = ClaimLine.__table__
    columns = [column for column in table.columns if column.name not in {"id", "period_id"}]
    with Session(engine) as session:
        rows = session.execute(
            select(Period.payer, *columns)
            .join(Period, Period.id == ClaimLine.period_id)
            .order_by(Period.payer, ClaimLine.line_no)
        )
        found: dict[str, list[tuple[object, ...]]] = {}
        for payer, *row in rows:
            found.setdefault(payer, []).append(tuple(row))
    return found


@pytest.fixture(scope="module")
def quiet(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What one run that nobody disturbs leaves, whichever database it is compared with."""
    folder = tmp_path_factory.mktemp("quiet")
    engine = database.make_engine(f"sqlite:///{shutil.copy(empty_sqlite, folder / 'quiet.sqlite')}")
    made(engine, folder)
    settling(engine, folder).communicate(timeout=600)
    found = stored(engine)
    engine.dispose()
    return found


def test_killed_half_way_and_begun_again_the_lines_are_those_of_one_quiet_run(
    any_engine: Engine, tmp_path: Path, quiet: dict[str, list[tuple[object, ...]]]
) -> None:
    made(any_engine, tmp_path)
    killed = settling(any_engine, tmp_path, "dies")
    workers = killed.communicate(timeout=600)[0].split()
    assert killed.returncode == -signal.SIGKILL
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    half = stored(any_engine)

    again = settling(any_engine, tmp_path)
    said = again.communicate(timeout=600)[0].split()

    whole = stored(any_engine)
    assert workers
    assert 0 < len(half) < WIDE.districts
    assert sorted(said) == [*(["checked"]), *(f"d{n:03d}" for n in range(WIDE.districts))]
    assert whole == quiet
    assert all(whole[payer] == lines_of for payer, lines_of in half.items())
