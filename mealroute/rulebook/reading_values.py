"""One key of a rule file → one value of a record, with the reason where it cannot be."""

import re
from copy import copy
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from mealroute.core.i18n import _
from mealroute.core.money import Fen, parse_yuan
from mealroute.core.rule_yaml import Block
from mealroute.core.rulebook import MOST, Node
from mealroute.rulebook.records import Name
from mealroute.rulebook.values import Band, Codes, Counts, Place, Reach, Since, Window, Windows
from mealroute.rulebook.vocabulary import SLOTS, known

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PLACE = re.compile(r"\d{2,12}")
_BAND = ("from", "over", "to", "under")
LARGEST = 100_000_000_00
HIGHEST = {"age": 130, "ability": 4}
"""No resident has a higher one: a rule that asks for it would pay nobody, without a word."""

Names = dict[str, Name]


def codes_of(node: Node, key: str, family: str, names: Names) -> frozenset[str]:
    """A list of codes of one family, each of them known."""
    found = node.value.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        node.fail(key, _("expected a list with at least one entry"))
    allowed = known(family, names)
    for one in found:
        if one not in allowed:
            node.fail(
                key, _("“%(code)s” is not known; known are %(allowed)s", code=one, allowed=", ".join(sorted(allowed)))
            )
    if len(set(found)) != len(found):
        node.fail(key, _("one entry stands twice"))
    return frozenset(found)


def free_codes(node: Node, key: str) -> frozenset[str]:
    """A list of codes of things that the program keeps elsewhere (operators, sites)."""
    found = node.value.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one.strip() for one in found):
        node.fail(key, _("expected a list of texts"))
    return frozenset(found)


def any_all_none(node: Node, key: str, family: str, names: Names) -> Codes:
    """``[a, b]`` stands for ``{any: [a, b]}``."""
    if isinstance(node.value.get(key), list):
        return Codes(any=codes_of(node, key, family, names))
    if not isinstance(node.value.get(key), dict):
        node.fail(key, _("expected a list, or a block of any, all, none"))
    block = node.node(key).only("any", "all", "none")
    if not block.value:
        node.fail(key, _("expected at least one of any, all, none"))
    parts = {part: codes_of(block, part, family, names) for part in block.value}
    codes = Codes(**parts)
    both = (codes.any | codes.all) & codes.none
    if both and (codes.all & codes.none or codes.any <= codes.none):
        block.fail("none", _("asks for and rules out “%(code)s” at once", code=min(both)))
    return codes


def band(node: Node, key: str) -> Band:
    """``{from: 60, to: 79}``, both inclusive; ``over`` and ``under`` leave the number itself out; a number alone is that number."""
    found, highest = node.value.get(key), HIGHEST.get(key, MOST)
    if isinstance(found, int) and not isinstance(found, bool):
        exact = node.integer(key, most=highest)
        return Band(least=exact, most=exact)
    if not isinstance(found, dict):
        node.fail(key, _("expected a whole number, or a block of keys such as {from: 60, to: 79}"))
    block = node.node(key).only(*_BAND)

    def bound(part: str) -> int | None:
        return block.integer(part, most=highest) if block.has(part) else None

    return _checked(block, Band(least=bound("from"), over=bound("over"), most=bound("to"), under=bound("under")))


def age_band(node: Node, key: str) -> Band:
    """A band of full years; ``since: month``, ``next-month`` or ``year`` says from when a birthday counts, otherwise from the day itself."""
    block = node.value.get(key)
    if not isinstance(block, dict) or "since" not in block:
        return band(node, key)
    inner = node.node(key)
    since = Since(inner.choice("since", frozenset(Since)))
    inner.only(*_BAND, "since")
    bounds = Node(node.file, node.path, without(node.value, key, "since"))
    return replace(band(bounds, key), since=since)


def without(value: dict[str, Any], key: str, left_out: str) -> dict[str, Any]:
    """The block with one key taken out of the block under ``key``; lines stay what they were."""
    outer, inner = copy(value), Block()
    inner.update((name, found) for name, found in value[key].items() if name != left_out)
    if isinstance(value[key], Block):
        inner.line, inner.lines = value[key].line, value[key].lines
    outer[key] = inner
    return outer


def price_band(node: Node, key: str) -> Band:
    """The same in yuan; ``over: amount`` and ``from: amount`` compare with what the rule itself pays."""
    if not isinstance(node.value.get(key), dict):
        node.fail(key, _("expected at least one of from, over, to, under"))
    block = node.node(key).only(*_BAND)
    special = {part for part in ("over", "from") if block.value.get(part) == "amount"}

    def yuan(part: str) -> Fen | None:
        if isinstance(block.value.get(part), float):
            block.fail(part, _("write an amount with decimals in quotes, such as “2.50”"))
        return block.yuan(part) if block.has(part) and part not in special else None

    return _checked(block, Band(
        least=yuan("from"), over=yuan("over"), most=yuan("to"), under=yuan("under"),
        over_amount="over" in special, least_amount="from" in special,
    ))  # fmt: skip


def _checked(block: Node, found: Band) -> Band:
    if found == Band():
        block.fail("", _("expected at least one of from, over, to, under"))
    least, most = found.smallest, found.greatest
    if "from" in block.value and "over" in block.value:
        block.fail("over", _("stands beside “from”; keep one of them"))
    if "to" in block.value and "under" in block.value:
        block.fail("under", _("stands beside “to”; keep one of them"))
    if (least is not None and most is not None and most < least) or (most is not None and most < 0):
        block.fail("to" if "to" in block.value else "under", _("no number lies between the two ends"))
    return found


def place(node: Node, key: str) -> Place:
    """``{in: [110101], not_in: [...], same: district, other: street}``; ``same`` and ``other`` compare with the place of the meal."""
    block = node.node(key).only("in", "not_in", "same", "other")
    if not block.value:
        node.fail(key, _("expected at least one of in, not_in, same, other"))
    reach = frozenset(Reach)
    same = Reach(block.choice("same", reach)) if block.has("same") else None
    other = Reach(block.choice("other", reach)) if block.has("other") else None
    if same is not None and other is not None and other.digits <= same.digits:
        block.fail("other", _("cannot hold together with “same”"))
    return Place(
        within=_places(block, "in") if block.has("in") else frozenset(),
        outside=_places(block, "not_in") if block.has("not_in") else frozenset(), same=same, other=other,
    )  # fmt: skip


def _places(block: Node, key: str) -> frozenset[str]:
    found = block.value.get(key)
    if not isinstance(found, list) or not found:
        block.fail(key, _("expected a list with at least one entry"))
    texts = [str(one) for one in found]
    if any(isinstance(one, bool) or not _PLACE.fullmatch(text) for one, text in zip(found, texts, strict=True)):
        block.fail(key, _("expected official place codes such as 110101"))
    return frozenset(texts)


def windows(node: Node, key: str) -> Windows:
    """``[lunch, dinner]`` or ``{lunch: ["11:00", "13:30"], dinner: any}``."""
    found = node.value.get(key)
    if isinstance(found, list):
        chosen = codes_of(node, key, "slot", {})
        return Windows(tuple((slot, None) for slot in SLOTS if slot in chosen))
    block = node.node(key).only(*SLOTS)
    if not block.value:
        node.fail(key, _("expected a list with at least one entry"))
    return Windows(tuple((slot, _window(block, slot)) for slot in SLOTS if slot in block.value))


def _window(block: Node, slot: str) -> Window | None:
    found = block.value.get(slot)
    if found == "any":
        return None
    if not isinstance(found, list) or len(found) != 2:
        block.fail(slot, _("expected two times like [“11:00”, “13:30”], or any"))
    ends = []
    for one in found:
        match = _CLOCK.fullmatch(one) if isinstance(one, str) else None
        if match is None:
            block.fail(slot, _("expected two times like [“11:00”, “13:30”], or any"))
        ends.append(int(match[1]) * 60 + int(match[2]))
    if ends[1] < ends[0]:
        block.fail(slot, _("ends before it begins; no window runs past midnight"))
    return Window(ends[0], ends[1])


def counts(node: Node, key: str, names: Names) -> Counts:
    """``{signed-persons: {from: 80}}``."""
    block = node.node(key)
    if not block.value:
        node.fail(key, _("expected a block of keys"))
    block.only(*known("count", names))
    return Counts(tuple((name, band(block, name)) for name in block.value))


def rate(node: Node, key: str) -> tuple[int, int]:
    """A percentage as a fraction: ``"37.5"`` → (375, 1000)."""
    found = node.value.get(key)
    try:
        value = Decimal(str(found)) if isinstance(found, str | int) and not isinstance(found, bool) else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or not 0 < value <= 100:
        node.fail(key, _("expected a percentage above 0, at most 100, such as “37.5”"))
    places = max(-int(value.as_tuple().exponent), 0)
    if places > 6:
        node.fail(key, _("expected a percentage above 0, at most 100, such as “37.5”"))
    return int(value * 10**places), 100 * 10**places


def positive_yuan(node: Node, key: str) -> Fen:
    """An amount of more than nothing; written in quotes or as a whole number, never as a binary fraction."""
    found = node.value.get(key)
    if isinstance(found, float):
        node.fail(key, _("write an amount with decimals in quotes, such as “2.50”"))
    amount = node.yuan(key)
    if amount <= 0:
        node.fail(key, _("must be more than nothing"))
    return _possible(node, key, amount)


def _possible(node: Node, key: str, amount: Fen) -> Fen:
    if amount > LARGEST:
        node.fail(key, _("no rule pays more than 100,000,000 yuan at once"))
    return amount


def least_yuan(node: Node, key: str) -> Fen:
    """An amount that may be nothing."""
    try:
        amount = parse_yuan(node.value.get(key, ""))
    except ValueError:
        amount = -1
    if amount < 0 or isinstance(node.value.get(key), float):
        node.fail(key, _("expected an amount in yuan with at most two decimals"))
    return _possible(node, key, amount)
