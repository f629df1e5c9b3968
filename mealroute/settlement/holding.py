"""Lines that a check blocks: kept out of their month, listed, and paid in a later one once a person has cleared them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.checks.models import CheckFinding, CheckFindingLine
from mealroute.checks.records import FindingState, Severity
from mealroute.checks.words import sentence_of
from mealroute.core.clock import Clock
from mealroute.core.i18n import speaking
from mealroute.settlement.lines import columns, unpacked
from mealroute.settlement.models import HeldLine, LineDecision
from mealroute.settlement.records import Word
from mealroute.subsidy.models import Period
from mealroute.subsidy.queries import CHUNK
from mealroute.subsidy.records import ClaimLineRecord


@dataclass(frozen=True, slots=True)
class Block:
    """An open block on a meal: which finding, and its sentence. ``beneficiary`` empty: on everything claimed for it."""

    finding: int
    beneficiary: str
    sentence: str


Blocks = Mapping[int, tuple[Block, ...]]
"""Book line → its open blocks."""


def blocks_of(db: Session, month: str, severity: Severity = Severity.BLOCK) -> Blocks:
    """The open blocks (or holds) of a month's meals, with Chinese sentences, as they are written down."""
    query = (
        select(CheckFindingLine.book_line_id, CheckFinding.id, CheckFinding.beneficiary, CheckFinding.code, CheckFinding.params)
        .join(CheckFinding, CheckFinding.id == CheckFindingLine.finding_id)
        .where(CheckFinding.month == month, CheckFinding.state == FindingState.OPEN, CheckFinding.severity == severity)
        .order_by(CheckFinding.id)
    )  # fmt: skip
    found: dict[int, tuple[Block, ...]] = {}
    with speaking("zh"):
        for line, number, beneficiary, code, params in db.execute(query):
            found[line] = (*found.get(line, ()), Block(number, beneficiary, sentence_of(code, params)))
    return found


def blocks_on(line: ClaimLineRecord, blocks: Blocks) -> tuple[Block, ...]:
    """What keeps this line from being paid."""
    if line.book_line_id is None:
        return ()
    return tuple(each for each in blocks.get(line.book_line_id, ()) if each.beneficiary in {"", str(line.beneficiary)})


def blocked_keys(lines: Iterable[ClaimLineRecord], blocks: Blocks) -> frozenset[str]:
    """The natural keys among ``lines`` that are not payable."""
    return frozenset(line.natural_key for line in lines if blocks and blocks_on(line, blocks))


def write_down(db: Session, period: Period, held: Iterable[ClaimLineRecord], blocks: Blocks, *, clock: Clock) -> int:
    """Keep the lines that are left out of a period that is about to close, each with what blocked it."""
    rows = [
        columns(line)
        | {
            "period_id": period.id, "month": period.month, "at": clock.now(),
            "reasons": [{"finding": each.finding, "sentence": each.sentence} for each in blocks_on(line, blocks)],
        }
        for line in held
    ]  # fmt: skip
    if rows:
        db.execute(insert(HeldLine), rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as it was held when its month closed, and the findings that held it."""

    line: ClaimLineRecord
    findings: tuple[int, ...]
    reasons: tuple[str, ...]


def kept_out(db: Session, period_id: int) -> tuple[Kept, ...]:
    """The lines that were left out of a closed period."""
    query = select(HeldLine.line, HeldLine.reasons).where(HeldLine.period_id == period_id).order_by(HeldLine.id)
    return tuple(_kept(line, reasons) for line, reasons in db.execute(query))


def _kept(line: Mapping[str, Any], reasons: Iterable[Any]) -> Kept:
    entries = [dict(each) for each in reasons]
    return Kept(
        unpacked(line), tuple(int(each["finding"]) for each in entries), tuple(str(each["sentence"]) for each in entries)
    )  # fmt: skip


def sentences(db: Session, findings: Iterable[int]) -> dict[int, str]:
    """What findings say, in the current language."""
    found: dict[int, str] = {}
    wanted = sorted(set(findings))
    for start in range(0, len(wanted), CHUNK):
        query = select(CheckFinding.id, CheckFinding.code, CheckFinding.params)
        for number, code, params in db.execute(query.where(CheckFinding.id.in_(wanted[start : start + CHUNK]))):
            found[number] = sentence_of(code, params)
    return found


def cleared(db: Session, findings: Iterable[int]) -> frozenset[int]:
    """Which findings a person has cleared. One that is merely no longer found stays: it was found because the line was claimed."""
    wanted = sorted(set(findings))
    if not wanted:
        return frozenset()
    query = select(CheckFinding.id).where(CheckFinding.id.in_(wanted), CheckFinding.state == FindingState.CLEARED)
    return frozenset(db.scalars(query))


def words(db: Session, month: str) -> dict[str, tuple[Word, str]]:
    """Natural key → what a person decided last about it, and why."""
    query = (
        select(LineDecision.natural_key, LineDecision.kind, LineDecision.reason)
        .where(LineDecision.month == month)
        .order_by(LineDecision.number)
    )
    return {key: (Word(kind), reason) for key, kind, reason in db.execute(query)}
