"""Which of two records about one meal stands, whoever of two phones reaches the server first. Pure; docs/adr/ says why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mealroute.delivery.records import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What decides between two records: which phone, its own count, and the moment by our clock."""

    client_id: str
    source: Source
    made_at: datetime
    device: str = ""
    seq: int | None = None
    based_on: str = ""


def takes_over(new: Made, standing: Made) -> bool:
    """Whether a record that has just arrived takes the place of the one that stands; if not, both are kept and both are shown.

    In this order: what the close of the day wrote gives way to whatever a door reports. A person at a desk sees what they replace.
    Who corrects the very record that stands means it. One phone: its own count. Otherwise what was made later; at the same moment, what
    arrived later.
    """
    if standing.source is Source.CLOSING or new.source is not Source.PHONE:
        return True
    if new.based_on and new.based_on == standing.client_id:
        return True
    if new.device and new.device == standing.device and new.seq is not None and standing.seq is not None:
        return new.seq > standing.seq
    return new.made_at >= standing.made_at


def clock_off(sent_at: datetime | None, told: timedelta | None, now: datetime) -> timedelta:
    """By how much a phone's clock is behind ours.

    ``sent_at`` is the phone's own time at sending: the difference from ``now`` is its error and the way of the message, which may
    have been long. ``told`` is what the phone has measured at its quickest exchange with us; the smaller of the two is nearer.
    Nothing known = the phone's clock is believed.
    """
    known = [each for each in (None if sent_at is None else now - sent_at, told) if each is not None]
    return min(known, default=timedelta())


def moment_made(phone_at: datetime | None, off: timedelta, now: datetime) -> datetime:
    """When a record was made, by our clock; never later than now."""
    return now if phone_at is None else min(phone_at + off, now)
