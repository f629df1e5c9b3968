"""The resident's spoken code beside a record: compared when the record comes in; the digits themselves are not kept."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mealroute.core.text import half_width
from mealroute.delivery import spoken_code
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.records import LoadedLine, ProofId, ProofInput


def keep(db: Session, kept: Iterable[tuple[ProofInput, LoadedLine, ProofId]], *, now: datetime) -> None:
    """One row a code that was said: ``matched``, ``different``, or ``none-known``. It blocks nothing; the desk sees it."""
    said = [(entry, line, proof) for entry, line, proof in kept if entry.spoken_code.strip()]
    if not said:
        return
    days: dict[date, list[int]] = {}
    for _entry, line, _proof in said:
        days.setdefault(line.day, []).append(line.resident_id)
    held = {
        (day, resident): code
        for day, residents in days.items()
        for resident, code in spoken_code.codes_of(db, residents, on=day).items()
    }
    rows: list[dict[str, object]] = [
        {
            "client_id": f"code:{entry.client_id}"[:64], "proof_id": proof, "kind": "code", "digest": "", "size": 0, "content": {},
            "verdict": verdict(held.get((line.day, line.resident_id)), entry.spoken_code), "by_name": entry.by_name[:80],
            "phone_at": entry.phone_at, "at": now,
        }
        for entry, line, proof in said
    ]  # fmt: skip
    db.execute(insert(Evidence), rows)


def verdict(held: str | None, said: str) -> str:
    """What comes of a comparison; full-width digits and blanks between them are the same code."""
    if held is None:
        return "none-known"
    return "matched" if "".join(ch for ch in half_width(said) if ch.isdecimal()) == held else "different"
