"""What the XLSX reader does not tell: formulas that end in an error, and how large a grid it would build.

calamine reads a cell with #REF! as empty, which would hide the error, and lays every sheet out as a full grid, so that one stray
cell in the last corner asks for billions of cells. Both are found by looking through the sheets' XML first.
"""

import re
from dataclasses import dataclass
from zipfile import ZipFile

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_TAG = re.compile(rb"<(?:\w+:)?(sheet|Relationship)\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_CELL = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&apos;", b"'"), (b"&amp;", b"&"))


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One sheet: ``errors`` maps (row index, column index) to the error's text; ``cells`` is the size of its grid."""

    errors: dict[tuple[int, int], str]
    cells: int


def is_workbook(archive: ZipFile) -> bool:
    """An XLSX (or XLSM); other archives of sheets are not read."""
    return {WORKBOOK, RELATIONS} <= set(archive.namelist())


def facts(archive: ZipFile) -> dict[str, SheetFacts]:
    """Sheet name → what its XML says."""
    names = set(archive.namelist())
    targets = {a[b"Id"]: a[b"Target"].decode() for a in _tags(archive.read(RELATIONS))}
    found: dict[str, SheetFacts] = {}
    for sheet in _tags(archive.read(WORKBOOK)):
        target = targets.get(sheet.get(b"r:id", b""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names:
            found[_plain(sheet.get(b"name", b""))] = _facts(archive.read(path))
    return found


def _facts(content: bytes) -> SheetFacts:
    errors: dict[tuple[int, int], str] = {}
    if b't="e"' in content:
        for attributes, body in _CELL.findall(content):
            value = _VALUE.search(body)
            if place := _PLACE.search(attributes):
                text = value[1].decode() if value else "#N/A"
                errors[int(place[2]) - 1, _column(place[1].decode())] = text
    columns: set[bytes] = set()
    last = 0
    for place in _PLACE.finditer(content):
        columns.add(place[1])
        last = max(last, int(place[2]))
    width = max((_column(letters.decode()) + 1 for letters in columns), default=0)
    return SheetFacts(errors, last * width)


def _tags(content: bytes) -> list[dict[bytes, bytes]]:
    return [dict(_ATTRIBUTE.findall(match[0])) for match in _TAG.finditer(content)]


def _plain(value: bytes) -> str:
    for entity, character in _ENTITIES:
        value = value.replace(entity, character)
    return value.decode()


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
