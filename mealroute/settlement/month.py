"""A month as it stands now: its lines, its differences, what is held, and the part that each street signs. Writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.settlement import correcting, history, holding
from mealroute.settlement.records import Act, Correction, Step, StepRecord, StreetPart
from mealroute.subsidy import computing, queries
from mealroute.subsidy.build import MonthRows
from mealroute.subsidy.records import ClaimLineRecord, Imbalance, LineAccount
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNow:
    """What the records of a month come to at this moment. ``corrections`` are those of its last preparation."""

    rows: MonthRows
    figures: MonthFigures
    lines: tuple[ClaimLineRecord, ...]
    held: tuple[ClaimLineRecord, ...]
    blocks: holding.Blocks
    corrections: tuple[Correction, ...]
    accounts: tuple[LineAccount, ...]
    explained: Mapping[int, int]
    imbalances: tuple[Imbalance, ...]
    parts: Mapping[str, StreetPart]


def month_now(db: Session, payer: str, month: str) -> MonthNow:
    """Compute the month from what stands now, with each street's part."""
    rulebook = load_rulebook()
    period = queries.period(db, payer, month)
    rows = queries.month_rows(db, month)
    computed = computing.compute(month, rows, rulebook)
    blocks = holding.blocks_of(db, month)
    blocked = holding.blocked_keys(computed.lines, blocks)
    if blocked:
        computed = computing.compute(month, rows, rulebook, held=blocked)
    written = queries.explanations(db, period.id) if period else ()
    explained = computing.with_automatic(computed.accounts, computing.covered(written))
    figures, imbalances = computing.balance(computed, explained, rulebook)
    forward = put_forward(history.steps(db, period.id)) if period else ()
    ordered = {row.street_code for row in computed.rows.book}
    return MonthNow(
        rows=rows, figures=figures, lines=computed.lines, held=computed.held, blocks=blocks, corrections=forward, accounts=computed.accounts,
        explained=explained, imbalances=imbalances,
        parts=street_parts(ordered, computed.lines, computed.accounts, explained, forward, computed.held),
    )  # fmt: skip


def put_forward(entries: Iterable[StepRecord]) -> tuple[Correction, ...]:
    """The corrections that the last preparation put forward; none once it was sent back."""
    kept: object = None
    for entry in entries:
        if entry.act is Act.PREPARED:
            kept = entry.figures.get("corrections")
        elif entry.act is Act.SENT_BACK and entry.back_to is Step.PREPARE:
            kept = None
    return correcting.from_figures(kept)


def street_parts(
    ordered: Iterable[str], lines: Iterable[ClaimLineRecord], accounts: Iterable[LineAccount], explained: Mapping[int, int],
    forward: Iterable[Correction] = (), held: Iterable[ClaimLineRecord] = (),
) -> dict[str, StreetPart]:  # fmt: skip
    """Each street that has anything in the month, with a digest over exactly what it signs."""
    of_lines: dict[str, list[ClaimLineRecord]] = defaultdict(list)
    of_held: dict[str, list[ClaimLineRecord]] = defaultdict(list)
    of_accounts: dict[str, list[LineAccount]] = defaultdict(list)
    for line in (*lines, *(each.line for each in forward)):
        of_lines[line.street_code].append(line)
    for line in held:
        of_held[line.street_code].append(line)
    for account in accounts:
        of_accounts[account.street_code].append(account)
    streets = sorted({*ordered, *of_lines, *of_accounts, *of_held})
    return {
        street: _part(street, of_lines[street], of_accounts[street], explained, of_held[street]) for street in streets
    }


def _part(
    street: str, lines: list[ClaimLineRecord], accounts: list[LineAccount], explained: Mapping[int, int], held: list[ClaimLineRecord],
) -> StreetPart:  # fmt: skip
    content = [
        sorted(_signed(line) for line in lines),
        sorted(_signed(line) for line in held),
        sorted(
            [each.book_line_id, each.delivered, each.subsidised, each.self_paid, explained.get(each.book_line_id, -1)]
            for each in accounts
        ),
    ]
    return StreetPart(
        street=street, lines=len(lines), amount_fen=sum(line.amount_fen for line in lines),
        delivered=sum(each.delivered for each in accounts), subsidised=sum(each.subsidised for each in accounts),
        self_paid=sum(each.self_paid for each in accounts),
        explained=sum(min(explained.get(each.book_line_id, 0), each.unclaimed) for each in accounts),
        open=sum(each.is_open(explained) for each in accounts),
        digest=hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest(),
    )  # fmt: skip


def _signed(line: ClaimLineRecord) -> list[object]:
    """What a signature is for, of one line."""
    return [
        line.natural_key, line.payee, line.day.isoformat(), line.rule_version, line.amount_fen, sorted(line.shares), line.vendor_code,
        line.proof_id or 0, line.resident_paid_fen,
    ]  # fmt: skip


def whole(parts: Mapping[str, StreetPart]) -> str:
    """One digest over all streets' parts."""
    content = [[street, parts[street].digest] for street in sorted(parts)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
