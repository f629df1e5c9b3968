"""What of the kitchen's papers a new version says otherwise than the one before: rows, counts, trips. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mealroute.kitchen.records import PackingTrip, PlannedPortion
from mealroute.kitchen.rules import real_diets

SHIFT_S = 60

Kind = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class CountChange:
    """Portions of one dish for one set of diets in one size, before and after."""

    diets: tuple[str, ...]
    dish_name: str
    size: str
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KitchenCountChange:
    """One kitchen's count before and after; ``new = old + Σ (row.new − row.old)``."""

    kitchen_code: str
    old: int
    new: int
    rows: tuple[CountChange, ...]


@dataclass(frozen=True, slots=True)
class TripChange:
    """A trip that is packed or loaded otherwise: ``old`` None = it is new, ``new`` None = it is off."""

    old: PackingTrip | None
    new: PackingTrip | None

    def __post_init__(self) -> None:
        if self.old is None and self.new is None:
            raise ValueError("a trip is there before or after")

    @property
    def trip(self) -> PackingTrip:
        """The trip as it is now, as it was where it is off."""
        found = self.new or self.old
        assert found is not None
        return found


def rows_to_label(old: Iterable[PlannedPortion], new: Iterable[PlannedPortion]) -> tuple[PlannedPortion, ...]:
    """Portions whose box needs another label: new ones, and those with another route, trip, batch, dish or size.

    A stop that only counts otherwise within its route keeps its label; the driver's sheet names the number on the box.
    """
    before = {row.order_id: _label(row) for row in old}
    return tuple(row for row in new if before.get(row.order_id) != _label(row))


def _label(row: PlannedPortion) -> tuple[object, ...]:
    return (
        row.kitchen_code, row.route, row.trip, row.dish_code, real_diets(row.diets), row.strict, row.size, row.quantity,
        row.cooked_at_s, row.eat_by_s,
    )  # fmt: skip


def count_changes(old: Iterable[PlannedPortion], new: Iterable[PlannedPortion]) -> tuple[KitchenCountChange, ...]:
    """Kitchens that cook something else, with the rows that differ."""
    before, after = _kinds(old), _kinds(new)
    found = []
    for code in sorted(before.keys() | after.keys()):
        was, now = before.get(code, Counter()), after.get(code, Counter())
        rows = tuple(
            CountChange(*kind, was[kind], now[kind])
            for kind in sorted(was.keys() | now.keys())
            if was[kind] != now[kind]
        )
        if rows:
            found.append(KitchenCountChange(kitchen_code=code, old=was.total(), new=now.total(), rows=rows))
    return tuple(found)


def _kinds(rows: Iterable[PlannedPortion]) -> dict[str, Counter[Kind]]:
    found: dict[str, Counter[Kind]] = defaultdict(Counter)
    for row in rows:
        found[row.kitchen_code][real_diets(row.diets), row.dish_name, row.size] += row.quantity
    return found


def trip_changes(old: Sequence[PackingTrip], new: Sequence[PackingTrip]) -> tuple[TripChange, ...]:
    """Trips with other boxes, another time of loading (by more than a minute), driver or vehicle; those that are off come last."""
    before = {(trip.route, trip.trip): trip for trip in old}
    after = {(trip.route, trip.trip): trip for trip in new}
    changed = [TripChange(before.get(key), trip) for key, trip in after.items() if not _alike(before.get(key), trip)]
    return (*changed, *(TripChange(trip, None) for key, trip in before.items() if key not in after))


def _alike(old: PackingTrip | None, new: PackingTrip) -> bool:
    return (
        old is not None
        and old.rows == new.rows
        and old.content == new.content
        and (old.vehicle_code, old.driver_name) == (new.vehicle_code, new.driver_name)
        and abs(old.load_at_s - new.load_at_s) <= SHIFT_S
    )
