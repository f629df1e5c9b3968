"""What a record at a door teaches about faces and hours; written into ``experience``, where planning reads it."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mealroute.core.clock import at_seconds
from mealroute.delivery import rules
from mealroute.delivery.models import Proof
from mealroute.delivery.records import LoadedLine, ProofId, ProofInput, Source
from mealroute.experience.records import MeetingRecord
from mealroute.experience.service import forget, meet, remember_all

DAY_S = 86_400
TIMED = frozenset({Source.PHONE, Source.SIMULATED})
"""Records that were made at the door: only their time is the time of the meeting."""


def learn(
    db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], before: Mapping[int, Proof], *, zone: ZoneInfo
) -> None:  # fmt: skip
    """A handover in person makes the driver a known face, at that hour; one that is corrected to something else is forgotten."""
    met: dict[date, set[tuple[int, str]]] = {}
    meetings: list[MeetingRecord] = []
    gone: list[int] = []
    for entry, line, _proof in written:
        if line.book_line_id in before:
            gone.append(line.book_line_id)
        if rules.seen(entry.outcome) and line.driver_code and not line.station_code:
            met.setdefault(line.day, set()).add((line.resident_id, line.driver_code))
            meetings.append(
                MeetingRecord(
                    resident_id=line.resident_id, driver_code=line.driver_code, day=line.day, book_line_id=line.book_line_id,
                    met_s=_met_s(entry, line, zone),
                )
            )  # fmt: skip
    forget(db, gone)
    meet(db, meetings)
    for day, pairs in met.items():
        remember_all(db, pairs, day)


def _met_s(entry: ProofInput, line: LoadedLine, zone: ZoneInfo) -> int | None:
    """Seconds since midnight of the day of the meal; None where the record was made elsewhere or on another day."""
    if entry.phone_at is None or entry.source not in TIMED:
        return None
    seconds = int((entry.phone_at - at_seconds(line.day, 0, zone)).total_seconds())
    return seconds if 0 <= seconds < DAY_S else None
