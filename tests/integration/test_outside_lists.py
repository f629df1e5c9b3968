"""Lists from outside: matched by code or ID number, once each, taken back by a further line, read by the checks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from mealroute.checks import notices
from mealroute.checks.notices import NoticeKind
from mealroute.checks.world_reading import notices_of
from mealroute.core.actor import SYSTEM, Scope
from mealroute.core.clock import FixedClock
from mealroute.core.crypto import blind_index
from mealroute.core.errors import Conflict, MealrouteError
from mealroute.core.importing import Sheet
from mealroute.residents.models import Resident
from tests.integration.settlement_world import make_world

CLOCK = FixedClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
HEAD = ["老人编号", "身份证号", "类别", "起", "止", "来源"]


def _sheet(*rows: list[object]) -> Sheet:
    return Sheet(file="x.xlsx", name="名单", rows=dict(enumerate([HEAD, *rows], 1)))  # type: ignore[arg-type]


def test_a_list_is_matched_by_code_or_by_id_number_and_counts_once(db: Session) -> None:
    world = make_world(db)
    first, second = world.resident(), world.resident()
    row = db.get_one(Resident, second)
    row.id_number_index = blind_index("id", str(row.id_number))
    db.flush()
    sheet = _sheet(
        ["R0001", "", "死亡", "2026-02-03", "", "殡葬名单 2 月"],
        ["", row.id_number, "住院", "2026-02-04", "2026-02-09", "医保名单"],
        ["R9999", "", "迁出", "2026-02-04", "", "公安名单"],
    )
    found = notices.bring(db, sheet, by=SYSTEM, clock=CLOCK)
    assert (found.new, found.known, found.strangers, found.problems) == (2, 0, 1, ())
    assert notices.bring(db, sheet, by=SYSTEM, clock=CLOCK).known == 2
    held = notices_of(db)
    assert held[first][0].kind == "deceased"
    assert held[second][0].covers(date(2026, 2, 9))


def test_a_bad_row_gets_a_sentence_and_the_others_enter(db: Session) -> None:
    make_world(db).resident()
    found = notices.bring(
        db,
        _sheet(["R0001", "", "飞升", "2026-02-03", "", "x"], ["R0001", "", "服刑", "2026-02-03", "", "公安"]),
        by=SYSTEM,
        clock=CLOCK,
    )
    assert found.new == 1
    assert len(found.problems) == 1


def test_a_line_taken_back_no_longer_counts_and_stays(db: Session) -> None:
    make_world(db).resident()
    notices.add(db, "R0001", NoticeKind.DECEASED, date(2026, 2, 1), None, "殡葬名单", by=SYSTEM, clock=CLOCK)
    with pytest.raises(Conflict):
        notices.add(db, "R0001", NoticeKind.DECEASED, date(2026, 2, 1), None, "殡葬名单", by=SYSTEM, clock=CLOCK)
    (line,) = notices.notices(db, scope=Scope.everything())
    with pytest.raises(MealrouteError, match="reason-needed"):
        notices.withdraw(db, line.id, reason=" ", by=SYSTEM, clock=CLOCK)
    notices.withdraw(db, line.id, reason="同名", by=SYSTEM, clock=CLOCK)
    assert notices.notices(db, scope=Scope.everything()) == ()
    assert notices_of(db) == {}
