"""Tiers of the rules that a site, vendor or driver reached in a month, with what went before. Facts of the checks; pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from mealroute.core.money import Fen
from mealroute.rulebook.amounts import bounded, by_tier
from mealroute.rulebook.records import Amount, AmountKind, Conditions, Rule, Unit
from mealroute.rulebook.values import Counts

COUNTED = frozenset({"signed-persons", "meals", "person-days", "persons", "deliveries", "meals-a-day"})
"""Counts that somebody could push over a limit; stars and capacities are decided on paper."""


class Step(NamedTuple):
    """A count at which a rule gives ``gain_fen`` more than just below it. ``table``: the amounts by count; None: a condition on the count."""

    name: str
    least: int
    gain_fen: Fen
    table: Amount | None = None


class Reached(NamedTuple):
    """A step that a claim of a month reached: who, by which rule, how far, and what the months before looked like.

    ``before``: the same count of the earlier months that are known, the oldest first, as if they had had as many service days. ``late``:
    how much of the count came in the last days; ``pace``: the most that as many days brought before. ``yearly``: the count is the year's.
    """

    who: tuple[str, str]
    rule: str
    version: int
    step: Step
    value: int
    before: tuple[int, ...] = ()
    late: int = 0
    pace: int = 0
    yearly: bool = False
    vendor: str = ""
    street: str = ""


def steps_of(every: Iterable[Rule], first: date, last: date) -> dict[tuple[str, int], tuple[Step, ...]]:
    """(rule, version) → the counts at which it jumps. A marginal table has no jumps: each row pays its own part only."""
    found = {}
    for rule in every:
        in_force = rule.valid_from <= last and (rule.valid_to is None or rule.valid_to >= first)
        if in_force and rule.unit in {Unit.MONTH, Unit.YEAR}:
            steps = tuple(one for one in _of_rule(rule) if one.name in COUNTED and one.least > 1 and one.gain_fen > 0)
            if steps:
                found[rule.rule_id, rule.version] = steps
    return found


def _of_rule(rule: Rule) -> Iterator[Step]:
    for count, least in _asked(rule.conditions):
        yield Step(count, least, _worth(rule.amount, count, least))
    for when, amount in (((), rule.amount), *rule.amount.cases):
        for count, least in _asked(when):
            yield Step(count, least, _worth(amount, count, least))
        if amount.kind is AmountKind.TIERS and not amount.marginal:
            for tier in amount.tiers:
                gain = _at(amount, tier.least) - _at(amount, tier.least - 1)
                yield Step(amount.by, tier.least, gain, amount)


def _asked(conditions: Conditions) -> Iterator[tuple[str, int]]:
    """Counts that a condition asks for at least so many of."""
    for one in conditions:
        if isinstance(one.value, Counts):
            for name, band in one.value.bands:
                if band.least is not None or band.over is not None:
                    yield name, band.least if band.least is not None else (band.over or 0) + 1


def _worth(amount: Amount, count: str, least: int) -> Fen:
    """What begins to be paid where a condition starts to hold; a percentage of costs is not known here and counts as one fen."""
    match amount.kind:
        case AmountKind.FIXED:
            return amount.fen
        case AmountKind.EACH if amount.by == count:
            return amount.fen * least
        case AmountKind.TIERS if amount.by == count:
            return _at(amount, least)
        case AmountKind.CASES:
            return 0
        case _:
            return 1


def _at(amount: Amount, count: int) -> Fen:
    return bounded(amount, by_tier(amount.tiers, count, marginal=False)) if count >= 0 else 0


def reached_by(steps: Iterable[Step], counts: Mapping[str, int], amount_fen: Fen, *, cut: bool) -> tuple[Step, ...]:
    """The highest step of each count that a claim has reached. A table that gives another amount than was claimed was not the one."""
    found: dict[str, Step] = {}
    for step in steps:
        value = counts.get(step.name)
        if value is None or value < step.least:
            continue
        if step.table is not None and not cut and _at(step.table, value) != amount_fen:
            continue
        if step.name not in found or found[step.name].least < step.least:
            found[step.name] = step
    return tuple(found.values())
