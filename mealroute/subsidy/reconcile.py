"""Does every portion of a month agree, from the order to the claim? Pure; every difference names its place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from mealroute.core.i18n import _
from mealroute.subsidy.records import (
    Beneficiary,
    ClaimLineRecord,
    DayFacts,
    Identity,
    Imbalance,
    LineAccount,
    OpenItem,
    ProofFacts,
    Rulebook,
    Term,
)
from mealroute.subsidy.statements import MonthFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """Everything that a month is checked from.

    ``explained`` maps order lines to the portions that are explained, ``due`` natural keys to the lines as they come out today.
    """

    month: str
    days: tuple[DayFacts, ...]
    proofs: Mapping[int, ProofFacts]
    accounts: tuple[LineAccount, ...]
    lines: tuple[ClaimLineRecord, ...]
    explained: Mapping[int, int]
    open_items: tuple[OpenItem, ...] = ()
    due: Mapping[str, ClaimLineRecord] = field(default_factory=dict)


class OfLines(TypedDict, total=False):
    """Sums of the claim lines and of what was paid in full, where somebody has them already."""

    self_paid: int
    subsidised: int
    claimed_lines: int
    claimed_fen: int
    copay_fen: int


def figures(facts: MonthFacts, **known: Unpack[OfLines]) -> MonthFigures:
    """The month in portions and fen. ``explained`` counts only portions that somebody or a rule has explained."""
    of_lines: OfLines = known or {
        "self_paid": sum(account.self_paid for account in facts.accounts),
        "subsidised": len({line.book_line_id for line in facts.lines} - {None}),
        "claimed_lines": len(facts.lines),
        "claimed_fen": sum(line.amount_fen for line in facts.lines),
        "copay_fen": sum(line.copay_fen for line in facts.lines if line.beneficiary is Beneficiary.RESIDENT),
    }
    return MonthFigures(
        month=facts.month,
        ordered=sum(day.ordered for day in facts.days),
        planned=sum(day.planned for day in facts.days),
        unassigned=sum(day.unassigned for day in facts.days),
        portions_loaded=sum(day.planned for day in facts.days),
        delivered=sum(day.delivered for day in facts.days),
        not_delivered=sum(day.not_delivered for day in facts.days),
        explained=sum(min(facts.explained.get(account.book_line_id, 0), account.unclaimed) for account in facts.accounts),
        **of_lines,
    )  # fmt: skip


def identities(found: MonthFigures) -> tuple[Identity, ...]:
    """The equations that a month must satisfy."""
    delivered = Term(_("Delivered"), found.delivered)
    return (
        Identity(
            code="ordered", total=Term(_("Ordered"), found.ordered),
            parts=(Term(_("Planned"), found.planned), Term(_("Unassigned"), found.unassigned)),
        ),
        Identity(
            code="loaded", total=Term(_("Loaded"), found.portions_loaded),
            parts=(delivered, Term(_("Not delivered"), found.not_delivered)),
        ),
        Identity(
            code="delivered", total=delivered,
            parts=(
                Term(_("Subsidised"), found.subsidised), Term(_("Paid in full"), found.self_paid),
                Term(_("Explained"), found.explained),
            ),
        ),
    )  # fmt: skip


def check_period(facts: MonthFacts, rulebook: Rulebook) -> tuple[Imbalance, ...]:
    """Every difference of the month; an empty answer lets the period close."""
    accounted = sum(account.delivered for account in facts.accounts)
    return (*check_portions(facts, accounted), *check_lines(facts, rulebook))


def check_portions(facts: MonthFacts, accounted: int) -> tuple[Imbalance, ...]:
    """Differences of portions, from the order to the account; ``accounted`` portions were settled."""
    return (*_days(facts.days), *_portions(facts, accounted), *_items(facts.open_items))


def check_lines(facts: MonthFacts, rulebook: Rulebook) -> tuple[Imbalance, ...]:
    """Differences of the claim lines: without a handover, twice, or with another amount than the rule gives."""
    return (
        *_evidence(facts.lines, facts.proofs),
        *_once(facts.lines),
        *_amounts(facts.lines, facts.due, rulebook),
    )


def _days(days: Sequence[DayFacts]) -> Iterable[Imbalance]:
    for day in days:
        subject = f"{day.day}/{day.slot}"
        if day.stray:
            yield Imbalance(
                code="order-without-book", sentence=_("Orders are in no closed order book."),
                expected=0, found=day.stray, subject=subject, day=day.day,
            )  # fmt: skip
        if day.adrift:
            yield Imbalance(
                code="record-without-plan", sentence=_("Portions were recorded as delivered that no published plan carries."),
                expected=0, found=day.adrift, subject=subject, day=day.day,
            )  # fmt: skip
        if day.ordered != day.planned + day.unassigned:
            yield Imbalance(
                code="ordered", sentence=_("Ordered portions differ from planned and unassigned ones."),
                expected=day.ordered, found=day.planned + day.unassigned, subject=subject, day=day.day,
            )  # fmt: skip
        if day.open:
            yield Imbalance(
                code="no-record", sentence=_("Loaded portions have no record from the door."),
                expected=0, found=day.open, subject=subject, day=day.day,
            )  # fmt: skip
        if day.planned != day.delivered + day.not_delivered + day.open:
            yield Imbalance(
                code="loaded", sentence=_("Loaded portions differ from delivered and not delivered ones."),
                expected=day.planned, found=day.delivered + day.not_delivered + day.open, subject=subject, day=day.day,
            )  # fmt: skip


def _portions(facts: MonthFacts, accounted: int) -> Iterable[Imbalance]:
    delivered = sum(day.delivered for day in facts.days)
    if accounted != delivered:
        yield Imbalance(
            code="delivered", sentence=_("Delivered portions differ from those that were settled."),
            expected=delivered, found=accounted,
        )  # fmt: skip
    for account in facts.accounts:
        if not account.is_open(facts.explained):
            continue
        subject = f"book-line/{account.book_line_id}"
        if account.unclaimed:
            yield Imbalance(
                code="unexplained", sentence=account.sentence or _("Neither subsidised nor paid in full."),
                expected=account.unclaimed, found=facts.explained.get(account.book_line_id, 0), subject=subject, day=account.day,
            )  # fmt: skip
        else:
            yield Imbalance(
                code="owing", sentence=account.sentence, expected=0, found=account.outstanding_fen, subject=subject,
                day=account.day, unit="fen",
            )  # fmt: skip


def _items(items: Sequence[OpenItem]) -> Iterable[Imbalance]:
    for one in items:
        yield Imbalance(
            code=one.code,
            sentence=one.sentence,
            expected=one.expected,
            found=one.found,
            subject=one.subject,
            day=one.day,
            unit=one.unit,
        )


def _evidence(lines: Sequence[ClaimLineRecord], proofs: Mapping[int, ProofFacts]) -> Iterable[Imbalance]:
    for line in lines:
        if line.book_line_id is None or line.proof_id is None:
            continue  # a site's month or a one-off grant: its document stands in the proof's place
        proof = proofs.get(line.book_line_id)
        if proof is None or proof.proof_id != line.proof_id or proof.delivered < 1:
            yield Imbalance(
                code="claim-without-proof", sentence=_("A claim line has no valid record of a handover."),
                expected=line.proof_id, found=proof.proof_id if proof else 0, subject=f"book-line/{line.book_line_id}", day=line.day,
            )  # fmt: skip


def _once(lines: Sequence[ClaimLineRecord]) -> Iterable[Imbalance]:
    counted = Counter((line.natural_key, line.day) for line in lines)
    for (key, day), times in counted.items():
        if times > 1:
            yield Imbalance(
                code="claimed-twice", sentence=_("One rule pays for the same thing more than once."),
                expected=1, found=times, subject=key, day=day,
            )  # fmt: skip


def _amounts(
    lines: Sequence[ClaimLineRecord], due: Mapping[str, ClaimLineRecord], rulebook: Rulebook
) -> Iterable[Imbalance]:
    known = {(rule.rule_id, rule.version): rule for rule in rulebook.rules}
    for line in lines:
        rule, fresh = known.get((line.rule_id, line.rule_version)), due.get(line.natural_key)
        same = (
            fresh is not None and rule is not None and (fresh.day, fresh.rule_version) == (line.day, line.rule_version)
        )
        wanted = fresh.amount_fen if fresh is not None and same else 0
        shares = dict(fresh.shares) if fresh else {}
        if (
            line.amount_fen != wanted
            or sum(part for _payer, part in line.shares) != line.amount_fen
            or dict(line.shares) != shares
        ):
            yield Imbalance(
                code="amount", sentence=_("An amount differs from the rule of its day."),
                expected=wanted, found=line.amount_fen, subject=line.natural_key, day=line.day,
            )  # fmt: skip
