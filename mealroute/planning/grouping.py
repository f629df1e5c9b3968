"""Book lines that travel together: one stop for what goes to the same place, from the same kitchens, in the same window."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mealroute.core.geo import LonLat
from mealroute.orders.records import BookLineRecord, Delivery
from mealroute.planning import rules, words
from mealroute.planning.records import Rejected
from mealroute.planning.rules import Prices
from mealroute.planning.sources import CookingKitchen
from mealroute.residents.records import Precision

FINEST_FIRST = (Precision.DOOR, Precision.BUILDING, Precision.STREET, Precision.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopGroup:
    """Lines of one stop. ``kitchens``: codes of those that can cook every meal in it and carry it."""

    point: LonLat
    station_code: str
    kitchens: frozenset[str]
    window_from_s: int
    window_to_s: int
    lines: tuple[BookLineRecord, ...]


def group_lines(
    lines: Sequence[BookLineRecord],
    kitchens: Sequence[CookingKitchen],
    owners: Mapping[str, str],
    prices: Prices,
    held: Mapping[int, int] | None = None,
) -> tuple[list[StopGroup], list[Rejected]]:
    """Every line in exactly one group or rejected, in a fixed order.

    Doors make stops of at most ``stop_portions``, stations bulk stops of at most ``bulk_portions`` and no more than the
    largest vehicle holds. A line is never split; one that is larger is a stop of its own. ``held`` (order → stop) keeps together
    what is one stop already, and apart from what is new.
    """
    held = held or {}
    together: dict[_Key, list[BookLineRecord]] = {}
    rejected: list[Rejected] = []
    for line in sorted(lines, key=lambda each: (each.place_key, each.line_id)):
        able = frozenset(kitchen.code for kitchen in kitchens if kitchen.takes(line))
        if code := _refusal(line, kitchens, able):
            rejected.append(reject(line, code, owners))
            continue
        together.setdefault(_key(line, able, held.get(line.order_id, 0)), []).append(line)
    groups = [
        StopGroup(
            point=_point(members), station_code=key.station, kitchens=key.kitchens, window_from_s=key.window_from_s,
            window_to_s=key.window_to_s, lines=chunk,
        )
        for key, members in together.items()
        for chunk in _chunks(members, _limit(key, kitchens, prices))
    ]  # fmt: skip
    return groups, rejected


class _Key(NamedTuple):
    """What lines of one stop have in common."""

    place: str
    station: str
    kitchens: frozenset[str]
    halal: bool
    window_from_s: int
    window_to_s: int
    held: int


def _key(line: BookLineRecord, able: frozenset[str], held: int) -> _Key:
    station = (line.station_code or "") if line.delivery is Delivery.STATION else ""
    halal = rules.is_halal(line)
    return _Key(station or line.place_key, station, able, halal, line.window_from_s, line.window_to_s, held)


def _point(lines: Sequence[BookLineRecord]) -> LonLat:
    """The most precise point of a place: neighbours located from different maps lie metres apart, yet share one door."""
    best = min(lines, key=lambda line: (FINEST_FIRST.index(line.precision), line.line_id))
    return LonLat(best.lon or 0.0, best.lat or 0.0)  # both are known: lines without a point are refused before


def reject(line: BookLineRecord, code: str, owners: Mapping[str, str]) -> Rejected:
    """A line that no plan can hold, with its owner: the one named on the line, else the street's dispatcher."""
    owner = line.flag_owner or owners.get(line.street_code, "")
    return Rejected(
        line_id=line.line_id, code=code, reason=words.reason(code), owner=owner or words.district_dispatcher()
    )


def _refusal(line: BookLineRecord, kitchens: Sequence[CookingKitchen], able: frozenset[str]) -> str:
    if line.flag:
        return line.flag
    if line.lon is None or line.lat is None:
        return "no-point"
    if not line.dish_code:
        return "no-dish"
    if not able:
        cooks = any(rules.needed_diets(line) <= kitchen.diets for kitchen in kitchens)
        return "no-halal-vehicle" if cooks else "no-kitchen-for-diet"
    return ""


def _limit(key: _Key, kitchens: Sequence[CookingKitchen], prices: Prices) -> int:
    """The most portions of a stop; what is one stop already stays one."""
    if key.held:
        return sys.maxsize
    return _bulk_limit(key, kitchens, prices) if key.station else prices.stop_portions


def _bulk_limit(key: _Key, kitchens: Sequence[CookingKitchen], prices: Prices) -> int:
    boxes = [
        unit.vehicle.hot_boxes
        for kitchen in kitchens
        if kitchen.code in key.kitchens
        for unit in kitchen.units
        if unit.vehicle.halal_marked or not key.halal
    ]
    return min(prices.bulk_portions, max(boxes))


def _chunks(lines: Sequence[BookLineRecord], most: int) -> Iterator[tuple[BookLineRecord, ...]]:
    chunk: list[BookLineRecord] = []
    for line in lines:
        if chunk and sum(each.quantity for each in chunk) + line.quantity > most:
            yield tuple(chunk)
            chunk = []
        chunk.append(line)
    if chunk:
        yield tuple(chunk)
