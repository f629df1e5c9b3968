"""Use-cases of packs: make them, hand them out (recorded), delete the old ones. Files are for their owner alone."""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from mealroute.core import audit
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.slots import MealSlot
from mealroute.paper import gathering, queries
from mealroute.paper.exports import pack_pdf
from mealroute.paper.gathering import Source
from mealroute.paper.models import PaperPack, PaperPackAct
from mealroute.paper.records import DrawnPack, PackAct, PackContent, PackId, PackRecord
from mealroute.paper.rulebook import policy_on


def make_packs(
    db: Session, day: date, slot: MealSlot, *, folder: Path, only: str | None = None, by: Actor, clock: Clock
) -> tuple[PackId, ...]:
    """Make the pack of every street within the actor's reach (and the district's part), or ``only`` one.

    Raises
    ------
    NotFound
        ``pack-nothing``: nobody of the street asked for has ever ordered, or it lies out of reach.
    """
    source = gathering.gather(db, day, slot, by=by, clock=clock)
    streets = [code for code in gathering.streets_of(source, by.scope) if only is None or code == only]
    if not streets:
        raise NotFound(
            "pack-nothing", _("There is nothing to print for this street and day."), _("Nobody there has an order.")
        )
    return tuple(make_pack(db, source, street, folder=folder, by=by, clock=clock) for street in streets)


def make_pack(db: Session, source: Source, street: str, *, folder: Path, by: Actor, clock: Clock) -> PackId:
    """One pack from a day that was read already: drawn and kept at once."""
    return keep_pack(db, draw_pack(db, source, street), folder=folder, by=by, clock=clock)


@dataclass(frozen=True, slots=True)
class ReadyPack:
    """A pack on its way into the register."""

    source: Source
    street: str
    content: PackContent
    drawn: DrawnPack


def draw_pack(db: Session, source: Source, street: str) -> ReadyPack:
    """Draw one pack; reads only. It takes seconds, and whoever records a door must not wait so long for the database."""
    content = gathering.content_of(db, source, street)
    return ReadyPack(source, street, content, pack_pdf(content))


def keep_pack(db: Session, pack: ReadyPack, *, folder: Path, by: Actor, clock: Clock) -> PackId:
    """The file of a drawn pack, its line in the register, its event."""
    source, street, content, drawn = pack.source, pack.street, pack.content, pack.drawn
    digest = hashlib.sha256(drawn.content).hexdigest()
    name = file_name(source.day, str(source.slot), street, digest)
    _write(folder / name, drawn.content)
    row = PaperPack(
        day=source.day, slot=str(source.slot), street_code=street, basis=str(content.basis), basis_day=content.basis_day,
        version_id=source.version.id if source.version else None, version_number=content.version_number, file=name, sha256=digest,
        size=len(drawn.content), pages=drawn.pages, sheets=len(content.sheets) + len(content.parts), portions=content.portions,
        people=len(content.people), made_at=clock.now(), made_by=by.name,
    )  # fmt: skip
    db.add(row)
    db.flush()
    _note(db, PackId(row.id), PackAct.MADE, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action="papers.pack-made", subject=f"pack/{row.id}", rows=len(content.people), digest=digest,
        detail={"day": source.day.isoformat(), "slot": str(source.slot), "street": street or "district", "basis": str(content.basis)},
    )  # fmt: skip
    return PackId(row.id)


def hand_out(
    db: Session, pack_id: PackId | int, act: PackAct, *, folder: Path, by: Actor, clock: Clock
) -> tuple[PackRecord, bytes]:
    """The file of a pack for somebody who prints or takes it; recorded, as it holds full names and numbers.

    Raises
    ------
    NotFound
        ``pack-not-found`` outside the scope, ``pack-gone`` after it was deleted.
    MealrouteError
        ``pack-altered``: the file is no longer the one that was made.
    """
    found = queries.pack(db, pack_id, scope=by.scope)
    path = folder / found.file
    if not found.kept or not path.is_file():
        raise NotFound("pack-gone", _("The file of this pack is gone."), _("Make the pack anew."))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise MealrouteError(
            "pack-altered", _("The file of this pack is not the one that was made."), _("Make the pack anew, and tell the administrator.")
        )  # fmt: skip
    _note(db, found.id, act, by=by, clock=clock)
    audit.record(
        db, by=by, clock=clock, action=f"papers.pack-{act}", subject=f"pack/{found.id}", rows=found.people, digest=found.sha256
    )  # fmt: skip
    return found, content


def delete_old(db: Session, *, folder: Path, by: Actor, clock: Clock) -> int:
    """Delete the files of packs whose day is over for longer than the rule keeps them; how many. Their lines stay."""
    today = clock.today()
    old = queries.outlived(db, today - timedelta(days=policy_on(today).keep_days))
    for each in old:
        (folder / each.file).unlink(missing_ok=True)
        _note(db, each.id, PackAct.DELETED, by=by, clock=clock)
    if old:
        audit.record(db, by=by, clock=clock, action="papers.packs-deleted", subject="packs", rows=len(old))
    return len(old)


def file_name(day: date, slot: str, street: str, digest: str) -> str:
    """``2026-03-09-lunch-110101001-1f3a9c20.pdf``: by date and street; equal names hold equal bytes."""
    return f"{day.isoformat()}-{slot}-{street or 'district'}-{digest[:8]}.pdf"


def shown_name(pack: PackRecord) -> str:
    """The name under which a pack is downloaded."""
    return f"paper-pack-{pack.day.isoformat()}-{pack.slot}-{pack.street_code or 'district'}.pdf"


def _note(db: Session, pack_id: PackId, act: PackAct, *, by: Actor, clock: Clock) -> None:
    db.add(PaperPackAct(pack_id=pack_id, act=str(act), by_name=by.name, role=str(by.role), at=clock.now()))
    db.flush()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by the program's own account alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)
