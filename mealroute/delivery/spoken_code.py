"""The spoken code: four digits on a resident's large-print card, said at the door where there is no phone to tap on.

It shows that the right door was opened, as a signature does; it opens nothing else. Each resident has one of their own, stored encrypted,
dated, and replaced when a card is lost or when the district's rule (``code-days`` in ``data/rules/paper.yaml``) says that it is old.
"""

import hmac
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.text import half_width
from mealroute.delivery.spoken_code_models import SpokenCode
from mealroute.residents.loading import reach
from mealroute.residents.models import Resident
from mealroute.residents.records import ResidentId

LENGTH = 4
RUNS = "01234567890 09876543210"


def check(db: Session, resident_id: int, code: str, *, on: date | None = None) -> bool:
    """Whether this is the code that the resident has (on a day: had). False where none was ever issued.

    Digits may be full-width and have blanks between them. Takes the same time for every wrong code.
    """
    held = _in_force(_rows(db, [resident_id]), on)
    said = "".join(ch for ch in half_width(code) if ch.isdecimal())
    return hmac.compare_digest(said.encode(), (held.code if held else "----").encode())


def codes_of(db: Session, resident_ids: Iterable[int], *, on: date | None = None) -> dict[int, str]:
    """The codes of those who have one; for cards and for a phone that must check without network. Show them to nobody else."""
    found: dict[int, list[SpokenCode]] = {}
    for row in _rows(db, sorted(set(resident_ids))):
        found.setdefault(row.resident_id, []).append(row)
    held = {number: _in_force(rows, on) for number, rows in found.items()}
    return {number: row.code for number, row in held.items() if row is not None}


def issue(db: Session, resident_id: int, *, reason: str, by: Actor, clock: Clock) -> str:
    """A new code from today on; the one before is over. Raises NotFound out of reach, ``reason-needed`` without a reason."""
    person = reach(db, ResidentId(resident_id), by)
    if not reason.strip():
        raise MealrouteError(
            "reason-needed", _("Say why there is a new code: first card, card lost, told to a stranger.")
        )
    code = _fresh(person, [row.code for row in _rows(db, [resident_id])])
    db.add(
        SpokenCode(
            resident_id=person.id, code=code, valid_from=clock.today(), reason=reason.strip(), issued_by=by.name, issued_at=clock.now()
        )
    )  # fmt: skip
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="delivery.code-issued", subject=f"resident/{person.code}", reason=reason.strip()
    )
    return code


def ensure(
    db: Session, resident_ids: Collection[int], *, keep_days: int = 0, by: Actor, clock: Clock
) -> dict[int, str]:
    """The codes of all of these, new ones for who has none or one older than ``keep_days`` (0: a code does not age)."""
    rows: dict[int, list[SpokenCode]] = {}
    for row in _rows(db, sorted(set(resident_ids))):
        rows.setdefault(row.resident_id, []).append(row)
    found = {}
    for number in sorted(set(resident_ids)):
        held = _in_force(rows.get(number, ()), None)
        aged = held is not None and keep_days > 0 and held.valid_from + timedelta(days=keep_days) <= clock.today()
        if held is None:
            found[number] = issue(db, number, reason=_("first card"), by=by, clock=clock)
        else:
            found[number] = issue(db, number, reason=_("old, by the rule"), by=by, clock=clock) if aged else held.code
    return found


def since(db: Session, resident_id: int) -> date | None:
    """Since when somebody has the code of now; None where there is none."""
    held = _in_force(_rows(db, [resident_id]), None)
    return held.valid_from if held else None


def _rows(db: Session, resident_ids: Sequence[int]) -> list[SpokenCode]:
    found: list[SpokenCode] = []
    for start in range(0, len(resident_ids), 10_000):
        query = select(SpokenCode).where(SpokenCode.resident_id.in_(resident_ids[start : start + 10_000]))
        found += db.scalars(query.order_by(SpokenCode.id))
    return found


def _in_force(rows: Sequence[SpokenCode], on: date | None) -> SpokenCode | None:
    begun = [row for row in rows if on is None or row.valid_from <= on]
    return begun[-1] if begun else None


def _fresh(person: Resident, before: Collection[str]) -> str:
    """No code that a stranger would guess: no runs, no single figure, no birthday, nothing of the phone number, none used before."""
    guessed = {f"{person.birth_date:%Y}", f"{person.birth_date:%m%d}", (person.phone or "")[-LENGTH:], *before}
    while True:
        code = f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"
        if code not in guessed and code not in RUNS and len(set(code)) > 2:
            return code
