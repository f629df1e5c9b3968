"""How much a rule would pay, before caps. Whole fen; one rounding, at the line."""

from mealroute.core.money import Fen
from mealroute.rulebook.records import Amount, AmountKind, Beneficiary, Rounding, Rule, Tier


def rounded(numerator: int, denominator: int, rounding: Rounding) -> Fen:
    """A fraction of fen as whole fen; neither is negative."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    match rounding:
        case Rounding.DOWN:
            return whole
        case Rounding.UP:
            return whole + (rest > 0)
        case Rounding.HALF_UP:
            return whole + (twice >= denominator)
        case Rounding.HALF_EVEN:
            return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))


def by_tier(tiers: tuple[Tier, ...], count: int, *, marginal: bool) -> Fen:
    """What the table gives for a count; below its first row nothing.

    Plain: the row that is reached counts for the whole. Marginal: each row's ``each`` for the part of the count inside it,
    ``least`` 0 and 1 both beginning with the first.
    """
    if not marginal:
        reached = [tier for tier in tiers if count >= tier.least]
        if not reached:
            return 0
        return reached[-1].fen * (count if reached[-1].each else 1)
    total = 0
    for place, tier in enumerate(tiers):
        first = max(tier.least, 1)
        last = tiers[place + 1].least - 1 if place + 1 < len(tiers) else count
        total += tier.fen * max(min(last, count) - first + 1, 0)
    return total


def bounded(amount: Amount, fen: Fen) -> Fen:
    """Inside ``at_least`` and ``at_most``."""
    if amount.at_least is not None and fen < amount.at_least:
        fen = amount.at_least
    return fen if amount.at_most is None else min(fen, amount.at_most)


def own_part(amount: Amount, price: Fen) -> Fen:
    """What always stays with the resident of a price; a share of it is rounded up."""
    if not amount.own_rate[0]:
        return amount.own_part
    return max(amount.own_part, rounded(price * amount.own_rate[0], amount.own_rate[1], Rounding.UP))


def percentage(amount: Amount, base: Fen) -> Fen:
    """The rate of a sum, rounded to the amount's step."""
    return rounded(base * amount.rate[0], amount.rate[1] * amount.step, amount.rounding) * amount.step


def for_meal(amount: Amount, price: Fen, left: Fen, spend: Fen, nth: int) -> Fen:
    """What a rule on meals gives. ``left`` is what other rules left of the price; ``nth`` which paid time this would be.

    ``cases`` are chosen before. What a resident gets is not yet held below the price; see ``off_price``.
    """
    match amount.kind:
        case AmountKind.FIXED | AmountKind.UP_TO:
            fen = amount.fen
        case AmountKind.DOWN_TO:
            fen = max(price - amount.fen, 0)
        case AmountKind.PERCENT:
            fen = percentage(amount, {"price": price, "left": left, "day-spend": spend}[amount.of])
        case AmountKind.TIERS:
            fen = by_tier(amount.tiers, nth, marginal=False)
        case AmountKind.EACH | AmountKind.CASES:
            raise ValueError("not for a single meal")
    return bounded(amount, fen)


def for_figures(amount: Amount, count: int, base: Fen) -> Fen:
    """What a rule on figures gives: ``count`` is the one that the amount is counted by, ``base`` the sum for a percentage."""
    match amount.kind:
        case AmountKind.FIXED:
            fen = amount.fen
        case AmountKind.EACH:
            fen = amount.fen * count
        case AmountKind.TIERS:
            fen = by_tier(amount.tiers, count, marginal=amount.marginal)
        case AmountKind.PERCENT:
            fen = percentage(amount, base)
        case AmountKind.UP_TO | AmountKind.DOWN_TO | AmountKind.CASES:
            raise ValueError("not for figures")
    return bounded(amount, fen)


def off_price(rule: Rule, amount: Amount, fen: Fen, price: Fen, granted: Fen = 0) -> Fen:
    """A resident's subsidy never exceeds what others have left of the price, less the part that stays with the resident."""
    if rule.beneficiary is not Beneficiary.RESIDENT:
        return fen
    return min(fen, max(price - granted - own_part(amount, price), 0))
