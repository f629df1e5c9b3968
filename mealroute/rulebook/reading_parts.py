"""Blocks of a rule file → records: conditions, amounts, shares, caps, stacking."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mealroute.core.i18n import _
from mealroute.core.rule_yaml import Block
from mealroute.core.rulebook import Node
from mealroute.rulebook import reading_dates as dates
from mealroute.rulebook import reading_values as values
from mealroute.rulebook.conditions import FOR_FIGURES, KINDS, NESTED, ORDER, PERSONAL
from mealroute.rulebook.records import (
    LOST,
    SHARED,
    Amount,
    AmountKind,
    Cap,
    CapPer,
    Condition,
    Conditions,
    Every,
    Nested,
    Rounding,
    Share,
    ShareRounding,
    Sharing,
    Stack,
    StackMode,
    Tier,
    Unit,
)
from mealroute.rulebook.values import Band
from mealroute.rulebook.vocabulary import known

DEPTH = 4
"""Blocks inside blocks: deeper is a slip, or a file made to hang the reader."""
_HOW = {
    "fixed": AmountKind.FIXED, "percent": AmountKind.PERCENT, "up_to": AmountKind.UP_TO, "down_to": AmountKind.DOWN_TO,
    "each": AmountKind.EACH, "tiers": AmountKind.TIERS, "cases": AmountKind.CASES,
}  # fmt: skip
_NTH = ("nth-of-day", "nth-of-week", "nth-of-month", "nth-of-year")


def conditions(node: Node, unit: Unit, names: values.Names, depth: int = 0, *, inside: bool = False) -> Conditions:
    """A block in which everything must hold, in the order in which reasons are looked for.

    ``inside`` an amount or a share the amount is not known yet, and nothing can be tied to a payment.
    """
    allowed = FOR_FIGURES | PERSONAL if unit.periodic else frozenset(KINDS) - {"counts", "tags"}
    for key in ("own_part_paid", "outcomes_option"):
        if key in node.value and (inside or depth):
            node.fail(key, _("stands only in the rule's own “when”"))
    for key in node.value:
        if (key in KINDS and key not in allowed) or key == "window":
            node.fail(str(key), _("cannot be asked for the unit %(unit)s", unit=str(unit)))
    node.only(*allowed)
    found: list[Condition] = []
    for key in sorted(node.value, key=lambda name: ORDER[name]):
        if key in NESTED:
            found.append(_nested(node, key, unit, names, depth, inside=inside))
            continue
        found += _condition(node, key, names)
    for one in found:
        if inside and isinstance(one.value, Band) and (one.value.over_amount or one.value.least_amount):
            node.fail(one.key, _("the amount is not known yet inside an amount or a share"))
    if "outcomes" in node.value and "outcomes_option" in node.value:
        node.fail("outcomes_option", _("stands beside “outcomes”; keep one of them"))
    return tuple(sorted(found, key=lambda one: ORDER[one.key]))


def _nested(node: Node, key: str, unit: Unit, names: values.Names, depth: int, *, inside: bool) -> Condition:
    if depth >= DEPTH:
        node.fail(key, _("blocks stand too deep inside one another"))
    blocks = tuple(conditions(entry, unit, names, depth + 1, inside=inside) for entry in node.nodes(key))
    if not all(blocks):
        node.fail(key, _("a block without any condition"))
    return Condition(key, Nested(blocks))


def _condition(node: Node, key: str, names: values.Names) -> list[Condition]:
    kind = KINDS[key]
    match kind.shape:
        case "flag":
            flag = node.flag(key)
            if key == "own_part_paid" and not flag:
                node.fail(key, _("can only be true; leave the key out otherwise"))
            return [Condition(key, flag)]
        case "band":
            return [Condition(key, values.band(node, key))]
        case "age":
            return [Condition(key, values.age_band(node, key))]
        case "dates":
            return [Condition(key, dates.span(node, key))]
        case "seasons":
            return [Condition(key, dates.seasons(node, key))]
        case "days":
            return [Condition(key, dates.days(node, key))]
        case "codes":
            return [Condition(key, values.any_all_none(node, key, kind.family, names))]
        case "choice":
            return [Condition(key, values.codes_of(node, key, kind.family, names))]
        case "free":
            return [Condition(key, values.free_codes(node, key))]
        case "place":
            return [Condition(key, values.place(node, key))]
        case "price":
            return [Condition(key, values.price_band(node, key))]
        case "counts":
            return [Condition(key, values.counts(node, key, names))]
        case "option":
            return [Condition(key, node.text(key))]
        case _:
            found = values.windows(node, key)
            return [Condition(key, found), *([Condition("window", found)] if found.timed else [])]


def amount(node: Node, unit: Unit, names: values.Names, depth: int = 0) -> Amount:
    """The block ``amount``: exactly one way, and what bounds it."""
    ways = [key for key in _HOW if key in node.value]
    if len(ways) != 1:
        node.fail("", _("expected exactly one of %(allowed)s", allowed=", ".join(_HOW)))
    kind = _HOW[ways[0]]
    bounds = {"at_least", "at_most"} | (set() if unit.periodic else {"own_part", "own_percent"})
    extra = {
        AmountKind.PERCENT: {"of", "rounding", "round_to"}, AmountKind.EACH: {"by"}, AmountKind.TIERS: {"by", "marginal", "per"},
        AmountKind.CASES: {"otherwise"},
    }.get(kind, set())  # fmt: skip
    node.only(ways[0], *(set() if kind is AmountKind.CASES else bounds), *extra)
    if (kind in {AmountKind.UP_TO, AmountKind.DOWN_TO} and unit.periodic) or (
        kind is AmountKind.EACH and not unit.periodic
    ):
        node.fail(ways[0], _("cannot be asked for the unit %(unit)s", unit=str(unit)))
    if kind is AmountKind.CASES:
        return _cases(node, unit, names, depth)
    base = Amount(
        kind=kind, at_least=values.least_yuan(node, "at_least") if node.has("at_least") else None,
        at_most=values.positive_yuan(node, "at_most") if node.has("at_most") else None,
        own_part=values.least_yuan(node, "own_part") if node.has("own_part") else 0,
        own_rate=values.rate(node, "own_percent") if node.has("own_percent") else (0, 1),
    )  # fmt: skip
    if base.at_least is not None and base.at_most is not None and base.at_most < base.at_least:
        node.fail("at_most", _("is below “at_least”"))
    return _filled(node, base, ways[0], unit, names)


def _filled(node: Node, base: Amount, way: str, unit: Unit, names: values.Names) -> Amount:
    match base.kind:
        case AmountKind.PERCENT:
            bases = known("count", names) - set(_NTH) if unit.periodic else frozenset({"price", "left", "day-spend"})
            of = node.choice("of", bases) if node.has("of") or unit.periodic else "price"
            rounding = node.choice("rounding", frozenset(Rounding)) if node.has("rounding") else "half-up"
            step = values.positive_yuan(node, "round_to") if node.has("round_to") else 1
            return replace(base, rate=values.rate(node, way), of=of, rounding=Rounding(rounding), step=step)
        case AmountKind.EACH:
            return replace(base, fen=values.positive_yuan(node, way), by=_by(node, unit, names))
        case AmountKind.TIERS:
            marginal = node.flag("marginal") if node.has("marginal") else False
            if marginal and not unit.periodic:
                node.fail("marginal", _("cannot be asked for the unit %(unit)s", unit=str(unit)))
            if node.has("per") and unit.periodic:
                node.fail("per", _("cannot be asked for the unit %(unit)s", unit=str(unit)))
            per = CapPer(node.choice("per", frozenset(CapPer) - {CapPer.SUBJECT})) if node.has("per") else CapPer.PERSON
            tiers = _tiers(node, marginal=marginal, each=unit.periodic)
            return replace(base, tiers=tiers, marginal=marginal, per=per, by=_by(node, unit, names))
        case AmountKind.DOWN_TO:
            return replace(base, fen=values.least_yuan(node, way))
        case _:
            return replace(base, fen=values.positive_yuan(node, way))


def _by(node: Node, unit: Unit, names: values.Names) -> str:
    counted = known("count", names)
    allowed = counted - set(_NTH) if unit.periodic else frozenset(_NTH)
    return node.choice("by", allowed)


def _tiers(node: Node, *, marginal: bool, each: bool) -> tuple[Tier, ...]:
    """``each`` may stand in a table for figures; one on meals says what the n-th meal gets."""
    found: list[Tier] = []
    for entry in node.nodes("tiers"):
        entry.only("from", "amount", *(("each",) if each else ()))
        if ("amount" in entry.value) == ("each" in entry.value):
            entry.fail("", _("expected exactly one of %(allowed)s", allowed="amount, each"))
        is_each = "each" in entry.value
        if marginal and not is_each:
            entry.fail("amount", _("a marginal table gives “each” in every row"))
        fen = values.least_yuan(entry, "each" if is_each else "amount")
        tier = Tier(least=entry.integer("from"), fen=fen, each=is_each)
        if found and tier.least <= found[-1].least:
            entry.fail("from", _("must be higher than in the row before it"))
        found.append(tier)
    return tuple(found)


def _cases(node: Node, unit: Unit, names: values.Names, depth: int) -> Amount:
    if depth:
        node.fail("cases", _("blocks stand too deep inside one another"))
    found: list[tuple[Conditions, Amount]] = []
    for entry in node.nodes("cases"):
        inner = Node(entry.file, entry.path, _copied(entry.value, lambda name: name != "when"))
        when = conditions(entry.node("when"), unit, names, inside=True)
        if not when:
            entry.fail("when", _("a block without any condition"))
        found.append((when, amount(inner, unit, names, depth + 1)))
    if node.has("otherwise"):
        found.append(((), amount(node.node("otherwise"), unit, names, depth + 1)))
    return Amount(kind=AmountKind.CASES, cases=tuple(found))


def only_key(node: Node, key: str) -> Node:
    """The block with this one key alone."""
    return Node(node.file, node.path, _copied(node.value, lambda name: name == key))


def _copied(block: dict[str, Any], kept: Callable[[str], bool]) -> dict[str, Any]:
    copy = Block()
    copy.update((name, value) for name, value in block.items() if kept(name))
    if isinstance(block, Block):
        copy.line, copy.lines = block.line, block.lines
    return copy


def sharing(node: Node, unit: Unit, names: values.Names) -> Sharing:
    """``shares`` and ``share_rounding`` of a version: ``{city: 1, district: 1}`` or a list with fixed parts and clauses."""
    rounding = node.choice("share_rounding", frozenset(ShareRounding)) if node.has("share_rounding") else "last-payer"
    if isinstance(node.value.get("shares"), dict):
        block = node.node("shares")
        block.only(*known("payer", names))
        shares = [Share(payer=payer, weight=block.integer(payer)) for payer in block.value]
        if not sum(share.weight for share in shares):
            node.fail("shares", _("somebody has to pay"))
    else:
        shares = [_share(entry, unit, names) for entry in node.nodes("shares")]
        _check_shares(node, shares)
    return Sharing(shares=tuple(shares), rounding=ShareRounding(rounding))


def _share(entry: Node, unit: Unit, names: values.Names) -> Share:
    entry.only("payer", "weight", "percent", "yuan", "rest", "when", "otherwise")
    payers = known("payer", names)
    ways = [key for key in ("weight", "percent", "yuan", "rest") if key in entry.value]
    if len(ways) != 1:
        entry.fail("", _("expected exactly one of %(allowed)s", allowed="weight, percent, yuan, rest"))
    if "rest" in entry.value and not entry.flag("rest"):
        entry.fail("rest", _("can only be true; leave the key out otherwise"))
    if "otherwise" in entry.value and "when" not in entry.value:
        entry.fail("otherwise", _("needs “when”"))
    weight = 0
    if "weight" in entry.value:
        weight = entry.integer("weight", least=1)
    elif "percent" in entry.value:
        numerator, denominator = values.rate(entry, "percent")
        weight = numerator * (10**8 // denominator)
    return Share(
        payer=entry.choice("payer", payers), weight=weight, fen=values.positive_yuan(entry, "yuan") if "yuan" in entry.value else None,
        rest="rest" in entry.value, when=conditions(entry.node("when"), unit, names, inside=True) if "when" in entry.value else (),
        otherwise=entry.choice("otherwise", payers | {LOST, SHARED}) if entry.has("otherwise") else LOST,
    )  # fmt: skip


def _check_shares(node: Node, shares: list[Share]) -> None:
    entries = [entry.value for entry in node.nodes("shares")]
    if len({share.payer for share in shares}) != len(shares):
        node.fail("shares", _("one payer stands twice"))
    rests = sum(share.rest for share in shares)
    if rests > 1 or (rests and any(share.weight for share in shares)):
        node.fail("shares", _("“rest” stands alone beside fixed parts: one payer, no weights"))
    if not rests and not any(share.weight for share in shares):
        node.fail("shares", _("nobody pays what the fixed parts leave; give one payer “rest”"))
    percents = [entry for entry in entries if "percent" in entry]
    if percents and (len(percents) != sum(1 for share in shares if share.weight)):
        node.fail("shares", _("percentages and weights do not go together"))
    if percents and sum(share.weight for share in shares) != 10**8:
        node.fail("shares", _("the percentages do not add up to 100"))
    for share in shares:
        if share.otherwise == SHARED and share.fen is not None:
            node.fail("shares", _("a fixed part cannot be shared out; name the payer who takes it"))


def caps(node: Node, rule_id: str, unit: Unit) -> tuple[Cap, ...]:
    """The list ``caps`` of a version."""
    found = []
    for entry in node.nodes("caps"):
        entry.only("per", "every", "count", "days", "yuan", "pool")
        default = CapPer.SUBJECT if unit.periodic else CapPer.PERSON
        per = CapPer(entry.choice("per", frozenset(CapPer))) if entry.has("per") else default
        if per is not CapPer.ALL and (per is CapPer.SUBJECT) != unit.periodic:
            entry.fail("per", _("cannot be asked for the unit %(unit)s", unit=str(unit)))
        every = Every(entry.choice("every", frozenset(Every)))
        if unit.periodic and every not in {Every.MONTH, Every.QUARTER, Every.YEAR, Every.EVER}:
            entry.fail("every", _("cannot be asked for the unit %(unit)s", unit=str(unit)))
        if not {"count", "days", "yuan"} & set(entry.value):
            entry.fail("", _("expected count, days or yuan"))
        if "days" in entry.value and (unit.periodic or every in {Every.MEAL, Every.DAY}):
            entry.fail("days", _("days are counted within a week or longer, for rules on meals"))
        found.append(
            Cap(
                per=per, every=every, count=entry.integer("count", least=1) if "count" in entry.value else None,
                fen=values.positive_yuan(entry, "yuan") if "yuan" in entry.value else None,
                pool=entry.text("pool") if entry.has("pool") else rule_id,
                days=entry.integer("days", least=1) if "days" in entry.value else None,
            )
        )  # fmt: skip
    return tuple(found)


def stack(node: Node, unit: Unit) -> Stack:
    """The block ``stack`` of a version."""
    node.only("group", "mode", "every")
    mode = StackMode(node.choice("mode", frozenset(StackMode)))
    own = {
        Unit.MEAL: Every.MEAL, Unit.DELIVERY: Every.MEAL, Unit.PERSON_DAY: Every.DAY, Unit.MONTH: Every.MONTH,
        Unit.QUARTER: Every.QUARTER, Unit.YEAR: Every.YEAR, Unit.ONE_OFF: Every.EVER,
    }[unit]  # fmt: skip
    every = Every(node.choice("every", frozenset(Every))) if node.has("every") else own
    longer = {Every.MONTH, Every.QUARTER, Every.YEAR, Every.EVER} if unit.periodic else frozenset(Every)
    if every not in longer:
        node.fail("every", _("cannot be asked for the unit %(unit)s", unit=str(unit)))
    if mode is StackMode.MAX and every is not own and every is not Every.DAY:
        node.fail("every", _("the greatest can only be chosen within one meal, one day or one period"))
    return Stack(group=node.text("group"), mode=mode, every=every)
