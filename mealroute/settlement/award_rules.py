"""Grades and awards as pure functions: a score reaches a grade, a grade is worth what a rule says, and nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from mealroute.core.i18n import _
from mealroute.settlement.award_records import AmountKind, Award, AwardAmount, AwardPolicy, VendorMonth


def award(month: VendorMonth, policy: AwardPolicy) -> Award:
    """The award of one vendor's month."""
    sides = {"delivered": [month.delivered_score], "cooked": [month.cooked_score]}.get(
        policy.score, [month.delivered_score, month.cooked_score]
    )
    known = [side for side in sides if side is not None]
    if month.portions < policy.least_portions:
        return Award(month=month, score=None, grade=None, amount_fen=None, why=_("Fewer than %(n)d portions.", n=policy.least_portions))  # fmt: skip
    if not known:
        return Award(month=month, score=None, grade=None, amount_fen=None, why=_("The month has no score yet."))
    score = min(known)
    grade = next((each for each in policy.grades if score >= each.least), None)
    amount = worth(grade.amount, month) if grade is not None and grade.amount is not None else None
    return Award(month=month, score=score, grade=grade, amount_fen=amount, why="" if grade else _("Below every grade."))


def ranked(awards: Iterable[Award]) -> tuple[Award, ...]:
    """The same awards with their places, the best first; those without a score at the end, by code."""
    found = sorted(awards, key=lambda one: (-(one.score if one.score is not None else -1), one.month.vendor_code))
    scores = [one.score for one in found if one.grade is not None]
    return tuple(
        replace(one, rank=1 + sum(score > one.score for score in scores if score is not None))
        if one.grade is not None and one.score is not None
        else one
        for one in found
    )


def worth(amount: AwardAmount, month: VendorMonth) -> int:
    """An amount in fen; a share is rounded half up to the fen."""
    match amount.kind:
        case AmountKind.FIXED:
            return amount.value
        case AmountKind.PORTION:
            return amount.value * month.portions
        case AmountKind.PERCENT:
            return int(Fraction(month.operator_fen * amount.value, 100) + Fraction(1, 2))
