"""The one place that asks what time it is. Everything else takes a ``Clock`` as a parameter."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"


class Clock(Protocol):
    """Tells the time; ``now`` is aware and in UTC, ``today`` is the date in the district's zone."""

    @property
    def zone(self) -> ZoneInfo: ...

    def now(self) -> datetime: ...
    def today(self) -> date: ...
    def local(self, moment: datetime) -> datetime: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, read as UTC."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set; for tests and for the demo's past month."""

    at: datetime
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a clock needs an aware time, got a naive one")

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)


def at_seconds(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    """The aware UTC moment of ``seconds`` since local midnight on ``day`` (China has no daylight saving)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    return datetime.fromtimestamp(midnight + seconds, UTC)


def seconds_of_day(moment: datetime, zone: ZoneInfo) -> int:
    """Whole seconds since local midnight."""
    local = moment.astimezone(zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def clock_text(seconds: int) -> str:
    """``38460`` → ``10:41``; the minute is rounded down, as a clock shows it. Past midnight the hour goes on (``24:10``)."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def parse_clock(text: str) -> int:
    """``10:41`` (or ``10:41:30``) → seconds since midnight. Raises ValueError on anything else."""
    parts = text.strip().replace("：", ":").split(":")
    if len(parts) not in {2, 3} or not all(p.isascii() and p.isdigit() for p in parts):
        raise ValueError(f"expected a time as HH:MM, got {text!r}")
    hour, minute, second = (*map(int, parts), 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"expected a time as HH:MM, got {text!r}")
    return hour * 3600 + minute * 60 + second
