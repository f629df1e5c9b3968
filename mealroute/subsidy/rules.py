"""From recorded handovers to claim lines, as pure functions: the same handovers in any order give the same lines.

Rules are asked one by one, per person and day. Each refusal has a code and a sentence; ``claim_lines`` returns the lines
and the refusals together, so that nothing is left out without a word.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mealroute.core.i18n import _
from mealroute.core.money import Fen, yuan
from mealroute.subsidy.records import (
    Beneficiary,
    Carried,
    ClaimLineRecord,
    ClaimProblem,
    Handover,
    LineAccount,
    Refusal,
    ResidentOnDay,
    Rulebook,
    RuleVersion,
)

SLOT_ORDER = ("breakfast", "lunch", "dinner")
AUTOMATIC = frozenset({"outcome-not-claimable", "second-meal"})
"""Refusals that explain a difference by themselves: they are found only after the resident's own part was seen as paid."""
_WEIGHT = (
    "deceased", "not-in-service", "paused", "institution", "paid-nothing", "paid-too-little", "outcome-not-claimable",
    "second-meal", "price-not-above-subsidy", "slot-not-covered", "not-basic-service",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What one rule offers a resident on a day: the rule, and why not where it does not."""

    rule: RuleVersion
    refusal: Refusal | None


def split(amount_fen: Fen, shares: tuple[tuple[str, int], ...]) -> tuple[tuple[str, Fen], ...]:
    """Divide an amount between payers by weight, in whole fen; what does not divide goes to the last payer named.

    The one place where an amount is divided: the parts of a line always add up to the line.
    """
    whole = sum(weight for _payer, weight in shares)
    parts = [(payer, amount_fen * weight // whole) for payer, weight in shares[:-1]]
    return (*parts, (shares[-1][0], amount_fen - sum(part for _payer, part in parts)))


def entitlement(resident: ResidentOnDay, slot: str, rules: Sequence[RuleVersion]) -> tuple[Entitlement, ...]:
    """What the rules of a day offer this resident at this meal, before any meal has been handed over."""
    return tuple(Entitlement(rule=rule, refusal=_person(rule, resident, slot)) for rule in rules)


def _person(rule: RuleVersion, resident: ResidentOnDay, slot: str) -> Refusal | None:
    wanted = rule.conditions
    if resident.state == "deceased":
        return Refusal("deceased", _("The resident had died by that day: nothing may be claimed."))
    if resident.state not in {"active", "paused"}:
        return Refusal("not-in-service", _("The resident was not in service that day."))
    if resident.state == "paused" or resident.pause_reason is not None:
        return Refusal("paused", _("The resident's meals were paused that day (in hospital or away)."))
    if wanted.at_home and resident.living == "institution":
        return Refusal("institution", _("The resident lives in an institution; the rule is for people at home."))
    if slot not in wanted.slots:
        return Refusal("slot-not-covered", _("The rule does not cover this meal of the day."))
    if wanted.basic_service and not resident.basic_service:
        return Refusal("not-basic-service", _("The resident is not registered for basic elderly care service."))
    return None


def _meal(rule: RuleVersion, handover: Handover) -> Refusal | None:
    wanted = rule.conditions
    own_part = max(handover.unit_price_fen - rule.amount_fen, 0)
    if wanted.resident_paid_part and handover.paid_fen <= 0 < handover.unit_price_fen:
        return Refusal("paid-nothing", _("The resident paid nothing; the subsidy is tied to their own payment."))
    if wanted.resident_paid_part and handover.paid_fen < own_part:
        return Refusal(
            "paid-too-little",
            _("The resident paid %(paid)s of their part of %(due)s yuan.", paid=yuan(handover.paid_fen), due=yuan(own_part)),
        )  # fmt: skip
    if handover.outcome not in wanted.outcomes:
        return Refusal(
            "outcome-not-claimable",
            _("The meal was left without anyone being seen; the district does not pay for that."),
        )
    if wanted.price_above_amount and handover.unit_price_fen <= rule.amount_fen:
        return Refusal(
            "price-not-above-subsidy",
            _("The price is not above the subsidy of %(amount)s yuan.", amount=yuan(rule.amount_fen)),
        )
    return None


def refusal(rule: RuleVersion, handover: Handover) -> Refusal | None:
    """Why this rule does not pay for this handover, looked at by itself; None = it may."""
    return _person(rule, handover.resident, handover.slot) or _meal(rule, handover)


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


def claim_lines(
    handovers: Iterable[Handover], rulebook: Rulebook
) -> tuple[tuple[ClaimLineRecord, ...], tuple[ClaimProblem, ...]]:
    """Claim lines and refusals of delivered order lines.

    One line a rule, person and day, for one portion: of several meals the first that the rule may pay counts, and a rule
    further down the file prefers the meal for which there is a line already. Lines come by day, meal and order.
    """
    lines: list[ClaimLineRecord] = []
    problems: list[ClaimProblem] = []
    days: dict[tuple[object, int], list[Handover]] = defaultdict(list)
    for handover in unique(handovers):
        if handover.portions > 0:
            days[handover.day, handover.resident.resident_id].append(handover)
    rules_of: dict[object, tuple[RuleVersion, ...]] = {}
    for (day, _resident), meals in days.items():
        if day not in rules_of:
            rules_of[day] = rulebook.on(meals[0].day)
        claimed: set[int] = set()
        for rule in rules_of[day]:
            good = []
            for meal in meals:
                if found := refusal(rule, meal):
                    problems.append(_problem(rule, meal, found))
                else:
                    good.append(meal)
            good.sort(key=lambda meal: meal.book_line_id not in claimed)
            for meal in good[:1]:
                lines.append(_line(rule, meal))
                claimed.add(meal.book_line_id)
            second = Refusal(
                "second-meal", _("The subsidy is paid once a person and day; this is a further meal of that day.")
            )
            problems.extend(_problem(rule, meal, second) for meal in good[1:])
    turn = {(line.rule_id, line.book_line_id): position for position, line in enumerate(lines)}
    lines.sort(
        key=lambda line: (line.day, _slot_place(line.slot), line.order_id or 0, turn[line.rule_id, line.book_line_id])
    )
    return tuple(lines), tuple(problems)


def _slot_place(slot: str) -> int:
    return SLOT_ORDER.index(slot) if slot in SLOT_ORDER else len(SLOT_ORDER)


def _problem(rule: RuleVersion, meal: Handover, found: Refusal) -> ClaimProblem:
    return ClaimProblem(
        rule_id=rule.rule_id, beneficiary=rule.beneficiary, book_line_id=meal.book_line_id, order_id=meal.order_id, resident_code=meal.resident.code,
        day=meal.day, code=found.code, sentence=found.sentence,
    )  # fmt: skip


def _line(rule: RuleVersion, meal: Handover) -> ClaimLineRecord:
    own_part = max(meal.unit_price_fen - rule.amount_fen, 0) if rule.beneficiary is Beneficiary.RESIDENT else 0
    who, how = meal.resident, meal.carried
    return ClaimLineRecord(
        natural_key=f"{rule.rule_id}/{who.code}/{meal.day}", rule_id=rule.rule_id, rule_version=rule.version,
        document_no=rule.document_no, beneficiary=rule.beneficiary, amount_fen=rule.amount_fen,
        shares=split(rule.amount_fen, rule.payer_shares), order_id=meal.order_id, book_line_id=meal.book_line_id,
        proof_id=meal.proof_id, resident_id=who.resident_id, resident_code=who.code, day=meal.day, slot=meal.slot,
        street_code=meal.street_code, vendor_code=meal.vendor_code, unit_price_fen=meal.unit_price_fen,
        resident_paid_fen=meal.paid_fen, copay_fen=own_part, outcome=meal.outcome, unit=rule.unit, payee=meal.vendor_code,
        **snapshot(who, how), basis=basis(meal),
    )  # fmt: skip


def snapshot(who: ResidentOnDay, how: Carried) -> dict[str, Any]:
    """Who the person was that day and how the meal came, as columns of a line."""
    return {
        "category": who.categories[0] if who.categories else "", "age": who.age, "ability_level": who.ability_level,
        "run_id": how.run_id, "route_no": how.route_no, "driver_code": how.driver_code, "station_code": how.station_code,
        "delivery": how.delivery, "confirmation": str(how.confirmation), "confirmed_at": how.confirmed_at, "source": how.source,
    }  # fmt: skip


def basis(meal: Handover) -> dict[str, object]:
    """What else was looked at, kept with the line."""
    who, how = meal.resident, meal.carried
    return {
        "basic_service": who.basic_service, "living": who.living, "state": who.state, "portions": meal.portions,
        "categories": list(who.categories), "channel": how.channel, "pay_means": how.pay_means, "stop_no": how.stop_no,
        "planned_s": how.planned_s,
    }  # fmt: skip


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
    handovers: Iterable[Handover], lines: Iterable[ClaimLineRecord], problems: Iterable[ClaimProblem]
) -> tuple[LineAccount, ...]:
    """Every delivered line in portions: subsidised (has a claim line), paid in full, or to be explained.

    The order's payments are used for the subsidised portion first, then portion by portion at the full price.
    """
    found: dict[int, _Found] = defaultdict(_Found)
    for line in lines:
        if line.book_line_id is None:
            continue
        entry = found[line.book_line_id]
        entry.claimed = True
        if line.beneficiary is Beneficiary.RESIDENT:
            entry.subsidy_fen += line.amount_fen
    for problem in problems:
        found[problem.book_line_id].problems.append(problem)
    purses: dict[int, _Purse] = {}
    delivered = [handover for handover in unique(handovers) if handover.portions > 0]
    for handover in delivered:
        purses.setdefault(handover.order_id, _Purse(handover.paid_fen))
    return tuple(_account(handover, found[handover.book_line_id], purses[handover.order_id]) for handover in delivered)


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
    known = min(own, key=lambda problem: _rank(problem.code), default=None)
    if known is None:
        return "no-rule", _("No rule is in force on that day, and the meal was not paid in full."), False
    return known.code, known.sentence, known.code in AUTOMATIC and unclaimed == 1


def _rank(code: str) -> int:
    return _WEIGHT.index(code) if code in _WEIGHT else len(_WEIGHT)
