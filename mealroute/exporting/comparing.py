"""The rows of a file that is not what was exported, held against the very rows of the export: made anew from the lines of the month."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import speaking
from mealroute.core.rowfiles import CsvRows
from mealroute.exporting import contents, queries
from mealroute.exporting.differing import Row, differences
from mealroute.exporting.reach import lines_of
from mealroute.exporting.records import Compared, Difference, Entry

MOST_ROWS, MOST_TRIED, SHOWN = 60_000, 3, 50
"""Rows that are made anew for a comparison, exports that are tried for a file without a number, and differences that are told."""
_PERSONAL = frozenset({"姓名", "身份证号", "老年人姓名", "公民身份号码"})


def compared(
    db: Session, rows: Sequence[Row], headings: Sequence[str], named: Sequence[Entry], *, by: Actor, clock: Clock
) -> Compared | None:
    """What differs from the export that the file says it is; without a number, from the likeliest of those with these columns.

    None where there is no such export within the reader's reach, or where its month has changed since, so that its rows cannot be made again.
    """
    best: Compared | None = None
    for entry in _candidates(db, headings, named, len(rows), by=by, clock=clock):
        exported = _exported(db, entry, clock=clock)
        if exported is None:
            continue
        told = differences(exported, rows, headings)
        if not named and len({one.row for one in told}) * 2 > len(rows):
            continue  # another file altogether
        if best is None or len(told) < best.count:
            shown = told[:SHOWN] if entry.export.wanted.masked else tuple(map(_without_persons, told[:SHOWN]))
            best = Compared(entry=entry, count=len(told), differences=shown)
    return best


def _candidates(
    db: Session, headings: Sequence[str], named: Sequence[Entry], count: int, *, by: Actor, clock: Clock
) -> list[Entry]:
    known = [one for one in (named or queries.of_columns(db, headings, by=by, clock=clock)) if one.file is not None]
    seen: set[str] = set()
    found = []
    for one in known:
        assert one.file is not None
        within = queries.reads_all(by) or one.export.account_id == by.account_id
        full = not one.export.wanted.masked and one.export.account_id != by.account_id
        near = abs(one.file.rows - count) <= max(10, count // 2)
        if within and not full and one.file.rows <= MOST_ROWS and (named or near) and one.file.rows_sha256 not in seen:
            seen.add(one.file.rows_sha256)
            found.append(one)
    return found[:MOST_TRIED]


def _exported(db: Session, entry: Entry, *, clock: Clock) -> list[Row] | None:
    """The rows of an export as canonical texts; None where they are not what they were."""
    assert entry.file is not None
    out = io.BytesIO()
    try:
        with speaking("zh"):
            content = contents.content_of(db, entry.export, lines_of(db, entry.export), clock=clock)
            file = CsvRows(out, content.layout)
            for batch in content.batches:
                file.write_batch(batch)
    except MealrouteError:
        return None
    if file.rows_sha256 != entry.file.rows_sha256:
        return None
    read = csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    return [tuple(row) for row in read][1:]


def _without_persons(one: Difference) -> Difference:
    return replace(one, found="…", exported="…") if one.column in _PERSONAL else one
