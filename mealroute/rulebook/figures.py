"""Rules on figures: months, years and one-off applications, one payee at a time."""

from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.amounts import for_figures
from mealroute.rulebook.compiled import Compiled
from mealroute.rulebook.conditions import KINDS, Money
from mealroute.rulebook.counters import Purse, cap_key, group_key
from mealroute.rulebook.facts import Figures, Person
from mealroute.rulebook.person_day import stop
from mealroute.rulebook.records import Amount, AmountKind, Beneficiary, Condition, Rule, StackMode
from mealroute.rulebook.results import Line, Refusal, key_of
from mealroute.rulebook.sharing import Parts, held

_NO_MONEY = Money(0, 0, 0)


class _Offer(NamedTuple):
    rule: Compiled
    fen: Fen
    parts: Parts
    cut: str


def settle(
    figures: Figures, bundles: tuple[tuple[Compiled, ...], ...], purse: Purse, paid: set[str], *, asked: bool
) -> tuple[list[Line], list[Refusal]]:
    """Lines and refusals of one payee's figures. ``paid`` are the natural keys that were claimed already; new ones are added."""
    person = figures.person or Person(person_id=0, code="", zone=figures.zone, residence=figures.place)
    lines: list[Line] = []
    refusals: list[Refusal] = []
    stopped = stop(person)
    for bundle in bundles:
        offers: list[_Offer] = []
        for rule in bundle:
            if not concerns(rule.rule, figures):
                continue
            found = (
                Refusal(rule.rule, figures.person, figures, stopped)
                if stopped
                else _offer(rule, figures, person, purse, paid)
            )
            if isinstance(found, _Offer):
                offers.append(found)
            elif asked:
                refusals.append(found)
        offers.sort(key=lambda offer: (-offer.fen, offer.rule.place))
        for offer in offers[:1]:
            paying = offer.rule.rule
            payee = _payee(paying, figures)
            lines.append(Line(paying, figures.person, figures, payee, offer.fen, offer.parts, 0, offer.cut))
            paid.add(key_of(paying, figures))
            purse.add(offer.rule.caps, figures.person, figures, offer.fen)
            if paying.stack is not None:
                purse.hold(group_key(paying, figures.subject, figures.day, ""), paying)
        if asked:
            refusals += [
                Refusal(offer.rule.rule, figures.person, figures, "other-rule-pays-more", other=offers[0].rule.rule)
                for offer in offers[1:]
            ]
    purse.keep(figures.day)
    return lines, refusals


def concerns(rule: Rule, figures: Figures) -> bool:
    """Whether the rule speaks of this kind of payee and period at all."""
    return str(rule.unit) == figures.unit and str(rule.beneficiary) == figures.kind


def _payee(rule: Rule, figures: Figures) -> str:
    if rule.beneficiary is Beneficiary.RESIDENT and figures.person is not None:
        return figures.person.code
    return figures.subject


def _offer(rule: Compiled, figures: Figures, person: Person, purse: Purse, paid: set[str]) -> "_Offer | Refusal":
    def no(code: str, condition: Condition | None = None, other: Rule | None = None) -> Refusal:
        return Refusal(rule.rule, figures.person, figures, code, condition, None, other)

    for condition, _level, test in rule.every_test:
        if not test(person, figures, _NO_MONEY):
            return no(KINDS[condition.key].code, condition)
    if key_of(rule.rule, figures) in paid:
        return no("claimed-already")
    amount = next((one for test, one in rule.amounts if test is None or test(person, figures, _NO_MONEY)), None)
    if amount is None:
        return no("no-case")
    if missing := _missing(amount, figures):
        return no("figure-missing", Condition("figure", missing))
    fen = for_figures(amount, figures.counts.get(amount.by, 0), _sum(amount, figures))
    why = ""
    if fen <= 0:
        return no("nothing-left")
    stack = rule.rule.stack
    if stack is not None and stack.mode is not StackMode.SUM:
        holder = purse.holder(group_key(rule.rule, figures.subject, figures.day, ""))
        if holder is not None and holder.rule_id != rule.rule.rule_id:
            return no("other-rule-pays", other=holder)
    parts = rule.divided(fen, person, figures, _NO_MONEY)
    kept = sum(part for _payer, part in parts)
    if kept < fen:
        fen, why = kept, "lost-share"
        if fen <= 0:
            return no("all-shares-lost")
    for cap in rule.rule.caps:
        key = cap_key(cap, figures.person, figures)
        if purse.reached(cap, key, figures.day):
            return no("cap-reached", Condition("cap", cap))
        if cap.fen is not None and fen > (room := cap.fen - purse.used(key)[1]):
            fen, why = room, "cap"
            parts = held(parts, rule.divided(fen, person, figures, _NO_MONEY), fen)
    return _Offer(rule, fen, parts, why)


def _missing(amount: Amount, figures: Figures) -> str:
    """The figure that the amount needs and nobody has given."""
    if amount.kind in {AmountKind.EACH, AmountKind.TIERS} and amount.by not in figures.counts:
        return amount.by
    if amount.kind is AmountKind.PERCENT and amount.of not in figures.sums and amount.of not in figures.counts:
        return amount.of
    return ""


def _sum(amount: Amount, figures: Figures) -> Fen:
    return figures.sums.get(amount.of, figures.counts.get(amount.of, 0))
