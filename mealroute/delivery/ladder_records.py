"""The words of the ladder: rungs, who stands on them, and every step that somebody took for a person who was not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mealroute.delivery.records import CaseState, FollowUpId, Outcome


class Rung(StrEnum):
    """Who acts, the lowest first. A case climbs and never goes down."""

    DRIVER = "driver"
    DESK = "desk"
    STATION = "station"
    FAMILY = "family"
    COMMUNITY = "community"
    RESCUE = "rescue"

    @property
    def height(self) -> int:
        """1 for the lowest; 0 is kept for cases from before the ladder."""
        return HEIGHTS[self]


HEIGHTS: Mapping[Rung, int] = {rung: n for n, rung in enumerate(Rung, 1)}


class Cover(StrEnum):
    """Which duty is meant: of an ordinary day, of the night, of a day without service."""

    DAY = "day"
    NIGHT = "night"
    HOLIDAY = "holiday"


class StepKind(StrEnum):
    """What a line of a case's history is."""

    OPENED = "opened"
    CLIMBED = "climbed"
    TRIED = "tried"
    TAKEN = "taken"
    RECORDED = "recorded"
    REVEALED = "revealed"
    CLOSED = "closed"
    REOPENED = "reopened"


class StepMeans(StrEnum):
    """How somebody tried."""

    KNOCK = "knock"
    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"
    DESK = "desk"
    DOOR = "door"
    CLOCK = "clock"


class StepResult(StrEnum):
    """What came of it. Only a person's word closes a case, so none of these does by itself."""

    NO_ANSWER = "no-answer"
    GOING = "going"
    LEFT_WORD = "left-word"
    SPOKE = "spoke"
    SEEN = "seen"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRule:
    """One rung of the rule file. ``owner``: ``dispatcher`` or ``station``. ``tell``: ``nobody``, ``duty`` or ``family``; ``ask`` is what the message
    asks of them, ``step`` what the owner's desk has to do.
    """

    rung: Rung
    owner: str
    tell: str
    ask: str
    step_zh: str
    step_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRules:
    """What is in force on a day. Minutes by kind of case and rung; seconds since midnight for the night."""

    rungs: Mapping[Rung, RungRule]
    ladders: Mapping[str, Mapping[Rung, int]]
    knock_least_minutes: int
    knock_most_minutes: int
    night_from_s: int
    night_to_s: int
    means: Mapping[Cover, str]
    family_most: int

    def minutes(self, kind: str) -> Mapping[Rung, int]:
        """The ladder of a kind; a kind without one waits at the desk for four hours."""
        return self.ladders.get(kind, {Rung.DESK: 240})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to ask. ``phone`` is empty where none is known; ``relation`` for family."""

    name: str
    phone: str
    relation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRecord:
    """Who is on duty on a rung of a street (or of one community), from a day on. An empty name: nobody any more."""

    id: int
    street_code: str
    community: str
    rung: Rung
    cover: Cover
    name: str
    phone: str
    from_day: date
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One line of a case's history. ``by_name`` wrote it down, ``person`` did it or says so."""

    kind: StepKind
    rung: Rung | None
    means: StepMeans
    result: StepResult
    person: str
    note: str
    by_name: str
    at: datetime

    @property
    def from_the_road(self) -> bool:
        """Whether a driver says so: their names are masked at desks."""
        return self.kind in {StepKind.OPENED, StepKind.RECORDED, StepKind.REOPENED}


@dataclass(frozen=True, slots=True, kw_only=True)
class RungState:
    """One rung of one case as a page draws it: ``done``, ``now`` or ``next``."""

    rung: Rung
    state: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """One case with what a list of cases needs; the name masked. ``outcome`` None where no door began it."""

    id: FollowUpId
    resident_id: int
    resident_name: str
    street_code: str
    address: str
    run_number: int | None
    day: date
    slot: str
    kind: str
    outcome: Outcome | None
    owner: str
    due_at: datetime
    opened_at: datetime
    state: CaseState
    rung: Rung | None
    ladder: tuple[RungState, ...]
    last_step: str
    marks: tuple[str, ...]
    must_serve: bool
    weights: tuple[int, ...]
    steps: tuple[StepRecord, ...] = ()
    closed_by: str | None = None
    closed_how: str | None = None
    closed_at: datetime | None = None

    def overdue_at(self, now: datetime) -> bool:
        return self.state is CaseState.OPEN and now > self.due_at

    @property
    def at_top(self) -> bool:
        """Nobody higher is left to ask."""
        return bool(self.ladder) and self.ladder[-1].state == "now"
