r"""Rows out as CSV, however many: written in batches, with two digests made on the way.

The *rows digest* is the SHA-256 of the data rows in canonical CSV (docs/exports.md): UTF-8 without mark, no heading row, ``\n``
after each row, a cell in quotes exactly where it holds a comma or a quote. No cell holds a line break, so the same digest comes from
the file itself: ``tail -n +2 file.csv | tr -d '\r' | sha256sum``.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO

from mealroute.core.layouts import Batch, Field, Kept, Layout, Part, as_layout, column_of, turned, written
from mealroute.core.money import yuan
from mealroute.core.tables import Column, Kind, safe_text

BATCH = 1_000
"""Rows that are held at a time: as many as the processor's cache holds."""
MOST_COMBINATIONS = 20_000
"""Of the values of one part that are remembered: with their texts some MB."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]+")
_ODD = re.compile(r"^\s*[-=+@＝＋－＠]|^\d{16}|[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]")
"""Text that needs a second look; what does not match is written as it is."""
_QUOTED = re.compile('[,"]')
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


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

    def __init__(self, out: BinaryIO | None, layout: Layout | Sequence[Column], *, encoding: str = "utf-8-sig") -> None:
        self.rows = 0
        self._layout = as_layout(layout)
        self._out = out
        self._encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._pieces = _pieces(self._layout)
        self._canonical, self._file = hashlib.sha256(), hashlib.sha256()
        heading = ",".join(_quoted(cell_text)(column.heading) for column in self._layout.columns)
        self._append((b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b"") + f"{heading}\r\n".encode(self._encoding))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append some rows."""
        if rows:
            self.write_batch(turned(rows))

    def write_batch(self, batch: Batch) -> None:
        """Append some rows that are turned already, best about ``BATCH`` at once."""
        held = self._layout.named(batch)
        texts = [write(held) for write in self._pieces]
        text = "\n".join(map(",".join, zip(*texts, strict=True))) + "\n"
        canonical = text.encode()
        self._canonical.update(canonical)
        same = self._encoding == "utf-8"
        self._append((canonical if same else text.encode(self._encoding)).replace(b"\n", b"\r\n"))
        self.rows += len(batch[0])

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


def harmless(cells: Sequence[Any]) -> bool:
    """Whether all cells are text that is written as it is: found for many at once faster than for each. False proves nothing."""
    if set(map(type, cells)) != {str}:
        return False
    together = " ".join(cells)
    begin = "".join({cell[:1] for cell in cells})
    return together.isprintable() and begin.isalpha() and "," not in together and '"' not in together


_Piece = Callable[[Mapping[str, Sequence[Any]]], Iterable[str]]
"""From what the rows of a batch hold under each name to the texts of one cell, or of several side by side."""


def _pieces(layout: Layout) -> list[_Piece]:
    """What a row consists of: cells, and runs of cells of one part, which are remembered together."""
    found: list[_Piece] = []
    for name, run in groupby(layout.fields, key=lambda each: each.part if each.part in layout.parts else ""):
        if name:
            found.append(_side_by_side(name, tuple(run), layout.parts[name]))
        else:
            found.extend(_alone(each, _writer(each)) for each in run)
    return found


def _side_by_side(name: str, run: Sequence[Field], part: Part) -> _Piece:
    cells = [
        (Kept(written(each, _quoted(written_as(each.column.kind)))), itemgetter(*map(part.values.index, each.values)))
        for each in run
    ]

    def made(packed: str) -> str:
        values = part.unpack(packed)
        return ",".join(text[take(values)] for text, take in cells)

    kept = Kept(made, MOST_COMBINATIONS)
    return lambda held: map(kept.__getitem__, held[name])


def _alone(each: Field, write: Callable[[Sequence[Any]], Iterable[str]]) -> _Piece:
    return lambda held: write(column_of(each, held))


def _writer(each: Field) -> Callable[[Sequence[Any]], Iterable[str]]:
    """From what a column's cells are made of to their texts."""
    kind = each.column.kind
    kept = Kept(written(each, _quoted(written_as(kind))))
    if each.cell is None and kind is Kind.COUNT:
        return lambda cells: map(str, cells) if whole(cells) else map(kept.__getitem__, cells)
    if each.cell is None and kind is Kind.TEXT and each.varied:
        return lambda cells: cells if harmless(cells) else map(kept.__getitem__, cells)
    return lambda cells: map(kept.__getitem__, cells)


def _quoted(write: Callable[[Any], str]) -> Callable[[Any], str]:
    def quoted(cell: Any) -> str:
        text = write(cell)
        return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text

    return quoted
