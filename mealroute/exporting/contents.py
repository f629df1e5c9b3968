"""What each kind of file holds: its columns, its rows in batches, the sheets behind the first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.core.layouts import Batch, Field, Layout, turned
from mealroute.core.tables import Column, Kind, Table
from mealroute.exporting import facts, platform, sums
from mealroute.exporting.platform_rulebook import platform_on
from mealroute.exporting.reach import Lines, whole
from mealroute.exporting.records import ExportRecord, Format, What
from mealroute.exporting.words import PAYERS, SHEETS, STATES
from mealroute.residents.models import Resident
from mealroute.settlement.correction_rows import rows_of
from mealroute.subsidy import queries, streaming
from mealroute.subsidy.exports import SLOTS
from mealroute.subsidy.file_fields import settlement_fields
from mealroute.subsidy.models import ClaimLine
from mealroute.subsidy.rulebook import load_rulebook

Rows = list[tuple[Any, ...]]
Batches = Iterator[Batch]
AT_ONCE = 5_000
"""People who are asked for in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file before it is written. ``more``: the sheets behind the first, asked for only by a workbook. ``people``: codes of those whom it shows in full, known once it was read."""

    sheet: str
    layout: Layout
    batches: Batches
    expected: int
    more: Callable[[], tuple[Table, ...]] = tuple
    encoding: str = "utf-8-sig"
    people: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.layout.columns


def content_of(db: Session, export: ExportRecord, lines: Lines, *, clock: Clock) -> Content:
    """The file's content over its ``lines``, read while it is written: keep the session open until then."""
    plain, people = (None, ()) if export.wanted.masked else _in_full(db, lines)
    match export.wanted.what:
        case What.SETTLEMENT:
            layout = _layout(export, settlement_fields(clock, plain))
            return _lines(db, export, lines, layout, people, more=lambda: (sums_table(db, export, lines),))
        case What.DETAIL:
            known = facts.detail_fields(clock, facts.papers_of(db), plain)
            return _lines(db, export, lines, _layout(export, tuple(known.values())), people)
        case What.PLATFORM:
            shape = platform_on(queries.month_days(export.wanted.month)[1], platform.HELD)
            known = facts.detail_fields(clock, facts.papers_of(db), plain)
            layout = _layout(export, platform.platform_fields(shape, known))
            return _lines(db, export, lines, layout, people, encoding=shape.encoding)
        case What.VENDOR_DAYS:
            return _small(What.VENDOR_DAYS, VENDOR_DAY_COLUMNS, vendor_days(db, lines))
        case What.NOTICE:
            return _small(What.NOTICE, NOTICE_COLUMNS, notice_rows(db, lines))


def _layout(export: ExportRecord, fields: Sequence[Field]) -> Layout:
    """A workbook writes each cell by itself; text is written in parts."""
    return Layout.over(fields, None if export.wanted.format is Format.XLSX else streaming.unpacking)


def _lines(
    db: Session, export: ExportRecord, lines: Lines, layout: Layout, people: tuple[str, ...], *,
    more: Callable[[], tuple[Table, ...]] = tuple, encoding: str = "utf-8-sig",
) -> Content:  # fmt: skip
    """A file of the month's lines and, behind them, the corrections of other months that it settles: together they are its settlement."""
    further = rows_of(db, lines.period.id, lines.corrections, layout, left_out=len(lines.left_out))
    return Content(
        sheet=SHEETS[export.wanted.what], layout=layout, people=people, more=more, encoding=encoding,
        batches=chain(streaming.batches(db, lines.where, layout, left_out=lines.left_out), [turned(further)] if further else []),
        expected=streaming.count(db, lines.where) + len(further),
    )  # fmt: skip


_MONEY = tuple(Column(f"{name}（元）", Kind.MONEY, 12) for name in ("补贴", "市级", "区级", "其他承担"))
VENDOR_DAY_COLUMNS = (
    Column("商户编号", Kind.TEXT, 10), Column("商户", Kind.TEXT, 22), Column("餐日", Kind.DAY, 11), Column("餐次", Kind.TEXT, 7),
    Column("补贴项目", Kind.TEXT, 18), Column("文号", Kind.TEXT, 24), Column("人次", Kind.COUNT, 8), *_MONEY,
)  # fmt: skip
NOTICE_COLUMNS = (
    Column("街道", Kind.TEXT, 14), Column("助餐点", Kind.TEXT, 24), Column("补贴项目", Kind.TEXT, 18), Column("文号", Kind.TEXT, 24),
    Column("人次", Kind.COUNT, 8), *_MONEY,
)  # fmt: skip


def vendor_days(db: Session, lines: Lines) -> Rows:
    """One row a vendor, day, meal and subsidy. Corrections of other months are in the amounts, not in the heads."""
    vendors, _streets = sums.names(db, lines.where, lines.corrections)
    titles = sums.rule_titles()
    apart = ("vendor", "day", "slot", "rule", "document")
    found = sums.by(
        sums.groups(db, lines.where, lines.corrections, apart=apart),
        lambda one: (one.vendor, one.day, one.slot, one.rule, one.document),
    )
    return [
        (vendor, vendors.get(vendor, vendor), day, SLOTS.get(slot, slot), titles.get(rule, rule), document, total.heads, *_amounts(total))
        for (vendor, day, slot, rule, document), total in found.items()
    ]  # fmt: skip


def notice_rows(db: Session, lines: Lines) -> Rows:
    """One row a street, vendor and subsidy: heads and amounts (with corrections of other months), nobody's name."""
    vendors, streets = sums.names(db, lines.where, lines.corrections)
    titles = sums.rule_titles()
    apart = ("street", "vendor", "rule", "document")
    found = sums.by(
        sums.groups(db, lines.where, lines.corrections, apart=apart),
        lambda one: (one.street, one.vendor, one.rule, one.document),
    )
    return [
        (streets.get(street, street), vendors.get(vendor, vendor), titles.get(rule, rule), document, total.heads, *_amounts(total))
        for (street, vendor, rule, document), total in found.items()
    ]  # fmt: skip


def sums_table(db: Session, export: ExportRecord, lines: Lines) -> Table:
    """The second sheet: sums by subsidy and, of a whole period, its meals from order to claim."""
    period, found = lines.period, sums.groups(db, lines.where, lines.corrections, apart=("rule", "document"))
    total, titles = sums.whole(found), sums.rule_titles()
    payers = sums.payers(total)
    rows: list[tuple[Any, ...]] = [
        (f"{load_rulebook().payer_name} {period.month}（{STATES.get(period.state, period.state)}）", *[None] * (2 + len(payers)))
    ]  # fmt: skip
    for (rule, document), each in sums.by(found, lambda one: (one.rule, one.document)).items():
        rows.append(_sum_row(f"{titles.get(rule, rule)} {document}", each, payers))
    rows.append(_sum_row("合计", total, payers))
    rows.append(("本人应付（有就餐补贴的餐）", None, total.copay_fen, *[None] * len(payers)))
    if whole(export):
        rows.extend((label, count, None, *[None] * len(payers)) for label, count in _figures(period.totals["figures"]))
    heads = (
        Column("项目", Kind.TEXT, 44), Column("笔数或份数", Kind.COUNT, 12), Column("金额（元）", Kind.MONEY, 14),
        *(Column(f"{PAYERS.get(payer, payer)}（元）", Kind.MONEY, 14) for payer in payers),
    )  # fmt: skip
    return Table("汇总", heads, rows)


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, int]]:
    words = {
        "ordered": "已订（份）", "planned": "已排（份）", "unassigned": "未排（份）", "portions_loaded": "装车（份）", "delivered": "送达（份）",
        "not_delivered": "未送达（份）", "subsidised": "补贴（份）", "self_paid": "自费（份）", "explained": "有说明（份）",
    }  # fmt: skip
    return [(label, int(figures[name])) for name, label in words.items() if name in figures]


def _sum_row(label: str, total: sums.Total, payers: Sequence[str]) -> tuple[Any, ...]:
    return (label, total.lines, total.amount_fen, *(total.shares.get(payer, 0) for payer in payers))


def _amounts(total: sums.Total) -> tuple[int, int, int, int]:
    city, district = total.shares.get("city", 0), total.shares.get("district", 0)
    return total.amount_fen, city, district, total.amount_fen - city - district


def _small(what: What, heads: tuple[Column, ...], rows: Rows) -> Content:
    return Content(
        sheet=SHEETS[what], layout=Layout.plain(heads), batches=iter([turned(rows)] if rows else []), expected=len(rows)
    )


def _in_full(db: Session, lines: Lines) -> tuple[dict[int, tuple[str, str]], tuple[str, ...]]:
    """Names and ID numbers of everybody on the lines, and their codes for the record of reveals."""
    query = select(Resident.id, Resident.code, Resident.name, Resident.id_number)
    rows = list(db.execute(query.where(Resident.id.in_(select(ClaimLine.resident_id).where(*lines.where)))))
    corrected = sorted({str(one.line["resident_code"]) for one in lines.corrections} - {row.code for row in rows})
    for begin in range(0, len(corrected), AT_ONCE):
        rows += db.execute(query.where(Resident.code.in_(corrected[begin : begin + AT_ONCE])))
    people = sorted(rows, key=lambda row: row.id)
    return {row.id: (row.name, row.id_number or "") for row in people}, tuple(row.code for row in people)


Report = Callable[[int], None]
"""Told how many rows are written so far; raises to stop."""
