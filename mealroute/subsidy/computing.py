"""A month computed from its rows: handovers → lines → accounts → facts. Writes nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mealroute.subsidy import build, evaluating, rules
from mealroute.subsidy.counted import derived
from mealroute.subsidy.reconcile import MonthFacts, check_period, figures
from mealroute.subsidy.records import (
    ClaimLineRecord,
    ClaimProblem,
    ExplanationRecord,
    Imbalance,
    LineAccount,
    Rulebook,
)
from mealroute.subsidy.site_facts import figures_of
from mealroute.subsidy.statements import MonthFigures, Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What the rows of a month come to under a rulebook."""

    month: str
    lines: tuple[ClaimLineRecord, ...]
    problems: tuple[ClaimProblem, ...]
    accounts: tuple[LineAccount, ...]
    rows: build.MonthRows
    held: tuple[ClaimLineRecord, ...] = ()
    """Lines that would be due and are kept out, because a check blocks them."""

    def facts(self, explained: Mapping[int, int], *, lines: tuple[ClaimLineRecord, ...] | None = None) -> MonthFacts:
        """The month as it is checked; ``lines`` are the stored ones where they are to be checked instead."""
        return MonthFacts(
            month=self.month,
            days=build.day_facts(self.rows),
            proofs=build.proof_facts(self.rows.doors.values()),
            accounts=self.accounts,
            lines=self.lines if lines is None else lines,
            explained=explained,
            due={line.natural_key: line for line in self.lines},
            open_items=tuple(self.rows.open_items),
        )


def compute(
    month: str, rows: build.MonthRows, rulebook: Rulebook, *, every_reason: bool = True, held: Collection[str] = ()
) -> Computed:
    """Claim lines, refusals and accounts of a month; without ``every_reason`` only the refusals that accounts need.

    Lines whose natural key is in ``held`` are kept out, and explained by that.
    """
    handovers = build.handovers(rows)
    due, problems = evaluating.claim_lines(
        handovers, rulebook, earlier=rows.earlier, every_reason=every_reason,
        figures=figures_of(rows.periodic, handovers, derived(rulebook.book, handovers)) if rows.periodic else (),
        claimed=rows.periodic.claimed if rows.periodic else (),
    )  # fmt: skip
    kept_out = tuple(line for line in due if line.natural_key in held)
    lines = tuple(line for line in due if line.natural_key not in held) if kept_out else tuple(due)
    return Computed(
        month=month,
        lines=lines,
        problems=problems,
        accounts=rules.account(handovers, lines, problems, kept_out),
        rows=rows,
        held=kept_out,
    )


def covered(explanations: Iterable[ExplanationRecord]) -> dict[int, int]:
    """Order line → explained portions."""
    return {entry.book_line_id: entry.portions for entry in explanations}


def with_automatic(accounts: Iterable[LineAccount], explained: Mapping[int, int]) -> dict[int, int]:
    """Explained portions, those included that the rules explain by themselves."""
    automatic = {
        account.book_line_id: account.unclaimed for account in accounts if account.unclaimed and account.automatic
    }
    return {**explained, **automatic}


def balance(
    computed: Computed,
    explained: Mapping[int, int],
    rulebook: Rulebook,
    *,
    lines: tuple[ClaimLineRecord, ...] | None = None,
) -> tuple[MonthFigures, tuple[Imbalance, ...]]:
    """The month's figures and every difference that is left."""
    facts = computed.facts(explained, lines=lines)
    return figures(facts), check_period(facts, rulebook)


def sums(
    lines: Sequence[ClaimLineRecord], key: Callable[[ClaimLineRecord], str], label: Callable[[str], str],
    *, document: Callable[[str], str] = lambda _key: "",
) -> tuple[Sum, ...]:  # fmt: skip
    """Lines and amounts by group, in the order of the keys."""
    groups: dict[str, list[ClaimLineRecord]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    found = []
    for name, group in sorted(groups.items()):
        shares: Counter[str] = Counter()
        for line in group:
            shares.update(dict(line.shares))
        found.append(
            Sum(
                key=name, label=label(name), lines=len(group), portions=len({line.book_line_id for line in group} - {None}),
                residents=len({line.resident_id for line in group} - {None}), amount_fen=sum(line.amount_fen for line in group),
                shares=tuple(sorted(shares.items())), document_no=document(name),
            )
        )  # fmt: skip
    return tuple(found)


def titles(rulebook: Rulebook) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """What a rule is called, and its document number, by its id; a rule that is no longer there is called by its id."""
    known = {rule.rule_id: rule for rule in rulebook.rules}
    return (
        lambda key: known[key].title if key in known else key,
        lambda key: known[key].document.number if key in known else "",
    )


def by_rule(lines: Sequence[ClaimLineRecord], rulebook: Rulebook) -> tuple[Sum, ...]:
    """Sums a rule, with its title and document."""
    title, document = titles(rulebook)
    return sums(lines, lambda line: line.rule_id, title, document=document)
