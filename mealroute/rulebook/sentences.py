"""A rule in sentences that an official can read, generated from the record and nothing else. In the current language."""

from collections.abc import Mapping
from dataclasses import dataclass

from mealroute.core.i18n import _, _l
from mealroute.core.money import Fen, yuan
from mealroute.rulebook.condition_words import Names, block_words, join, say
from mealroute.rulebook.records import (
    LOST,
    SHARED,
    Amount,
    AmountKind,
    Beneficiary,
    CapPer,
    Every,
    Rounding,
    Rule,
    Share,
    ShareRounding,
    StackMode,
    Unit,
)
from mealroute.rulebook.vocabulary import word
from mealroute.rulebook.words import EVERY, PER, cap_words

HUNDRED_PERCENT = 10**8
"""What the weights of shares written as percentages add up to."""
GETS: Mapping[Beneficiary, str] = {
    Beneficiary.RESIDENT: _l("the resident: it comes off the price"), Beneficiary.OPERATOR: _l("the operator"),
    Beneficiary.DELIVERER: _l("whoever brings the meal"), Beneficiary.SITE: _l("the meal point"),
}  # fmt: skip
UNITS: Mapping[Unit, str] = {
    Unit.MEAL: _l("for each meal of a person"), Unit.PERSON_DAY: _l("for each person and day"), Unit.DELIVERY: _l("for each time brought home"),
    Unit.MONTH: _l("for each month"), Unit.QUARTER: _l("for each quarter"), Unit.YEAR: _l("for each year"), Unit.ONE_OFF: _l("once"),
}  # fmt: skip
CERTAINTY: Mapping[str, str] = {
    "S": _l("read in the source"), "S-low": _l("read on a weak or copied page only"), "GK": _l("general knowledge, not verified"),
}  # fmt: skip
_OF: Mapping[str, str] = {
    "price": _l("of the price"), "left": _l("of what other rules leave of the price"), "day-spend": _l("of what is spent that day"),
}  # fmt: skip
_ROUNDING: Mapping[Rounding, str] = {
    Rounding.DOWN: _l("rounded down to the fen"), Rounding.UP: _l("rounded up to the fen"), Rounding.HALF_UP: _l("rounded to the fen, half a fen up"),
    Rounding.HALF_EVEN: _l("rounded to the fen, half a fen to the even one"),
}  # fmt: skip
_STEPPED: Mapping[Rounding, str] = {
    Rounding.DOWN: _l("rounded down to whole steps of %(step)s"), Rounding.UP: _l("rounded up to whole steps of %(step)s"),
    Rounding.HALF_UP: _l("rounded to steps of %(step)s, a half up"), Rounding.HALF_EVEN: _l("rounded to steps of %(step)s, a half to the even one"),
}  # fmt: skip
_STACK: Mapping[StackMode, str] = {
    StackMode.MAX: _l("of the group “%(group)s” only the greatest amount is paid %(every)s"),
    StackMode.EXCLUSIVE: _l("of the group “%(group)s” only the first rule by priority is paid %(every)s"),
    StackMode.SUM: _l("goes together with the other rules of the group “%(group)s”"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement of a rule: ``part`` is stable and says what it is about, ``label`` the same in words."""

    part: str
    label: str
    text: str


def sentences(rule: Rule, names: Names) -> tuple[Sentence, ...]:
    """The whole rule, one statement a line."""
    found = [
        Sentence("gets", _("Who gets it"), _(GETS[rule.beneficiary])),
        *_amounts(rule, names),
        Sentence("shares", _("Who pays"), sharing_words(rule, names)),
    ]
    for condition in rule.conditions:
        if condition.key == "slots" and any(one.key == "window" for one in rule.conditions):
            continue  # the window names the meals as well
        found.append(Sentence(f"when.{condition.key}", _("On condition"), say(condition, names)))
    found += [
        Sentence(f"cap.{cap.pool}.{cap.every}.{cap.per}", _("At most"), cap_words(cap, names)) for cap in rule.caps
    ]
    if rule.stack is not None:
        text = _(_STACK[rule.stack.mode], group=rule.stack.group, every=_(EVERY[rule.stack.every]))
        found.append(Sentence("stack", _("Beside others"), text))
    if rule.option is not None:
        found.append(
            Sentence("option", _("Switch"), _("only where the district has switched on “%(what)s”", what=rule.option))
        )
    return tuple(found)


def _amounts(rule: Rule, names: Names) -> tuple[Sentence, ...]:
    """One statement, or one for each case."""
    if rule.amount.kind is not AmountKind.CASES:
        return (Sentence("amount", _("How much"), amount_words(rule.amount, rule.unit, names)),)
    found = []
    for place, (when, amount) in enumerate(rule.amount.cases):
        text = amount_words(amount, rule.unit, names)
        whole = (
            _("if %(when)s: %(amount)s", when=block_words(when, names), amount=text)
            if when
            else _("otherwise %(amount)s", amount=text)
        )
        found.append(Sentence(f"amount.{place}", _("How much"), whole))
    return tuple(found)


def amount_words(amount: Amount, unit: Unit, names: Names) -> str:
    """How much, in one phrase."""
    return _("%(amount)s %(unit)s", amount=_how_much(amount, names), unit=_(UNITS[unit]))


def _how_much(amount: Amount, names: Names) -> str:
    match amount.kind:
        case AmountKind.FIXED:
            text = money(amount.fen)
        case AmountKind.UP_TO:
            text = _("what the meal costs, up to %(amount)s", amount=money(amount.fen))
        case AmountKind.DOWN_TO:
            text = _("everything above %(amount)s of the price", amount=money(amount.fen))
        case AmountKind.PERCENT:
            of = _(_OF[amount.of]) if amount.of in _OF else _("of “%(what)s”", what=word("count", amount.of, names))
            text = _(
                "%(percent)s%% %(of)s, %(rounding)s",
                percent=percent(amount.rate),
                of=of,
                rounding=_rounding(amount),
            )
        case AmountKind.EACH:
            text = _(
                "%(amount)s for each of “%(what)s”", amount=money(amount.fen), what=word("count", amount.by, names)
            )
        case AmountKind.TIERS:
            text = _tiers(amount, names)
        case AmountKind.CASES:
            cases = [_case(amount, place, names) for place in range(len(amount.cases))]
            text = _("; ").join(cases)
    return text + _bounds(amount)


def _rounding(amount: Amount) -> str:
    if amount.step == 1:
        return _(_ROUNDING[amount.rounding])
    return _(_STEPPED[amount.rounding], step=money(amount.step))


def _case(amount: Amount, place: int, names: Names) -> str:
    when, inner = amount.cases[place]
    if not when:
        return _("otherwise %(amount)s", amount=_how_much(inner, names))
    return _("if %(when)s: %(amount)s", when=block_words(when, names), amount=_how_much(inner, names))


def _tiers(amount: Amount, names: Names) -> str:
    rows = [
        _("from %(n)d: %(amount)s each", n=tier.least, amount=money(tier.fen))
        if tier.each
        else _("from %(n)d: %(amount)s", n=tier.least, amount=money(tier.fen))
        for tier in amount.tiers
    ]
    what = word("count", amount.by, names)
    if amount.per is not CapPer.PERSON:
        what = _("%(what)s %(per)s", what=what, per=_(PER[amount.per]))
    table = _("by “%(what)s”: %(rows)s", what=what, rows=_("; ").join(rows))
    return table + (_(" (each row for its own part)") if amount.marginal else "")


def _bounds(amount: Amount) -> str:
    parts = []
    if amount.at_least is not None:
        parts.append(_("at least %(amount)s", amount=money(amount.at_least)))
    if amount.at_most is not None:
        parts.append(_("but no more than %(amount)s", amount=money(amount.at_most)))
    if amount.own_part:
        parts.append(_("%(amount)s always stay with the resident", amount=money(amount.own_part)))
    if amount.own_rate[0]:
        parts.append(_("at least %(percent)s%% of the price stay with the resident", percent=percent(amount.own_rate)))
    return "".join(_(", ") + part for part in parts)


def money(fen: Fen) -> str:
    """``5.00 yuan``."""
    return _("%(amount)s yuan", amount=yuan(fen))


def percent(rate: tuple[int, int]) -> str:
    """(375, 1000) → ``37.5``."""
    whole, rest = divmod(rate[0] * 100 * 10**6, rate[1])
    if rest:
        raise ValueError(f"{rate} has more than six decimals")
    return f"{whole / 10**6:.6f}".rstrip("0").rstrip(".")


def sharing_words(rule: Rule, names: Names) -> str:
    """Who pays which part, and who bears the odd fen."""
    sharing = rule.sharing
    weights = sum(share.weight for share in sharing.shares)
    text = join(_share(share, weights, names) for share in sharing.shares)
    if sum(1 for share in sharing.shares if share.weight or share.rest) > 1:
        text += _("; ") + (
            _("an odd fen goes to the payer named last")
            if sharing.rounding is ShareRounding.LAST_PAYER
            else _("odd fen go to the largest remainders, of equal ones to the earlier payer")
        )
    return text


def _share(share: Share, weights: int, names: Names) -> str:
    payer = word("payer", share.payer, names)
    if share.fen is not None:
        text = f"{payer} {money(share.fen)}"
    elif share.rest:
        text = _("%(payer)s the rest", payer=payer)
    elif share.weight == weights:
        text = _("%(payer)s all of it", payer=payer)
    else:
        of = f"{percent((share.weight, weights))}%" if weights == HUNDRED_PERCENT else f"{share.weight}/{weights}"
        text = f"{payer} {of}"
    if not share.when:
        return text
    when = block_words(share.when, names)
    if share.otherwise == LOST:
        return _("%(share)s (only where %(when)s; otherwise this part is not paid)", share=text, when=when)
    if share.otherwise == SHARED:
        return _("%(share)s (only where %(when)s; otherwise the others take it over)", share=text, when=when)
    other = word("payer", share.otherwise, names)
    return _("%(share)s (only where %(when)s; otherwise %(other)s pays it)", share=text, when=when, other=other)


def span_words(rule: Rule) -> str:
    """From when to when."""
    if rule.valid_to is None:
        return _("from %(first)s on", first=rule.valid_from.isoformat())
    return _("from %(first)s to %(last)s", first=rule.valid_from.isoformat(), last=rule.valid_to.isoformat())


def every_word(every: Every) -> str:
    return _(EVERY[every])
