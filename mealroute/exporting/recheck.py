"""A settlement file checked on its own: an auditor needs the file, not the program's database, nor the code that wrote it.

Reads the CSV or XLSX with pandas (analysis at the edge), adds it up again in whole fen (``Int64``, never floats) and names what does
not fit. The digest of the rows is computed from the file's own bytes.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

DAY, RESIDENT, RULE, DOCUMENT, ORDER, STREET = "餐日", "老人编号", "规则编号", "文号", "订单号", "街道"
AMOUNT, CITY, DISTRICT, COPAY, PRICE = "补贴（分）", "市级（分）", "区级（分）", "本人应付（分）", "单价（分）"
SHARES = (CITY, DISTRICT, "街道（分）", "村居（分）", "慈善（分）")
YUAN = {"补贴（元）": AMOUNT, "单价（元）": PRICE, "本人应付（元）": COPAY, "市级（元）": CITY, "区级（元）": DISTRICT}
KEY, ADJUSTS = "补贴键", "调整事由"
"""Columns that newer files have: what makes a line unique, and why a line adjusts an earlier one."""
NEEDED = (DAY, RESIDENT, RULE, DOCUMENT, ORDER, AMOUNT, CITY, DISTRICT, COPAY, PRICE, "补贴（元）")
_FEN = (AMOUNT, COPAY, PRICE, *SHARES)


@dataclass(frozen=True, slots=True)
class RuleSum:
    """Lines and fen of one rule."""

    rule_id: str
    document_no: str
    lines: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a settlement file comes to, and a sentence for each thing that does not fit. Sums in fen."""

    lines: int
    portions: int
    amount_fen: int
    copay_fen: int
    by_rule: tuple[RuleSum, ...]
    faults: tuple[str, ...]
    by_payer: dict[str, int] = field(default_factory=dict)
    by_street: dict[str, int] = field(default_factory=dict)
    adjustments: int = 0
    rows_sha256: str = ""


def recheck(file: Path, summary: Path | None = None, digest: str = "") -> Rechecked:
    """Add the file up again; compare with the month in a summary.json, and with a digest that the register or the note states.

    Raises MealrouteError for a file that is not a settlement.
    """
    table = _read(file)
    sums = table.groupby([RULE, DOCUMENT], sort=True)[AMOUNT].agg(["size", "sum"]).reset_index()
    adjusting = _adjusting(table)
    found = Rechecked(
        lines=len(table),
        portions=int(table.loc[~adjusting, ORDER].nunique()),
        amount_fen=int(table[AMOUNT].sum()),
        copay_fen=int(table[COPAY].sum()),
        by_rule=tuple(
            RuleSum(str(rule), str(document), int(lines), int(amount))
            for rule, document, lines, amount in sums.itertuples(index=False)
        ),
        faults=_faults(table),
        by_payer={column.removesuffix("（分）"): int(table[column].sum()) for column in SHARES if column in table.columns},
        by_street={str(street): int(fen) for street, fen in table.groupby(STREET)[AMOUNT].sum().items()} if STREET in table.columns else {},
        adjustments=int(adjusting.sum()),
        rows_sha256=bytes_digest(file) if file.suffix.lower() == ".csv" else "",
    )  # fmt: skip
    if digest and found.rows_sha256 != digest.strip().lower():
        other = _("the rows' digest is %(found)s, stated was %(stated)s", found=found.rows_sha256 or "–", stated=digest)
        found = replace(found, faults=(*found.faults, other))
    return found if summary is None else _compared(found, json.loads(summary.read_text("utf-8"))["month"])


def bytes_digest(file: Path) -> str:
    """The rows digest of a CSV as it left the program: its bytes without the mark, the heading row and the carriage returns."""
    digest = hashlib.sha256()
    with file.open("rb") as lines:
        lines.readline()
        for line in lines:
            digest.update(line.replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _read(file: Path) -> pd.DataFrame:
    """The table with amounts as ``Int64`` fen; what is yuan in the file stays text."""
    text = {RESIDENT: str, RULE: str, DOCUMENT: str, ADJUSTS: str, KEY: str, STREET: str, **dict.fromkeys(YUAN, str)}
    try:
        if file.suffix.lower() == ".xlsx":
            table = pd.read_excel(file, sheet_name=0, engine="calamine", dtype=text)
        else:
            table = pd.read_csv(file, encoding="utf-8-sig", dtype=text)
        if any(column not in table.columns for column in NEEDED):
            raise _not_a_settlement(file)
        for column in _FEN:
            if column in table.columns:
                table[column] = table[column].astype("Int64")
    except (OSError, ValueError, TypeError) as error:
        raise _not_a_settlement(file) from error
    return table


def _adjusting(table: pd.DataFrame) -> "pd.Series[bool]":
    if ADJUSTS not in table.columns:
        return pd.Series(data=False, index=table.index, dtype=bool)
    return table[ADJUSTS].notna() & (table[ADJUSTS] != "")


def _faults(table: pd.DataFrame) -> tuple[str, ...]:
    """Rules that hold within any settlement; each fault names how many rows and the first of them, as a sheet counts rows."""
    adjusting = _adjusting(table)
    key = [KEY] if KEY in table.columns else [DAY, RESIDENT, RULE]
    shares = sum((table[column].fillna(0) for column in SHARES if column in table.columns), start=table[AMOUNT] * 0)
    own = table[COPAY].notna()
    taken = table[AMOUNT].where(own, 0).groupby([table[DAY], table[RESIDENT], table[ORDER]]).transform("sum")
    copay_odd = (
        own & ~adjusting & (table[COPAY] + table[AMOUNT] != table[PRICE]) & (table[COPAY] + taken != table[PRICE])
    )
    checks = (
        (~adjusting & table[~adjusting].duplicated(key, keep="first").reindex(table.index, fill_value=False), _("a person has the same subsidy twice on one day")),
        (shares != table[AMOUNT], _("the payers' shares are not the subsidy")),
        (_yuan_differs(table), _("yuan and fen differ")),
        (~adjusting & (table[AMOUNT] <= 0), _("the subsidy is not positive")),
        (adjusting & (table[AMOUNT] == 0), _("an adjustment changes nothing")),
        (own & ~adjusting & (table[AMOUNT] >= table[PRICE]), _("the price does not exceed the subsidy")),
        (copay_odd, _("the resident's part is not the price less the subsidy")),
        (table[DOCUMENT].isna(), _("the document number is missing")),
    )  # fmt: skip
    return tuple(
        _(
            "%(what)s: %(n)d rows, the first is row %(row)d",
            what=what,
            n=int(bad.sum()),
            row=int(bad.to_numpy().argmax()) + 2,
        )
        for bad, what in ((bad.fillna(value=True).astype(bool), what) for bad, what in checks)
        if bool(bad.any())
    )


def _yuan_differs(table: pd.DataFrame) -> "pd.Series[bool]":
    """Where the amount that people read is not the amount in fen."""
    differs = pd.Series(data=False, index=table.index, dtype=bool)
    for yuan, fen in YUAN.items():
        if yuan in table.columns:
            known = {text: _fen(text) for text in table[yuan].unique()}
            said = table[yuan].map(known).astype("Int64")
            differs |= (said.isna() != table[fen].isna()) | (said != table[fen]).fillna(value=False)
    return differs


def _fen(text: Any) -> int | None:
    try:
        amount = Decimal(str(text)) * 100
        return int(amount) if amount == int(amount) else -(10**15)
    except (InvalidOperation, ValueError):
        return None


def _compared(found: Rechecked, month: dict[str, Any]) -> Rechecked:
    pairs = (
        ("claimed_lines", found.lines), ("claimed_fen", found.amount_fen), ("subsidised", found.portions), ("copay_fen", found.copay_fen),
    )  # fmt: skip
    differing = tuple(
        _("%(name)s is %(stated)d in the summary, %(found)d in the file", name=name, stated=month[name], found=value)
        for name, value in pairs
        if month[name] != value
    )
    return replace(found, faults=found.faults + differing)


def _not_a_settlement(file: Path) -> MealrouteError:
    return MealrouteError(
        "not-a-settlement",
        _("%(file)s is not a settlement in CSV.", file=file.name),
        _("Give the file that close-period wrote."),
    )
