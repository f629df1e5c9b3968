"""An auditor's own recomputation: Python's csv, decimal and hashlib, the exported files, and not one line of the program's code.

``python tests/integration/auditor.py SETTLEMENT.csv DETAIL.csv [STATED_DIGEST]`` prints what it finds and ends with 1 where something does not fit.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

SHARES = ("市级", "区级", "街道", "村居", "慈善")


@dataclass
class Books:
    """What the two files come to, in fen, and a sentence for each thing that does not fit."""

    lines: int = 0
    corrections: int = 0
    total: int = 0
    by_payer: Counter[str] = field(default_factory=Counter)
    by_payee: Counter[str] = field(default_factory=Counter)
    by_document: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    faults: list[str] = field(default_factory=list)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def digest_of(path: Path) -> str:
    """Without the heading row and the carriage returns."""
    return hashlib.sha256(path.read_bytes().split(b"\n", 1)[1].replace(b"\r", b"")).hexdigest()


def fen(yuan: str) -> int:
    return int(Decimal(yuan or "0") * 100)


def recompute(settlement: Path, detail: Path, stated: str = "") -> Books:
    """The settlement added up from its rows, each against the detail, and the digest against the register's."""
    found, paid = Books(), defaultdict(int)
    details = {(row["补贴键"], row["收款方"], row["序号"]): row for row in rows_of(detail)}
    for number, row in enumerate(rows_of(settlement), 2):
        amount, shares = int(row["补贴（分）"]), [int(row[f"{payer}（分）"]) for payer in SHARES]
        found.lines += 1
        found.corrections += bool(row["调整事由"])
        found.total += amount
        found.by_payer.update(dict(zip(SHARES, shares, strict=True)))
        found.by_payee[row["收款方"]] += amount
        found.by_document[row["文号"]] += amount
        paid[row["补贴键"], row["收款方"]] += amount
        if sum(shares) != amount or fen(row["补贴（元）"]) != amount:
            found.faults.append(f"row {number}: shares or yuan are not the subsidy")
        own = row["本人应付（分）"]
        if own and not row["调整事由"] and int(own) + amount != int(row["单价（分）"]):
            found.faults.append(f"row {number}: price is not subsidy and own part")
        if not row["调整事由"] and not (row["文号"] and (row["送达凭证号"] or row["计补单位"] != "每人每天")):
            found.faults.append(f"row {number}: no document or no record of the handover")
        twin = details.pop((row["补贴键"], row["收款方"], row["序号"]), None)
        if twin is None or any(fen(twin[f"{word}（元）"]) != int(row[f"{word}（分）"]) for word in ("补贴", *SHARES)):
            found.faults.append(f"row {number}: the detail has another amount")
    found.faults += [f"the detail has a line that the settlement has not: {key[0]}" for key in details]
    found.faults += [
        f"{key}: {amount} fen stand in the end"
        for (key, _payee), amount in paid.items()
        if not amount and key not in _corrected(settlement)
    ]
    found.digest = digest_of(settlement)
    if stated and found.digest != stated:
        found.faults.append("the digest of the rows is not the one in the register")
    return found


def sums_of(settlement: Path, vendor_days: Path, notice: Path, platform: Path) -> list[str]:
    """The files that add up or rearrange the settlement's rows, each worked out again from those rows: a sentence for each difference."""
    rows = rows_of(settlement)
    faults = _sums(rows, rows_of(vendor_days), ("商户编号", "餐日", "餐次", "文号"), "vendor-days")
    faults += _sums(
        rows, [row | {"商户": row["助餐点"]} for row in rows_of(notice)], ("街道", "商户", "文号"), "notice"
    )
    sent = rows_of(platform)
    if len(sent) != len(rows):
        faults.append("the platform's file has another number of rows")
    for number, (row, other) in enumerate(zip(rows, sent, strict=False), 2):
        if any(row[mine] != other[theirs] for mine, theirs in PLATFORM.items()):
            faults.append(f"row {number}: the platform is sent something else")
    return faults


PLATFORM = {
    "餐日": "就餐日期", "商户编号": "助餐点编号", "姓名（掩码）": "老年人姓名", "补贴（元）": "补贴金额", "市级（元）": "市级资金", "区级（元）": "区级资金", "文号": "补贴依据文号",
    "订单号": "订单编号", "送达凭证号": "送达凭证编号", "原属月份": "更正的原月份", "调整事由": "更正事由",
}  # fmt: skip


def _sums(rows: list[dict[str, str]], stated: list[dict[str, str]], by: tuple[str, ...], name: str) -> list[str]:
    """Heads are the month's own lines; corrections of earlier months are in the money alone."""
    own: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    theirs: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for found, table in ((own, rows), (theirs, stated)):
        for row in table:
            heads = int(row["人次"]) if "人次" in row else int(not row["调整事由"])
            money = {word: fen(row[f"{word}（元）"]) for word in ("补贴", "市级", "区级")}
            found[tuple(row[key] for key in by)].update({"人次": heads, **money})
    return [f"{name} {key}: {theirs[key]} and not {own[key]}" for key in own | theirs if own[key] != theirs[key]]


def workbook_digest(path: Path, heading: list[str]) -> str:
    """The rows' digest from a workbook's cells: amounts with two decimals, days as 2026-02-03, everything else as it stands."""
    import openpyxl

    lines = []
    for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True):
        cells = [_canonical(value, title) for value, title in zip(row, heading, strict=False)]
        if any(cells) and cells != heading:
            lines.append(",".join(f'"{c.replace(chr(34), 2 * chr(34))}"' if {",", '"'} & {*c} else c for c in cells))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _canonical(value: object, title: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{Decimal(str(value)):.2f}" if title.endswith("（元）") else str(int(value))
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


def _corrected(settlement: Path) -> set[str]:
    return {row["补贴键"] for row in rows_of(settlement) if row["调整事由"]}


if __name__ == "__main__":
    books = recompute(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
    sys.stdout.write(f"{books}\n")
    raise SystemExit(bool(books.faults))
