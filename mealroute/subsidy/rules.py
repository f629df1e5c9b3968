"""Every delivered portion accounted for: claimed, paid in full, or to be explained. Pure; the order of handovers does not matter."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mealroute.core.i18n import _
from mealroute.core.money import Fen, yuan
from mealroute.subsidy.records import Beneficiary, ClaimLineRecord, ClaimProblem, Handover, LineAccount

SLOT_ORDER = ("breakfast", "lunch", "dinner")
AUTOMATIC = frozenset(
    {"held", "outcome-not-claimable", "second-meal", "cap-reached", "other-rule-pays", "other-rule-pays-more"}
)
"""Refusals that explain a difference by themselves: they are found only after the resident's own part was seen as paid."""
_WEIGHT = (
    "held", "deceased", "not-in-service", "paused", "institution", "paid-nothing", "paid-too-little", "outcome-not-claimable",
    "second-meal", "price-not-above-subsidy", "slot-not-covered", "not-basic-service",
)  # fmt: skip


def unique(handovers: Iterable[Handover]) -> list[Handover]:
    """One handover an order line (the newest proof), by day, meal, order and line: the order in which claims are counted."""
    newest: dict[int, Handover] = {}
    for handover in handovers:
        known = newest.get(handover.book_line_id)
        if known is None or handover.proof_id > known.proof_id:
            newest[handover.book_line_id] = handover
    return sorted(newest.values(), key=_turn)


def _turn(handover: Handover) -> tuple[object, int, str, int, int]:
    place = SLOT_ORDER.index(handover.slot) if handover.slot in SLOT_ORDER else len(SLOT_ORDER)
    return (handover.day, place, handover.slot, handover.order_id, handover.book_line_id)


@dataclass(slots=True)
class _Purse:
    """What the resident has paid for one order and not yet used up for one of its portions."""

    left: Fen

    def take(self, wanted: Fen) -> Fen:
        taken = max(min(self.left, wanted), 0)
        self.left -= taken
        return taken


@dataclass(slots=True)
class _Found:
    subsidy_fen: Fen = 0
    claimed: bool = False
    problems: list[ClaimProblem] = field(default_factory=list)


def account(
    handovers: Iterable[Handover], lines: Iterable[ClaimLineRecord], problems: Iterable[ClaimProblem],
    held: Iterable[ClaimLineRecord] = (),
) -> tuple[LineAccount, ...]:  # fmt: skip
    """Every delivered line in portions: subsidised (has a claim line), paid in full, or to be explained.

    The order's payments are used for the subsidised portion first, then portion by portion at the full price. What is ``held``
    is not claimed and not owed by the resident either: that explains the portion.
    """
    found: dict[int, _Found] = defaultdict(_Found)
    for line in lines:
        if line.book_line_id is None:
            continue
        entry = found[line.book_line_id]
        entry.claimed = True
        if line.beneficiary is Beneficiary.RESIDENT:
            entry.subsidy_fen += line.amount_fen
    for line in held:
        if line.book_line_id is not None and line.beneficiary is Beneficiary.RESIDENT:
            found[line.book_line_id].subsidy_fen += line.amount_fen
            found[line.book_line_id].problems.append(_kept_out(line, line.book_line_id))
    for problem in problems:
        if problem.book_line_id is not None:
            found[problem.book_line_id].problems.append(problem)
    purses: dict[int, _Purse] = {}
    delivered = [handover for handover in unique(handovers) if handover.portions > 0]
    for handover in delivered:
        purses.setdefault(handover.order_id, _Purse(handover.paid_fen))
    return tuple(_account(handover, found[handover.book_line_id], purses[handover.order_id]) for handover in delivered)


def _kept_out(line: ClaimLineRecord, book_line_id: int) -> ClaimProblem:
    return ClaimProblem(
        rule_id=line.rule_id, beneficiary=line.beneficiary, book_line_id=book_line_id, order_id=line.order_id or 0,
        resident_code=line.resident_code, day=line.day, code="held",
        sentence=_("A check keeps this claim back until a person has cleared it."),
    )  # fmt: skip


def _account(handover: Handover, found: _Found, purse: _Purse) -> LineAccount:
    price = handover.unit_price_fen
    subsidised = 1 if found.claimed else 0
    owed = max(price - found.subsidy_fen, 0) if subsidised else 0
    outstanding = owed - purse.take(owed)
    rest = handover.portions - subsidised
    self_paid = min(purse.left // price, rest) if price > 0 else 0
    purse.take(self_paid * price)
    unclaimed = rest - self_paid
    part = purse.take(unclaimed * price)
    outstanding += unclaimed * price - part
    code, sentence, automatic = "", "", False
    if unclaimed:
        code, sentence, automatic = _reason(handover, found, unclaimed)
    elif outstanding:
        code, sentence = "owing", _("The resident still owes %(amount)s yuan for this meal.", amount=yuan(outstanding))
    return LineAccount(
        book_line_id=handover.book_line_id, order_id=handover.order_id, resident_id=handover.resident.resident_id,
        resident_code=handover.resident.code, day=handover.day, slot=handover.slot, street_code=handover.street_code,
        delivered=handover.portions, subsidised=subsidised, self_paid=self_paid, unclaimed=unclaimed,
        outstanding_fen=outstanding, code=code, sentence=sentence, automatic=automatic,
    )  # fmt: skip


def _reason(handover: Handover, found: _Found, unclaimed: int) -> tuple[str, str, bool]:
    """What is known about portions that are neither subsidised nor paid in full."""
    if handover.unit_price_fen == 0:
        return "free-meal", _("The meal had no price; who gave it has to be written down."), False
    if found.claimed:
        return "further-portion-unpaid", _("A further portion of the order was not paid in full."), False
    own = [problem for problem in found.problems if problem.beneficiary is Beneficiary.RESIDENT]
    known = min(own, key=lambda problem: rank(problem.code), default=None)
    if known is None:
        return "no-rule", _("No rule is in force on that day, and the meal was not paid in full."), False
    return known.code, known.sentence, known.code in AUTOMATIC and unclaimed == 1


def rank(code: str) -> int:
    return _WEIGHT.index(code) if code in _WEIGHT else len(_WEIGHT)
