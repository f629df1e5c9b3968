"""`kill -9` in the middle of a tick: every case climbs every rung once, every message goes out once, the trail holds."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from mealroute.core import audit, outbox
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.db import unit_of_work
from mealroute.delivery import cases
from mealroute.delivery.ladder_models import CaseStep
from mealroute.delivery.ladder_records import StepKind
from mealroute.delivery.models import FollowUp
from tests.conftest import FIELD_KEY
from tests.forked import Forked
from tests.integration.ladder_process import tick
from tests.integration.settlement_world import STREET
from tests.integration.test_settlement_doors import Doors

CASES = 25
NEVER = 1_000_000
RUNGS = ["station", "family", "community", "rescue"]


def ticking(url: str, folder: Path, clock: FixedClock, kill_after: int) -> Forked:
    env = {
        **os.environ, "MEALROUTE_INSTANCE_DIR": str(folder), "MEALROUTE_DATABASE_URL": url, "MEALROUTE_FIELD_KEYS": FIELD_KEY,
        "MEALROUTE_SECRET_KEY": "a secret of the tests",
    }  # fmt: skip
    return Forked(tick, env, clock.now(), kill_after)


def killed(ticks: Forked) -> None:
    with pytest.raises(EOFError):
        ticks.heard()
    assert ticks.ended() == -signal.SIGKILL


def lived(ticks: Forked) -> None:
    assert (ticks.heard(), ticks.ended(120)) == ("done", 0)


def climbed() -> list[tuple[int, str]]:
    with unit_of_work(read_only=True) as db:
        query = select(CaseStep.case_id, CaseStep.rung).where(CaseStep.kind == StepKind.CLIMBED).order_by(CaseStep.id)
        return [(case, rung) for case, rung in db.execute(query).tuples()]


def handed_over() -> list[str]:
    with unit_of_work(read_only=True) as db:
        return [each.natural_key for each in outbox.messages(db, scope=Scope.everything(), limit=1_000) if each.tries]


def test_a_server_killed_in_the_middle_of_a_tick_loses_no_rung_and_asks_nobody_twice(
    any_engine: Engine, db: Session, clock: FixedClock, tmp_path: Path
) -> None:
    resident = Doors(db).world.residents[0]
    for number in range(CASES):
        cases.open_case(
            db, natural_key=f"test/{number}", kind="needs-help", resident_id=resident, street_code=STREET, note="", by=SYSTEM, clock=clock
        )  # fmt: skip
    db.commit()
    url, whole = any_engine.url.render_as_string(hide_password=False), CASES * len(RUNGS)
    clock.at += timedelta(days=1)
    for writes in (30, 150, 150):
        killed(ticking(url, tmp_path, clock, writes))
        found = climbed()
        assert 0 < len(found) < whole
        assert len(set(found)) == len(found)  # no rung twice, and a case never half-way up
        assert set(Counter(case for case, _rung in found).values()) <= {len(RUNGS)}
    lived(ticking(url, tmp_path, clock, NEVER))
    with unit_of_work() as fresh:  # from here on everybody who is told has a number
        fresh.execute(update(outbox.Outgoing).values(channel=str(outbox.Channel.PHONE), phone="13900001234"))
    for writes in (30, 71, 52):
        killed(ticking(url, tmp_path, clock, writes))
        assert 0 < len(handed_over()) < whole
    clock.at += timedelta(hours=2)  # what a killed process had claimed is free again
    lived(ticking(url, tmp_path, clock, NEVER))

    with unit_of_work(read_only=True) as fresh:
        every = sorted(fresh.scalars(select(FollowUp.id)))
        told = outbox.messages(fresh, scope=Scope.everything(), limit=1_000)
        assert audit.verify(fresh) is None
    assert sorted(climbed()) == sorted((case, rung) for case in every for rung in RUNGS)
    assert len(every) == CASES
    assert len(told) == len({each.natural_key for each in told}) == CASES * len(RUNGS)
    tries = Counter(result.result for each in told for result in each.tries)
    assert all(len(each.tries) == 1 for each in told), tries
