"""Content → a file on disk, in batches: what is held in memory does not grow with the rows."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mealroute.core.rowfiles import CsvRows
from mealroute.core.tables import Table
from mealroute.core.workbook import Workbook
from mealroute.core.workbook_parts import About
from mealroute.exporting.contents import Content

Report = Callable[[int], None]
"""Told how many rows are written; may raise to stop the writing."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file."""

    rows: int
    rows_sha256: str
    sha256: str
    size: int


def write_csv(path: Path, content: Content, report: Report) -> Written:
    """One heading row, one row a line, nothing else."""
    with path.open("wb") as out:
        file = CsvRows(out, content.layout, encoding=content.encoding)
        for batch in content.batches:
            file.write_batch(batch)
            report(file.rows)
    return Written(file.rows, file.rows_sha256, file.file_sha256, path.stat().st_size)


def write_xlsx(
    path: Path, content: Content, last_sheet: Callable[[int, str], tuple[Table, About]], report: Report
) -> Written:
    """The rows on the first sheet, then the other tables; ``last_sheet`` gives the note once rows and digest are known."""
    digest = CsvRows(None, content.layout)
    with path.open("wb") as out, Workbook(out) as book:
        first = book.sheet(content.sheet, content.layout, filters=True)
        for batch in content.batches:
            first.write_batch(batch)
            digest.write_batch(batch)
            report(digest.rows)
        note, book.about = last_sheet(digest.rows, digest.rows_sha256)
        for table in (*content.more(), note):
            book.sheet(table.name, table.columns).write(list(table.rows))
    return Written(digest.rows, digest.rows_sha256, file_sha256(path), path.stat().st_size)


def write_pdf(path: Path, content: Content, draw: Callable[[int, str], bytes], report: Report) -> Written:
    """A printed form; its digest is that of the rows which it sums up."""
    digest = CsvRows(None, content.layout)
    for batch in content.batches:
        digest.write_batch(batch)
        report(digest.rows)
    path.write_bytes(draw(digest.rows, digest.rows_sha256))
    return Written(digest.rows, digest.rows_sha256, file_sha256(path), path.stat().st_size)


def file_sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def private_folder(folder: Path) -> Path:
    """``folder``, made if need be, for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def fresh(path: Path) -> Path:
    """An empty file beside ``path`` that only its owner reads, to be moved to its place when it is whole."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return part
