"""A month as it stands now: its lines, its differences, what is held, and the part that each street signs. Writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mealroute.core.collecting import uncollected
from mealroute.settlement import correcting, history, holding
from mealroute.settlement.records import Act, Correction, Step, StepRecord, StreetPart
from mealroute.subsidy import build, computing, queries
from mealroute.subsidy import rules as money
from mealroute.subsidy.build import MonthRows
from mealroute.subsidy.earlier import earlier_lines
from mealroute.subsidy.models import Period
from mealroute.subsidy.payers import Payer, Who, payer_of
from mealroute.subsidy.records import ClaimLineRecord, Imbalance, LineAccount
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNow:
    """What the records of a month come to at this moment. ``corrections`` are those of its last preparation."""

    who: Payer
    computed: computing.Computed
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


@uncollected()
def month_now(db: Session, payer: Who, month: str) -> MonthNow:
    """Compute the month from what stands now, with each street's part."""
    who = payer_of(db, payer)
    period = queries.period(db, who.code, month)
    forward = put_forward(history.steps(db, period.id)) if period else ()
    computed = computing.compute(month, rows_of(db, who, month, forward), who.rules, every_reason=False)
    return month_from(db, who, period, computed, forward)


def rows_of(db: Session, who: Payer, month: str, forward: Sequence[Correction]) -> MonthRows:
    """What the month is computed from. ``forward`` are corrections that it settles: caps that began before it count them."""
    rows = queries.month_rows(db, month, part=who.part)
    if not forward:
        return rows
    lines = [each.line for each in forward]
    return replace(rows, earlier=earlier_lines(db, queries.month_days(month)[0], who.part, forward=lines))


def month_from(
    db: Session, who: Payer, period: Period | None, computed: computing.Computed, forward: tuple[Correction, ...]
) -> MonthNow:
    """The same from a month that has been computed already, with the blocks and explanations that stand now."""
    blocks = holding.blocks_of(db, computed.month)
    computed = kept_out(computed, holding.blocked_keys(computed.lines, blocks))
    written = queries.explanations(db, period.id) if period else ()
    explained = computing.with_automatic(computed.accounts, computing.covered(written))
    figures, imbalances = computing.balance(computed, explained, who.rules)
    ordered = {row.street_code for row in computed.rows.book}
    return MonthNow(
        who=who, computed=computed, rows=computed.rows, figures=figures, lines=computed.lines, held=computed.held, blocks=blocks,
        corrections=forward, accounts=computed.accounts, explained=explained, imbalances=imbalances,
        parts=street_parts(ordered, computed.lines, computed.accounts, explained, forward, computed.held),
    )  # fmt: skip


def kept_out(computed: computing.Computed, held: frozenset[str]) -> computing.Computed:
    """What ``computing.compute`` gives with ``held``, from what it gave without."""
    if not held:
        return computed
    lines = tuple(line for line in computed.lines if line.natural_key not in held)
    kept = tuple(line for line in computed.lines if line.natural_key in held)
    accounts = money.account(build.handovers(computed.rows), lines, computed.problems, kept)
    return replace(computed, lines=lines, held=kept, accounts=accounts)


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
