"""The ledger as a file."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role
from mealroute.core.clock import FixedClock
from mealroute.core.errors import Forbidden, MealrouteError
from mealroute.core.i18n import speaking
from mealroute.residents import service
from mealroute.residents.records import ExportedFile
from tests.unit.residents.ledger import DONGHUAMEN, EVERYWHERE, JINGSHAN, bring, clerk

DAY = date(2026, 3, 9)
PEOPLE = (
    {
        "姓名": "𠮷玉兰", "电话": "13900000001", "楼号": "3 号楼", "单元": "2", "楼层": 5, "电梯": "是", "门口提示": "=cmd|敲重些", "居住情况": "独居",
        "能力等级": 2, "类别": "低保；失智", "饮食": "低糖", "严格忌口": "忌花生", "交接要求": "必须本人", "经度": 116.41, "纬度": 39.92, "坐标系": "高德",
        "联系人1": "王女", "联系人1关系": "女儿", "联系人1电话": "13900000002", "身份证号": "110101194001019914",
    },
    {"姓名": "李四", "街道编码": JINGSHAN},
)  # fmt: skip


def export(
    db: Session, clock: FixedClock, *, full: bool = False, kind: str = "csv", by: Actor = SYSTEM, reason: str = "对账"
) -> ExportedFile:
    return service.export_ledger(db, scope=by.scope, day=DAY, kind=kind, full=full, reason=reason, by=by, clock=clock)


def test_a_file_is_masked_unless_asked_otherwise(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    for kind in ("csv", "xlsx"):
        (sheet, *_about) = sheets.read_bytes(export(db, clock, kind=kind).content, "x")
        written = str(sheet.rows)
        assert "𠮷*兰" in written
        assert not any(
            secret in written for secret in ("𠮷玉兰", "13900000001", "1101011940", "1940", "敲重些", "王女")
        )


def test_a_full_file_needs_a_reason_and_the_right(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    with pytest.raises(MealrouteError, match="reveal-without-reason"):
        export(db, clock, full=True, reason=" ")
    auditor = Actor(account_id=1, name="审计", role=Role.AUDITOR, scope=EVERYWHERE)
    with pytest.raises(Forbidden):
        export(db, clock, full=True, by=auditor)
    assert export(db, clock, by=auditor).rows == 2


def test_no_file_ever_holds_an_id_number(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    assert "110101194001019914" not in export(db, clock, full=True).content.decode("utf-8-sig")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_full_file_brought_in_again_changes_nothing(db: Session, clock: FixedClock, language: str, kind: str) -> None:
    bring(db, clock, *({**person, "门口提示": "敲重些"} for person in PEOPLE))
    with speaking(language):
        file = export(db, clock, full=True, kind=kind)
    result = service.import_residents(db, sheets.read_bytes(file.content, file.name), by=SYSTEM, clock=clock)
    assert (result.added, result.changed, result.unchanged, result.problems) == (0, 0, 2, ())


def test_text_is_never_a_formula(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    assert ",'=cmd|敲重些," in export(db, clock, full=True).content.decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(export(db, clock, full=True, kind="xlsx").content)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_equal_ledgers_give_equal_bytes(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    assert export(db, clock, kind="xlsx").digest == export(db, clock, kind="xlsx").digest


def test_a_clerk_takes_out_only_their_street_and_the_audit_knows(db: Session, clock: FixedClock) -> None:
    bring(db, clock, *PEOPLE)
    file = export(db, clock, by=clerk(DONGHUAMEN))
    assert (file.rows, file.name) == (1, f"residents-2026-03-09-{DONGHUAMEN}.csv")
    event, *_rest = audit.events(db, action="residents.exported")
    assert (event.actor, event.reason, event.rows, event.digest) == ("李调度", "对账", 1, file.digest)
