"""A file that somebody brings back, held against the register: the very file, the same rows saved anew, or something else."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from mealroute.adapters import sheets
from mealroute.core import cells
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.rowfiles import number_text
from mealroute.core.tables import Kind
from mealroute.exporting import comparing, queries, service
from mealroute.exporting.differing import Row
from mealroute.exporting.records import Checked, Entry, Verdict
from mealroute.exporting.rules import parse_number

LARGEST_BOOK = 6_000_000
"""Bytes of a workbook whose rows are read again, about 40,000 lines; of a larger one only the file's own digest is compared."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_file(db: Session, data: bytes, name: str, *, by: Actor, clock: Clock) -> Checked:
    """What an uploaded file is. The check is noted at each export that it concerns.

    Raises MealrouteError ``file-empty`` for no file.
    """
    if not data:
        raise MealrouteError("file-empty", _("%(file)s is empty.", file=name or "–"), _("Choose a file."))
    sha256 = hashlib.sha256(data).hexdigest()
    same = queries.by_digest(db, sha256=sha256, clock=clock)
    if same:
        return _said(db, Verdict.SAME_FILE, sha256, same, by=by, clock=clock, rows=same[0].file)
    tables = _tables(data, name)
    known = _known(db, tables)
    digests = [digest_of(rows) for _heads, rows in known]
    for rows, digest in digests:
        same = queries.by_digest(db, rows_sha256=digest, clock=clock)
        if same:
            return _said(db, Verdict.SAME_ROWS, sha256, same, by=by, clock=clock, found=(rows, digest))
    number = parse_number(name) or _number_inside(data, name)
    named = () if number is None else queries.by_number(db, number, clock=clock)
    told = comparing.compared(db, known[0][1], known[0][0], named, by=by, clock=clock) if known else None
    verdict = Verdict.OTHER_ROWS if told is not None or (named and digests) else Verdict.UNKNOWN
    about = named or (() if told is None else (told.entry,))
    found = _said(db, verdict, sha256, about, by=by, clock=clock, found=digests[0] if digests else None)
    return replace(found, compared=told)


def check_digest(db: Session, text: str, *, by: Actor, clock: Clock) -> Checked:
    """The same for a digest alone, of a file or of rows, where the file is too large to be brought.

    Raises MealrouteError ``not-a-digest``.
    """
    digest = "".join(text.split()).lower()
    if not _DIGEST.fullmatch(digest):
        raise MealrouteError(
            "not-a-digest", _("This is not a SHA-256."), _("It has 64 characters: digits and the letters a to f.")
        )
    same = queries.by_digest(db, sha256=digest, clock=clock)
    if same:
        return _said(db, Verdict.SAME_FILE, digest, same, by=by, clock=clock, rows=same[0].file)
    same = queries.by_digest(db, rows_sha256=digest, clock=clock)
    verdict = Verdict.SAME_ROWS if same else Verdict.UNKNOWN
    return _said(db, verdict, digest, same, by=by, clock=clock)


def rows_digest(rows: Iterable[Sequence[Any]], kinds: Sequence[str]) -> tuple[int, str]:
    """Number and digest of rows that were read from a file, whatever program has saved it."""
    return digest_of(canonical_rows(rows, kinds))


def canonical_rows(rows: Iterable[Sequence[Any]], kinds: Sequence[str]) -> list[Row]:
    """The same rows in the texts of canonical CSV."""
    padded = ([*row, *[None] * (len(kinds) - len(row))] for row in rows)
    return [tuple(canonical(cell, kind) for cell, kind in zip(row, kinds, strict=False)) for row in padded]


def digest_of(rows: Sequence[Row]) -> tuple[int, str]:
    """Number and digest of canonical rows."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return len(rows), hashlib.sha256(out.getvalue().encode()).hexdigest()


def canonical(cell: Any, kind: str) -> str:
    """A cell as canonical CSV has it: amounts with two decimals, days as 2026-02-03, text as it is.

    What does not fit its kind stays as it is, so that the digest differs.
    """
    if cell is None or cell == "":
        return ""
    match kind:
        case Kind.MONEY:
            try:
                amount = Decimal(str(cell))
            except InvalidOperation:
                return str(cell)
            return f"{amount:.2f}" if amount == round(amount, 2) else str(cell)
        case Kind.DAY:
            try:
                found: date = cells.day(cell)
            except cells.CellError:
                return str(cell)
            return found.isoformat()
        case Kind.COUNT | Kind.NUMBER:
            return number_text(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    return number_text(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _known(db: Session, tables: Iterable[tuple[list[str], list[Sequence[Any]]]]) -> list[tuple[list[str], list[Row]]]:
    """Headings and canonical rows under every list of columns whose headings the file has; empty where it has none of them."""
    return [
        (heads, canonical_rows(rows, [kind for _head, kind in shape]))
        for heads, rows in tables
        for shape in queries.shapes(db)
        if [head for head, _kind in shape] == heads
    ]


def _number_inside(data: bytes, name: str) -> tuple[int, int] | None:
    """The number that a workbook carries on its last sheet."""
    if not data.startswith(b"PK") or len(data) > LARGEST_BOOK:
        return None
    try:
        last = sheets.read_bytes(data, name)[-1]
    except MealrouteError:
        return None
    cells_ = (str(cell) for row in last.rows.values() for cell in row if cell is not None)
    return next((number for cell in cells_ if (number := parse_number(cell)) is not None), None)


def _tables(data: bytes, name: str) -> list[tuple[list[str], list[Sequence[Any]]]]:
    """Headings and rows: of a CSV, or of the first sheets of a workbook that go on under the same headings."""
    if data.startswith(b"PK"):
        if len(data) > LARGEST_BOOK:
            return []
        try:
            read = sheets.read_bytes(data, name)
        except MealrouteError:
            return []
        heads, rows = _sheet(read[0])
        for more in read[1:]:
            next_heads, next_rows = _sheet(more)
            if next_heads != heads:
                break
            rows += next_rows
        return [(heads, rows)]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        table: list[Sequence[Any]] = list(csv.reader(io.StringIO(text, newline="")))
        return [([str(cell) for cell in table[0]], table[1:])] if table else []
    return []


def _sheet(sheet: Any) -> tuple[list[str], list[Sequence[Any]]]:
    numbers = sorted(sheet.rows)
    heads = [str(cell) for cell in sheet.rows[numbers[0]] if cell not in {None, ""}]
    return heads, [sheet.rows[number] for number in numbers[1:]]


def _said(
    db: Session, verdict: Verdict, sha256: str, entries: tuple[Entry, ...], *, by: Actor, clock: Clock, rows: Any = None,
    found: tuple[int, str] | None = None,
) -> Checked:  # fmt: skip
    service.note_check(db, [one.export.id for one in entries], str(verdict), by=by, clock=clock)
    if rows is not None:
        found = (rows.rows, rows.rows_sha256)
    all_of_them = queries.reads_all(by)
    return Checked(
        verdict=verdict, sha256=sha256, rows=None if found is None else found[0], rows_sha256=None if found is None else found[1],
        entries=tuple(one for one in entries if all_of_them or one.export.account_id == by.account_id),
    )  # fmt: skip
