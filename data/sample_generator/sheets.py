"""Writes rows as a district would keep them: XLSX, CSV in utf-8-sig and in GB 18030. The same bytes every time."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

CREATED = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
Rows = Sequence[Sequence[object]]


def write_xlsx(path: Path, sheet: str, headings: Sequence[str], rows: Rows) -> None:
    """One sheet; text stays text (18-digit numbers too), dates are Excel dates."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": sheet, "author": "mealroute synthetic district", "created": CREATED})
        page = book.add_worksheet(sheet)
        heading, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, headings, heading)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, column, datetime.combine(value, datetime.min.time()), day)
                elif isinstance(value, int | float):
                    page.write_number(number, column, value)
                elif value not in {None, ""}:
                    page.write_string(number, column, str(value))


def write_csv(path: Path, headings: Sequence[str], rows: Rows, encoding: str) -> None:
    """Comma-separated with Windows line ends, as spreadsheets save it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
