"""The words of the chain: one portion from order to claim, counted at each station of its way. Portions, unless said."""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from mealroute.core.money import Fen


class Cut(StrEnum):
    """By what the chain is cut; each cut adds up to the same month."""

    DAY = "day"
    STREET = "street"
    VENDOR = "vendor"
    KITCHEN = "kitchen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a portion belongs: one of each. ``kitchen`` and ``vendor`` (the cook) are empty where nothing was planned.

    A count of a whole trip that differs from its lines belongs to no street: ``street`` is empty then.
    """

    day: date
    slot: str
    street: str
    vendor: str
    kitchen: str

    def of(self, cut: Cut) -> str:
        """The value by which ``cut`` groups."""
        match cut:
            case Cut.DAY:
                return self.day.isoformat()
            case Cut.STREET:
                return self.street
            case Cut.VENDOR:
                return self.vendor
            case Cut.KITCHEN:
                return self.kitchen


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What is counted at one place, or over several added up.

    ``cooked`` are portions that the kitchen ticked as packed, ``not_ticked`` planned ones on trips without a tick; ``loaded`` are those
    that a driver counted aboard, ``not_counted`` planned ones on trips without a count. ``cooked_off`` and ``loaded_off`` say by how much
    a count differs from the plan, ``*_said`` how much of that somebody has explained (both without sign).
    """

    ordered: int = 0
    planned: int = 0
    unassigned: int = 0
    cooked: int = 0
    not_ticked: int = 0
    cooked_off: int = 0
    cooked_said: int = 0
    loaded: int = 0
    not_counted: int = 0
    loaded_off: int = 0
    loaded_said: int = 0
    delivered: int = 0
    returned: int = 0
    no_record: int = 0
    claimed: int = 0
    self_paid: int = 0
    explained: int = 0
    unexplained: int = 0
    held: int = 0
    claimed_fen: Fen = 0
    copay_fen: Fen = 0

    def __add__(self, other: "Chain") -> "Chain":
        return Chain(**{name: getattr(self, name) + getattr(other, name) for name in NAMES})

    @property
    def lost(self) -> int:
        """Ordered portions that are neither planned nor unassigned."""
        return self.ordered - self.planned - self.unassigned

    @property
    def open(self) -> int:
        """Portions without an explanation, at whatever station of the way."""
        counts = abs(self.cooked_off) - self.cooked_said + abs(self.loaded_off) - self.loaded_said
        return abs(self.lost) + self.no_record + self.unexplained + max(counts, 0)


NAMES = tuple(each.name for each in fields(Chain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The chain at one place."""

    place: Place
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """One row of a cut: a day, a street, a vendor or a kitchen."""

    key: str
    label: str
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDifference:
    """A count of a trip (packing tick, loading check) that differs from what its lines say. Its ``natural_key`` is what words hang on."""

    natural_key: str
    kind: str
    place: Place
    run: int | None
    route: int
    trip: int
    expected: int
    found: int
    words: str = ""
    by_name: str = ""

    @property
    def difference(self) -> int:
        return self.found - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthChain:
    """A month's chain within a scope: its rows by one cut, the whole, and the counts that differ."""

    closed: bool
    rows: tuple[CutRow, ...]
    whole: Chain
    differences: tuple[CountDifference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """One order line on its way: the last step of a drill-down before the proof. The name is masked."""

    book_line_id: int
    place: Place
    resident_code: str
    resident_name: str
    chain: Chain
    outcome: str
    route: int | None
    code: str
    words: str


FIGURES = (
    "ordered", "planned", "unassigned", "cooked", "not_ticked", "loaded", "not_counted", "delivered", "returned", "no_record", "claimed",
    "self_paid", "explained", "unexplained", "held",
)  # fmt: skip
"""The figures that lead to lines."""
