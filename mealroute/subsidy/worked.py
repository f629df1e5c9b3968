"""A month worked out to be written: its lines as rows, what they add up to, and the meals that leave something open.

``plain`` makes it from ``computing``, which holds every meal and every line as a record; ``by_kinds`` makes the same for a city.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mealroute.core.money import Fen
from mealroute.subsidy import build, computing, reconcile
from mealroute.subsidy.keeping import Rows, Words
from mealroute.subsidy.reconcile import MonthFacts
from mealroute.subsidy.records import Beneficiary, DayFacts, Imbalance, LineAccount, OpenItem, Rulebook
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """``accounts``: of the meals that are neither claimed nor paid in full, or on which something is owed; ``accounted``: portions of all.

    ``wrong``: lines that contradict each other or their own shares. ``by_rule`` is plain JSON.
    """

    month: str
    rows: Rows
    days: tuple[DayFacts, ...]
    accounts: tuple[LineAccount, ...]
    accounted: int
    self_paid: int
    subsidised: int
    claimed_fen: Fen
    copay_fen: Fen
    by_rule: Mapping[str, Any]
    service_days: int
    persons: Mapping[int, build.PersonFacts]
    open_items: tuple[OpenItem, ...] = ()
    wrong: tuple[Imbalance, ...] = field(default=())

    @property
    def outstanding_fen(self) -> Fen:
        return sum(account.outstanding_fen for account in self.accounts)


def plain(month: str, rows: build.MonthRows, rulebook: Rulebook, words: Words, *, held: Collection[str] = ()) -> Worked:
    """Every meal by itself: the reference."""
    done = computing.compute(month, rows, rulebook, every_reason=False, held=held)
    lines, kept = done.lines, Rows()
    for line in lines:
        kept.put(line, words)
    return Worked(
        month=month, rows=kept, days=build.day_facts(rows),
        accounts=tuple(account for account in done.accounts if account.unclaimed or account.outstanding_fen),
        accounted=sum(account.delivered for account in done.accounts), self_paid=sum(account.self_paid for account in done.accounts),
        subsidised=len({line.book_line_id for line in lines} - {None}), claimed_fen=sum(line.amount_fen for line in lines),
        copay_fen=sum(line.copay_fen for line in lines if line.beneficiary is Beneficiary.RESIDENT),
        by_rule={
            group.key: {"lines": group.lines, "amount_fen": group.amount_fen, "shares": dict(group.shares)}
            for group in computing.by_rule(lines, rulebook)
        },
        service_days=len({row.day for row in rows.book}), persons=rows.facts, open_items=tuple(rows.open_items),
        wrong=reconcile.check_lines(done.facts({}), rulebook),
    )  # fmt: skip


def balance(worked: Worked, explained: Mapping[int, int]) -> tuple[MonthFigures, tuple[Imbalance, ...]]:
    """The month's figures and every difference that is left, as ``computing.balance`` gives them."""
    facts = MonthFacts(
        month=worked.month, days=worked.days, proofs={}, accounts=worked.accounts, lines=(), explained=explained, open_items=worked.open_items
    )  # fmt: skip
    figures = reconcile.figures(
        facts, self_paid=worked.self_paid, subsidised=worked.subsidised, claimed_lines=len(worked.rows), claimed_fen=worked.claimed_fen,
        copay_fen=worked.copay_fen,
    )  # fmt: skip
    return figures, (*reconcile.check_portions(facts, worked.accounted), *worked.wrong)
