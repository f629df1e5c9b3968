"""What the doors teach about themselves: how long each takes to open, and when one is slower than its own normal."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mealroute.core.actor import SYSTEM
from mealroute.core.clock import Clock, at_seconds
from mealroute.core.i18n import _
from mealroute.delivery import rules
from mealroute.delivery.cases import open_case
from mealroute.delivery.records import LoadedLine, ProofId, ProofInput
from mealroute.delivery.remembering import TIMED
from mealroute.experience import door_rules
from mealroute.experience import queries as experience
from mealroute.experience.door_rulebook import door_rules as rules_on
from mealroute.experience.records import DoorMeasure
from mealroute.experience.service import measure


def learn(db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], *, clock: Clock) -> None:
    """Remember how long the doors took that opened; a door much slower than itself becomes a case, once a day.

    The phone's own clock is measured against itself, so that its error does not matter. A door is compared with its visits before this one.
    """
    items = [(found, line) for entry, line, _proof in written if (found := _measured(entry, line, clock.zone))]
    if not items:
        return
    day = clock.today()
    given = rules_on(day)
    late = [found.resident_id for found, _line in items if found.seconds >= given.slow_least_s]
    before = experience.door_profiles(db, late, day=day) if late else {}
    measure(db, [found for found, _line in items])
    for found, line in items:
        own = before.get(found.resident_id)
        if own is not None and door_rules.is_slow(found.seconds, own, given):
            note = _(
                "%(now)d s, usually %(usual)d s (%(n)d visits)", now=found.seconds, usual=own.usual_s, n=own.samples
            )
            open_case(
                db, natural_key=f"slow-door/{found.resident_id}/{line.day.isoformat()}", kind="slow-door", resident_id=found.resident_id,
                street_code=line.street_code, note=note, by=SYSTEM, clock=clock,
            )  # fmt: skip


def _measured(entry: ProofInput, line: LoadedLine, zone: ZoneInfo) -> DoorMeasure | None:
    """One visit with its times; None where the phone measured nothing, or what it measured cannot be."""
    if not rules.seen(entry.outcome) or line.station_code or entry.source not in TIMED:
        return None
    if entry.knocked_at is None or entry.phone_at is None or entry.phone_at < entry.knocked_at:
        return None
    stairs = None
    if entry.arrived_at is not None and entry.arrived_at <= entry.knocked_at:
        stairs = int((entry.knocked_at - entry.arrived_at).total_seconds())
    return DoorMeasure(
        resident_id=line.resident_id, book_line_id=line.book_line_id, day=line.day, at=entry.phone_at,
        seconds=int((entry.phone_at - entry.knocked_at).total_seconds()), stairs_s=stairs,
        met_s=int((entry.phone_at - at_seconds(line.day, 0, zone)).total_seconds()),
    )  # fmt: skip
