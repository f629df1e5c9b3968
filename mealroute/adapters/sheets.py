"""Spreadsheet files → ``Sheet``s: XLSX and XLS through calamine, CSV as Excel and WPS write it.

The content decides what a file is, never its name. Row numbers are those that Excel shows. Files come from outside: sizes are
bounded before anything is unpacked, and what cannot be read ends in one sentence, never in a traceback.
"""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError

from mealroute.adapters import sheets_xml
from mealroute.adapters.sheets_text import read_text
from mealroute.core.cells import CellValue, is_blank
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _
from mealroute.core.importing import Sheet

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 300_000_000
MAX_ROWS = 200_000
MAX_CELLS = 20_000_000
"""The grid from A1 to the last cell of a sheet, empty cells included: what the reader holds in memory."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of a file that holds anything.

    Raises
    ------
    MealrouteError
        The file is missing, empty, too large, locked by a password, or not a spreadsheet.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path.name)
        return read_bytes(path.read_bytes(), path.name)
    except OSError:
        raise MealrouteError(
            "file-not-found", _("%(file)s cannot be opened.", file=path.name), _("Check the path and the permission.")
        ) from None


def read_bytes(data: bytes, name: str) -> tuple[Sheet, ...]:
    """As ``read``, for a file that was uploaded. ``name`` is only shown."""
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    if not data.strip():
        raise MealrouteError("file-empty", _("%(file)s is empty.", file=name), _("Save the sheet again and retry."))
    digest = hashlib.sha256(data).hexdigest()
    found = _workbook(data, name) if data.startswith((_ZIP, _OLE)) else {"": read_text(data, name)}
    sheets = []
    for title, rows in found.items():
        kept = {number: row for number, row in rows.items() if not all(is_blank(cell) for cell in row)}
        if len(kept) > MAX_ROWS:
            raise _too_large(name)
        if kept:
            sheets.append(Sheet(name, title, kept, digest))
    if not sheets:
        raise MealrouteError("file-empty", _("%(file)s is empty.", file=name), _("Save the sheet again and retry."))
    return tuple(sheets)


def _workbook(data: bytes, name: str) -> dict[str, dict[int, list[CellValue]]]:
    try:
        return _unpack(data, name)
    except MealrouteError:
        raise
    except PasswordError:
        raise _locked(name) from None
    except BaseException as error:  # a damaged file can end anywhere, in a panic of the native reader too
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if _ENCRYPTED in data:
            raise _locked(name) from None
        raise _unreadable(name) from None


def _unpack(data: bytes, name: str) -> dict[str, dict[int, list[CellValue]]]:
    facts: dict[str, sheets_xml.SheetFacts] = {}
    if data.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise _too_large(name)
            if not sheets_xml.is_workbook(archive):
                raise _unreadable(name)
            facts = sheets_xml.facts(archive)
    if any(sheet.cells > MAX_CELLS for sheet in facts.values()):
        raise _too_large(name)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: dict[str, dict[int, list[CellValue]]] = {}
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        for (row, column), error in facts[title].errors.items() if title in facts else ():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = error
        found[title] = {index + 1: row for index, row in enumerate(rows)}
    return found


def _locked(name: str) -> MealrouteError:
    return MealrouteError(
        "file-encrypted",
        _("%(file)s is locked by a password.", file=name),
        _("Remove the password in Excel, save, and retry."),
    )


def _unreadable(name: str) -> MealrouteError:
    return MealrouteError(
        "file-unreadable",
        _("%(file)s is damaged or not a spreadsheet.", file=name),
        _("Open it in Excel or WPS and save it again as .xlsx."),
    )


def _too_large(name: str) -> MealrouteError:
    return MealrouteError(
        "file-too-large",
        _(
            "%(file)s is too large: at most %(mb)d MB and %(rows)d rows.",
            file=name,
            mb=MAX_BYTES // 10**6,
            rows=MAX_ROWS,
        ),
        _("Remove empty formatted rows or split the file."),
    )
