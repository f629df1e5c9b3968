"""The check of volumes that end just at a tier."""

from collections.abc import Iterator

from mealroute.checks.facts import World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally
from mealroute.checks.tier_facts import Reached


def tier_just_reached(_tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """20. A count ends just above the number at which a rule pays more, where every earlier month stayed below.

    Somebody who is always over, grows as before, or swings that far anyhow is not meant: either the month lies further above the
    earlier ones than they lie apart, or its last days brought what was lacking, and more than such days ever do.
    """
    for one in world.tiers:
        if just_over(one, limits) and (rises(one, limits) or bursts(one, limits)):
            kind, code = one.who
            yield Found(
                subject=f"{kind}/{code}/{one.rule}/{one.step.name}",
                evidence=((_KINDS[kind], code), ("rule", f"{one.rule}/{world.first.isoformat()}")), vendor=one.vendor, street=one.street,
                params={
                    "who": code, "what": one.step.name, "count": one.value, "least": one.step.least, "gain": one.step.gain_fen, "rule": one.rule,
                    "before": ", ".join(map(str, one.before)) or "–", "late": one.late, "days": limits["last_days"],
                },
            )  # fmt: skip


_KINDS = {"site": "station", "operator": "vendor", "deliverer": "driver"}


def just_over(one: Reached, limits: Limits) -> bool:
    """Less than the margin above the step, and regularly below it before. A year's months say nothing of earlier years."""
    margin = max(1, one.step.least * limits["margin_permille"] // 1000)
    below = len(one.before) >= limits["months"] and all(count < one.step.least for count in one.before)
    return 0 <= one.value - one.step.least < margin and (one.yearly or below)


def rises(one: Reached, limits: Limits) -> bool:
    """Further above the earlier months than they lie apart, and by more than a few."""
    if one.yearly or not one.before:
        return False
    spread = max(one.before) - min(one.before)
    rise = one.value - max(one.before)
    return rise >= limits["more"] and rise * 1000 > spread * limits["spread_permille"]


def bursts(one: Reached, limits: Limits) -> bool:
    """Without what the last days brought beyond the most that such days bring, the step were not reached."""
    beyond = one.late - one.pace
    return beyond >= limits["more"] and one.value - beyond < one.step.least
