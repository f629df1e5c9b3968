r"""Rows out as CSV, however many: written in batches, with two digests made on the way.

The *rows digest* is the SHA-256 of the data rows in canonical CSV (docs/exports.md): UTF-8 without mark, no heading row, ``\n``
after each row, a cell in quotes exactly where it holds a comma or a quote. No cell holds a line break, so the same digest comes from
the file itself: ``tail -n +2 file.csv | tr -d '\r' | sha256sum``.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, BinaryIO

from mealroute.core.money import yuan
from mealroute.core.tables import Column, Kind, safe_text

BATCH = 5_000
"""Rows that are held at a time."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]+")
_ODD = re.compile(r"^\s*[-=+@＝＋－＠]|^\d{16}|[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]")
"""Text that needs a second look; what does not match is written as it is."""
_QUOTED = re.compile('[,"]')
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MOST_KEPT = 20_000


def cell_text(value: object) -> str:
    """Text for a cell that no spreadsheet takes for a formula, on one line.

    As ``safe_text``; besides, runs of line breaks and control characters become one space, and a formula sign is found behind
    white space too.
    """
    written = "" if value is None else str(value)
    if _ODD.search(written) is None:
        return written
    flat = _BREAKS.sub(" ", written)
    safe = safe_text(written) if flat == written else safe_text(flat)
    if safe == flat and flat.lstrip().startswith(_FORMULA):
        return f"'{flat}"
    return safe


def code_text(value: object) -> str:
    """A number that is a name, as it is. Raises ValueError where it could be a formula: its maker has not looked."""
    written = str(value)
    if cell_text(written) not in {written, f"'{written}"} or written.startswith(_FORMULA):
        raise ValueError("a code holds letters and digits only")
    return written


def number_text(value: object) -> str:
    """A number as text: floats with 15 digits, as spreadsheets hold them."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def day_text(value: date) -> str:
    return value.isoformat()


class Kept(dict[Any, Any]):
    """Value → what is made of it, remembered: a month has few streets, prices and days. Emptied before it grows large."""

    def __init__(self, write: Callable[[Any], Any], nothing: str = "") -> None:
        super().__init__()
        self._write = write
        self._nothing = nothing

    def __missing__(self, cell: Any) -> Any:
        if len(self) >= _MOST_KEPT:
            self.clear()
        written = self[cell] = self._nothing if cell is None else self._write(cell)
        return written


def written_as(kind: Kind) -> Callable[[Any], str]:
    """How a cell of this kind is written in CSV."""
    match kind:
        case Kind.TEXT:
            return cell_text
        case Kind.CODE:
            return code_text
        case Kind.MONEY:
            return yuan
        case Kind.DAY:
            return day_text
        case Kind.COUNT | Kind.NUMBER:
            return number_text


class CsvRows:
    """A CSV file that grows: UTF-8 with mark, CRLF, one heading row, then the rows of each ``write``.

    Without ``out`` only the digests are wanted. ``encoding`` other than UTF-8 is for receivers that cannot read it; the rows
    digest is of UTF-8 all the same. Raises ValueError for a row of the wrong length.
    """

    def __init__(self, out: BinaryIO | None, columns: Sequence[Column], *, encoding: str = "utf-8-sig") -> None:
        self.rows = 0
        self._out = out
        self._encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._kept = [Kept(_quoted(written_as(column.kind))) for column in columns]
        self._counts = [column.kind is Kind.COUNT for column in columns]
        self._canonical, self._file = hashlib.sha256(), hashlib.sha256()
        heading = ",".join(_quoted(cell_text)(column.heading) for column in columns)
        self._append((b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b"") + f"{heading}\r\n".encode(self._encoding))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append some rows, best some thousands at once."""
        if not rows:
            return
        texts = [
            map(str, cells) if count and whole(cells) else map(kept.__getitem__, cells)
            for cells, kept, count in zip(zip(*rows, strict=True), self._kept, self._counts, strict=True)
        ]
        written = "\n".join(map(",".join, zip(*texts, strict=True))) + "\n"
        canonical = written.encode()
        self._canonical.update(canonical)
        same = self._encoding == "utf-8"
        self._append((canonical if same else written.encode(self._encoding)).replace(b"\n", b"\r\n"))
        self.rows += len(rows)

    @property
    def rows_sha256(self) -> str:
        return self._canonical.hexdigest()

    @property
    def file_sha256(self) -> str:
        return self._file.hexdigest()

    def _append(self, data: bytes) -> None:
        self._file.update(data)
        if self._out is not None:
            self._out.write(data)


def whole(cells: Sequence[Any]) -> bool:
    """Whether all cells are whole numbers, which are written faster than they are looked up."""
    return set(map(type, cells)) == {int}


def _quoted(write: Callable[[Any], str]) -> Callable[[Any], str]:
    def written(cell: Any) -> str:
        text = write(cell)
        return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text

    return written
