"""What a move means, in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from mealroute.core.clock import clock_text
from mealroute.core.i18n import _
from mealroute.delivery.loading import CountRecord
from mealroute.delivery.moving_records import Move, Shift
from mealroute.dispatch.transfer_records import FoodWay
from web.vocabulary import word


def way_value(move: Move) -> str:
    """How a form names a way."""
    return f"{move.food}:{move.spot.id if move.spot else ''}"


def way_text(move: Move, *, loaded: bool) -> str:
    """How the food gets to the other vehicle, first of all."""
    at = "" if move.meet_s is None else clock_text(move.meet_s)
    place = move.spot.name if move.spot else ""
    match move.food:
        case FoodWay.MEET:
            return _("The two meet at %(place)s, %(at)s.", place=place, at=at)
        case FoodWay.AGAIN if loaded:
            return _("%(place)s gives out a fresh portion at %(at)s; the first one comes back.", place=place, at=at)
        case FoodWay.AGAIN:
            return _("It is fetched at %(place)s at %(at)s; it had not left yet.", place=place, at=at)
        case FoodWay.LOADED | FoodWay.DROP | FoodWay.STAYS:
            return _("It is loaded on the other trip; it had not left the kitchen yet.")


def shifts_text(shifts: Sequence[Shift]) -> str:
    """What happens to the other stops of a route."""
    later, earlier = [s.later_s for s in shifts if s.later_s > 30], [-s.later_s for s in shifts if s.later_s < -30]
    parts = []
    if later:
        parts.append(_("%(n)d stops later, by up to %(min)d min", n=len(later), min=ceil(max(later) / 60)))
    if earlier:
        parts.append(_("%(n)d stops earlier, by up to %(min)d min", n=len(earlier), min=max(earlier) // 60))
    return _(", ").join(parts) or _("no stop changes")


def loaded_text(count: CountRecord) -> str:
    """What was counted at loading against what is listed: the kind of box, or diet, dish and size."""
    what = word("box", count.key) if count.kind == "boxes" else " ".join(count.key.replace("|", " ").split())
    return _("%(what)s: %(n)d counted, %(m)d listed", what=what, n=count.counted, m=count.listed or 0)


def refused_text(cause: str) -> str:
    """Why a vehicle cannot carry it."""
    return _("no box is free") if cause == "capacity" else _("no sealed halal box")
