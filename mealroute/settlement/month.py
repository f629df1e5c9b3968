"""A month as it stands now: its lines, its differences, and the part that each street signs. Writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mealroute.settlement.records import StreetPart
from mealroute.subsidy import computing, queries
from mealroute.subsidy.records import ClaimLineRecord, Imbalance, LineAccount
from mealroute.subsidy.rulebook import load_rulebook
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNow:
    """What the records of a month come to at this moment."""

    figures: MonthFigures
    lines: tuple[ClaimLineRecord, ...]
    accounts: tuple[LineAccount, ...]
    explained: Mapping[int, int]
    imbalances: tuple[Imbalance, ...]
    parts: Mapping[str, StreetPart]


def month_now(db: Session, payer: str, month: str) -> MonthNow:
    """Compute the month from what stands now, with each street's part."""
    rulebook = load_rulebook()
    period = queries.period(db, payer, month)
    computed = computing.compute(month, queries.month_rows(db, month), rulebook)
    written = queries.explanations(db, period.id) if period else ()
    explained = computing.with_automatic(computed.accounts, computing.covered(written))
    figures, imbalances = computing.balance(computed, explained, rulebook)
    ordered = {row.street_code for row in computed.rows.book}
    return MonthNow(
        figures=figures, lines=computed.lines, accounts=computed.accounts, explained=explained, imbalances=imbalances,
        parts=street_parts(ordered, computed.lines, computed.accounts, explained),
    )  # fmt: skip


def street_parts(
    ordered: Iterable[str], lines: Iterable[ClaimLineRecord], accounts: Iterable[LineAccount], explained: Mapping[int, int],
) -> dict[str, StreetPart]:  # fmt: skip
    """Each street that has anything in the month, with a digest over exactly what it signs."""
    of_lines: dict[str, list[ClaimLineRecord]] = defaultdict(list)
    of_accounts: dict[str, list[LineAccount]] = defaultdict(list)
    for line in lines:
        of_lines[line.street_code].append(line)
    for account in accounts:
        of_accounts[account.street_code].append(account)
    streets = sorted({*ordered, *of_lines, *of_accounts})
    return {street: _part(street, of_lines[street], of_accounts[street], explained) for street in streets}


def _part(
    street: str, lines: list[ClaimLineRecord], accounts: list[LineAccount], explained: Mapping[int, int]
) -> StreetPart:
    content = [
        *sorted(
            [
                line.day.isoformat(), line.slot, line.rule_id, line.rule_version, line.resident_code, line.amount_fen,
                sorted(line.shares), line.vendor_code, line.proof_id, line.book_line_id, line.resident_paid_fen,
            ]
            for line in lines
        ),
        *sorted(
            [each.book_line_id, each.delivered, each.subsidised, each.self_paid, explained.get(each.book_line_id, -1)]
            for each in accounts
        ),
    ]  # fmt: skip
    return StreetPart(
        street=street, lines=len(lines), amount_fen=sum(line.amount_fen for line in lines),
        delivered=sum(each.delivered for each in accounts), subsidised=len({line.book_line_id for line in lines}),
        self_paid=sum(each.self_paid for each in accounts),
        explained=sum(min(explained.get(each.book_line_id, 0), each.unclaimed) for each in accounts),
        open=sum(each.is_open(explained) for each in accounts),
        digest=hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest(),
    )  # fmt: skip


def whole(parts: Mapping[str, StreetPart]) -> str:
    """One digest over all streets' parts."""
    content = [[street, parts[street].digest] for street in sorted(parts)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
