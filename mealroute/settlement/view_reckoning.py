"""A month reckoned for its pages: computed from the records once, in both languages, so that a page need only show it. Writes nothing."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from mealroute.core.actor import Scope
from mealroute.core.i18n import LANGUAGES, speaking
from mealroute.settlement import chain, chain_rules, holding
from mealroute.settlement.chain_rules import Lines as MonthLines
from mealroute.settlement.held import nameless
from mealroute.settlement.month import MonthNow, kept_out, month_now
from mealroute.settlement.view_records import Lines, Reckoned, Way
from mealroute.subsidy import computing, rows
from mealroute.subsidy.build import MonthRows
from mealroute.subsidy.payers import Payer
from mealroute.subsidy.records import LineAccount
from mealroute.subsidy.statement import month_statement
from mealroute.subsidy.statements import MonthStatement

WRITTEN = "zh"
"""The language in which the month is computed; the others take over all but its sentences."""


def reckon(db: Session, who: Payer, month: str, *, tell: Callable[[str], None] = lambda _stage: None) -> tuple[Reckoned, Lines]:  # fmt: skip
    """An open month as ``overview.page``, ``chain.month_chain`` and ``chain.chain_lines`` give it to whoever sees everything."""
    with speaking(WRITTEN):
        tell("reading")
        now = month_now(db, who, month)
        tell("adding")
        statement = month_statement(db, month, scope=Scope.everything(), payer=who, computed=now.computed)
        found = chain.lines_from(db, month, now)
        cells = chain_rules.cells(found)
    reckoned = Reckoned(
        statements=_spoken(db, who, now, statement),
        parts=now.parts,
        held=nameless(now),
        cells=cells,
        differences=found.differences,
    )
    return reckoned, _ways(found)


def reckon_closed(db: Session, who: Payer, month: str) -> Lines:
    """The lines behind the figures of a closed month, as ``chain.chain_lines`` gives them; its figures were kept when it closed."""
    return _ways(chain.lines_now(db, who, month))


def _ways(found: MonthLines) -> Lines:
    ways: dict[Way, list[int]] = defaultdict(list)
    for line, way in found.chains.items():
        door, carrier = found.rows.doors.get(line), found.carriers.get(line)
        outcome, route = door.outcome if door else "", carrier.route if carrier else None
        ways[Way(place=found.places[line], chain=way, outcome=outcome, route=route)].append(line)
    return {way: tuple(sorted(lines)) for way, lines in ways.items()}


def _spoken(db: Session, who: Payer, now: MonthNow, statement: MonthStatement) -> dict[str, MonthStatement]:
    """The statement in every language. Sentences stand only beside what is open: the people whom that concerns are computed once more."""
    found = {WRITTEN: statement}
    for language in LANGUAGES:
        if language in found:
            continue
        if not statement.imbalances and not statement.open_portions:
            found[language] = statement
            continue
        with speaking(language):
            computed = _again(db, who, now, {one.book_line_id for one in statement.open_portions})
            _figures, imbalances = computing.balance(computed, now.explained, who.rules)
        said = {account.book_line_id: account.sentence for account in computed.accounts}
        portions = tuple(replace(one, sentence=said[one.book_line_id]) for one in statement.open_portions)
        found[language] = replace(statement, imbalances=imbalances, open_portions=portions)
    return found


def _again(db: Session, who: Payer, now: MonthNow, open_lines: Collection[int]) -> computing.Computed:
    """The month with its sentences in the language of the context; nothing else is another."""
    whole, month = now.computed, now.computed.month
    everything = replace(now.rows, open_items=rows.open_items(db, month, who.part))
    accounts: tuple[LineAccount, ...] = whole.accounts
    if open_lines:
        some = _of_people(everything, open_lines) if who.each_alone and everything.periodic is None else everything
        again = computing.compute(month, some, who.rules, every_reason=False)
        again = kept_out(again, holding.blocked_keys(again.lines, now.blocks))
        said = {account.book_line_id: account for account in again.accounts}
        accounts = tuple(said.get(account.book_line_id, account) for account in accounts)
    return replace(whole, accounts=accounts, rows=everything)


def _of_people(found: MonthRows, lines: Collection[int]) -> MonthRows:
    """The books of the people to whom these lines belong."""
    people = {row.resident_id for row in found.book if row.line_id in lines}
    return replace(found, book=[row for row in found.book if row.resident_id in people])
