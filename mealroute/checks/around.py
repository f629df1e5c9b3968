"""What is the same for whoever looks at a service day: the counts of other hands, and when the day begins and ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mealroute.checks.counts_reading import Closed, Footed
from mealroute.checks.facts import Packed
from mealroute.checks.hands_facts import Returned
from mealroute.checks.swipe_reading import Swiped
from mealroute.core.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is the same for whoever looks at a day: counts of other hands, by the keys that meals have."""

    day: date
    serves: bool
    packed: Mapping[tuple[int, int], Packed]
    ready_s: Mapping[tuple[str, str], int]
    received: Mapping[tuple[str, str], int]
    logged: frozenset[str]
    sampled: Mapping[str, frozenset[str]]
    boxes: Mapping[str, int]
    sheets: Sequence[Footed]
    closed: Closed
    prices: Mapping[tuple[str, str], int]
    returned: Mapping[int, Returned]
    swiped: Swiped
    midnight: datetime
    next_midnight: datetime
    clock: Clock
