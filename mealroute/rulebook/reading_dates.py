"""Keys of a rule file that speak of dates → values of records, with the reason where they cannot be."""

import re
from datetime import date, datetime

from mealroute.core.i18n import _
from mealroute.core.rulebook import Node
from mealroute.rulebook.values import Dates, Season

_SEASON = re.compile(r"(\d{2})-(\d{2})/(\d{2})-(\d{2})")


def span(node: Node, key: str) -> Dates:
    """``{from: 2026-07-01}``, ``{to: 1946-12-31}`` or both, inclusive."""
    block = node.node(key).only("from", "to")
    first = block.day("from") if "from" in block.value else None
    last = block.day("to") if "to" in block.value else None
    if first is None and last is None:
        node.fail(key, _("expected from, to or both"))
    if first is not None and last is not None and last < first:
        block.fail("to", _("must not be before its beginning"))
    return Dates(first=first, last=last)


def seasons(node: Node, key: str) -> tuple[Season, ...]:
    """``["11-15/03-15"]``: parts of every year, month and day, both ends inclusive."""
    found = node.value.get(key)
    if not isinstance(found, list) or not found:
        node.fail(key, _("expected a list with at least one entry"))
    return tuple(_season(node, key, one) for one in found)


def _season(node: Node, key: str, text: object) -> Season:
    match = _SEASON.fullmatch(text) if isinstance(text, str) else None
    ends = [(int(match[1]), int(match[2])), (int(match[3]), int(match[4]))] if match else []
    for month, day in ends:
        try:
            date(2024, month, day)  # a leap year: 29 February may be an end
        except ValueError:
            ends = []
            break
    if not ends:
        node.fail(key, _("expected parts of the year like “11-15/03-15”"))
    return Season(ends[0], ends[1])


def days(node: Node, key: str) -> frozenset[date]:
    """``[2026-10-18]``: single days."""
    found = node.value.get(key)
    if (
        not isinstance(found, list)
        or not found
        or any(isinstance(one, datetime) or not isinstance(one, date) for one in found)
    ):
        node.fail(key, _("expected a list of dates like 2022-03-14"))
    return frozenset(found)
