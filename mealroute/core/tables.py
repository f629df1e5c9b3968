"""Tables out: CSV and XLSX that open cleanly in Excel and WPS, the same bytes for the same rows.

Every column says what it holds. Text is never a formula and is never turned into a number; amounts, counts and dates stay numbers
and dates in XLSX, negative ones too. Money cells are whole fen and are shown as yuan with two decimals.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import xlsxwriter

from mealroute.core.money import yuan

MAX_XLSX_ROWS = 1_048_575
MAX_TEXT = 32_767
_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001 -- a fixed stamp inside the file, so that equal rows give equal bytes
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG_DIGITS = re.compile(r"\d{16,}")


class Kind(StrEnum):
    """What the cells of a column hold; ``None`` is an empty cell in each.

    CODE is text that its maker has found harmless (letters and digits), written without the apostrophe that keeps long numbers
    whole in Excel: for programs that read the file.
    """

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it holds, and its width in characters (XLSX only)."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: a heading row, then the rows. Cells follow their column's kind (MONEY: int fen, DAY: date)."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def safe_text(value: object) -> str:
    """Text that no spreadsheet takes for a formula: a leading = + - @, tab or line break gets an apostrophe before it.

    So does a number of more than 15 digits, whose end Excel would lose when it opens a CSV.
    """
    written = "" if value is None else str(value)
    return f"'{written}" if written.startswith(_DANGEROUS) or _LONG_DIGITS.fullmatch(written) else written


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with mark (Excel needs it for Chinese), commas, CRLF, one heading row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(column.heading) for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow([_written(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(tables: Sequence[Table]) -> bytes:
    """One sheet per table, headings frozen, in constant memory: 200,000 rows are a job with progress, not a page.

    Raises
    ------
    ValueError
        More rows or longer text than a sheet can hold: nothing is cut off silently.
    """
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _CREATED})
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {
            Kind.TEXT: book.add_format({"num_format": "@"}),
            Kind.CODE: book.add_format({"num_format": "@"}),
            Kind.COUNT: book.add_format({"num_format": "0"}),
            Kind.NUMBER: book.add_format({"num_format": "General"}),
            Kind.MONEY: book.add_format({"num_format": "0.00"}),
            Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name))
            sheet.freeze_panes(1, 0)
            for index, column in enumerate(table.columns):
                sheet.set_column(index, index, column.width)
                sheet.write_string(0, index, safe_text(column.heading), heading)
            for number, row in enumerate(table.rows, start=1):
                if number > MAX_XLSX_ROWS:
                    raise ValueError(f"a sheet holds at most {MAX_XLSX_ROWS} rows")
                for index, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                    _write(sheet, number, index, cell, column.kind, formats[column.kind])
    return out.getvalue()


def _written(cell: Any, kind: Kind) -> str:
    if cell is None:
        return ""
    match kind:
        case Kind.TEXT:
            return safe_text(cell)
        case Kind.CODE:
            return str(cell)
        case Kind.MONEY:
            return yuan(cell)
        case Kind.DAY:
            return str(cell.isoformat())
        case Kind.COUNT | Kind.NUMBER:
            return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _write(sheet: Any, row: int, index: int, cell: Any, kind: Kind, shape: Any) -> None:
    if cell is None:
        return
    match kind:
        case Kind.TEXT | Kind.CODE:
            written = safe_text(cell) if kind is Kind.TEXT else str(cell)
            if len(written) > MAX_TEXT:
                raise ValueError(f"a cell holds at most {MAX_TEXT} characters")
            sheet.write_string(row, index, written, shape)
        case Kind.MONEY:
            sheet.write_number(row, index, cell / 100, shape)
        case Kind.DAY:
            day: date = cell
            sheet.write_datetime(row, index, datetime(day.year, day.month, day.day), shape)  # noqa: DTZ001 -- a date
        case Kind.COUNT | Kind.NUMBER:
            sheet.write_number(row, index, cell, shape)


def _sheet_name(name: str) -> str:
    r"""Excel allows 31 characters without []:*?/\\."""
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31] or "1"
