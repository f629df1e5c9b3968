"""Two taps at the door: was the last meal eaten, how does the person seem. Written beside proofs, read as streaks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mealroute.delivery import queries, rules
from mealroute.delivery.models import Proof
from mealroute.delivery.records import LastMeal, LoadedLine, ProofId, ProofInput, Seems
from mealroute.delivery.wellbeing_models import WellbeingNote


@dataclass(frozen=True, slots=True, kw_only=True)
class WellbeingRecord:
    """One look at one person; None where the tap was not offered or left open."""

    id: int
    resident_id: int
    book_line_id: int
    day: date
    slot: str
    last_meal: LastMeal | None
    seems: Seems | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """How often in a row, up to the newest look, a person's last meal was untouched and they seemed less than well.

    "Not asked" and a tap left open neither lengthen a streak nor end it. ``changed``: they seemed as usual before, and not this time.
    """

    resident_id: int
    last_day: date
    untouched: int
    not_well: int
    needs_help: bool
    changed: bool


def keep(db: Session, written: Iterable[tuple[ProofInput, LoadedLine, ProofId]], *, now: datetime) -> None:
    """Store what was tapped with new proofs, in the proofs' own transaction; only where the resident was met."""
    rows = [
        {
            "client_id": entry.client_id, "proof_id": proof, "book_line_id": line.book_line_id, "resident_id": line.resident_id,
            "day": line.day, "slot": line.slot, "last_meal": str(entry.last_meal or ""), "seems": str(entry.seems or ""),
            "source": str(entry.source), "by_name": entry.by_name.strip()[:80], "phone_at": entry.phone_at, "at": now,
        }
        for entry, line, proof in written
        if (entry.last_meal or entry.seems) and rules.met(entry.outcome)
    ]  # fmt: skip
    if rows:
        db.execute(insert(WellbeingNote), rows)


def notes(
    db: Session, *, residents: Collection[int] | None = None, since: date | None = None
) -> tuple[WellbeingRecord, ...]:
    """The notes whose proof stands, oldest first; of everybody, or of the given residents."""
    query = (
        select(WellbeingNote)
        .join(Proof, Proof.id == WellbeingNote.proof_id)
        .where(queries.current())
        .order_by(WellbeingNote.day, WellbeingNote.slot.desc(), WellbeingNote.id)  # lunch before dinner
    )
    if residents is not None:
        query = query.where(WellbeingNote.resident_id.in_(sorted(residents)))
    if since is not None:
        query = query.where(WellbeingNote.day >= since)
    return tuple(
        WellbeingRecord(
            id=row.id, resident_id=row.resident_id, book_line_id=row.book_line_id, day=row.day, slot=row.slot,
            last_meal=LastMeal(row.last_meal) if row.last_meal else None, seems=Seems(row.seems) if row.seems else None,
            by_name=row.by_name, at=row.at,
        )
        for row in db.scalars(query)
    )  # fmt: skip


def streaks(db: Session, *, residents: Collection[int] | None = None, since: date | None = None) -> tuple[Streak, ...]:
    """The streak of each resident who has notes, by resident."""
    found: dict[int, list[WellbeingRecord]] = {}
    for note in notes(db, residents=residents, since=since):
        found.setdefault(note.resident_id, []).append(note)
    return tuple(streak_of(found[resident]) for resident in sorted(found))


def streak_of(looks: Iterable[WellbeingRecord]) -> Streak:
    """The streak at the end of one person's notes, oldest first. Pure."""
    ordered = list(looks)
    meals = [look.last_meal for look in ordered if look.last_meal not in {None, LastMeal.NOT_ASKED}]
    moods = [look.seems for look in ordered if look.seems is not None]
    return Streak(
        resident_id=ordered[-1].resident_id, last_day=ordered[-1].day, untouched=_run(meal is LastMeal.UNTOUCHED for meal in meals),
        not_well=_run(mood is not Seems.AS_USUAL for mood in moods), needs_help=bool(moods) and moods[-1] is Seems.NEEDS_HELP,
        changed=len(moods) > 1 and moods[-1] is not Seems.AS_USUAL and moods[-2] is Seems.AS_USUAL,
    )  # fmt: skip


def _run(flags: Iterable[bool]) -> int:
    """How many are true at the end."""
    count = 0
    for flag in flags:
        count = count + 1 if flag else 0
    return count
