"""The settlement as files: one heading row, one row a claim line, every figure a value. The same lines give the same bytes.

Amounts stand twice: in yuan with two decimals for people, in whole fen so that the month can be computed again exactly.
The CSV is what is signed (its SHA-256 is kept with the closed period); the XLSX has the sums on a second sheet.
"""

from collections.abc import Iterator
from typing import Any

from mealroute.core.tables import Column, Kind, Table, csv_bytes, xlsx_bytes
from mealroute.subsidy.records import Beneficiary
from mealroute.subsidy.statements import Settlement, SettlementLine

SLOTS = {"lunch": "午餐", "dinner": "晚餐"}
BENEFICIARIES = {Beneficiary.RESIDENT: "老人（就餐补贴）", Beneficiary.OPERATOR: "运营主体（运营补贴）"}
OUTCOMES = {"handed-over": "本人签收", "left-with-contact": "交联系人", "left-at-door": "放门口"}

COLUMNS = (
    Column("序号", Kind.COUNT, 7),
    Column("餐日", Kind.DAY, 11),
    Column("餐次", Kind.TEXT, 6),
    Column("街道编码", Kind.TEXT, 11),
    Column("街道", Kind.TEXT, 12),
    Column("商户编号", Kind.TEXT, 9),
    Column("商户", Kind.TEXT, 18),
    Column("老人编号", Kind.TEXT, 9),
    Column("姓名（掩码）", Kind.TEXT, 9),
    Column("身份证号（掩码）", Kind.TEXT, 20),
    Column("规则编号", Kind.TEXT, 18),
    Column("规则版本", Kind.COUNT, 5),
    Column("文号", Kind.TEXT, 24),
    Column("补贴对象", Kind.TEXT, 20),
    Column("单价（元）", Kind.MONEY, 9),
    Column("本人应付（元）", Kind.MONEY, 9),
    Column("本单实付（元）", Kind.MONEY, 9),
    Column("补贴（元）", Kind.MONEY, 9),
    Column("市级（元）", Kind.MONEY, 9),
    Column("区级（元）", Kind.MONEY, 9),
    Column("单价（分）", Kind.COUNT, 8),
    Column("本人应付（分）", Kind.COUNT, 8),
    Column("补贴（分）", Kind.COUNT, 8),
    Column("市级（分）", Kind.COUNT, 8),
    Column("区级（分）", Kind.COUNT, 8),
    Column("订单号", Kind.COUNT, 9),
    Column("餐单行号", Kind.COUNT, 9),
    Column("送达凭证号", Kind.COUNT, 9),
    Column("送达方式", Kind.TEXT, 10),
)


def settlement_csv(settlement: Settlement) -> bytes:
    """UTF-8 with mark: opens cleanly in Excel and WPS. One row a claim line, no sums."""
    return csv_bytes(Table("明细", COLUMNS, rows(settlement.lines)))


def settlement_xlsx(settlement: Settlement) -> bytes:
    """The same rows on the first sheet; on the second the sums, as values."""
    return xlsx_bytes((Table("明细", COLUMNS, rows(settlement.lines)), _sums(settlement)))


def rows(lines: tuple[SettlementLine, ...]) -> Iterator[tuple[Any, ...]]:
    """The cells of each claim line, in the order of ``COLUMNS``."""
    for line in lines:
        claim = line.claim
        shares = dict(claim.shares)
        city, district = shares.get("city", 0), shares.get("district", 0)
        own = claim.copay_fen if claim.beneficiary is Beneficiary.RESIDENT else None
        yield (
            line.line_no, claim.day, SLOTS.get(claim.slot, claim.slot), claim.street_code, line.street_name, claim.vendor_code,
            line.vendor_name, claim.resident_code, line.resident_name, line.resident_id_masked, claim.rule_id,
            claim.rule_version, claim.document_no, BENEFICIARIES[claim.beneficiary], claim.unit_price_fen, own,
            claim.resident_paid_fen, claim.amount_fen, city, district, claim.unit_price_fen, own, claim.amount_fen, city,
            district, claim.order_id, claim.book_line_id, claim.proof_id, OUTCOMES.get(claim.outcome, claim.outcome),
        )  # fmt: skip


def _sums(settlement: Settlement) -> Table:
    found = settlement.figures
    state = "已结" if settlement.closed_at else "未结"
    cells: list[tuple[str, int | None, int | None, int | None, int | None]] = [
        (f"{settlement.payer_name} {settlement.month}（{state}）", None, None, None, None)
    ]
    for group in settlement.by_rule:
        shares = dict(group.shares)
        cells.append(
            (f"{group.label} {group.document_no}", group.lines, group.amount_fen, shares.get("city", 0), shares.get("district", 0))
        )  # fmt: skip
    city = sum(dict(group.shares).get("city", 0) for group in settlement.by_rule)
    district = sum(dict(group.shares).get("district", 0) for group in settlement.by_rule)
    cells.append(("合计", found.claimed_lines, found.claimed_fen, city, district))
    cells.append(("本人应付（有就餐补贴的餐）", None, found.copay_fen, None, None))
    for label, count in (
        ("已订（份）", found.ordered), ("已排（份）", found.planned), ("未排（份）", found.unassigned),
        ("装车（份）", found.portions_loaded), ("送达（份）", found.delivered), ("未送达（份）", found.not_delivered),
        ("补贴（份）", found.subsidised), ("自费（份）", found.self_paid), ("有说明（份）", found.explained),
    ):  # fmt: skip
        cells.append((label, count, None, None, None))
    columns = (
        Column("项目", Kind.TEXT, 44),
        Column("笔数或份数", Kind.COUNT, 12),
        Column("金额（元）", Kind.MONEY, 14),
        Column("市级（元）", Kind.MONEY, 14),
        Column("区级（元）", Kind.MONEY, 14),
    )
    return Table("汇总", columns, cells)
