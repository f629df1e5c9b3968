"""A settlement file checked on its own: an auditor needs the file, not the program's database.

Reads the CSV that ``exports.settlement_csv`` writes (analysis at the edge, so pandas), adds it up again and names what does not fit.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

DAY, RESIDENT, RULE, DOCUMENT, ORDER = "餐日", "老人编号", "规则编号", "文号", "订单号"
AMOUNT, CITY, DISTRICT, COPAY, PRICE = "补贴（分）", "市级（分）", "区级（分）", "本人应付（分）", "单价（分）"
NEEDED = (DAY, RESIDENT, RULE, DOCUMENT, ORDER, AMOUNT, CITY, DISTRICT, COPAY, PRICE, "补贴（元）")


@dataclass(frozen=True, slots=True)
class RuleSum:
    """Lines and fen of one rule."""

    rule_id: str
    document_no: str
    lines: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a settlement file comes to, and a sentence for each thing that does not fit."""

    lines: int
    portions: int
    amount_fen: int
    copay_fen: int
    by_rule: tuple[RuleSum, ...]
    faults: tuple[str, ...]


def recheck(file: Path, summary: Path | None = None) -> Rechecked:
    """Add the file up again; with ``summary`` compare with the month in that summary.json.

    Raises MealrouteError for a file that is not a settlement.
    """
    try:
        table = pd.read_csv(file, encoding="utf-8-sig", dtype={RESIDENT: str, RULE: str, DOCUMENT: str})
    except (OSError, ValueError) as error:
        raise _not_a_settlement(file) from error
    if any(column not in table.columns for column in NEEDED):
        raise _not_a_settlement(file)
    sums = table.groupby([RULE, DOCUMENT], sort=True)[AMOUNT].agg(["size", "sum"]).reset_index()
    found = Rechecked(
        lines=len(table),
        portions=int(table[ORDER].nunique()),
        amount_fen=int(table[AMOUNT].sum()),
        copay_fen=int(table[COPAY].fillna(0).sum()),
        by_rule=tuple(
            RuleSum(str(rule), str(document), int(lines), int(amount))
            for rule, document, lines, amount in sums.itertuples(index=False)
        ),
        faults=_faults(table),
    )
    return found if summary is None else _compared(found, json.loads(summary.read_text("utf-8"))["month"])


def _faults(table: pd.DataFrame) -> tuple[str, ...]:
    """Rules that hold within any settlement; each fault names how many rows and the first of them, as a sheet counts rows."""
    twice = table.duplicated([DAY, RESIDENT, RULE], keep="first")
    checks = (
        (twice, _("a person has the same subsidy twice on one day")),
        (table[CITY] + table[DISTRICT] != table[AMOUNT], _("the payers' shares are not the subsidy")),
        ((table["补贴（元）"] * 100).round() != table[AMOUNT], _("yuan and fen differ")),
        (table[AMOUNT] <= 0, _("the subsidy is not positive")),
        (table[COPAY].notna() & (table[AMOUNT] >= table[PRICE]), _("the price does not exceed the subsidy")),
        (table[DOCUMENT].isna(), _("the document number is missing")),
    )
    return tuple(
        _(
            "%(what)s: %(n)d rows, the first is row %(row)d",
            what=what,
            n=int(bad.sum()),
            row=int(bad.to_numpy().argmax()) + 2,
        )
        for bad, what in checks
        if bool(bad.any())
    )


def _compared(found: Rechecked, month: dict[str, Any]) -> Rechecked:
    pairs = (
        ("claimed_lines", found.lines), ("claimed_fen", found.amount_fen), ("subsidised", found.portions), ("copay_fen", found.copay_fen),
    )  # fmt: skip
    differing = tuple(
        _("%(name)s is %(stated)d in the summary, %(found)d in the file", name=name, stated=month[name], found=value)
        for name, value in pairs
        if month[name] != value
    )
    return Rechecked(
        found.lines, found.portions, found.amount_fen, found.copay_fen, found.by_rule, found.faults + differing
    )


def _not_a_settlement(file: Path) -> MealrouteError:
    return MealrouteError(
        "not-a-settlement",
        _("%(file)s is not a settlement in CSV.", file=file.name),
        _("Give the file that close-period wrote."),
    )
