"""Why a rule does not pay, or pays less, in one sentence of the current language."""

from collections.abc import Mapping

from mealroute.core.i18n import _, _l, language
from mealroute.core.money import yuan
from mealroute.rulebook.condition_words import Names, found, join, say
from mealroute.rulebook.facts import Meal
from mealroute.rulebook.records import Calendar, Cap, CapPer, Every, Rule
from mealroute.rulebook.results import Line, Refusal
from mealroute.rulebook.vocabulary import word

_PLAIN: Mapping[str, str] = {
    "deceased": _l("The resident had died by that day: nothing may be claimed."),
    "not-in-service": _l("The resident was not in service that day."),
    "paused": _l("The resident's meals were paused that day (in hospital or away)."),
    "paid-nothing": _l("The resident paid nothing; the subsidy is tied to their own payment."),
    "not-brought-home": _l("The rule pays for meals brought home; this one was not."),
    "nothing-left": _l("Nothing is left to pay: the other rules, or the part that stays with the resident, take the whole price."),
    "payee-unknown": _l("It is not known who would get the money."),
    "all-shares-lost": _l("Every payer's part is lost for this person or place."),
    "no-case": _l("The rule names no amount for this person or meal."),
    "claimed-already": _l("This has been claimed already; it is paid once."),
}  # fmt: skip
_BEIJING: Mapping[str, str] = {
    "institution": _l("The resident lives in an institution; the rule is for people at home."),
    "slot-not-covered": _l("The rule does not cover this meal of the day."),
    "not-basic-service": _l("The resident is not registered for basic elderly care service."),
}  # fmt: skip
EVERY: Mapping[Every, str] = {
    Every.MEAL: _l("each meal"), Every.DAY: _l("each day"), Every.WEEK: _l("each week, Monday to Sunday"), Every.MONTH: _l("each calendar month"),
    Every.QUARTER: _l("each quarter"), Every.YEAR: _l("each calendar year"), Every.EVER: _l("in all"),
}  # fmt: skip
PER: Mapping[CapPer, str] = {
    CapPer.PERSON: _l("for each person"), CapPer.HOUSEHOLD: _l("for each household"), CapPer.OPERATOR: _l("for each operator"),
    CapPer.STREET: _l("for each street"), CapPer.ALL: _l("for all together"), CapPer.SITE: _l("for each meal point"), CapPer.DELIVERER: _l("for each courier"), CapPer.SUBJECT: _l("for each payee"),
}  # fmt: skip


def title(rule: Rule) -> str:
    """The rule's name in the current language."""
    return rule.title if language() == "zh" else rule.title_en


def refusal_sentence(refusal: Refusal, names: Names | None = None, calendar: Calendar = Calendar()) -> str:  # noqa: B008 -- immutable
    """Why not, with what was asked for and what was found. ``calendar``: the rulebook's, which says what kind of day it was."""
    code, condition = refusal.code, refusal.condition
    if code in _PLAIN:
        return _(_PLAIN[code])
    if code in _BEIJING and condition is not None and condition.value is not False:
        return _(_BEIJING[code])
    if code == "second-meal":
        return _second(refusal.rule)
    if refusal.other is not None:
        return _other(refusal)
    if condition is None:
        return code
    if isinstance(condition.value, Cap):
        return _("The cap is reached: %(cap)s.", cap=cap_words(condition.value, names or {}))
    if code == "figure-missing":
        return _("The figure “%(what)s” is missing.", what=word("count", str(condition.value), names or {}))
    if (
        code in {"paid-too-little", "price-not-above-subsidy"}
        and refusal.money is not None
        and isinstance(refusal.item, Meal)
    ):
        return _money(refusal)
    return _general(refusal, names or {}, calendar)


def _second(rule: Rule) -> str:
    if rule.unit == "person-day":
        return _("The subsidy is paid once a person and day; this is a further meal of that day.")
    return _("The subsidy is paid once for each meal of the day; this is a further one.")


def _other(refusal: Refusal) -> str:
    assert refusal.other is not None
    if refusal.code == "other-rule-pays-more":
        return _("Of this group only the greatest amount counts: “%(rule)s” pays more.", rule=title(refusal.other))
    return _("Of this group only one rule pays: “%(rule)s” already does.", rule=title(refusal.other))


def _money(refusal: Refusal) -> str:
    meal, money = refusal.item, refusal.money
    assert isinstance(meal, Meal)
    assert money is not None
    if refusal.code == "price-not-above-subsidy":
        return _("The price is not above the subsidy of %(amount)s yuan.", amount=yuan(money.amount))
    due = max(meal.price_fen - money.amount - money.others, 0)
    return _("The resident paid %(paid)s of their part of %(due)s yuan.", paid=yuan(meal.paid_fen), due=yuan(due))


def _general(refusal: Refusal, names: Names, calendar: Calendar) -> str:
    assert refusal.condition is not None
    wanted = say(refusal.condition, names)
    if (
        refusal.code == "outcome-not-claimable"
        and isinstance(refusal.item, Meal)
        and refusal.item.outcome == "left-at-door"
    ):
        return _("The meal was left without anyone being seen; the district does not pay for that.")
    known = found(refusal.condition, refusal.person, refusal.item, refusal.money, names, calendar)
    if known:
        return _("The rule asks for “%(wanted)s”; here it is: %(found)s.", wanted=wanted, found=known)
    return _("The rule asks for “%(wanted)s”; that is not so here.", wanted=wanted)


def cap_words(cap: Cap, names: Names) -> str:
    """A cap in words: what is counted, for whom, until when."""
    del names
    parts = []
    if cap.count is not None:
        parts.append(_("%(n)d times", n=cap.count))
    if cap.days is not None:
        parts.append(_("%(n)d days", n=cap.days))
    if cap.fen is not None:
        parts.append(_("%(amount)s yuan", amount=yuan(cap.fen)))
    return _(
        "at most %(what)s %(per)s %(every)s",
        what=join(parts),
        per=_(PER[cap.per]),
        every=_(EVERY[cap.every]),
    )


def line_sentence(line: Line) -> str:
    """What is paid, and why it is less than the rule's own amount where it is."""
    paid = _("%(amount)s yuan by “%(rule)s”.", amount=yuan(line.amount_fen), rule=title(line.rule))
    match line.cut:
        case "price":
            return paid + _("It is held to what the resident would have paid.")
        case "cap":
            return paid + _("It is what the cap had left.")
        case "lost-share":
            return paid + _("The part of a payer who does not pay for this person or place is left out.")
        case _:
            return paid
