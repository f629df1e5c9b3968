"""The words of offers: a run offered to a vendor, what it answered, and who must act. Times of day are seconds since midnight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from mealroute.dispatch.records import RunRecord

OfferId = NewType("OfferId", int)

DISTRICT = "@district"
"""Stands for the vendor of a run that a volunteer drives for the district itself; no vendor's code begins like this."""


class OfferState(StrEnum):
    """An offer is open until it is answered, lapses or is taken back. One offer of a run is live at most."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken-back"
    ENDED = "ended"


LIVE = (OfferState.OPEN, OfferState.ACCEPTED)
"""States of which the database allows one offer a run: it waits for one vendor, or one vendor holds it."""


class EventKind(StrEnum):
    """What happened to a run between publishing and loading; each event says who, when and why."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken-back"
    ENDED = "ended"
    NOBODY = "nobody"
    CARRIED_OVER = "carried-over"
    VENDOR_BLOCKED = "vendor-blocked"
    STAYS = "stays"
    CREW = "crew"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for a candidate's place: a code with up to two figures (``streets`` 2 of 3)."""

    code: str
    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """One offer. ``place`` counts from 1 in the order at that time, 0 = chosen by hand. ``driver_code``: a volunteer's."""

    id: OfferId
    run_id: int
    vendor_code: str
    driver_code: str
    place: int
    why: tuple[Why, ...]
    hand_reason: str
    offered_at: datetime
    offered_by: str
    deadline_at: datetime
    state: OfferState
    answered_at: datetime | None
    answered_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEventRecord:
    """One event in a run's history."""

    run_id: int
    kind: EventKind
    vendor_code: str
    at: datetime
    by_name: str
    reason: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNeeds:
    """What a run asks of whoever takes it. ``streets``: portions by street. ``most_aboard``: portions of the fullest trip."""

    run_id: int
    planned_vendor: str
    streets: Mapping[str, int]
    portions: int
    stops: int
    most_aboard: int
    diets: frozenset[str]
    must_serve: int
    loads_s: int
    back_s: int

    @property
    def main_street(self) -> str:
        """Where most of its portions go."""
        return max(sorted(self.streets), key=lambda code: self.streets[code], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewFact:
    """A driver of a vendor on the day: the shift, and the runs (id, from, to) that already take the time."""

    driver_code: str
    shift_start_s: int
    shift_end_s: int
    busy: tuple[tuple[int, int, int], ...] = ()

    def free_for(self, run_id: int, start_s: int, end_s: int) -> bool:
        inside = self.shift_start_s <= start_s and end_s <= self.shift_end_s
        return inside and all(run == run_id or end_s <= begin or end <= start_s for run, begin, end in self.busy)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFacts:
    """What the order of candidates looks at. ``None`` = not on file, which neither helps nor excludes.

    ``contracts``: streets that have a contract with it; ``streets``: its service area, None = the whole district. ``pledged``:
    runs (id, from, to) that it has or is asked for and that still need a driver of its own.
    """

    code: str
    blocks: tuple[str, ...] = ()
    contracts: frozenset[str] = frozenset()
    streets: frozenset[str] | None = None
    supply_place: int | None = None
    capacity: int | None = None
    committed: int = 0
    diets: frozenset[str] | None = None
    halal_vehicle: bool = False
    score: int | None = None
    crew: tuple[CrewFact, ...] = ()
    pledged: tuple[tuple[int, int, int], ...] = ()
    vehicles: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vendor that may be asked, with the reasons for its place."""

    vendor_code: str
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A vendor that is not asked, why, and the sentence where a paper blocks it."""

    vendor_code: str
    code: str
    sentence: str = ""


class Standing(StrEnum):
    """Where a run stands between publishing and loading."""

    NOBODY = "nobody"
    BLOCKED = "vendor-blocked"
    OVERDUE = "overdue"
    OPEN = "open"
    NO_CREW = "no-crew"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRun:
    """One run on the dispatcher's board. ``severity`` 0 is the reddest; ``owner`` must act, unless it is empty."""

    run: RunRecord
    needs: RunNeeds
    standing: Standing
    severity: int
    escalated: bool
    owner: str
    offer: OfferRecord | None
    history: tuple[RunEventRecord, ...] = field(repr=False)

    @property
    def urgent(self) -> bool:
        """Whether a person must act now."""
        return bool(self.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorOffer:
    """An open offer as its vendor sees it: how much and where, but nobody's name before it is accepted."""

    offer: OfferRecord
    run: RunRecord
    needs: RunNeeds


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersDone:
    """What opening or sweeping did, in runs."""

    offered: int = 0
    carried_over: int = 0
    lapsed: int = 0
    nobody: int = 0
    day: date | None = None

    def plus(self, other: "OffersDone") -> "OffersDone":
        return OffersDone(
            offered=self.offered + other.offered, carried_over=self.carried_over + other.carried_over,
            lapsed=self.lapsed + other.lapsed, nobody=self.nobody + other.nobody, day=self.day or other.day,
        )  # fmt: skip
