"""The words of no silent day: when somebody was last seen, and the call or the knock before it is too long."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Way(StrEnum):
    """How somebody was seen, or heard themselves."""

    DOOR = "door"
    COUNTER = "counter"
    VISIT = "visit"
    CALL = "call"
    CASE = "case"


class CallMeans(StrEnum):
    """What is planned: ring, or knock."""

    CALL = "call"
    KNOCK = "knock"


class Result(StrEnum):
    """What came of it. ``away``: known where, by a named person. ``not-reached`` leaves the call open."""

    SPOKE = "spoke"
    SEEN = "seen"
    AWAY = "away"
    NOT_REACHED = "not-reached"


class Why(StrEnum):
    """What would break the silence rule without the call."""

    PAUSE = "pause"
    NO_SERVICE = "no-service"
    NO_ORDER = "no-order"
    NOT_SEEN = "not-seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRules:
    """What is in force on a day; hours and seconds since midnight. ``longest_hours`` may be the street's own."""

    longest_hours: int
    counts: frozenset[Way]
    pauses_without_calls: frozenset[str]
    from_s: int
    to_s: int
    ahead_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """When somebody was last seen, by whom, and how."""

    at: datetime
    by_name: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in service as the rule looks at them. ``since``: the day on which they came into service, or into
    this ledger where that was later; it counts where nobody ever saw them.
    """

    resident_id: int
    street_code: str
    has_phone: bool
    since: date
    pause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A call or a knock that is needed on ``day``, by ``due_at``; ``until``: when the longest time is over."""

    resident_id: int
    street_code: str
    day: date
    due_at: datetime
    until: datetime
    means: CallMeans
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord:
    """One attempt to see or hear somebody."""

    means: CallMeans
    result: Result
    person: str
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A planned call or knock with its attempts; the name masked. ``seen``: who was seen since it was planned needs no call any more."""

    id: int
    resident_id: int
    resident_name: str
    street_code: str
    address: str
    day: date
    due_at: datetime
    until: datetime
    means: CallMeans
    why: Why
    owner: str
    attempts: tuple[ContactRecord, ...]
    seen: Sight | None = None

    @property
    def open(self) -> bool:
        return self.seen is None and all(each.result is Result.NOT_REACHED for each in self.attempts)

    def overdue(self, now: datetime) -> bool:
        return self.open and now > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """One line of the list: who was last seen when, by whom, how; and when that gets too long. The name masked."""

    resident_id: int
    resident_name: str
    street_code: str
    address: str
    sight: Sight | None
    until: datetime
    pause: str | None

    def too_long(self, now: datetime) -> bool:
        return now > self.until
