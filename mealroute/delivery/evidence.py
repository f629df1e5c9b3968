"""Photos and signatures beside a record: sealed, named by their content, shown only to whoever may see them and only on record."""

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core import audit, crypto
from mealroute.core.actor import Actor, Scope
from mealroute.core.clock import Clock
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.core.once import insert_new
from mealroute.delivery import queries
from mealroute.delivery.evidence_models import Evidence
from mealroute.delivery.models import Proof
from mealroute.delivery.records import Duplicate, ProofId, ProofProblem, Recorded
from mealroute.delivery.reopening import Later
from mealroute.dispatch.models import Run
from mealroute.orders.models import BookLine

FOLDER = "evidence"
LARGEST = 16 * 1024 * 1024
"""Bytes of one photo: what a phone sends that cannot make it smaller itself."""
IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
MOST_NUMBERS = 20_000
"""Coordinates in one signature: some minutes of scribbling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInput:
    """One piece as it comes from a phone; ``proof`` is the client id of the record that it belongs to.

    A signature is ``{"strokes": [[x, y, x, y, …], …]}`` in a box of 1000 by 400.
    """

    client_id: str
    proof: str
    photo: bytes = b""
    strokes: tuple[tuple[int, ...], ...] = ()
    phone_at: datetime | None = None
    by_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """One piece, without its content."""

    id: int
    proof_id: ProofId
    book_line_id: int
    kind: str
    verdict: str
    size: int
    by_name: str
    phone_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One piece opened: a picture with its type, or the strokes of a signature."""

    kind: str
    mime: str = ""
    photo: bytes = b""
    strokes: tuple[tuple[int, ...], ...] = ()


def add(
    db: Session, entry: EvidenceInput, *, run_ids: Sequence[int], instance: Path, by: Actor, clock: Clock
) -> Recorded | Duplicate | Later | ProofProblem:
    """Store one piece beside its record; ``Later`` where the record itself has not arrived yet."""
    if found := _fault(entry):
        return found
    row = db.execute(
        select(Proof.id, Proof.run_id, Proof.book_line_id).where(Proof.client_id == entry.proof)
    ).one_or_none()
    if row is None:
        return Later(entry.client_id)
    if row.run_id not in run_ids:
        return ProofProblem(entry.client_id, row.book_line_id, "proof-not-on-run", _("This record is not of this run."))
    digest = keep_photo(entry.photo, instance) if entry.photo else ""
    values: dict[str, Any] = {
        "client_id": entry.client_id, "proof_id": row.id, "kind": "photo" if entry.photo else "signature", "digest": digest,
        "size": len(entry.photo), "content": {} if entry.photo else {"strokes": [list(stroke) for stroke in entry.strokes]},
        "verdict": "", "by_name": (entry.by_name.strip() or by.name)[:80], "phone_at": entry.phone_at, "at": clock.now(),
    }  # fmt: skip
    new = insert_new(db, Evidence, [values], Evidence.client_id, Evidence.id)
    if not new:
        return Duplicate(entry.client_id, ProofId(row.id))
    audit.record(
        db, by=by, clock=clock, action="delivery.evidence-added", subject=f"proof/{row.id}", detail={"kind": values["kind"]},
        digest=digest or None,
    )  # fmt: skip
    return Recorded(entry.client_id, ProofId(row.id))


def _fault(entry: EvidenceInput) -> ProofProblem | None:
    if entry.photo and (len(entry.photo) > LARGEST or not mime_of(entry.photo)):
        return ProofProblem(
            entry.client_id,
            0,
            "photo-unreadable",
            _("This is not a photo that can be kept: JPEG or PNG, at most 16 MB."),
        )
    numbers = [number for stroke in entry.strokes for number in stroke]
    if not entry.photo and (not numbers or len(numbers) > MOST_NUMBERS or any(len(s) % 2 for s in entry.strokes)):
        return ProofProblem(entry.client_id, 0, "signature-unreadable", _("This is not a signature that can be kept."))
    return None


def mime_of(photo: bytes) -> str:
    """The type of a picture by its first bytes; empty for anything else."""
    return next((mime for start, mime in IMAGES.items() if photo.startswith(start)), "")


def keep_photo(photo: bytes, instance: Path) -> str:
    """Write the sealed file once and name it by its content; the same picture twice is one file.

    ``add`` does it too: doing it before the transaction keeps nobody waiting for the disk.
    """
    digest = hashlib.sha256(photo).hexdigest()
    path = _path(instance, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(f".{uuid4().hex}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(crypto.seal(photo))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    return digest


def _path(instance: Path, digest: str) -> Path:
    return instance / FOLDER / digest[:2] / digest


def pieces(db: Session, line_ids: Collection[int]) -> dict[int, tuple[EvidenceRecord, ...]]:
    """Line → what lies beside its records, current and superseded, oldest first."""
    query = (
        select(Evidence, Proof.book_line_id)
        .join(Proof, Proof.id == Evidence.proof_id)
        .where(Proof.book_line_id.in_(sorted(set(line_ids))))
        .order_by(Evidence.id)
    )
    found: dict[int, tuple[EvidenceRecord, ...]] = {}
    for row, line in db.execute(query).tuples():
        found[line] = (
            *found.get(line, ()),
            EvidenceRecord(
                id=row.id, proof_id=ProofId(row.proof_id), book_line_id=line, kind=row.kind, verdict=row.verdict, size=row.size,
                by_name=row.by_name, phone_at=row.phone_at, at=row.at,
            ),
        )  # fmt: skip
    return found


def show(db: Session, evidence_id: int, *, instance: Path, scope: Scope, by: Actor, clock: Clock) -> Shown:
    """Open one piece for somebody within whose reach the door lies; the look is recorded.

    Raises
    ------
    NotFound
        ``evidence-not-found``: there is none, it lies outside the scope, or its file is gone.
    """
    row = db.scalar(
        select(Evidence)
        .join(Proof, Proof.id == Evidence.proof_id)
        .join(Run, Run.id == Proof.run_id)
        .join(BookLine, BookLine.id == Proof.book_line_id)
        .where(Evidence.id == evidence_id, *queries.in_scope(scope))
    )
    if row is None:
        raise _none()
    audit.record(
        db,
        by=by,
        clock=clock,
        action="delivery.evidence-shown",
        subject=f"evidence/{row.id}",
        detail={"kind": row.kind},
    )
    if row.kind == "signature":
        return Shown(kind=row.kind, strokes=tuple(tuple(stroke) for stroke in row.content.get("strokes", ())))
    path = _path(instance, row.digest)
    if not path.is_file():
        raise _none()
    photo = crypto.unseal(path.read_bytes())
    return Shown(kind=row.kind, mime=mime_of(photo), photo=photo)


def _none() -> NotFound:
    return NotFound("evidence-not-found", _("There is no such photo or signature within your reach."))
