"""Findings and call-back lists as files: one heading row, one row a finding or call; names and numbers stay out or masked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.areas.queries import street_names
from mealroute.checks import call_back_queries, queries, words
from mealroute.checks.call_back_records import Heard, PickRecord, SeedRecord
from mealroute.checks.records import FindingRecord
from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _, speaking
from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes

SLOTS = {"lunch": "午餐", "dinner": "晚餐"}
SEVERITIES = {"block": "阻断", "hold": "待说明", "warn": "提示"}
STATES = {"open": "待处理", "cleared": "已说明", "gone": "不再出现"}
ANSWERS = {
    Heard.RECEIVED: "收到",
    Heard.NOT_RECEIVED: "没收到",
    Heard.CANNOT_SAY: "说不清",
    Heard.NOT_REACHED: "没联系上",
}
FINDING_COLUMNS = (
    Column("编号", Kind.COUNT, 7), Column("程度", Kind.TEXT, 8), Column("核查项", Kind.TEXT, 22), Column("说明", Kind.TEXT, 60),
    Column("首日", Kind.DAY, 11), Column("末日", Kind.DAY, 11), Column("商户编号", Kind.TEXT, 9), Column("街道", Kind.TEXT, 12),
    Column("涉及餐数", Kind.COUNT, 9), Column("涉及申报行", Kind.COUNT, 10), Column("涉及金额（元）", Kind.MONEY, 13), Column("状态", Kind.TEXT, 10),
)  # fmt: skip
CALL_COLUMNS = (
    Column("商户编号", Kind.TEXT, 9), Column("序号", Kind.COUNT, 6), Column("老人编号", Kind.TEXT, 10), Column("姓名（掩码）", Kind.TEXT, 10),
    Column("电话（掩码）", Kind.TEXT, 14), Column("街道", Kind.TEXT, 12), Column("餐日", Kind.DAY, 11), Column("餐次", Kind.TEXT, 6),
    Column("餐单行号", Kind.COUNT, 9), Column("回答", Kind.TEXT, 10), Column("记录人", Kind.TEXT, 10),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """A file ready to be handed out."""

    name: str
    content: bytes
    rows: int


def findings_file(db: Session, month: str, kind: str, *, purpose: str, by: Actor, clock: Clock) -> ExportFile:
    """Every finding of a month within the actor's reach. Recorded with its purpose, rows and digest. Raises MealrouteError ``reason-needed``."""
    found = queries.findings(db, month, scope=by.scope)
    with speaking("zh"):
        table = Table("核查", FINDING_COLUMNS, _finding_rows(found, street_names(db)))
        content = _bytes(kind, (table,))
    return _handed(
        db,
        f"checks-{month}.{kind}",
        content,
        len(found),
        "checks.exported",
        f"month/{month}",
        purpose,
        by=by,
        clock=clock,
    )


def calls_file(db: Session, seed_id: int, kind: str, *, purpose: str, by: Actor, clock: Clock) -> ExportFile:
    """The calls of a draw within the actor's reach, masked, with the answers so far; a second sheet says how it was drawn."""
    seed = call_back_queries.seed(db, seed_id)
    picks = call_back_queries.picks(db, seed_id, scope=by.scope)
    tables = (Table("回访", CALL_COLUMNS, _call_rows(picks, street_names(db))), _how(seed))
    content = _bytes(kind, tables if kind == "xlsx" else tables[:1])
    return _handed(db, f"call-back-{seed.month}-{seed.number}.{kind}", content, len(picks), "checks.call-back-exported", f"call-back/{seed_id}", purpose, by=by, clock=clock)  # fmt: skip


def _finding_rows(found: Sequence[FindingRecord], streets: Mapping[str, str]) -> list[tuple[object, ...]]:
    return [
        (
            one.id, SEVERITIES[one.severity], words.title(one.code), words.sentence(one), one.first_day, one.last_day, one.vendor,
            streets.get(one.street, ""), one.lines, one.claims, one.amount_fen, STATES[one.state],
        )
        for one in found
    ]  # fmt: skip


def _call_rows(picks: Sequence[PickRecord], streets: Mapping[str, str]) -> list[tuple[object, ...]]:
    return [
        (
            one.vendor, one.position, one.resident_code, one.name, one.phone, streets.get(one.street_code, ""), one.day,
            SLOTS.get(one.slot, one.slot), one.book_line_id, "" if one.answer is None else ANSWERS[one.answer], one.answered_by,
        )
        for one in picks
    ]  # fmt: skip


def _how(seed: SeedRecord) -> Table:
    columns = (Column("商户编号", Kind.TEXT, 9), Column("总体（餐）", Kind.COUNT, 10), Column("抽取", Kind.COUNT, 7), Column("总体摘要 SHA-256", Kind.TEXT, 66), Column("种子", Kind.TEXT, 20), Column("种子来源", Kind.TEXT, 30), Column("方法", Kind.TEXT, 16))  # fmt: skip
    rows = [
        (one.vendor, one.meals, one.size, one.digest, seed.seed, seed.origin, seed.method) for one in seed.populations
    ]
    return Table("抽取方法", columns, rows)


def _bytes(kind: str, tables: Sequence[Table]) -> bytes:
    if kind not in {"csv", "xlsx"}:
        raise MealrouteError("export-kind-unknown", _("Files are handed out as CSV or XLSX."))
    return csv_bytes(tables[0]) if kind == "csv" else xlsx_bytes(tables)


def _handed(
    db: Session, name: str, content: bytes, rows: int, action: str, subject: str, purpose: str, *, by: Actor, clock: Clock
) -> ExportFile:  # fmt: skip
    if not purpose.strip():
        raise MealrouteError("reason-needed", _("A reason is needed."), _("Say in a few words why."))
    digest = hashlib.sha256(content).hexdigest()
    audit.record(
        db, by=by, clock=clock, action=action, subject=subject, reason=purpose.strip(), rows=rows, digest=digest
    )
    return ExportFile(name=name, content=content, rows=rows)
