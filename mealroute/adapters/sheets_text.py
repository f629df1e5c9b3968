"""CSV as people save it: UTF-8 with or without mark, GB 18030, UTF-16; comma, semicolon or tab."""

import csv
import io

from mealroute.core.cells import CellValue
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

DELIMITERS = ",;\t，"
MAX_CELLS = 20_000_000
MAX_CELL = 32_767  # Excel's own limit


def read_text(data: bytes, name: str) -> dict[int, list[CellValue]]:
    """Row number → cells. A quoted line break stays inside its cell and counts as one row, as in Excel.

    Raises
    ------
    MealrouteError
        Not text in any of the encodings, or a web page or program file under a spreadsheet's name.
    """
    written = _decode(data, name)
    if "\x00" in written or written.lstrip()[:200].lower().startswith(
        ("<!doctype", "<html", "<table", "<?xml", "%pdf")
    ):
        raise MealrouteError(
            "file-unreadable",
            _("%(file)s is damaged or not a spreadsheet.", file=name),
            _("Open it in Excel or WPS and save it again as .xlsx."),
        )
    lines = written.splitlines()
    first = lines[0] if lines else ""
    if first.lower().startswith("sep=") and len(first) == 5:  # a hint that Excel reads, not a row of its own
        delimiter = first[4]
        skip = 1
    else:
        delimiter = max(DELIMITERS, key=lambda sign: _outside_quotes(first, sign))
        skip = 0
    if written.count(delimiter) > MAX_CELLS:
        raise MealrouteError(
            "file-too-large",
            _("%(file)s has too many columns.", file=name),
            _("Remove empty formatted rows or split the file."),
        )
    csv.field_size_limit(MAX_CELL * 4)
    try:
        rows = list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter))
    except csv.Error:
        raise MealrouteError(
            "file-unreadable",
            _("%(file)s has a cell without an end, probably an open quotation mark.", file=name),
            _("Open it in Excel or WPS and save it again as .xlsx."),
        ) from None
    return {number: list(row) for number, row in enumerate(rows, start=1) if number > skip}


def _decode(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise MealrouteError(
        "file-encoding",
        _("%(file)s is neither UTF-8 nor GB 18030 text.", file=name),
        _("Open it in Excel or WPS and save it again as .xlsx."),
    )


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
