"""How the figures of a scorecard come about: each line or complaint is weighed once, and the same weighing fills the lists.

A weighing answers (numerator, denominator) for one line, or None where the line has nothing to do with the figure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from mealroute.delivery.records import Answer
from mealroute.oversight.records import (
    Check,
    ComplaintRecord,
    DoorLine,
    Figure,
    FigureKey,
    FigureRule,
    Scorecard,
    ScorePolicy,
    Share,
    SideCard,
)
from mealroute.vendors.score_records import Side

Weighing = Callable[[DoorLine, Side, ScorePolicy], Share | None]


def on_time(line: DoorLine, _side: Side, _policy: ScorePolicy) -> Share | None:
    """Handed over inside the resident's window, both ends included, by the phone's own time. Unknown is not on time."""
    if not line.handed_over:
        return None
    inside = line.phone_s is not None and line.window_from_s <= line.phone_s <= line.window_to_s
    return Share(int(inside), 1)


def failed(line: DoorLine, side: Side, policy: ScorePolicy) -> Share | None:
    """Portions not handed over for a reason in this side's hands, of the portions loaded that have a record."""
    if line.outcome is None:
        return None
    lost = line.quantity - line.delivered
    return Share(lost if lost and blame(line, policy) is side else 0, line.quantity)


def blame(line: DoorLine, policy: ScorePolicy) -> Side | None:
    """Whose hands the failure lay in: the stated reason goes before the outcome; None = neither the bringer's nor the cook's."""
    by_reason = policy.failed_reasons.get(line.reason)
    if by_reason is not None:
        return by_reason
    if line.at_station or line.outcome is None:
        return None
    return policy.failed_outcomes.get(line.outcome)


def satisfaction(line: DoorLine, _side: Side, policy: ScorePolicy) -> Share | None:
    """Points of the answer, of a hundred; "not asked" is no answer."""
    if line.answer is None or line.answer is Answer.NOT_ASKED:
        return None
    return Share(policy.answer_points[line.answer], 100)


def evidence(line: DoorLine, _side: Side, policy: ScorePolicy) -> Share | None:
    """Checks passed, of the four, for each meal that stayed at a door."""
    if not line.handed_over:
        return None
    return Share(sum(checks(line, policy).values()), len(Check))


def checks(line: DoorLine, policy: ScorePolicy) -> Mapping[Check, bool]:
    """What makes the record of a handover good evidence."""
    prompt = line.delay_minutes is not None and -10 <= line.delay_minutes <= policy.back_dated_after_minutes
    return {
        Check.PHONE_TIME: line.phone_s is not None,
        Check.NEAR_DOOR: line.place_m is not None and line.place_m <= policy.near_door_m,
        Check.SEEN: line.seen,
        Check.NOT_BACK_DATED: prompt,
    }


WEIGHINGS: Mapping[FigureKey, Weighing] = {
    FigureKey.ON_TIME: on_time,
    FigureKey.FAILED: failed,
    FigureKey.SATISFACTION: satisfaction,
    FigureKey.EVIDENCE: evidence,
}


def of_side(lines: Iterable[DoorLine], vendor_code: str, side: Side) -> tuple[DoorLine, ...]:
    """The lines that a vendor brought, or those that its kitchens cooked."""
    if side is Side.DELIVERED:
        return tuple(line for line in lines if line.vendor_code == vendor_code)
    return tuple(line for line in lines if line.kitchen_vendor_code == vendor_code)


def scorecard(
    vendor_code: str, first: date, last: date, lines: Sequence[DoorLine], complaints: Sequence[ComplaintRecord], policy: ScorePolicy
) -> Scorecard:  # fmt: skip
    """Both sides of a vendor's card from the lines and complaints of the period; one that tells nothing of a side has none."""
    sides = tuple(side_card(vendor_code, side, lines, complaints, policy) for side in Side)
    return Scorecard(
        vendor_code=vendor_code,
        first=first,
        last=last,
        policy=policy,
        sides=tuple(side for side in sides if side.loaded),
    )


def side_card(
    vendor_code: str, side: Side, lines: Sequence[DoorLine], complaints: Sequence[ComplaintRecord], policy: ScorePolicy
) -> SideCard:
    """One side: its figures, its score, and its portions as an equation."""
    own = of_side(lines, vendor_code, side)
    blamed = [one for one in complaints if one.kind.side is side and one.blamed == vendor_code]
    figures = tuple(_figure(key, side, own, blamed, policy) for key in policy.figures[side])
    recorded = [line for line in own if line.outcome is not None]
    handed = sum(line.delivered for line in recorded)
    return SideCard(
        side=side, figures=figures, score=score(figures, policy), loaded=sum(line.quantity for line in own), handed_over=handed,
        not_handed_over=sum(line.quantity for line in recorded) - handed,
        open=sum(line.quantity for line in own if line.outcome is None),
    )  # fmt: skip


def _figure(
    key: FigureKey, side: Side, lines: Sequence[DoorLine], complaints: Sequence[ComplaintRecord], policy: ScorePolicy
) -> Figure:
    rule = policy.figures[side][key]
    if key is FigureKey.COMPLAINTS:
        portions = sum(line.delivered for line in lines)
        share = Share(sum(one.counts for one in complaints), portions)
        return Figure(key=key, side=side, share=share, n=portions, rule=rule, points=points(share, portions, rule))
    weighed = [(line, found) for line in lines if (found := WEIGHINGS[key](line, side, policy)) is not None]
    share = Share(sum(each.numerator for _line, each in weighed), sum(each.denominator for _line, each in weighed))
    n = share.denominator if key is FigureKey.FAILED else len(weighed)
    return Figure(
        key=key, side=side, share=share, n=n, rule=rule, points=points(share, n, rule),
        missing=_missing(key, lines), checks=_checks(weighed, policy) if key is FigureKey.EVIDENCE else None,
    )  # fmt: skip


def _missing(key: FigureKey, lines: Sequence[DoorLine]) -> int:
    if key is FigureKey.ON_TIME:
        return sum(line.handed_over and line.phone_s is None for line in lines)
    if key is FigureKey.SATISFACTION:
        return sum(line.answer is Answer.NOT_ASKED for line in lines)
    return 0


def _checks(weighed: Sequence[tuple[DoorLine, Share]], policy: ScorePolicy) -> Mapping[Check, Share]:
    passed = [checks(line, policy) for line, _share in weighed]
    return {check: Share(sum(each[check] for each in passed), len(passed)) for check in Check}


def points(share: Share, n: int, rule: FigureRule) -> Fraction | None:
    """0–100 in proportion between ``worst`` and ``best``; None below the least number of cases."""
    value = share.value
    if value is None or n < rule.least_n:
        return None
    reached = (value * 1000 - rule.worst) / (rule.best - rule.worst)
    return min(max(reached, Fraction(0)), Fraction(1)) * 100


def score(figures: Iterable[Figure], policy: ScorePolicy) -> int | None:
    """Weighted mean of the figures with points, rounded half up; None where they hold too little of the side's weight."""
    known = [(figure.points, figure.rule.weight) for figure in figures if figure.points is not None]
    held = sum(weight for _points, weight in known)
    if not held or held < policy.least_weight:
        return None
    return int(sum((value * weight for value, weight in known), Fraction(0)) / held + Fraction(1, 2))
