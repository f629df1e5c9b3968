"""What people do with swipes: look at a file, bring it in, say whose a swipe was, explain what does not fit."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.core import audit, crypto
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError, NotFound
from mealroute.core.i18n import _
from mealroute.core.importing import Sheet, layout_of
from mealroute.residents.models import Resident
from mealroute.swipes import intake, queries
from mealroute.swipes.imports import FIELDS, fields_of
from mealroute.swipes.intake import import_cards, import_swipes
from mealroute.swipes.models import SwipeNote, SwipeUpload
from mealroute.swipes.records import BatchRecord, Columns, Mismatch, Preview, PreviewRow
from mealroute.swipes.rulebook import swipe_rules

__all__ = ["assign", "bring_in", "explain", "import_cards", "import_swipes", "keep", "look"]

SHOWN_ROWS = 12
MAX_SENTENCE = 500


def keep(db: Session, content: bytes, file: str, *, by: Actor, clock: Clock) -> str:
    """Keep an uploaded file, sealed, until somebody has looked at it; returns the token. Old ones are thrown away.

    Raises MealrouteError where the file is no spreadsheet.
    """
    sheets.read_bytes(content, file)
    until = clock.now() - timedelta(hours=swipe_rules().keep_upload_hours)
    db.execute(delete(SwipeUpload).where(SwipeUpload.at < until))
    token = secrets.token_hex(16)
    db.add(
        SwipeUpload(
            token=token, account_id=by.account_id, file=file[:200], content=crypto.seal(content), at=clock.now()
        )
    )
    db.flush()
    return token


def look(db: Session, token: str, *, source: str, columns: Columns | None, by: Actor, clock: Clock) -> Preview:
    """How a kept file would be read. ``columns`` None: as this source's last file was, else as the headings say.

    Raises
    ------
    NotFound
        ``upload-gone``: brought in, thrown away, or somebody else's.
    """
    found = _sheets(db, token, by)
    chosen = columns if columns is not None else _as_before(db, source, found)
    placed = intake.place(db, found, source.strip(), chosen, by=by, clock=clock)
    held = intake.held_keys(db, placed)
    layouts = [layout_of(sheet, fields_of(chosen)) for sheet in found]
    headings = tuple(dict.fromkeys(heading for layout in layouts for heading in layout.headings))
    taken: dict[str, str] = {}
    for layout in layouts:
        taken = {**layout.columns, **taken}
    rows = []
    codes = dict(db.execute(select(Resident.id, Resident.code)).tuples().all()) if placed.rows else {}
    for line, values in placed.rows[:SHOWN_ROWS]:
        rows.append(
            PreviewRow(
                row=line.row.number, day=line.day, slot=str(line.slot), at=values["at"], tail=values["tail"],
                resident_code=codes.get(values["resident_id"] or 0, ""), site_code=values["site_code"], kind=line.kind,
                price_fen=line.price_fen, paid_fen=line.paid_fen, repeated=values["natural_key"] in held,
            )
        )  # fmt: skip
    keys = {values["natural_key"] for _line, values in placed.rows}
    days = [line.day for line, _values in placed.rows]
    before = intake.earlier(db, source.strip(), found[0].digest)
    return Preview(
        token=token, file=found[0].file, source=source.strip(), headings=headings, columns=taken, in_fen=chosen.in_fen,
        rows=len(placed.rows), new=len(keys - held), repeated=len(placed.rows) - len(keys - held),
        unknown_people=sum(1 for _line, values in placed.rows if values["resident_id"] is None), first_day=min(days, default=None),
        last_day=max(days, default=None), sample=tuple(rows), problems=placed.problems, before=before.by_name if before else "",
    )  # fmt: skip


def _as_before(db: Session, source: str, found: Sequence[Sheet]) -> Columns:
    """How this source's last file was read, where this one has the same headings."""
    held = queries.columns_of(db, source.strip())
    chosen: Mapping[str, str] = held.get("chosen") or {}
    there = {heading for sheet in found for heading in layout_of(sheet, FIELDS).headings}
    fits = set(chosen.values()) <= there
    return Columns(chosen=chosen if fits else {}, in_fen=bool(held.get("in_fen")) and fits)


def bring_in(
    db: Session, token: str, *, source: str, columns: Columns, by: Actor, clock: Clock, first: date | None = None,
    last: date | None = None,
) -> BatchRecord:  # fmt: skip
    """Bring a kept file in, once. Raises what ``intake.bring_in`` and ``look`` refuse."""
    batch, _result = intake.bring_in(
        db, _sheets(db, token, by), source=source, columns=columns, by=by, clock=clock, first=first, last=last
    )
    db.execute(delete(SwipeUpload).where(SwipeUpload.token == token))
    return batch


def _sheets(db: Session, token: str, by: Actor) -> tuple[Sheet, ...]:
    row = db.scalars(select(SwipeUpload).where(SwipeUpload.token == token)).one_or_none()
    if row is None or row.account_id != by.account_id:
        raise NotFound("upload-gone", _("This file is no longer here."), _("Choose it again."))
    return sheets.read_bytes(crypto.unseal(row.content), row.file)


def explain(
    db: Session, month_days: tuple[date, date], subject: str, *, sentence: str, by: Actor, clock: Clock
) -> None:
    """A person explains a swipe or a meal that does not fit; the words hold for what is wrong with it now.

    Raises
    ------
    MealrouteError
        ``sentence-missing``, ``nothing-to-explain``.
    """
    words = _sentence(sentence)
    one = _open(db, month_days, subject, by)
    db.add(SwipeNote(subject=subject, trouble=str(one.trouble), sentence=words, by_name=by.name, at=clock.now()))
    db.flush()
    audit.record(
        db,
        by=by,
        clock=clock,
        action="swipes.explained",
        subject=subject,
        reason=words,
        detail={"trouble": str(one.trouble)},
    )


def assign(
    db: Session,
    month_days: tuple[date, date],
    subject: str,
    resident_code: str,
    *,
    sentence: str,
    by: Actor,
    clock: Clock,
) -> None:
    """A person says whose swipe it was: of a card that nobody knows, or of one that somebody else used.

    Raises
    ------
    MealrouteError
        ``sentence-missing``, ``nothing-to-explain``, ``resident-not-found``.
    """
    words = _sentence(sentence)
    one = _open(db, month_days, subject, by)
    if one.swipe is None:
        raise NotFound("nothing-to-explain", _("This meal has no open difference."))
    person = db.scalars(select(Resident).where(Resident.code == resident_code.strip().upper())).one_or_none()
    if person is None or not by.scope.sees_street(person.street_code):
        raise NotFound("resident-not-found", _("There is no such resident."))
    note = SwipeNote(subject=subject, trouble=str(one.trouble), sentence=words, by_name=by.name, at=clock.now())
    note.resident_id = person.id
    db.add(note)
    db.flush()
    audit.record(
        db,
        by=by,
        clock=clock,
        action="swipes.assigned",
        subject=subject,
        reason=words,
        detail={"resident": person.code},
    )


def _sentence(sentence: str) -> str:
    words = sentence.strip()[:MAX_SENTENCE]
    if not words:
        raise MealrouteError(
            "sentence-missing", _("An explanation needs a sentence: what happened, and who bears the amount.")
        )
    return words


def _open(db: Session, month_days: tuple[date, date], subject: str, by: Actor) -> Mismatch:
    found = queries.reckoning(db, *month_days, scope=by.scope)
    for one in found.open:
        if one.subject == subject:
            return one
    raise NotFound("nothing-to-explain", _("This meal has no open difference."))
