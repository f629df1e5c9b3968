"""How many boxes are away, and since when. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.kitchen.box_records import BoxBalance, BoxInput, BoxKind, BoxRow, BoxWay

MOST = 500
"""More boxes of one kind on one vehicle are a slip of the finger."""


def balances(rows: Iterable[BoxRow], *, now: datetime, hours: int) -> tuple[BoxBalance, ...]:
    """By kitchen, vehicle and kind. What comes back is taken for the oldest that are away; after ``hours`` one is missing."""
    parts: dict[tuple[str, str, BoxKind], list[BoxRow]] = defaultdict(list)
    for row in rows:
        if not row.corrected:
            parts[row.kitchen_code, row.vehicle_code, row.kind].append(row)
    return tuple(_balance(key, part, now - timedelta(hours=hours)) for key, part in sorted(parts.items()))


def check(entry: BoxInput) -> None:
    """Refuse a count that cannot be right, and a loss or a correction without a reason.

    Raises ``boxes-out-of-range``, ``note-missing``.
    """
    if not 0 <= entry.count <= MOST:
        raise MealrouteError("boxes-out-of-range", _("That cannot be the number of boxes."), _("Count again."))
    if (entry.way is BoxWay.WRITTEN_OFF or entry.corrects_id is not None) and not entry.note.strip():
        raise MealrouteError("note-missing", _("Write down what happened to the boxes."))


def _balance(key: tuple[str, str, BoxKind], rows: list[BoxRow], limit: datetime) -> BoxBalance:
    kitchen, vehicle, kind = key
    total = dict.fromkeys(BoxWay, 0)
    away: deque[tuple[datetime, int]] = deque()
    unexplained = 0
    for row in sorted(rows, key=lambda each: (each.at, each.id)):
        total[row.way] += row.count
        if row.way is BoxWay.OUT:
            away.append((row.at, row.count))
            continue
        left = row.count
        while left and away:
            at, held = away.popleft()
            if held > left:
                away.appendleft((at, held - left))
            left -= min(held, left)
        unexplained += left
    old = [(at, count) for at, count in away if count and at <= limit]
    return BoxBalance(
        kitchen_code=kitchen, vehicle_code=vehicle, kind=kind, out=total[BoxWay.OUT], back=total[BoxWay.BACK],
        written_off=total[BoxWay.WRITTEN_OFF], away=sum(count for _at, count in away), unexplained=unexplained,
        missing=sum(count for _at, count in old), since=min((at for at, _count in old), default=None),
    )  # fmt: skip
