"""Sentences for what happened and for every stop that changes because of it."""

from collections.abc import Callable, Mapping
from typing import Any

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.core.text import route_label
from mealroute.drafting.moves import Move, Seat
from mealroute.drafting.records import EditKind


def move_sentence(move: Move, *, name: Callable[[int], str] | None = None) -> str:
    """``Stop 4–12 moves from route 4 to route 6, 11:20 → 11:35``; ``name`` says how the page calls a stop."""
    who = name(move.stop) if name is not None else _("Stop %(stop)s", stop=_label(move.before or move.after))
    one, other = move.before, move.after
    if one is None and other is not None:
        return _(
            "%(who)s goes on route %(to)s, %(at)s", who=who, to=route_label(other.route), at=clock_text(other.at_s)
        )
    if one is not None and other is None:
        return _(
            "%(who)s leaves route %(from)s (%(at)s) and has no place yet",
            who=who, at=clock_text(one.at_s), **{"from": route_label(one.route)},
        )  # fmt: skip
    if one is None or other is None:
        return _("%(who)s has no place yet", who=who)
    if move.changes_route:
        return _(
            "%(who)s moves from route %(from)s to route %(to)s, %(a)s → %(b)s",
            who=who, to=route_label(other.route), a=clock_text(one.at_s), b=clock_text(other.at_s), **{"from": route_label(one.route)},
        )  # fmt: skip
    return _(
        "%(who)s stays on route %(to)s, %(a)s → %(b)s",
        who=who, to=route_label(other.route), a=clock_text(one.at_s), b=clock_text(other.at_s),
    )  # fmt: skip


def event_sentence(kind: EditKind, detail: Mapping[str, Any], route: str) -> str:
    """What happened and what became of it, in one line."""
    counts = {"moved": detail.get("moved", 0), "left": len(detail.get("left", ()))}
    reason = detail.get("reason", "")
    match kind:
        case EditKind.DRIVER_ILL if detail.get("to"):
            return _(
                "Driver %(driver)s cannot come (%(reason)s): %(to)s drives %(route)s, nobody moves",
                driver=detail.get("driver", ""), reason=reason, to=detail["to"], route=route,
            )  # fmt: skip
        case EditKind.DRIVER_ILL:
            return _(
                "Driver %(driver)s cannot come (%(reason)s): %(moved)d stops moved, %(left)d have no place",
                driver=detail.get("driver", ""), reason=reason, **counts,
            )  # fmt: skip
        case EditKind.BROKEN_DOWN:
            return _(
                "%(route)s cannot go on (%(reason)s); %(food)s: %(moved)d stops moved, %(left)d have no place",
                route=route, reason=reason, food=food_sentence(detail), **counts,
            )  # fmt: skip
        case EditKind.ROAD_CLOSED:
            return _("Road closed (%(reason)s): %(moved)d stops moved, %(left)d have no place", reason=reason, **counts)
        case _:
            return _("Road open again (%(reason)s)", reason=reason)


def food_sentence(detail: Mapping[str, Any]) -> str:
    """What becomes of the meals that are aboard."""
    if not detail.get("aboard"):
        return _("no food was aboard")
    if detail.get("food") == "handed-over":
        return _("vehicle %(to)s takes over the food of %(n)d stops", to=detail.get("to", ""), n=detail["aboard"])
    return _(
        "the kitchen cooks again for %(n)d stops, ready %(at)s", n=detail["aboard"], at=clock_text(detail.get("ready_s", 0))
    )  # fmt: skip


def _label(seat: Seat | None) -> str:
    return f"{route_label(seat.route)}–{seat.place}" if seat is not None else ""
