"""How each figure of a scorecard comes about, in a sentence; shares written so that nothing is rounded up to perfect."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from mealroute.core.i18n import _, _l, ngettext
from mealroute.oversight.records import Check, Figure, FigureKey, FigureRule, Share, SideCard
from mealroute.vendors.score_records import Side

NAMES = {
    FigureKey.ON_TIME: _l("On time"),
    FigureKey.FAILED: _l("Failed"),
    FigureKey.COMPLAINTS: _l("Complaints"),
    FigureKey.SATISFACTION: _l("Contentment"),
    FigureKey.EVIDENCE: _l("Evidence"),
}
SIDES = {Side.DELIVERED: _l("Brought the meals"), Side.COOKED: _l("Cooked the meals")}
CHECKS = {
    Check.PHONE_TIME: _l("with the phone's own time"),
    Check.NEAR_DOOR: _l("phone's place near the door"),
    Check.SEEN: _l("seen in person"),
    Check.NOT_BACK_DATED: _l("not back-dated"),
}


def percent(share: Share, places: str = "0.1") -> str:
    """``95.5 %``; an empty share is a dash. Rounded half up, but never up to 100 or down to 0 while it is neither."""
    value = share.value
    if value is None:
        return "–"
    shown = _rounded(value * 100, places)
    step = Decimal(places)
    if shown == 100 and share.numerator != share.denominator:
        shown -= step
    if shown == 0 and share.numerator:
        shown += step
    return f"{shown} %"


def _rounded(value: Fraction, places: str) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(places), ROUND_HALF_UP)


def value_text(figure: Figure) -> str:
    """The figure as a reader says it: a share, complaints per thousand portions, points of a hundred."""
    value = figure.share.value
    if value is None:
        return "–"
    match figure.key:
        case FigureKey.ON_TIME | FigureKey.EVIDENCE:
            return percent(figure.share)
        case FigureKey.FAILED:
            return percent(figure.share, "0.01")
        case FigureKey.COMPLAINTS:
            return _("%(n)s per 1,000", n=_rounded(value * 1000, "0.01"))
        case FigureKey.SATISFACTION:
            return _("%(n)s of 100", n=_rounded(value * 100, "0.1"))


def how(figure: Figure) -> str:
    """One sentence: what was counted, of what, and what could not show it."""
    counts = {
        "n": f"{figure.share.numerator:,}",
        "of": f"{figure.share.denominator:,}",
        "missing": f"{figure.missing:,}",
    }
    match figure.key:
        case FigureKey.ON_TIME:
            return _(
                "%(n)s of %(of)s handovers at doors lay inside the resident's window by the phone's own time; %(missing)s without a phone time count as not on time. What a station hands out is not counted.",
                **counts,
            )
        case FigureKey.FAILED if figure.side is Side.DELIVERED:
            return _(
                "%(n)s of %(of)s loaded portions with a record were not handed over for a reason in the bringer's hands: not reached, cold or spilled. Nobody at home, moved or in hospital is not.",
                **counts,
            )
        case FigureKey.FAILED:
            return _(
                "%(n)s of %(of)s loaded portions with a record were refused because the dish was wrong for the diet: the kitchen's hands.",
                **counts,
            )
        case FigureKey.COMPLAINTS if figure.side is Side.DELIVERED:
            return ngettext(
                "%(n)d complaint about the bringing that nobody has dismissed, for %(of)s portions handed over.",
                "%(n)d complaints about the bringing that nobody has dismissed, for %(of)s portions handed over.",
                figure.share.numerator, of=counts["of"],
            )  # fmt: skip
        case FigureKey.COMPLAINTS:
            return ngettext(
                "%(n)d complaint about the food that nobody has dismissed, for %(of)s portions handed over.",
                "%(n)d complaints about the food that nobody has dismissed, for %(of)s portions handed over.",
                figure.share.numerator, of=counts["of"],
            )  # fmt: skip
        case FigureKey.SATISFACTION:
            return _(
                "%(asked)s residents answered at the door or by phone (good, so-so or bad); %(missing)s whose turn it was were not asked and count for nothing.",
                asked=f"{figure.n:,}", missing=counts["missing"],
            )  # fmt: skip
        case FigureKey.EVIDENCE:
            return _(
                "%(n)s of %(of)s checks passed: four for each of %(doors)s handovers at doors.",
                doors=f"{figure.n:,}",
                **counts,
            )


def scale(figure: Figure) -> str:
    """From which value on the figure has full points, and from which none."""
    rule = figure.rule
    return _(
        "100 points at %(best)s, none at %(worst)s, in between in proportion; weight %(weight)d; from %(n)d cases on.",
        best=_limit(rule, rule.best, figure.key), worst=_limit(rule, rule.worst, figure.key), weight=rule.weight, n=rule.least_n,
    )  # fmt: skip


def _limit(rule: FigureRule, mille: int, key: FigureKey) -> str:
    if key is FigureKey.COMPLAINTS:
        number = _("%(n)s per 1,000", n=mille)
    elif key is FigureKey.SATISFACTION:
        number = _("%(n)s of 100", n=f"{mille / 10:g}")
    else:
        number = f"{mille / 10:g} %"
    better_up = rule.best > rule.worst
    at_best = mille == rule.best
    if better_up == at_best:
        return _("%(value)s or more", value=number)
    return _("%(value)s or less", value=number)


def score_text(card: SideCard, least_weight: int) -> str:
    """How the side's score comes about, or why there is none."""
    if card.score is None:
        return _(
            "Not enough data: the figures with enough cases hold %(held)d of 100 weights, %(least)d are needed.",
            held=card.weight_held, least=least_weight,
        )  # fmt: skip
    return _("Weighted mean of the figures with enough cases (%(held)d of 100 weights).", held=card.weight_held)
