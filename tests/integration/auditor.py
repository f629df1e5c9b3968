"""An auditor's own recomputation: Python's csv, decimal and hashlib, the exported files, and not one line of the program's code.

``python tests/integration/auditor.py SETTLEMENT.csv DETAIL.csv [STATED_DIGEST]`` prints what it finds and ends with 1 where something does not fit.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
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


def _corrected(settlement: Path) -> set[str]:
    return {row["补贴键"] for row in rows_of(settlement) if row["调整事由"]}


if __name__ == "__main__":
    books = recompute(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
    sys.stdout.write(f"{books}\n")
    raise SystemExit(bool(books.faults))
