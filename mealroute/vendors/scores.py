"""Vendors' scores as they are kept: written by what watches over the month, read by what gives out work."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.core.clock import Clock
from mealroute.vendors.score_models import VendorScore
from mealroute.vendors.score_records import ScoreInput, ScoreRecord, Side


def keep(db: Session, entries: Iterable[ScoreInput], *, clock: Clock) -> tuple[ScoreRecord, ...]:
    """Write the scores whose figures differ from the newest kept ones; answers those written.

    Doing it again with the same figures writes nothing. Two writers at once: the second fails on the revision's
    unique key and may simply run again.
    """
    held = {(row.vendor_code, row.side, row.period): row for row in revisions(db)}
    written = []
    for entry in entries:
        last = held.get((entry.vendor_code, entry.side, entry.period))
        if last is not None and (last.digest, last.score) == (entry.digest, entry.score):
            continue
        row = VendorScore(
            vendor_code=entry.vendor_code, side=str(entry.side), period=entry.period, score=entry.score,
            revision=1 if last is None else last.revision + 1, digest=entry.digest, at=clock.now(),
        )  # fmt: skip
        db.add(row)
        written.append(row)
    db.flush()
    return tuple(_record(row) for row in written)


def revisions(db: Session, vendor_code: str | None = None) -> tuple[ScoreRecord, ...]:
    """Every kept score, oldest month and revision first, so that later ones overwrite earlier ones in a mapping."""
    query = select(VendorScore).order_by(VendorScore.period, VendorScore.revision, VendorScore.id)
    if vendor_code is not None:
        query = query.where(VendorScore.vendor_code == vendor_code)
    return tuple(_record(row) for row in db.scalars(query))


def latest(db: Session, side: Side = Side.DELIVERED) -> dict[str, ScoreRecord]:
    """Vendor → the newest score of one side: the newest revision of the newest month that was scored."""
    return {row.vendor_code: row for row in revisions(db) if row.side is side}


def _record(row: VendorScore) -> ScoreRecord:
    return ScoreRecord(
        vendor_code=row.vendor_code, side=Side(row.side), period=row.period, revision=row.revision, score=row.score,
        digest=row.digest, at=row.at,
    )  # fmt: skip
