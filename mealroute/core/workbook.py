"""A workbook that is written while its rows are read: SpreadsheetML, some thousands of rows in memory, whatever their number.

Text is an inline string and never a formula; amounts, counts and dates are numbers. The same rows give the same sheet, byte for
byte. A sheet that is full goes on as a second one with the same headings, so nothing is cut off.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import IO, Any, Self
from xml.sax.saxutils import escape

from mealroute.core import workbook_parts as parts
from mealroute.core.layouts import Batch, Field, Kept, Layout, as_layout, turned, written
from mealroute.core.money import yuan
from mealroute.core.rowfiles import cell_text, code_text, number_text, whole
from mealroute.core.tables import MAX_TEXT, MAX_XLSX_ROWS, Column, Kind
from mealroute.core.workbook_parts import About

_EPOCH = date(1899, 12, 30).toordinal()
_STAMP = (2020, 1, 1, 0, 0, 0)  # inside the archive, so that equal rows give equal bytes
_EXCELS_OWN = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LEVEL = 4  # of compression: half the time of 6 for a file a twentieth larger


class Workbook:
    """Sheets one after another into ``out``; close it (or leave its block) to finish the file.

    ``about`` may be set until then: the document's properties, which Excel and WPS show under File, Info.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self.about = About()
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._names: list[str] = []
        self._open: Sheet | None = None

    def sheet(self, name: str, layout: Layout | Sequence[Column], *, filters: bool = False) -> "Sheet":
        """Begin a sheet; the one before it is finished. ``filters``: its heading row filters the rows."""
        if self._open is not None:
            self._open.end()
        self._open = Sheet(self._begin, name, as_layout(layout), filters=filters)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.end()
        for name, content in parts.frame(self._names, self.about).items():
            self._zip.writestr(_entry(name), content)
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self.close()
        elif self._open is not None:  # the file is of no use; only the archive's own end is wanted
            self._open.abandon()
            self._zip.close()

    def _begin(self, name: str) -> IO[bytes]:
        self._names.append(parts.sheet_name(name, self._names))
        return self._zip.open(_entry(f"xl/worksheets/sheet{len(self._names)}.xml"), "w", force_zip64=True)


class Sheet:
    """One sheet with its heading row; ``write`` appends rows."""

    def __init__(self, begin: Callable[[str], IO[bytes]], name: str, layout: Layout, *, filters: bool = False) -> None:
        self._begin_file, self._name, self._layout, self._filters = begin, name, layout, filters
        self._writers = [_writer(each) for each in layout.fields]
        self._template = "".join(
            ['<row r="%d">', *(f'<c r="{parts.letters(index)}%d"%s' for index in range(len(layout.fields))), "</row>"]
        )
        self._part = 1
        self._file = self._start()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append some rows. Raises ValueError for a row of the wrong length, or text that no cell can hold."""
        if rows:
            self.write_batch(turned(rows))

    def write_batch(self, batch: Batch) -> None:
        """The same for rows that are turned already."""
        rest, begin = len(batch[0]), 0
        while rest:
            room = min(rest, MAX_XLSX_ROWS - self._rows)
            if room == 0:
                self._next_part()
                continue
            self._append([values[begin : begin + room] for values in batch], room)
            rest, begin = rest - room, begin + room

    def end(self) -> None:
        """Finish the sheet."""
        if not self._file.closed:
            filters = parts.filters(len(self._layout.fields), self._rows) if self._filters and self._rows else b""
            self._file.write(b"</sheetData>" + filters + parts.SHEET_END + b"</worksheet>")
            self._file.close()

    def abandon(self) -> None:
        """Leave it half-written: the file is thrown away."""
        self._file.close()

    def _start(self) -> IO[bytes]:
        name = self._name if self._part == 1 else f"{self._name} {self._part}"
        self._rows = 0
        file = self._begin_file(name)
        file.write(parts.sheet_begin(self._layout.columns))
        return file

    def _next_part(self) -> None:
        self.end()
        self._part += 1
        self._file = self._start()

    def _append(self, batch: Batch, count: int) -> None:
        first = self._rows + 2  # row 1 is the heading
        numbers = range(first, first + count)
        values: list[Any] = [numbers]
        for write, taken in zip(self._writers, self._layout.taken(batch), strict=True):
            values.append(numbers)
            values.append(write(taken))
        template = self._template
        self._file.write("".join(map(template.__mod__, zip(*values, strict=True))).encode())
        self._rows += count


def _writer(each: Field) -> Callable[[Sequence[Any]], Iterable[str]]:
    """From what a column's cells are made of to their fragments of the sheet."""
    kind = each.column.kind
    kept = Kept(written(each, _fragments(kind), f' s="{parts.STYLES[kind]}"/>'))
    if each.cell is None and kind is Kind.COUNT:
        return lambda cells: (
            [f' s="3"><v>{cell}</v></c>' for cell in cells] if whole(cells) else map(kept.__getitem__, cells)
        )
    return lambda cells: map(kept.__getitem__, cells)


def _fragments(kind: Kind) -> Callable[[Any], str]:
    style = parts.STYLES[kind]
    match kind:
        case Kind.TEXT:
            return _text
        case Kind.CODE:
            return lambda value: _inline(code_text(value))
        case Kind.MONEY:
            return lambda fen: f' s="{style}"><v>{yuan(fen)}</v></c>'
        case Kind.DAY:
            return lambda day: f' s="{style}"><v>{day.toordinal() - _EPOCH}</v></c>'
        case Kind.COUNT | Kind.NUMBER:
            return lambda value: f' s="{style}"><v>{number_text(value)}</v></c>'


def _text(value: object) -> str:
    return _inline(cell_text(value))


def _inline(written: str) -> str:
    if len(written) > MAX_TEXT:
        raise ValueError(f"a cell holds at most {MAX_TEXT} characters")
    space = ' xml:space="preserve"' if written != written.strip() else ""
    shown = escape(_EXCELS_OWN.sub("_x005F_", written))
    return f' s="{parts.STYLES[Kind.TEXT]}" t="inlineStr"><is><t{space}>{shown}</t></is></c>'


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
