"""An import enters whole or not at all: killed half-way, or run by two people at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from mealroute.core import audit
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.core.importing import ImportResult
from mealroute.residents.models import Resident, ResidentDiet
from mealroute.residents.service import import_residents
from tests.conftest import FIELD_KEY
from tests.unit.residents.ledger import areas, sheet

PEOPLE = [{"姓名": f"王{chr(0x4E00 + n)}", "饮食": "低糖"} for n in range(40)]
HALF_AN_IMPORT = """
import sys, time
from datetime import UTC, datetime
from mealroute import models
from mealroute.core import crypto, db
from mealroute.core.actor import SYSTEM
from mealroute.core.clock import FixedClock
from mealroute.residents.service import import_residents
from tests.integration.test_import_killed import PEOPLE
from tests.unit.residents.ledger import sheet
crypto.configure_keys([sys.argv[2]])
db.configure(sys.argv[1])
with db.unit_of_work() as session:
    import_residents(session, sheet(*PEOPLE), by=SYSTEM, clock=FixedClock(datetime(2026, 3, 9, tzinfo=UTC)))
    session.flush()
    print("written, not committed", flush=True)
    time.sleep(600)
"""


def rows() -> tuple[int, int]:
    with unit_of_work(read_only=True) as db:
        assert audit.verify(db) is None
        return (
            db.scalar(select(func.count()).select_from(Resident)) or 0,
            db.scalar(select(func.count()).select_from(ResidentDiet)) or 0,
        )


def bring(clock: FixedClock) -> ImportResult:
    with unit_of_work() as db:
        return import_residents(db, sheet(*PEOPLE), by=SYSTEM, clock=clock)


@pytest.fixture(autouse=True)
def _streets(any_engine: Engine, clock: FixedClock) -> None:
    with unit_of_work() as db:
        areas(db, clock)


def test_nothing_is_left_of_an_import_that_was_killed_and_the_next_one_is_whole(
    any_engine: Engine, clock: FixedClock
) -> None:
    url = any_engine.url.render_as_string(hide_password=False)
    half = subprocess.Popen(
        [sys.executable, "-c", HALF_AN_IMPORT, url, FIELD_KEY],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert half.stdout is not None
    assert half.stdout.readline() == "written, not committed\n"
    os.kill(half.pid, signal.SIGKILL)
    half.wait()
    half.stdout.close()
    assert rows() == (0, 0)
    assert bring(clock).added == len(PEOPLE)
    assert rows() == (len(PEOPLE), len(PEOPLE))


def test_two_people_with_the_same_file_add_everyone_once(any_engine: Engine, clock: FixedClock) -> None:
    results: list[ImportResult] = []
    both = [threading.Thread(target=lambda: results.append(bring(clock))) for _person in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(result.added for result in results) == [0, len(PEOPLE)]
    assert rows() == (len(PEOPLE), len(PEOPLE))
