"""What the rules of one book must agree on between each other, and what within one rule cannot hold together."""

from collections.abc import Iterator

from mealroute.core.i18n import _
from mealroute.rulebook.records import (
    AmountKind,
    Beneficiary,
    Condition,
    Conditions,
    Every,
    Nested,
    Rule,
    Rulebook,
    Stack,
    StackMode,
    Unit,
)
from mealroute.rulebook.values import Band


def disagreements(book: Rulebook) -> Iterator[tuple[Rule, str]]:
    """Rules that contradict one another or themselves, with the reason."""
    groups: dict[str, Rule] = {}
    pools: dict[str, Rule] = {}
    for rule in book.rules:
        yield from ((rule, reason) for reason in _within(rule))
        yield from ((rule, reason) for reason in _too_early(rule, book))
        if rule.stack is not None:
            first = groups.setdefault(rule.stack.group, rule)
            assert first.stack is not None
            if _overlap(first, rule) and _way(first.stack) != _way(rule.stack):
                yield (
                    rule,
                    _(
                        "the group “%(group)s” goes together differently in rule %(other)s",
                        group=rule.stack.group,
                        other=first.rule_id,
                    ),
                )
            elif first.beneficiary is not rule.beneficiary or first.unit.periodic != rule.unit.periodic:
                yield (
                    rule,
                    _(
                        "the group “%(group)s” mixes what cannot be compared with rule %(other)s",
                        group=rule.stack.group,
                        other=first.rule_id,
                    ),
                )
        for cap in rule.caps:
            first = pools.setdefault(cap.pool, rule)
            if first.rule_id != rule.rule_id and first.unit.periodic != rule.unit.periodic:
                yield (
                    rule,
                    _(
                        "the pool “%(group)s” mixes what cannot be compared with rule %(other)s",
                        group=cap.pool,
                        other=first.rule_id,
                    ),
                )


def _way(stack: Stack) -> tuple[StackMode, Every | None]:
    """How a group goes together; where all are paid there is nothing to begin anew."""
    return stack.mode, None if stack.mode is StackMode.SUM else stack.every


def _overlap(one: Rule, two: Rule) -> bool:
    return (one.valid_to is None or two.valid_from <= one.valid_to) and (
        two.valid_to is None or one.valid_from <= two.valid_to
    )


def _too_early(rule: Rule, book: Rulebook) -> Iterator[str]:
    """A rule that asks what the resident gets has to come after every rule that gives the resident something."""
    if not any(one.key == "subsidised" for one in flat(rule.conditions)):
        return
    order = sorted(book.rules, key=lambda one: one.priority)
    for later in order[order.index(rule) + 1 :]:
        if later.beneficiary is Beneficiary.RESIDENT and not later.unit.periodic and later.rule_id != rule.rule_id:
            yield _("subsidised: the rule stands before %(other)s, which pays the resident", other=later.rule_id)
            return


def flat(conditions: Conditions) -> Iterator[Condition]:
    """Every condition, those inside ``any``, ``all`` and ``none`` as well."""
    for condition in conditions:
        if isinstance(condition.value, Nested):
            for block in condition.value.blocks:
                yield from flat(block)
        else:
            yield condition


def _within(rule: Rule) -> Iterator[str]:
    asked = {condition.key: condition.value for condition in rule.conditions}
    own = rule.beneficiary is Beneficiary.RESIDENT
    if "own_part_paid" in asked and not own:
        yield _("own_part_paid: only a resident's subsidy is tied to what the resident paid")
    amounts = [rule.amount, *(amount for _when, amount in rule.amount.cases)]
    if not own and any(amount.own_part or amount.own_rate[0] for amount in amounts):
        yield _("own_part: only a resident's subsidy leaves a part to the resident")
    if not own and any(amount.kind in {AmountKind.UP_TO, AmountKind.DOWN_TO} for amount in amounts):
        yield _("up_to and down_to: only a resident's subsidy comes off the price")
    if rule.unit is Unit.DELIVERY and "ways" in asked and "home" not in asked["ways"]:
        yield _("ways: the unit delivery pays only for meals brought home")
    if asked.get("at_home") is True and "living" in asked and asked["living"] <= {"institution"}:
        yield _("living: nobody lives at home and in an institution")
    age = asked.get("age")
    if isinstance(age, Band) and (age.greatest or 0) < 0:
        yield _("no number lies between the two ends")
    price = asked.get("price")
    fixed = rule.amount.fen if rule.amount.kind is AmountKind.FIXED else None
    if isinstance(price, Band) and price.greatest is not None and fixed is not None:
        least = fixed + 1 if price.over_amount else fixed if price.least_amount else 0
        if price.greatest < least:
            yield _("price: no price is above the amount and below the ceiling")
    if rule.stack is not None and rule.stack.mode is StackMode.SUM and rule.stack.group == "":
        yield _("expected text")
    for cap in rule.caps:
        if cap.fen is not None and cap.count is None and fixed is not None and cap.fen < fixed:
            yield _("caps: the cap is below a single amount")
